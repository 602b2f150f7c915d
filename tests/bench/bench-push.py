#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""From the server's commit of somebody else's change to the signal in a client that shows it.

Prints "bench push FIGURE ours VALUE peer VALUE ratio VALUE UNIT". On the embedded
server: median and worst of 100 changes of each kind, beside the mark; "view" is the
signal of the client's view, which EDS may hold back, "raw" the client's first word
of it, the new revision. On SOGo, with --env: beside the interval at which SOGo itself
looks for changes while a Ping waits.
Runs inside tests/functional/session.sh.

	bench-push.py [--changes N] [--kind KIND]... [--env SOGO-ENV [--interval SECONDS]]
"""

import argparse
import base64
import datetime
import os
import random
import statistics
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "functional"))
import seam  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

USER, PASSWORD = "ann", "secret"
MARK_MS = 150        # median
PAUSES = (0.2, 0.5)  # seconds between changes; a person's come alone
SOGO_INTERVAL_S = 5  # what tests/interop/sogo/up sets
AS_INSTALLED_S = 10  # a Ping of SOGo lasts no longer then, and it looks once in it

XML = ('<?xml version="1.0"?><airsync:ApplicationData xmlns:airsync="AirSync" xmlns:calendar="Calendar" xmlns:tasks="Tasks" '
       'xmlns:notes="Notes" xmlns:contacts="Contacts"><{0}>{1}</{0}></airsync:ApplicationData>')


class Kind:
    """Where a kind of item lives: the type of its folder, its client, and the element that is changed."""

    def __init__(self, folder_type, program, sources, element):
        self.folder_type, self.program, self.sources, self.element = folder_type, program, sources, element

    def agent(self):
        return seam.Agent(os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", self.program))

    def source(self, agent):
        """UID of the account's source of this kind; None while it is not there."""
        lines = (base64.b64decode(line).decode().split(" ", 3) for line in agent.ask("sources", *self.sources))
        return next((uid for uid, backend, *_ in lines if backend == "eas"), None)


KINDS = {"event": Kind(8, "cal-agent", ["events"], "calendar:Subject"), "task": Kind(7, "cal-agent", ["tasks"], "tasks:Subject"),
         "note": Kind(10, "cal-agent", ["notes"], "notes:Subject"), "contact": Kind(9, "book-agent", [], "contacts:FirstName")}


def last(agent):
    """Signals of the view and when the last of them came (monotonic seconds), the same of revisions."""
    signals, view_us, revisions, revision_us = (int(word) for word in agent.ask("view-last")[0].split())
    return signals, view_us / 1e6, revisions, revision_us / 1e6


def latency(agent, change, patience):
    """(view, raw) in milliseconds of one change."""
    signals, _, revisions, _ = last(agent)
    start = time.monotonic()
    change()
    raw = None
    deadline = start + patience
    while time.monotonic() < deadline:
        signals_now, view_time, revisions_now, revision_time = last(agent)
        if raw is None and revisions_now > revisions:
            raw = revision_time - start
        if signals_now > signals and raw is not None:
            return (view_time - start) * 1000, raw * 1000
        time.sleep(0.002)
    raise Failure(f"a change was not shown within {patience} s")


def open_view(kind, count):
    """A client with the source open and a view on it that has shown @count items."""
    agent = kind.agent()
    source = wait_for(lambda: kind.source(agent), 30, "the account's folder")
    agent.ask("open", source, 30)
    agent.ask("view-start")
    wait_for(lambda: int(agent.ask("view-stats")[0].split()[3]) > 0, 30, "the view to be complete")
    wait_for(lambda: len(agent.ask("list")) >= count, 60, "the items")
    return agent


def line(figure, ours, peer, unit="ms"):
    print(f"bench push {figure} ours {ours:.1f} peer {peer:.1f} ratio {ours / peer:.3f} {unit}", flush=True)


def report(name, figures, peer_name, peer):
    """Lines of a kind; what is wrong with them, if anything."""
    missed = []
    for what, values in zip(("view", "raw"), zip(*figures)):
        middle = statistics.median(values)
        line(f"{name}-{what}-median-vs-{peer_name}", middle, peer)
        line(f"{name}-{what}-worst-vs-{peer_name}", max(values), peer)
        if peer_name == "mark" and middle > peer:
            missed.append(f"{name}-{what}-median: {middle:.1f} ms, at most {peer} wanted")
    return missed


def on_embedded(options):
    missed = []
    with seam.TestServer("--user", f"{USER}:{PASSWORD}") as server:
        control = server.control
        folders = {folder["type"]: folder["id"] for folder in control.ask("folders")["folders"]}
        for name in options.kind:
            control.ask("generate", folder=folders[KINDS[name].folder_type], count=20, seed=1)
        seam.add_account(server.url, USER, PASSWORD, os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", "cal-agent"))
        for name in options.kind:
            kind = KINDS[name]
            agent = open_view(kind, 20)
            try:
                missed += report(name, changes_of(options, control, kind, folders[kind.folder_type], agent), "mark", MARK_MS)
            finally:
                agent.close()
    return missed


def changes_of(options, control, kind, folder, agent):
    ids = [item["id"] for item in control.ask("items", folder=folder)["items"]]
    wait_for(lambda: control.ask("requests")["waiting"] > 0, 60, "a Ping")
    time.sleep(3)  # what the opening has caused is over
    rng = random.Random(1)
    figures = []
    for number in range(options.changes):
        time.sleep(rng.uniform(*PAUSES))
        xml = XML.format(kind.element, f"Changed {number}")
        figures.append(latency(agent, lambda: control.ask("change", xml, id=rng.choice(ids)), 20))
    return figures


def on_sogo(options):
    """Events only, and fewer: each waits for SOGo's own look."""
    env = {}
    for text in open(options.env, encoding="utf-8"):
        name, _, value = text.strip().partition("=")
        env[name] = value.strip('"')
    user = env["SOGO_USERS"].split()[0]
    dav = seam.Dav(env["SOGO_DAV_URL"], user, env["SOGO_PASSWORD"])
    start = datetime.datetime(2028, 3, 1, 9, 0)

    def put(number, title):
        dav.put(f"push{number}.ics", [seam.make_event(f"push-{number}", title, start + datetime.timedelta(days=number))])

    for number in range(5):
        put(number, f"Event {number}")
    time.sleep(1.1)
    kind = KINDS["event"]
    seam.add_account(env["SOGO_FRONT_HTTP"], user, env["SOGO_PASSWORD"],
                     os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", "cal-agent"))
    agent = open_view(kind, 5)
    try:
        time.sleep(3)
        rng = random.Random(1)
        figures = []
        for number in range(max(options.changes // 10, 1)):
            # SOGo counts in seconds: what changes in the second of its last answer is never told.
            time.sleep(1.2 + rng.uniform(0, 2 if options.interval == SOGO_INTERVAL_S else 2 * options.interval))
            figures.append(latency(agent, lambda: put(number % 5, f"Changed {number}"), 30))
    finally:
        agent.close()
    name = "sogo-as-installed-event" if options.interval == AS_INSTALLED_S else "sogo-event"
    return report(name, figures, "interval", 1000 * options.interval)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=100)
    parser.add_argument("--kind", action="append", choices=sorted(KINDS))
    parser.add_argument("--env", help="the file that tests/interop/sogo/up wrote: on that SOGo instead")
    parser.add_argument("--interval", type=int, default=SOGO_INTERVAL_S, help="seconds between SOGo's own looks")
    options = parser.parse_args()
    options.kind = options.kind or list(KINDS)
    try:
        missed = on_sogo(options) if options.env else on_embedded(options)
        if missed:
            raise Failure("\n".join(["marks missed"] + missed))
    except Failure as failure:
        print(f"bench push: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
