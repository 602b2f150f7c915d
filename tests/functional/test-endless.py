#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Servers that never come to an end: whatever they answer, they are not asked without
pause (law 6). TAP; runs inside session.sh.

	test-endless.py [NAME...]
"""

import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import desk  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

server = None
SPAN = 6     # seconds
MOST = 25    # requests in them


def count_requests(account):
    """In SPAN seconds, after the first answers of the new kind."""
    time.sleep(2)
    server.control.ask("reset")
    time.sleep(SPAN)
    return server.control.ask("requests")["count"]


def check_patience(account, what):
    n = count_requests(account)
    report(f"{what}: not asked without pause", n <= MOST, n)


def said_soon(account):
    return wait_for(lambda: account.status()["calendars"][0]["error"], 20, "status to say it")


def test_stall():
    """MoreAvailable, and nothing with it, for ever."""
    with Desk(server, "stall") as account:
        account.add("known")
        account.settle("known")
        account.ask("fault", kind="stall", times=-1, folder=account.folder)
        account.add("new")
        account.agent.refresh()
        check_patience(account, "always more, never anything")
        report("and said", said_soon(account))
        server.control.ask("faults", clear=1)
        account.agent.refresh()
        account.settle("known", "new")
        report("all goes on when it is over", True)


def test_forgetting():
    """Status 3 to every key, where a person asks."""
    with Desk(server, "forgetting") as account:
        account.add("known")
        account.settle("known")
        account.ask("fault", kind="collection-status", value=3, times=-1, folder=account.folder)
        account.agent.refresh()
        check_patience(account, "a key forgotten at once, asked for by a person")
        report("and said", said_soon(account))
        server.control.ask("faults", clear=1)
        account.add("new")
        account.agent.refresh()
        account.settle("known", "new")
        report("all goes on when it is over", True)


def test_tombstones():
    """Deletions of items that nobody has, with every window, are no flood to be confirmed (pitfall 8)."""
    with Desk(server, "tombstones") as account:
        account.add("known")
        account.settle("known")
        account.ask("fault", kind="tombstones", value=50, times=-1, folder=account.folder)
        account.add("new")
        account.agent.refresh()
        check_patience(account, "deletions of nothing")
        account.settle("known", "new")
        report("and all goes on meanwhile", True)


def test_silence():
    """A server that takes requests and does not answer: the events of one file wait for it together."""
    with Desk(server, "silence") as account:
        account.add("known")
        account.settle("known")
        account.ask("fault", kind="delay", value=100000, times=-1, command="Sync")
        events = [seam.make_event(seam.new_uid(), f"event {n}", desk.START) for n in range(4)]
        inner = "".join(text[text.index("BEGIN:VEVENT"):text.index("END:VEVENT")] + "END:VEVENT\r\n" for text in events)
        began = time.monotonic()
        account.agent.receive(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:PUBLISH\r\n{inner}END:VCALENDAR\r\n".encode())
        took = time.monotonic() - began
        report("four events of one file, and a server that does not answer: one patience", took < 3 * seam.SAVE_PATIENCE, f"{took:.1f} s")
        report("all of them are there", len(account.here()) == 5, account.here())
        server.control.ask("faults", clear=1)


TESTS = [test_stall, test_forgetting, test_tombstones, test_silence]


def main():
    global server
    wanted = [test for test in TESTS if not sys.argv[1:] or test.__name__.removeprefix("test_") in sys.argv[1:]]
    with seam.TestServer(*(word for user in ("stall", "forgetting", "tombstones", "silence") for word in ("--user", f"{user}:{desk.PASSWORD}"))) as server:
        tap.run(*wanted)
    tap.finish()


main()
