#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""First sync and what follows, on the same SOGo in the same run: our calendar backend
beside EDS's CalDAV backend, and beside a bare Sync loop as the server's own floor.

Prints "bench pim events-FIGURE-N ours VALUE peer VALUE ratio VALUE UNIT", the
peer named in FIGURE. Runs inside tests/functional/session.sh, each side in a
session of its own so that no daemon is warm for one and cold for the other.
Sides take turns for --rounds rounds; what is printed are medians. Fails where a
median misses its mark (MARKS).

	bench-pim.py run --env SOGO-ENV --build DIR [--events N]... [--rounds N]
"""

import argparse
import datetime
import http.client
import json
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

here = os.path.dirname(os.path.abspath(__file__))
functional = os.path.join(here, "..", "functional")
sys.path.insert(0, functional)
import seam  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

# At most: of the ratio, except for what a person waits for.
MARKS = {"events-wall-vs-floor": 1.15, "events-first-visible-vs-caldav": 0.25, "events-cpu-vs-caldav": 0.7,
         "events-peak-rss-vs-caldav": 0.5}
LONGEST_QUERY_MS = 100
FIRST = 100  # events

DAY = '(occur-in-time-range? (make-time "20270310T000000Z") (make-time "20270311T000000Z"))'


def read_env(path):
    values = {}
    for line in open(path):
        name, _, value = line.strip().partition("=")
        values[name] = value.strip('"')
    return values


# Filling the server

def fill(env, user, count):
    """Events on the server by CalDAV: titles, places, notes, alarms, one in ten a series."""
    dav = seam.Dav(env["SOGO_DAV_URL"], user, env["SOGO_PASSWORD"])
    present = len(dav.names())
    base = datetime.datetime(2027, 1, 4, 8, 0)

    def put(numbers):
        for n in numbers:
            start = base + datetime.timedelta(days=n % 400, minutes=15 * (n % 36))
            extra = [f"DESCRIPTION:Notes of event {n}: agenda\\, papers and who brings what.",
                     "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M", "END:VALARM"]
            dav.put(f"b{n}.ics", [seam.make_event(f"bench-{n}", f"Event number {n}", start, location=f"Room {n % 17}",
                                                  rrule="FREQ=WEEKLY;COUNT=10" if n % 10 == 0 else None,
                                                  zone="Europe/Berlin", extra=extra)])

    threads = [threading.Thread(target=put, args=(range(present + i, count, 4),)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(dav.names()) != count:
        raise Failure(f"{len(dav.names())} events on the server, {count} wanted")


class Traffic:
    """Requests and bytes since the mark, from the web server in front of SOGo."""

    def __init__(self, log):
        self.log = log
        self.mark()

    def mark(self):
        self.offset = os.path.getsize(self.log)

    def read(self):
        with open(self.log) as file:
            file.seek(self.offset)
            found = re.findall(r'" \d{3} (\d+) ', file.read())
        return len(found), sum(int(n) for n in found)


# What the kernel says about a process

def cpu_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_kib(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{pid}/status").read()).group(1))


def uids_in_cache(source, columns="ECacheUID", limit=-1):
    """Rows of the calendar's cache, as its file holds them at this moment; none while there is none.

    Without a lock (immutable): EDS sleeps for 100 ms where a reader's lock meets its commit.
    What is read so may be half of a write; it only says when asking the factory is worth while."""
    path = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "calendar", source, "cache.db")
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


def rows_in_cache(source):
    rows = uids_in_cache(source, "count(*)")
    return rows[0][0] if rows else 0


def first_are_readable(reader, source, wanted):
    """Whether a client gets the first events it can know of; asked for by name, so that both sides list as many."""
    uids = [row[0].split("\n")[0] for row in uids_in_cache(source, limit=wanted)]
    if len(uids) < wanted:
        return False
    names = " ".join(f'(uid? "{uid}")' for uid in uids)
    return len(reader.ask("list", seam.encode(f"(or {names})"), seconds=300)) >= wanted


# One side, inside a session

def make_source(kind, env, user, agent_program):
    front = env["SOGO_FRONT_HTTP"]
    if kind == "eas":
        return seam.add_account(front, user, env["SOGO_PASSWORD"], agent_program)
    origin = front.rsplit("/Microsoft-Server-ActiveSync", 1)[0]
    return seam.add_caldav(f"{origin}/SOGo/dav/{user}/Calendar/personal/", user, env["SOGO_PASSWORD"], agent_program)


BUILT_IN = "system-calendar"  # opened first: starting the factory is no part of a first sync


def first_sync(kind, env, user, count, agent_program):
    """Opens the calendar where nobody else asks for anything: every query costs the factory too."""
    traffic = Traffic(env["NGINX_LOG"])
    source = make_source(kind, env, user, agent_program)
    traffic.mark()
    reader = seam.Agent(agent_program)
    figures = {}
    try:
        reader.open(BUILT_IN)
        pid = seam.pid_of(seam.CALENDAR_FACTORY)
        spent, idle = cpu_seconds(pid), peak_kib(pid)
        started = time.monotonic()
        reader.open(source)
        wait_for(lambda: first_are_readable(reader, source, min(count, FIRST)), 300, "the first events", 0.02)
        figures["first-visible"] = time.monotonic() - started
        wait_for(lambda: rows_in_cache(source) >= count, 600, "all events in the cache", 0.02)
        figures["wall"] = time.monotonic() - started
        figures["cpu"] = cpu_seconds(pid) - spent
        figures["peak-rss"] = peak_kib(pid) / 1024
        figures["peak-rss-growth"] = (peak_kib(pid) - idle) / 1024
        figures["requests"], figures["bytes"] = traffic.read()
        figures["seen"] = len(reader.ask("list", seconds=300))
        figures.update(later(env, user, source, traffic, reader, count))
    finally:
        reader.close()
    return figures


def first_sync_with_queries(kind, env, user, count, agent_program):
    """The same while somebody looks at a day five times a second."""
    source = make_source(kind, env, user, agent_program)
    prober = seam.Agent(agent_program)
    try:
        prober.open(source)
        prober.ask("probe-start", 200, seam.encode(DAY))
        wait_for(lambda: rows_in_cache(source) >= count, 600, "all events in the cache", 0.05)
        probes, longest, _, failures = prober.ask("probe-stop", seconds=300)[0].split()
        if int(failures) > 0:
            raise Failure(f"{failures} of {probes} queries failed")
    finally:
        prober.close()
    return {"longest-query": float(longest)}


def later(env, user, source, traffic, reader, count):
    """A refresh with nothing new; then ten changes on the server until the client has them."""
    figures = {}
    time.sleep(2)
    traffic.mark()
    reader.refresh()
    time.sleep(4)
    figures["idle-refresh"] = traffic.read()[0]
    dav = seam.Dav(env["SOGO_DAV_URL"], user, env["SOGO_PASSWORD"])
    time.sleep(1.1)
    start = datetime.datetime(2028, 5, 1, 9, 0)
    stamp = f"Changed {time.time():.0f}"
    for n in range(10):
        dav.put(f"b{n}.ics", [seam.make_event(f"bench-{n}", f"{stamp} {n}", start)])
    time.sleep(1.1)
    traffic.mark()
    begun = time.monotonic()
    reader.refresh()
    query = f'(contains? "summary" "{stamp}")'
    wait_for(lambda: len(reader.ask("list", seam.encode(query))) >= 10, 120, "ten changes", 0.05)
    figures["ten-changes"] = time.monotonic() - begun
    figures["ten-changes-requests"] = traffic.read()[0]
    return figures


SIDES = {"alone": first_sync, "queried": first_sync_with_queries}


# The run

def in_session(options, what, kind, user, count):
    command = [os.path.join(functional, "session.sh"), "--limit", "1200", "/usr/bin/python3", os.path.abspath(__file__), what,
               "--kind", kind, "--env", options.env, "--user", user, "--events", str(count), "--build", options.build]
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, EAS_BUILD_DIR=options.build))
    if done.returncode != 0:
        raise Failure(f"{kind}: {done.stdout[-500:]}{done.stderr[-1500:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def floor(options, env, user):
    program = os.path.join(options.build, "tests", "bench", "bench-sync-floor")
    done = subprocess.run([program, env["SOGO_FRONT_HTTP"], user, env["SOGO_PASSWORD"]], capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        raise Failure(f"the bare Sync loop: {done.stderr}")
    items, seconds, first, requests = done.stdout.split()
    return {"items": int(items), "wall": float(seconds), "first": float(first), "requests": int(requests)}


def median(rounds, figure):
    return statistics.median(one[figure] for one in rounds if figure in one)


def line(name, count, ours, peer, unit):
    """Prints a figure; what is wrong with it, if anything."""
    ratio = ours / peer if peer else float("inf")
    print(f"bench pim {name}-{count} ours {ours:.3f} peer {peer:.3f} ratio {ratio:.3f} {unit}", flush=True)
    if ratio > MARKS.get(name, float("inf")):
        return [f"{name}-{count}: {ratio:.3f}, at most {MARKS[name]} wanted"]
    if name.startswith("events-longest-query") and ours > LONGEST_QUERY_MS:
        return [f"{name}-{count}: {ours:.1f} ms, at most {LONGEST_QUERY_MS} wanted"]
    return []


def take_turns(options, env, user, count):
    """Bare loop, ours, CalDAV: the figures of every round, and then of a run with queries."""
    bare, ours, peer = [], [], []

    for number in range(options.rounds):
        turns = [(bare, lambda: floor(options, env, user)), (ours, lambda: in_session(options, "alone", "eas", user, count)),
                 (peer, lambda: in_session(options, "alone", "caldav", user, count))]
        for results, run_side in turns if number % 2 == 0 else reversed(turns):
            results.append(run_side())
            if options.verbose:
                print(json.dumps(results[-1]), file=sys.stderr)
    for figures, name in ((ours, "ours"), (peer, "CalDAV")):
        if min(one["seen"] for one in figures) < count:
            raise Failure(f"{name}: only {min(one['seen'] for one in figures)} of {count} events")
    for figures, kind in ((ours, "eas"), (peer, "caldav")):
        figures.append(in_session(options, "queried", kind, user, count))
    return bare, ours, peer


def run(options):
    env = read_env(options.env)
    env["NGINX_LOG"] = os.path.join(os.path.dirname(options.env), "log", "nginx-access.log")
    users = env["SOGO_USERS"].split()
    missed = []
    for count, user in zip(options.events, users):
        fill(env, user, count)
        bare, ours, peer = take_turns(options, env, user, count)
        missed += line("events-wall-vs-floor", count, median(ours, "wall"), median(bare, "wall"), "s")
        for figure, unit in (("wall", "s"), ("first-visible", "s"), ("longest-query", "ms"), ("cpu", "s"),
                             ("peak-rss", "MiB"), ("peak-rss-growth", "MiB"), ("requests", "requests"), ("bytes", "bytes"),
                             ("idle-refresh", "requests"), ("ten-changes", "s")):
            missed += line(f"events-{figure}-vs-caldav", count, median(ours, figure), median(peer, figure), unit)
    if missed:
        raise Failure("\n".join(["marks missed"] + missed))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run"] + sorted(SIDES))
    parser.add_argument("--env", required=True, help="the file that tests/interop/sogo/up wrote")
    parser.add_argument("--build", required=True)
    parser.add_argument("--events", type=int, action="append")
    parser.add_argument("--kind", choices=["eas", "caldav"])
    parser.add_argument("--user")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--verbose", action="store_true", help="each round's figures on standard error")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    options.env = os.path.abspath(options.env)
    try:
        if options.what == "run":
            options.events = options.events or [2000, 10000]
            run(options)
        else:
            env = read_env(options.env)
            env["NGINX_LOG"] = os.path.join(os.path.dirname(options.env), "log", "nginx-access.log")
            agent = os.path.join(options.build, "tests", "functional", "cal-agent")
            print(json.dumps(SIDES[options.what](options.kind, env, options.user, options.events[0], agent)))
    except Failure as failure:
        print(f"bench pim: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
