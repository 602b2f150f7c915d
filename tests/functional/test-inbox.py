#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Windows that are durable before they are applied (law 1): the factory is killed while
it applies one and the request for the next is on its way. TAP; runs inside session.sh.

	test-inbox.py
"""

import os
import signal
import sqlite3
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import desk  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

WINDOW = 150
FIRST = 100  # what the first request asks for
TRIES = 6  # each takes a window at most
EVENTS = TRIES * WINDOW + 50

server = None


def rows(account, sql):
    """Of the cache; who writes there is waited for."""
    with sqlite3.connect(f"file:{account.cache()}/cache.db", timeout=180, uri=True) as database:
        return database.execute(sql).fetchone()[0]


def live_rows(account, table):
    """The same while the factory has it open; without a lock, so it may be half of a write. None: cannot be told."""
    try:
        database = sqlite3.connect(f"file:{account.cache()}/cache.db?immutable=1", uri=True)
        try:
            return database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        finally:
            database.close()
    except sqlite3.Error:
        return None


def go_offline(account):
    """Cut off, and the desktop knows it: edits wait without being tried, so that no request has to be recovered."""
    account.line.down()
    account.agent.refresh()
    wait_for(lambda: any("error=" in text for text in seam.status_texts(account.state())), 60, "the desktop to notice that the server is away")


def kill_within(account):
    """Kills the factory in the middle of a window, by looks at the inbox while it stands still. What it leaves there."""
    account.open()
    pid = seam.pid_of(seam.CALENDAR_FACTORY)
    account.agent.refresh()
    most = 0

    def in_the_middle():
        nonlocal most
        os.kill(pid, signal.SIGSTOP)
        left = live_rows(account, "eas_inbox") or 0
        if 0 < left < most:
            return True
        most = left  # of this window, or of the next
        os.kill(pid, signal.SIGCONT)
        return False

    wait_for(in_the_middle, 30, "a part of a window in the inbox", 0.001)
    os.kill(pid, signal.SIGKILL)
    account.kill()
    return rows(account, "SELECT count(*) FROM eas_inbox")


def kill_until_left(account):
    """A kill in the middle of a write may undo the window; the request for it, or for the next, is sent again."""
    for _ in range(TRIES):
        left = kill_within(account)
        if left > 0 and rows(account, "SELECT count(*) FROM eas_items") > 0:
            return left
    return 0


def test_killed_while_applying():
    with Desk(server, "first", opened=False) as account:
        account.ask("generate", folder=account.folder, count=EVENTS, seed=7)
        server.control.ask("set", **{"max-window": WINDOW})
        account.line.latency = 0.5  # longer than a window is applied
        left = kill_until_left(account)
        stored = rows(account, "SELECT count(*) FROM eas_items")
        report("killed while a window is being applied: the rest of it is there, with its key", left > 0, f"{left} left, {stored} applied")
        report("each of it applied or not, never both", (left + stored) % WINDOW == FIRST % WINDOW,
               f"{left} left, {stored} applied")

        account.line.down()
        account.open()
        wait_for(lambda: live_rows(account, "eas_inbox") == 0, 30, "the inbox to be empty", 0.05)
        wait_for(lambda: len(account.here()) == left + stored, 10, "all that had arrived to be shown", 0.2)
        report("it is applied without the server", True)

        account.line.latency = 0
        account.line.up()
        account.agent.refresh()
        account.settle(seconds=60)
        report("and nothing is lost or doubled", len(account.here()) == EVENTS, len(account.here()))


def test_changed_while_applying():
    """Edits meet the server's changes that are in the inbox only: both are kept."""
    with Desk(server, "edits") as account:
        server.control.ask("set", **{"max-window": WINDOW})
        titles = [f"event {n:03}" for n in range(TRIES * WINDOW + 10)]
        ids = {title: account.add(title, n) for n, title in enumerate(titles)}
        account.settle(*titles)
        go_offline(account)
        account.change(titles[0], location="Room 1")
        account.change(titles[-1], location="Room 1")
        for title in titles:
            account.ask("change", id=ids[title], subject=f"{title} moved")
        account.line.latency = 0.3
        account.line.up()
        account.agent.refresh()
        left = kill_until_left(account)
        report("killed while the server's changes are being applied", left > 0, left)
        account.line.latency = 0
        account.open()
        account.agent.refresh()
        account.settle(*(f"{title} moved" for title in titles), seconds=60)
        wait_for(lambda: rows(account, "SELECT count(*) FROM eas_outbox") == 0, 30, "the edits to arrive", 0.2)
        found = [item for item in account.ask("items", folder=account.folder)["items"] if "Room 1" in item["xml"]]
        report("edits made before reach the server, on top of its own changes, however those came",
               sorted(item["subject"] for item in found) == [f"{titles[0]} moved", f"{titles[-1]} moved"], found)


def test_damaged():
    """Rows that cannot be read cost a pass from the first key, and nothing else."""
    with Desk(server, "damaged") as account:
        titles = [f"event {n:02}" for n in range(30)]
        for n, title in enumerate(titles):
            account.add(title, n)
        account.settle(*titles)
        account.close()
        account.kill()
        with sqlite3.connect(f"{account.cache()}/cache.db") as database:
            for kind in (0, 1, 2, 3, 4, 77, -1):
                for server_id in (None, "", "6:1", "x" * 5000, "a\nb"):
                    for body in (None, b"", b"\x00", b"\x03\x01\x6a\x00\x45", bytes(range(256))):
                        database.execute("INSERT INTO eas_inbox (kind, server_id, body) VALUES (?, ?, ?)", (kind, server_id, body))
        server.control.ask("reset")
        account.open()
        account.settle(*titles)
        wait_for(lambda: rows(account, "SELECT count(*) FROM eas_inbox") == 0, 20, "the inbox to be empty", 0.2)
        time.sleep(2)
        report("damaged rows of the inbox: everything is there", account.here() == titles, account.here())
        requests = [r["command"] for r in account.requests()]
        report("after a few requests", requests.count("Sync") <= 8, requests)


def main():
    global server
    words = (word for user in ("first", "edits", "damaged") for word in ("--user", f"{user}:{desk.PASSWORD}"))
    with seam.TestServer(*words) as server:
        tap.run(test_killed_while_applying, test_changed_while_applying, test_damaged)
    tap.finish()


main()
