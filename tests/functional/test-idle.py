#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an account costs when nothing happens: requests, bytes and wake-ups of the daemons,
for ten minutes under EAS_SOAK, else for half a minute. TAP; runs inside session.sh."""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

DAEMONS = {
    "registry": "org.gnome.evolution.dataserver.Sources5",
    "calendar factory": seam.CALENDAR_FACTORY,
    "address book factory": "org.gnome.evolution.dataserver.AddressBook10",
}
SECONDS = 600 if os.environ.get("EAS_SOAK") else 30
SETTLE = 12  # the daemons' own work after a start


def switches(pid):
    """How often each thread went to sleep."""
    counts = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/status", encoding="utf-8") as file:
                counts[thread] = next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))
        except FileNotFoundError:
            pass  # it ended meanwhile
    return counts


def woken_since(pid, before):
    return sum(count - before.get(thread, 0) for thread, count in switches(pid).items())


def test_idle():
    with seam.TestServer("--user", "idle:secret", "--versions", "14.1", "--sample") as server, Desk(server, "idle") as desk:
        wait_for(lambda: server.control.ask("requests")["waiting"] == 1, 20, "the Ping")
        time.sleep(SETTLE)
        pids = {name: pid for name, pid in ((name, seam.pid_of(bus)) for name, bus in DAEMONS.items()) if pid}
        server.control.ask("reset")
        before = {name: switches(pid) for name, pid in pids.items()}
        time.sleep(SECONDS)
        woken = {name: woken_since(pid, before[name]) for name, pid in pids.items()}
        said = server.control.ask("requests")
        hour = 3600 / SECONDS
        print(f"# {said['count'] * hour:.0f} requests, {(said['bytes_in'] + said['bytes_out']) * hour:.0f} bytes in an hour")
        for name, count in woken.items():
            print(f"# {name}: {count * hour:.0f} wake-ups in an hour")
        report("no request but the Ping's next", said["count"] <= 1 + SECONDS // 240 and
               all(request["command"] == "Ping" for request in said["requests"]), said["requests"])
        report("one Ping is held", said["waiting"] == 1, said["waiting"])
        report("the daemons sleep", all(count <= 10 + SECONDS // 10 for count in woken.values()), woken)
        desk.add("still there")
        wait_for(lambda: "still there" in desk.here(), 20, "what comes by push", 0.02)
        report("and hear of what happens", True)


if __name__ == "__main__":
    tap.run(test_idle)
    tap.finish()
