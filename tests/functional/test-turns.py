#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How many folders of an account are fetched from the start at the same time: two, and
calendars as they come. TAP; runs inside session.sh.

	test-turns.py
"""

import fcntl
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import desk  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

ITEMS = 900
WINDOW = 100
FOLDERS = 4
LATENCY = 0.2  # seconds; the fetches are to meet
OWN_TYPES = {"tasks": 15, "events": 13}  # FolderCreate's

server = None


def most_at_once(account, folders):
    """Folders between their second window and their last, in the order of requests."""
    spans = {}
    for number, request in enumerate(account.requests("Sync")):
        for folder in request["collections"].split(","):
            if folder in folders:
                spans.setdefault(folder, []).append(number)
    # Key 0, the first window; then what needs a turn.
    spans = {folder: numbers[2:] for folder, numbers in spans.items()}
    moments = sorted({number for numbers in spans.values() for number in numbers})
    return max(sum(numbers[0] <= moment <= numbers[-1] for numbers in spans.values() if numbers) for moment in moments) if moments else 0


def open_all(account):
    """Agents by source."""
    agents = {}
    for source in account.calendars():
        agents[source] = seam.Agent(desk.AGENT)
        agents[source].open(source, kind=account.kind)
    return agents


def prepare(user, kind):
    """Full folders of a kind, there before the account is; their ids."""
    for number in range(1, FOLDERS):
        server.control.ask("folder-add", user=user, name=f"List {number}", type=OWN_TYPES[kind])
    types = (desk.FOLDER_TYPES[kind], OWN_TYPES[kind])
    folders = [folder["id"] for folder in server.control.ask("folders", user=user)["folders"] if folder["type"] in types]
    for seed, folder in enumerate(folders):
        server.control.ask("clear", user=user, folder=folder)
        server.control.ask("generate", user=user, folder=folder, count=ITEMS, seed=seed + 1)
    return folders


def fetch_all(account):
    """Opens all of them at once, until all are complete."""
    agents = open_all(account)
    try:
        for source, agent in agents.items():
            wait_for(lambda agent=agent: len(agent.events()) >= ITEMS, 180, f"all of {source}", 0.5)
    finally:
        for agent in agents.values():
            agent.close()


def test_tasks():
    """More than there are turns: the others wait, and all have all in the end. So also when the process dies with the turns."""
    folders = prepare("tasker", "tasks")
    with Desk(server, "tasker", opened=False, kind="tasks") as account:
        wait_for(lambda: len(account.calendars()) == FOLDERS, 60, "all lists")
        account.line.latency = LATENCY
        agents = open_all(account)
        wait_for(lambda: len(account.requests("Sync")) > 4 * FOLDERS, 60, "the fetches to be under way", 0.02)
        account.kill()
        for agent in agents.values():
            agent.process.kill()
            agent.process.wait()
        report("killed in their midst", most_at_once(account, folders) == 2, account.requests("Sync"))
        server.control.ask("reset")
        fetch_all(account)
        report("after the death of who had the turns, all have all", True)
        most = most_at_once(account, folders)
        report("two lists of tasks at a time", most == 2, most)


def test_events():
    """Calendars do not wait."""
    folders = prepare("eventer", "events")
    with Desk(server, "eventer", opened=False) as account:
        wait_for(lambda: len(account.calendars()) == FOLDERS, 60, "all calendars")
        account.line.latency = LATENCY
        server.control.ask("reset")
        fetch_all(account)
        most = most_at_once(account, folders)
        report("all calendars at once", most == FOLDERS, most)


def test_edit():
    """Who makes something in a folder that waits does not wait for the folder's next window, too."""
    prepare("editor", "tasks")
    with Desk(server, "editor", opened=False, kind="tasks") as account:
        turns = [open(os.path.join(account.state(), f"turn-{number}"), "w") for number in (1, 2)]
        for turn in turns:
            fcntl.flock(turn, fcntl.LOCK_EX)
        account.open()
        wait_for(lambda: len(account.agent.events()) >= WINDOW, 60, "the first window", 0.05)
        server.control.ask("set", **{"log-bodies": 1})
        before = len(account.requests("Sync"))
        account.agent.create(f"BEGIN:VTODO\r\nUID:{seam.new_uid()}\r\nSUMMARY:Mine\r\nEND:VTODO\r\n")
        wait_for(lambda: account.requests("Sync")[before:], 60, "the edit", 0.02)
        first = account.requests("Sync")[before]
        server.control.ask("set", **{"log-bodies": 0})
        report("an edit is told before the next window is asked for", "Mine" in first["request_xml"], first)
        for turn in turns:
            turn.close()
        wait_for(lambda: len(account.agent.events()) == ITEMS + 1, 120, "all of it", 0.2)
        report("all is there then", True)


TESTS = [test_tasks, test_events, test_edit]


def main():
    global server
    with seam.TestServer(*(word for user in ("tasker", "eventer", "editor") for word in ("--user", f"{user}:{desk.PASSWORD}"))) as server:
        server.control.ask("set", **{"max-window": WINDOW})
        tap.run(*TESTS)
    tap.finish()


main()
