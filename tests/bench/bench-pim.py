#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""First sync and what follows, on the same SOGo in the same run: our calendar and address
book beside EDS's CalDAV and CardDAV, and beside a bare Sync loop as the server's own floor.

Prints "bench pim KIND-FIGURE-N ours VALUE peer VALUE ratio VALUE UNIT", the peer named
in FIGURE. Runs inside tests/functional/session.sh, each side in a session of its own so
that no daemon is warm for one and cold for the other; EDS's own backends in one that
does not even have our module. Sides take turns for --rounds rounds: the values printed
are medians, and so is the ratio, of the rounds' own, since what else the machine does
meets neighbours alike. Fails where a median misses its mark (MARKS).

	bench-pim.py run --env SOGO-ENV --build DIR [--kind KIND]... [--count N]... [--rounds N]
"""

import argparse
import json
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

here = os.path.dirname(os.path.abspath(__file__))
functional = os.path.join(here, "..", "functional")
sys.path[:0] = [here, functional]
import seam  # noqa: E402
from pim_kinds import KINDS  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

# At most: of the ratio, except for what a person waits for.
MARKS = {"events-wall-vs-floor": 1.15, "events-first-visible-vs-caldav": 0.25, "events-cpu-vs-caldav": 0.7,
         "events-peak-rss-vs-caldav": 0.5,
         "contacts-wall-vs-floor": 1.15, "contacts-first-visible-vs-carddav": 0.25, "contacts-cpu-vs-carddav": 0.8,
         "contacts-peak-rss-vs-carddav": 1.0, "contacts-requests-vs-carddav": 0.5,
         "parallel-wall-vs-slowest": 1.2}
LONGEST_QUERY_MS = 100
FIRST = 100        # items
IDLE_SECONDS = 10  # in which nobody asks for anything


def read_env(path):
    values = {}
    for line in open(path, encoding="utf-8"):
        name, _, value = line.strip().partition("=")
        values[name] = value.strip('"')
    values["NGINX_LOG"] = os.path.join(os.path.dirname(path), "log", "nginx-access.log")
    return values


class Traffic:
    """Requests and bytes since the mark, from the web server in front of SOGo."""

    def __init__(self, log):
        self.log = log
        self.mark()

    def mark(self):
        self.offset = os.path.getsize(self.log)

    def read(self, without=None):
        with open(self.log, encoding="utf-8") as file:
            file.seek(self.offset)
            lines = [line for line in file if without is None or without not in line]
        found = [re.search(r'" \d{3} (\d+) ', line) for line in lines]
        return len(lines), sum(int(match.group(1)) for match in found if match)


# What the kernel says about a process

def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_kib(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pid}/status", encoding="utf-8").read()).group(1))


def uids_in_cache(kind, source, columns="ECacheUID", limit=-1):
    """Rows of the folder's cache, as its file holds them at this moment; none while there is none.

    Without a lock (immutable): EDS sleeps for 100 ms where a reader's lock meets its commit.
    What is read so may be half of a write; it only says when asking the factory is worth while."""
    path = kind.cache(source)
    if not os.path.exists(path):
        return []
    try:
        db = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
        try:
            return db.execute(f"SELECT {columns} FROM ECacheObjects LIMIT {limit}").fetchall()
        finally:
            db.close()
    except sqlite3.Error:
        return []


def rows_in_cache(kind, source):
    rows = uids_in_cache(kind, source, "count(*)")
    return rows[0][0] if rows else 0


def first_are_readable(kind, reader, source, wanted):
    """Whether a client gets the first items it can know of; asked for by name, so that both sides list as many."""
    uids = [row[0].split("\n")[0] for row in uids_in_cache(kind, source, limit=wanted)]
    if len(uids) < wanted:
        return False
    names = " ".join(kind.by_uid.format(uid) for uid in uids)
    return len(reader.ask("list", seam.encode(f"(or {names})"), seconds=300)) >= wanted


# One side, inside a session

def forget_our_module():
    """The daemons to come find EDS's own modules only, as where we are not installed."""
    for name in ("EDS_CALENDAR_MODULES", "EDS_ADDRESS_BOOK_MODULES"):
        folder = os.environ[name] + "-stock"
        shutil.copytree(os.environ[name], folder, symlinks=True, ignore=lambda _, names: [n for n in names if "backendeas" in n])
        subprocess.run(["dbus-update-activation-environment", f"{name}={folder}"], check=True, timeout=30)


def make_source(kind, side, env, options):
    if side == "eas":
        seam.add_account(env["SOGO_FRONT_HTTP"], options.user, env["SOGO_PASSWORD"],
                         os.path.join(options.build, "tests", "functional", "cal-agent"))
        return kind.eas_source(options.build)
    forget_our_module()
    return kind.add_dav_source(env, options.user, options.build)


def first_sync(kind, side, env, options):
    """Opens the folder where nobody else asks for anything: every query costs the factory too."""
    count = options.count[0]
    traffic = Traffic(env["NGINX_LOG"])
    source = make_source(kind, side, env, options)
    traffic.mark()
    reader = kind.agent(options.build)
    figures = {}
    try:
        reader.open(kind.built_in)  # starting the factory is no part of a first sync
        pid = seam.pid_of(kind.factory)
        spent, idle = cpu_seconds(pid), peak_kib(pid)
        started = time.monotonic()
        reader.open(source)
        wait_for(lambda: first_are_readable(kind, reader, source, min(count, FIRST)), 300, "the first items", 0.02)
        figures["first-visible"] = time.monotonic() - started
        wait_for(lambda: rows_in_cache(kind, source) >= count, 600, "all items in the cache", 0.02)
        figures["wall"] = time.monotonic() - started
        figures["cpu"] = cpu_seconds(pid) - spent
        figures["peak-rss"] = peak_kib(pid) / 1024
        figures["bare-factory-rss"] = idle / 1024
        figures["peak-rss-above-bare"] = (peak_kib(pid) - idle) / 1024
        figures["requests"], figures["bytes"] = traffic.read(without="Cmd=Ping")
        figures["seen"] = len(reader.ask("list", seconds=300))
        if options.later:
            figures.update(later(kind, env, options.user, traffic, reader))
    finally:
        reader.close()
    return figures


def later(kind, env, user, traffic, reader):
    """Nobody asks; a refresh with nothing new; then ten changes on the server until the client has them."""
    figures = {}
    time.sleep(3)
    traffic.mark()
    time.sleep(IDLE_SECONDS)
    figures["idle"] = traffic.read(without="Cmd=Ping")[0]
    traffic.mark()
    reader.refresh()
    time.sleep(4)
    figures["idle-refresh"] = traffic.read(without="Cmd=Ping")[0]
    dav = kind.dav(env, user)
    time.sleep(1.1)
    stamp = f"Changed {time.time():.0f}"
    for n in range(10):
        kind.put(dav, n, title=f"{stamp} {n}")
    time.sleep(1.1)
    traffic.mark()
    begun = time.monotonic()
    reader.refresh()
    query = kind.titled.format(stamp)
    wait_for(lambda: len(reader.ask("list", seam.encode(query))) >= 10, 120, "ten changes", 0.05)
    figures["ten-changes"] = time.monotonic() - begun
    return figures


def first_sync_with_queries(kind, side, env, options):
    """The same while somebody looks at a little of it five times a second."""
    source = make_source(kind, side, env, options)
    prober = kind.agent(options.build)
    try:
        prober.open(source)
        prober.ask("probe-start", 200, seam.encode(kind.probe))
        wait_for(lambda: rows_in_cache(kind, source) >= options.count[0], 600, "all items in the cache", 0.05)
        probes, longest, _, failures = prober.ask("probe-stop", seconds=300)[0].split()
        if int(failures) > 0:
            raise Failure(f"{failures} of {probes} queries failed")
    finally:
        prober.close()
    return {"longest-query": float(longest)}


def several(kinds, env, options):
    """Folders of a new account opened at once; the time until each is complete."""
    sources = {}
    for kind in kinds:
        sources[kind.name] = make_source(kind, "eas", env, options) if not sources else kind.eas_source(options.build)
    agents = {kind.name: kind.agent(options.build) for kind in kinds}
    took = {}
    try:
        for kind in kinds:
            agents[kind.name].open(kind.built_in)
        started = time.monotonic()

        def pull(kind):
            agents[kind.name].open(sources[kind.name])
            wait_for(lambda: rows_in_cache(kind, sources[kind.name]) >= options.count[0], 600, f"all {kind.name}", 0.02)
            took[kind.name] = time.monotonic() - started

        threads = [threading.Thread(target=pull, args=(kind,)) for kind in kinds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        for agent in agents.values():
            agent.close()
    if len(took) < len(kinds):
        raise Failure(f"only {sorted(took)} came")
    return took


# The run

def in_session(options, what, side, kinds, user, count, *more):
    command = [os.path.join(functional, "session.sh"), "--limit", "1200", "/usr/bin/python3", os.path.abspath(__file__), what,
               "--side", side, "--env", options.env, "--user", user, "--count", str(count), "--build", options.build, *more]
    for kind in kinds:
        command += ["--kind", kind]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, EAS_BUILD_DIR=options.build))
    if done.returncode != 0:
        raise Failure(f"{side} {' '.join(kinds)}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    if options.verbose:
        print(json.dumps(figures), file=sys.stderr, flush=True)
    return figures


def floor(options, env, kind, user):
    program = os.path.join(options.build, "tests", "bench", "bench-sync-floor")
    done = subprocess.run([program, env["SOGO_FRONT_HTTP"], user, env["SOGO_PASSWORD"], kind.name], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise Failure(f"the bare Sync loop: {done.stderr}")
    items, seconds, first, requests = done.stdout.split()
    if options.verbose:
        print(done.stdout.strip(), file=sys.stderr, flush=True)
    return {"items": int(items), "wall": float(seconds), "first": float(first), "requests": int(requests)}


def ratio_of(ours, peer):
    if peer:
        return ours / peer
    return 1 if not ours else float("inf")


def line(name, count, ours, peer, unit):
    """Prints a figure, of all rounds; what is wrong with it, if anything."""
    middle = statistics.median(ours)
    ratio = statistics.median(ratio_of(*pair) for pair in zip(ours, peer))
    print(f"bench pim {name}-{count} ours {middle:.3f} peer {statistics.median(peer):.3f} ratio {ratio:.3f} {unit}", flush=True)
    if ratio > MARKS.get(name, float("inf")):
        return [f"{name}-{count}: {ratio:.3f}, at most {MARKS[name]} wanted"]
    if "longest-query" in name and middle > LONGEST_QUERY_MS:
        return [f"{name}-{count}: {middle:.1f} ms, at most {LONGEST_QUERY_MS} wanted"]
    if "-idle-vs" in name and middle > 0:
        return [f"{name}-{count}: {middle:.0f} requests, none wanted"]
    return []


def compare(options, env, kind, user, count):
    """Bare loop, ours, EDS's own: in turns."""
    kind.fill(env, user, count)
    rounds = {"floor": [], "eas": [], "dav": [], "eas-queried": [], "dav-queried": []}
    for number in range(options.rounds):
        more = ["--later"] if number == 0 else []
        turns = [("floor", lambda: floor(options, env, kind, user)),
                 ("eas", lambda: in_session(options, "alone", "eas", [kind.name], user, count, *more)),
                 ("dav", lambda: in_session(options, "alone", "dav", [kind.name], user, count, *more))]
        if number == 0:
            turns += [(f"{side}-queried", lambda side=side: in_session(options, "queried", side, [kind.name], user, count))
                      for side in ("eas", "dav")]
        for name, run_side in turns if number % 2 == 0 else reversed(turns):
            rounds[name].append(run_side())
    for name in ("eas", "dav"):
        seen = min(one["seen"] for one in rounds[name])
        if seen < count:
            raise Failure(f"{name}: only {seen} of {count} {kind.name}")
    return print_all(kind, count, rounds)


def print_all(kind, count, rounds):
    def values(side, figure):
        return [one[figure] for one in rounds[side] if figure in one]

    missed = line(f"{kind.name}-wall-vs-floor", count, values("eas", "wall"), values("floor", "wall"), "s")
    for figure, unit in (("wall", "s"), ("first-visible", "s"), ("cpu", "s"), ("peak-rss", "MiB"), ("bare-factory-rss", "MiB"),
                         ("peak-rss-above-bare", "MiB"), ("requests", "requests"), ("bytes", "bytes"), ("idle", "requests"),
                         ("idle-refresh", "requests"), ("ten-changes", "s")):
        missed += line(f"{kind.name}-{figure}-vs-{kind.peer}", count, values("eas", figure), values("dav", figure), unit)
    # Where this is above 1, not even a factory that has opened nothing takes half of the peer's peak.
    missed += line(f"{kind.name}-stock-bare-factory-rss-vs-half-{kind.peer}-peak", count, values("dav", "bare-factory-rss"),
                   [value / 2 for value in values("dav", "peak-rss")], "MiB")
    return missed + line(f"{kind.name}-longest-query-vs-{kind.peer}", count, values("eas-queried", "longest-query"),
                         values("dav-queried", "longest-query"), "ms")


def floors(options, env, kinds, user):
    """Bare Sync loops at once; the seconds until the last has all."""
    walls = []
    threads = [threading.Thread(target=lambda kind=kind: walls.append(floor(options, env, kind, user)["wall"])) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(walls) < len(kinds):
        raise Failure("a bare Sync loop did not end")
    return max(walls)


def compare_parallel(options, env, user, count):
    """All folders of a new account at once beside the slowest of them alone; and what the server gives so at best."""
    kinds = list(KINDS.values())
    rounds = {"together": [], "slowest": [], "floors": [], "slowest-floor": []}
    for kind in kinds:
        kind.fill(env, user, count)

    def pull(wanted):
        return max(in_session(options, "several", "eas", [kind.name for kind in wanted], user, count).values())

    for number in range(options.rounds):
        turns = [("together", lambda: pull(kinds)), ("slowest", lambda: max(pull([kind]) for kind in kinds)),
                 ("floors", lambda: floors(options, env, kinds, user)),
                 ("slowest-floor", lambda: max(floors(options, env, [kind], user) for kind in kinds))]
        for name, turn in turns if number % 2 == 0 else reversed(turns):
            rounds[name].append(turn())
    # No mark of ours: where the bare loops hinder each other, the machine that runs the server is at its limit.
    line("parallel-floor-wall-vs-slowest", count, rounds["floors"], rounds["slowest-floor"], "s")
    return line("parallel-wall-vs-slowest", count, rounds["together"], rounds["slowest"], "s")


def run(options):
    env = read_env(options.env)
    users = env["SOGO_USERS"].split()
    missed = []
    for name in options.kind or ["events", "contacts", "parallel"]:
        if name == "parallel":
            missed += compare_parallel(options, env, users[2], min(options.count))
            continue
        for count, user in zip(options.count, users):
            missed += compare(options, env, KINDS[name], user, count)
    if missed:
        raise Failure("\n".join(["marks missed"] + missed))


SIDES = {"alone": lambda kinds, *rest: first_sync(kinds[0], *rest), "queried": lambda kinds, *rest: first_sync_with_queries(kinds[0], *rest),
         "several": lambda kinds, side, env, options: several(kinds, env, options)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run"] + sorted(SIDES))
    parser.add_argument("--env", required=True, help="the file that tests/interop/sogo/up wrote")
    parser.add_argument("--build", required=True)
    parser.add_argument("--count", type=int, action="append", help="items; default 2000 and 10000")
    parser.add_argument("--kind", action="append", choices=sorted(KINDS) + ["parallel"])
    parser.add_argument("--side", choices=["eas", "dav"])
    parser.add_argument("--user")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--later", action="store_true", help="what follows a first sync as well")
    parser.add_argument("--verbose", action="store_true", help="each round's figures on standard error")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.env = os.path.abspath(options.env)
    try:
        if options.what == "run":
            options.count = options.count or [2000, 10000]
            run(options)
        else:
            print(json.dumps(SIDES[options.what]([KINDS[name] for name in options.kind], options.side, read_env(options.env), options)))
    except Failure as failure:
        print(f"bench pim: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
