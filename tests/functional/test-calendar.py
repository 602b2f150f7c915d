#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The seam with EDS, one promise a test: real daemons on a private bus, the embedded
server behind a line that can be cut. Numbers are those of the pitfalls in the
project's user needs. Conflicts, resets, quarantine, floods of deletions and parked
edits are in test-laws.py. TAP.

	test-calendar.py --server-program EAS-TEST-SERVER --agent CAL-AGENT [--only NAME,…]
"""

import argparse
import configparser
import datetime
import os
import re
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import faulty_line  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from seam import Failure, make_event, new_uid, wait_for  # noqa: E402

USER, PASSWORD = "alice", "secret"
START = datetime.datetime(2027, 3, 1, 9, 0)
SOON = 45  # seconds in which everything must have come to rest


def check(condition, what):
    if not condition:
        raise Failure(what)


def count(agent):
    """Events, a series being one."""
    return len({event.value("UID") for event in agent.events()})


def titles(agent):
    return sorted(event.value("SUMMARY") for event in agent.events())


class Stage:
    """A server, a line to it, an account on it and a calendar client."""

    def __init__(self, options):
        self.options = options
        self.server = subprocess.Popen([options.server_program, "--user", f"{USER}:{PASSWORD}"], stdout=subprocess.PIPE,
                                       text=True)
        self.url = self.server.stdout.readline().split()[-1]
        target = urllib.parse.urlsplit(self.url)
        self.control = seam.Control(self.url)
        self.line = faulty_line.FaultyLine(target.hostname, target.port)
        self.folder = next(f["id"] for f in self.control.ask("folders")["folders"] if f["type"] == 8)
        self.source = seam.add_account(f"http://127.0.0.1:{self.line.port}{target.path}", USER, PASSWORD, options.agent)
        self.agent = seam.Agent(options.agent)
        self.agent.open(self.source)

    def close(self):
        self.agent.close()
        self.line.close()
        self.server.terminate()
        self.server.wait(60)

    def reopen(self):
        self.agent.close()
        self.agent = seam.Agent(self.options.agent)
        self.agent.open(self.source)

    # the server's side

    def items(self):
        return self.control.ask("items", folder=self.folder)["items"]

    def subjects(self):
        return sorted(item["subject"] for item in self.items())

    def server_adds(self, subject, hour=0, **more):
        start = START + datetime.timedelta(hours=hour)
        end = start + datetime.timedelta(hours=1)
        return self.control.ask("add", folder=self.folder, subject=subject, start=start.strftime("%Y%m%dT%H%M%SZ"),
                                end=end.strftime("%Y%m%dT%H%M%SZ"), **more)["id"]

    def server_changes(self, old, **what):
        item = next(item for item in self.items() if item["subject"] == old)
        self.control.ask("change", id=item["id"], **what)

    def server_deletes(self, subject):
        for item in self.items():
            if item["subject"] == subject:
                self.control.ask("delete", id=item["id"])

    def requests(self, command="Sync"):
        return self.control.ask("requests", command=command)["requests"]

    # both

    def clear(self):
        self.control.ask("faults", clear=1)
        self.line.disarm()
        self.line.up()
        for item in self.items():
            self.control.ask("delete", id=item["id"])
        self.wake()
        wait_for(lambda: not self.agent.events(), SOON, "an empty calendar", 0.1)

    def wake(self):
        """A person's refresh ends every pause."""
        self.agent.refresh()

    def wait_subjects(self, expected, what):
        wait_for(lambda: self.subjects() == sorted(expected), SOON, f"{what} on the server, which has {self.subjects()}", 0.1)

    def wait_titles(self, expected, what):
        wait_for(lambda: titles(self.agent) == sorted(expected), SOON, f"{what} on the desktop, which has {titles(self.agent)}",
                 0.1)

    def wait_sent(self):
        wait_for(lambda: self.status().get("Collection", "pending", fallback="") == "0", SOON, "the outbox to empty")

    def event(self, title):
        return next(event for event in self.agent.events() if event.value("SUMMARY") == title)

    def create(self, title, hour=0, **more):
        return self.agent.create(make_event(new_uid(), title, START + datetime.timedelta(hours=hour), **more))

    def retitle(self, old, new, hour=0, **more):
        uid = self.event(old).value("UID")
        self.agent.modify(make_event(uid, new, START + datetime.timedelta(hours=hour), **more))

    def status(self):
        """The worker's status file."""
        parser = configparser.RawConfigParser(strict=False)
        for text in seam.status_texts():
            parser.read_string(text)
        return parser


# ---- the tests ---------------------------------------------------------------

def test_child_uid_is_derived(stage):
    """The calendar's source does not change with the cache (design 4.18)."""
    check(re.fullmatch("eas-[0-9a-f]{40}", stage.source), f"the source is {stage.source}")
    sources = stage.agent.sources()
    check([s[0] for s in sources if s[1] == "eas"] == [stage.source], f"the sources are {sources}")


def test_events_arrive_by_push(stage):
    wait_for(lambda: stage.control.ask("requests", command="Ping")["waiting"], SOON, "a Ping")
    stage.server_adds("pushed")
    wait_for(lambda: "pushed" in titles(stage.agent), 5, "the pushed event", 0.02)


def test_saves_reach_the_server_at_once(stage):
    stage.create("made here")
    check(stage.subjects() == ["made here"], f"the server has {stage.subjects()}")
    stage.retitle("made here", "changed here")
    check(stage.subjects() == ["changed here"], f"the server has {stage.subjects()}")
    stage.agent.remove(stage.event("changed here").value("UID"))
    check(stage.subjects() == [], f"the server has {stage.subjects()}")
    check(titles(stage.agent) == [], f"the desktop has {titles(stage.agent)}")


def test_offline_edits_wait_and_arrive_once(stage):
    stage.server_adds("there")
    stage.wait_titles(["there"], "the server's event")
    stage.line.down()
    started = time.monotonic()
    for n in range(5):
        stage.create(f"offline {n}", hour=n)
    took = time.monotonic() - started
    check(took < 3 * seam.SAVE_PATIENCE, f"five offline edits waited for the server: {took:.1f} s")
    stage.retitle("offline 3", "offline 3b", hour=3)
    stage.agent.remove(stage.event("offline 4").value("UID"))
    stage.retitle("there", "there edited")
    expected = ["offline 0", "offline 1", "offline 2", "offline 3b", "there edited"]
    check(titles(stage.agent) == expected, f"the desktop has {titles(stage.agent)}")
    stage.line.up()
    stage.wake()
    stage.wait_subjects(expected, "the offline edits")
    stage.wait_titles(expected, "the same")


def test_outbox_survives_a_killed_factory(stage):
    stage.line.down()
    stage.create("before the crash")
    seam.kill_factory()
    stage.line.up()
    stage.reopen()
    stage.wait_subjects(["before the crash"], "the edit of before the crash")
    stage.wait_titles(["before the crash"], "the same")


def test_lost_answer_doubles_nothing(stage):
    """Pitfall 4, law 2: look before you repeat."""
    stage.control.ask("fault", kind="lost", command="Sync", times=1)
    stage.create("answer lost")
    stage.wake()
    stage.wait_sent()
    stage.wait_subjects(["answer lost"], "the event, once,")
    stage.wait_titles(["answer lost"], "the event, once,")


def test_edit_of_what_the_server_deleted(stage):
    """A conflict, never an error: our version is the only one left."""
    stage.server_adds("doomed")
    stage.wait_titles(["doomed"], "the event")
    stage.line.down()
    stage.retitle("doomed", "still wanted")
    stage.server_deletes("doomed")
    stage.line.up()
    stage.wake()
    stage.wait_subjects(["still wanted"], "our version")
    stage.wait_titles(["still wanted"], "our version")


def test_removal_of_what_the_server_changed(stage):
    stage.server_adds("loved")
    stage.wait_titles(["loved"], "the event")
    stage.line.down()
    stage.agent.remove(stage.event("loved").value("UID"))
    stage.server_changes("loved", subject="loved more")
    stage.line.up()
    stage.wake()
    stage.wait_titles(["loved more"], "the changed event")
    stage.wait_subjects(["loved more"], "its changed event")


def test_what_cannot_be_said_is_refused_at_once(stage):
    """Pitfall 14: never saved here to be lost at the next sync."""
    stage.server_adds("there")
    stage.wait_titles(["there"], "the server's event")
    try:
        stage.create("too often", rrule="FREQ=HOURLY")
        raise Failure("an hourly event was taken")
    except seam.AgentError:
        pass
    check(titles(stage.agent) == ["there"], f"the desktop has {titles(stage.agent)}")


def test_idle_is_silent(stage):
    stage.server_adds("there")
    stage.wait_titles(["there"], "the server's event")
    # Nothing is left to do when the next Ping waits; rounds are at least a second apart.
    seam.wait_for_silence(stage.control)
    wait_for(lambda: stage.control.ask("requests")["waiting"] == 1, SOON, "a Ping that waits")
    stage.control.ask("reset")
    time.sleep(3)
    requests = stage.control.ask("requests")["requests"]
    check(len(requests) == 0, f"requests without a reason: {[(r['command'], r['collections']) for r in requests]}")


def run(stage, only):
    for name, test in tap.tests_in(globals(), only).items():
        tap.attempt(name, stage.clear, lambda: test(stage))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server-program", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--only", type=lambda names: names.split(","))
    options = parser.parse_args()
    stage = Stage(options)
    try:
        run(stage, options.only)
    finally:
        stage.close()
    tap.finish()


if __name__ == "__main__":
    main()
