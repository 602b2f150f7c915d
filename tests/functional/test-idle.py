#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an account costs when nothing happens, with all its kinds open in both factories:
requests, bytes and wake-ups of the daemons, and whether one Ping is held at every moment.
For ten minutes under EAS_SOAK, else for half a minute. TAP; runs inside session.sh."""

import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from book import BookAgent  # noqa: E402
from book import AGENT as BOOK_AGENT  # noqa: E402
from desk import AGENT, Desk  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

DAEMONS = {
    "registry": "org.gnome.evolution.dataserver.Sources5",
    "calendar factory": seam.CALENDAR_FACTORY,
    "address book factory": "org.gnome.evolution.dataserver.AddressBook10",
}
SECONDS = 600 if os.environ.get("EAS_SOAK") else 30
SETTLE = 12  # the daemons' own work after a start
FOLDERS = 4  # calendar, tasks, notes, contacts
MOST_WOKEN = {"registry": 10, "calendar factory": 10, "address book factory": 10}


def switches(pid):
    """{thread: (name, how often it went to sleep)}"""
    counts = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/status", encoding="utf-8") as file:
                words = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
            counts[thread] = (words["Name"], int(words["voluntary_ctxt_switches"]))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it ended meanwhile
    return counts


def woken_since(pid, before):
    """{thread name: wake-ups}"""
    woken = {}
    for thread, (name, count) in switches(pid).items():
        count -= before.get(thread, (name, 0))[1]
        if count > 0:
            woken[name] = woken.get(name, 0) + count
    return woken


class Held:
    """Counts, four times a second, how many requests the server holds."""

    def __init__(self, server):
        self.server, self.seen = server, {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.wait(0.25):
            count = self.server.control.ask("requests", command="none")["waiting"]
            self.seen[count] = self.seen.get(count, 0) + 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def open_the_rest(desk):
    """Agents that have the lists of tasks, the notes and the contacts open."""
    agents = []
    for kind in ("tasks", "notes"):
        agent = seam.Agent(AGENT)
        agent.open(next(s[0] for s in agent.sources(kind) if s[1] == "eas" and s[2] == desk.uid), kind=kind)
        agents.append(agent)
    book = BookAgent(BOOK_AGENT)
    book.open(next(s[0] for s in book.sources() if s[1] == "eas" and s[2] == desk.uid))

    return [*agents, book]


def test_idle():
    with seam.TestServer("--user", "idle:secret", "--versions", "14.1", "--sample") as server, Desk(server, "idle") as desk:
        agents = open_the_rest(desk)
        wait_for(lambda: any(len((p["collections"] or "").split(",")) == FOLDERS for p in desk.requests("Ping")) and
                 server.control.ask("requests")["waiting"] == 1, 30, "a Ping for all folders")
        time.sleep(SETTLE)
        pids = {name: seam.pid_of(bus) for name, bus in DAEMONS.items()}
        report("registry and both factories run", all(pids.values()), pids)
        server.control.ask("reset")
        before = {name: switches(pid) for name, pid in pids.items()}
        with Held(server) as held:
            time.sleep(SECONDS)
        woken = {name: woken_since(pid, before[name]) for name, pid in pids.items()}
        said = server.control.ask("requests")
        hour = 3600 / SECONDS
        size = said["bytes_in"] + said["bytes_out"]
        print(f"# idle for {SECONDS} s, {FOLDERS} folders open: {said['count']} requests, {size} bytes, "
              f"{sum(sum(w.values()) for w in woken.values())} wake-ups")
        print(f"# an hour: {said['count'] * hour:.0f} requests, {size * hour:.0f} bytes, "
              f"{sum(sum(w.values()) for w in woken.values()) * hour:.0f} wake-ups")
        for name, threads in woken.items():
            print(f"# {name}: {sum(threads.values()) * hour:.0f} wake-ups in an hour; "
                  f"by thread in {SECONDS} s: {', '.join(f'{t} {n}' for t, n in sorted(threads.items())) or 'none'}")
        print(f"# Pings held, of {sum(held.seen.values())} looks: {', '.join(f'{n}: {held.seen[n]}' for n in sorted(held.seen))}")
        report("no request but the Ping's next", said["count"] <= 1 + SECONDS // 240 and
               all(request["command"] == "Ping" for request in said["requests"]), said["requests"])
        # Between one and the next there is a moment.
        report("one Ping is held at any moment", max(held.seen) == 1 and held.seen.get(0, 0) <= 5 * said["count"], held.seen)
        report("the daemons sleep", all(sum(threads.values()) <= MOST_WOKEN[name] + SECONDS // 10
                                        for name, threads in woken.items()), woken)
        desk.add("still there")
        wait_for(lambda: "still there" in desk.here(), 20, "what comes by push", 0.02)
        report("and hear of what happens", True)
        for agent in agents:
            agent.close()


if __name__ == "__main__":
    tap.run(test_idle)
    tap.finish()
