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


def test_stall():
    """MoreAvailable, and nothing with it, for ever."""
    with Desk(server, "stall") as account:
        account.add("known")
        account.settle("known")
        account.ask("fault", kind="stall", times=-1, folder=account.folder)
        account.add("new")
        account.agent.refresh()
        n = count_requests(account)
        report("always more, never anything: not asked without pause", n <= MOST, n)
        said = account.status()["calendars"][0]
        report("and said", said["error"], said)
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
        n = count_requests(account)
        report("a key forgotten at once, asked for by a person: not asked without pause", n <= MOST, n)
        said = account.status()["calendars"][0]
        report("and said", said["error"], said)
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
        n = count_requests(account)
        report("deletions of nothing: not asked without pause", n <= MOST, n)
        account.settle("known", "new")
        report("and all goes on meanwhile", True)


TESTS = [test_stall, test_forgetting, test_tombstones]


def main():
    global server
    wanted = [test for test in TESTS if not sys.argv[1:] or test.__name__.removeprefix("test_") in sys.argv[1:]]
    with seam.TestServer(*(word for user in ("stall", "forgetting", "tombstones") for word in ("--user", f"{user}:{desk.PASSWORD}"))) as server:
        tap.run(*wanted)
    tap.finish()


main()
