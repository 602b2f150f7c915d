#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A disk that fills up in the middle of the first sync, then under the edits, and has
space again: nothing lost, nothing doubled, nothing hung, said plainly. TAP; runs by
full-disk.sh, which gives it a mount namespace."""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import desk  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

CACHE = os.environ["XDG_CACHE_HOME"]
SIZE = 16 << 20
COUNT = 2000
ballast = os.path.join(CACHE, "ballast")


def free():
    disk = os.statvfs(CACHE)
    return disk.f_bavail * disk.f_frsize


def fill(leave):
    """Only so many bytes are left."""
    with open(ballast, "ab") as file:
        while free() > leave:
            file.write(bytes(min(65536, free() - leave)))
            file.flush()


def said(account):
    """What account status says is wrong with the calendar."""
    calendar = account.status()["calendars"][0]
    return calendar["error"] or ""


def test_full_disk():
    with seam.TestServer("--user", f"full:{desk.PASSWORD}") as server, Desk(server, "full", opened=False) as account:
        account.ask("generate", folder=account.folder, count=COUNT, seed=3)
        # An item of these takes about a kilobyte: the disk is full in the middle.
        fill(600 * 1024)
        account.open()
        trouble = wait_for(lambda: said(account), 60, "status to speak of the disk", 0.5)
        report("disk full during the first sync: status says what is wrong", "disk" in trouble, trouble)
        shown = len(account.here())
        report("and the calendar answers with what there is", 0 <= shown < COUNT, shown)
        server.control.ask("reset")
        time.sleep(8)
        report("the server is not asked without end", len(account.requests()) < 20, len(account.requests()))
        os.remove(ballast)
        account.agent.refresh()
        account.settle(seconds=60)
        report("with space again, all is there, and nothing is doubled", len(account.here()) == COUNT, len(account.here()))
        fill(0)
        try:
            account.create("on a full disk " + "x" * 200000, 1)
            told = "accepted"
        except seam.AgentError as error:
            told = str(error)
        # Either is right, but not a success without the event.
        there = any(title.startswith("on a full disk") for title in account.there())
        report("an edit on a full disk is refused in words, or arrives", there if told == "accepted" else "error" in told and "BEGIN" not in told,
               f"{told[:300]}, there: {there}")
        account.ask("change", id=account.ask("items", folder=account.folder)["items"][0]["id"], subject="changed on a full disk")
        account.agent.refresh()
        time.sleep(2)
        report("nothing is removed", len(account.here()) >= COUNT, len(account.here()))
        os.remove(ballast)
        account.agent.refresh()
        account.settle(seconds=60)
        report("with space again, both sides are equal", "changed on a full disk" in account.here())
        # The daemons start anew on a full disk.
        account.close()
        account.kill()
        fill(0)
        try:
            account.open()
            report("a start on a full disk: the calendar opens with what is known, or says why", len(account.here()) >= COUNT)
        except seam.AgentError as error:
            report("a start on a full disk: the calendar opens with what is known, or says why", "error" in str(error), error)
        os.remove(ballast)
        account.open()
        account.add("after all", 3)
        account.agent.refresh()
        account.settle(seconds=60)
        report("and with space again all goes on", "after all" in account.here())


def main():
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", CACHE], check=True)
    try:
        tap.run(test_full_disk)
    finally:
        # The daemons still write there; the session ends them later.
        subprocess.run(["umount", "-l", CACHE], check=False)
    tap.finish()


main()
