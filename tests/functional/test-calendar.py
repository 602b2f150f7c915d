#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The seam with EDS, one promise a test: real daemons on a private bus, the embedded
server behind a line that can be cut. Numbers are those of the pitfalls in the
project's user needs. TAP.

	test-calendar.py --server-program EAS-TEST-SERVER --agent CAL-AGENT --setting ACCOUNT-SETTING [--only NAME,…]
"""

import argparse
import configparser
import datetime
import glob
import os
import re
import subprocess
import sys
import time
import traceback
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import faulty_line  # noqa: E402
import seam  # noqa: E402
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
        self.server.wait(10)

    def reopen(self):
        self.agent.close()
        self.agent = seam.Agent(self.options.agent)
        self.agent.open(self.source)

    def set(self, name, value):
        subprocess.run([self.options.setting, name, value], check=True, timeout=60)

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
        wait_for(lambda: self.status()["Collection"]["pending"] == "0", SOON, "the outbox to empty")

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
        for path in glob.glob(os.path.join(os.environ["XDG_CACHE_HOME"], "evolution/eas/*/status/*.status")):
            parser.read(path)
        return parser

    def parked(self):
        status = self.status()
        return [dict(status[section]) for section in status.sections() if section.startswith("Parked")]

    def losers(self):
        pattern = os.path.join(os.environ["XDG_DATA_HOME"], "evolution/eas/*/conflicts/*/*.ics")
        return [open(path, encoding="utf-8").read() for path in glob.glob(pattern)]


# ---- the tests ---------------------------------------------------------------

def test_child_uid_is_derived(stage):
    """The calendar's source does not change with the cache (design 4.18)."""
    check(re.fullmatch("eas-[0-9a-f]{40}", stage.source), f"the source is {stage.source}")
    sources = stage.agent.sources()
    check([s[0] for s in sources if s[1] == "eas"] == [stage.source], f"the sources are {sources}")


def test_events_arrive_by_push(stage):
    wait_for(lambda: stage.control.ask("requests", command="Ping")["waiting"], SOON, "a Ping")
    started = time.monotonic()
    stage.server_adds("pushed")
    wait_for(lambda: "pushed" in titles(stage.agent), 5, "the pushed event", 0.02)
    check(time.monotonic() - started < 2, f"push took {time.monotonic() - started:.1f} s")


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
    check(time.monotonic() - started < 10, f"five offline edits took {time.monotonic() - started:.1f} s")
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


def conflict(stage, policy, server=None, desktop=None):
    """The same title changed on both sides while the line is down; back at rest."""
    stage.set("conflict", policy)
    stage.server_adds("ours")
    stage.wait_titles(["ours"], "the event of both")
    stage.line.down()
    stage.retitle("ours", desktop or "mine")
    stage.server_changes("ours", subject=server or "theirs")
    stage.line.up()
    stage.wake()


def test_conflict_keep_both(stage):
    conflict(stage, "keep-both")
    stage.wait_subjects(["mine (my version)", "theirs"], "both versions")
    stage.wait_titles(["mine (my version)", "theirs"], "both versions")


def test_conflict_server_wins(stage):
    before = len(stage.losers())
    conflict(stage, "server-wins")
    stage.wait_titles(["theirs"], "the server's version")
    stage.wait_subjects(["theirs"], "its own version")
    losers = stage.losers()
    check(len(losers) == before + 1 and any("SUMMARY:mine" in loser for loser in losers), "my version was not kept in a file")


def test_conflict_mine_wins(stage):
    before = len(stage.losers())
    conflict(stage, "mine-wins")
    stage.wait_subjects(["mine"], "my version")
    stage.wait_titles(["mine"], "my version")
    losers = stage.losers()
    check(len(losers) == before + 1 and any("SUMMARY:theirs" in loser for loser in losers),
          "the server's version was not kept in a file")


def test_different_fields_merge(stage):
    stage.set("conflict", "keep-both")
    stage.server_adds("ours")
    stage.wait_titles(["ours"], "the event of both")
    stage.line.down()
    stage.retitle("ours", "my title")
    stage.server_changes("ours", location="their place")
    stage.line.up()
    stage.wake()
    stage.wait_subjects(["my title"], "one event")
    wait_for(lambda: [e.value("LOCATION") for e in stage.agent.events()] == ["their place"], SOON, "the server's place")
    check("their place" in stage.items()[0]["xml"], "the server's own place was lost")


def test_edit_of_what_the_server_deleted(stage):
    """A conflict, never an error: our version is the only one left."""
    stage.set("conflict", "keep-both")
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
    stage.set("conflict", "keep-both")
    stage.server_adds("loved")
    stage.wait_titles(["loved"], "the event")
    stage.line.down()
    stage.agent.remove(stage.event("loved").value("UID"))
    stage.server_changes("loved", subject="loved more")
    stage.line.up()
    stage.wake()
    stage.wait_titles(["loved more"], "the changed event")
    stage.wait_subjects(["loved more"], "its changed event")


def test_reset_is_invisible(stage):
    """Pitfall 1, law 3: Status 3 on 3,000 events, an edit made offline meanwhile."""
    stage.control.ask("generate", folder=stage.folder, count=stage.options.many, seed=7)
    wait_for(lambda: count(stage.agent) == stage.options.many, 120, "the first sync", 0.5)
    stage.agent.ask("view-start")
    settled_view(stage)
    stage.line.down()
    stage.create("made offline", hour=5000)
    added, modified, removed = settled_view(stage)
    stage.control.ask("forget", what="keys")
    stage.control.ask("reset")
    stage.line.up()
    stage.wake()
    wait_for(lambda: "made offline" in stage.subjects(), 120, "the offline edit", 0.5)
    wait_for(lambda: stage.status()["Collection"]["state"] == "idle", 120, "rest", 0.5)
    after = view_stats(stage)
    check(after[0] == added and after[2] == removed,
          f"the view saw {after[0] - added} added and {after[2] - removed} removed events")
    check(stage.subjects().count("made offline") == 1, "the offline edit was sent twice")
    check(count(stage.agent) == stage.options.many + 1, f"the desktop has {count(stage.agent)} events")


def view_stats(stage):
    return [int(word) for word in stage.agent.ask("view-stats")[0].split()[:3]]


def settled_view(stage):
    """What the view has seen when nothing more comes."""
    seen = []

    def quiet():
        seen.append(view_stats(stage))
        return len(seen) > 1 and seen[-1] == seen[-2]

    wait_for(quiet, SOON, "the view to become quiet", 1)
    return seen[-1]


def test_quarantine_removes_nothing(stage):
    """Pitfall 8: emptiness in an unknown state is never deletion."""
    for n in range(4):
        stage.server_adds(f"kept {n}", hour=n)
    expected = [f"kept {n}" for n in range(4)]
    stage.wait_titles(expected, "the events")
    stage.control.ask("quarantine", on=1)
    try:
        stage.wake()
        wait_for(lambda: stage.status()["Collection"].get("held") or stage.status()["Collection"].get("error"), SOON,
                 "a reason in the status")
        check(titles(stage.agent) == expected, f"the desktop has {titles(stage.agent)}")
    finally:
        stage.control.ask("quarantine", on=0)
    stage.wake()
    wait_for(lambda: stage.status()["Collection"]["state"] == "idle", SOON, "rest")
    check(titles(stage.agent) == expected, f"the desktop has {titles(stage.agent)} afterwards")


def test_mass_deletion_is_confirmed(stage):
    """Pitfall 8: a flood of deletions is believed after a second look, and then carried out."""
    for n in range(30):
        stage.server_adds(f"many {n}", hour=n)
    wait_for(lambda: len(stage.agent.events()) == 30, SOON, "the events", 0.2)
    stage.line.down()
    for n in range(25):
        stage.server_deletes(f"many {n}")
    stage.control.ask("reset")
    stage.line.up()
    stage.wake()
    stage.wait_titles([f"many {n}" for n in range(25, 30)], "what is left")
    check(any(r.get("request_bytes", 1) for r in stage.requests()), "no second look")


def test_refused_save_is_the_callers_error(stage):
    stage.control.ask("fault", kind="item-status", command="Sync", value=6, text="poison", times=-1)
    try:
        stage.create("poison")
        raise Failure("the refused save succeeded")
    except seam.AgentError:
        pass
    check(titles(stage.agent) == [] and stage.parked() == [], "the refused save left something behind")
    stage.create("wholesome")
    check(stage.subjects() == ["wholesome"], f"the server has {stage.subjects()}")


def test_refused_edit_is_parked(stage):
    """Pitfalls 6 and 7, law 5: one bad item stops only itself."""
    stage.control.ask("fault", kind="item-status", command="Sync", value=6, text="poison", times=-1)
    stage.line.down()
    stage.create("one", hour=1)
    stage.create("poison", hour=2)
    stage.create("two", hour=3)
    stage.line.up()
    stage.wake()
    stage.wait_subjects(["one", "two"], "the good ones")
    wait_for(stage.parked, SOON, "the parked one in the status")
    check([p["title"] for p in stage.parked()] == ["poison"] and stage.parked()[0]["reason"], f"parked is {stage.parked()}")
    check("poison" in titles(stage.agent), "the parked event vanished from the desktop")
    stage.control.ask("reset")
    stage.create("three", hour=4)
    check(sum(1 for r in stage.requests()) <= 3, "the parked edit is tried again and again")
    stage.retitle("poison", "cured", hour=2)
    stage.wait_subjects(["cured", "one", "three", "two"], "the cured one")
    wait_for(lambda: not stage.parked(), SOON, "nothing parked")


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


def test_wrong_password_loses_no_edit(stage):
    stage.server_adds("there")
    stage.wait_titles(["there"], "the server's event")
    stage.control.ask("set", password="other")
    started = time.monotonic()
    stage.create("without a password", hour=1)
    check(time.monotonic() - started < 25, f"the save took {time.monotonic() - started:.1f} s")
    check(titles(stage.agent) == ["there", "without a password"], f"the desktop has {titles(stage.agent)}")
    stage.control.ask("set", password=PASSWORD)
    stage.wake()
    stage.wait_subjects(["there", "without a password"], "the edit")


def test_idle_is_silent(stage):
    stage.server_adds("there")
    stage.wait_titles(["there"], "the server's event")
    time.sleep(1)
    stage.control.ask("reset")
    time.sleep(3)
    requests = stage.control.ask("requests")["requests"]
    check(len(requests) == 0, f"requests without a reason: {[(r['command'], r['collections']) for r in requests]}")


def all_tests():
    return {name[5:]: function for name, function in globals().items() if name.startswith("test_")}


def run(stage, only):
    tests = {name: test for name, test in all_tests().items() if not only or name in only}
    failures = 0
    print(f"1..{len(tests)}", flush=True)
    for number, (name, test) in enumerate(tests.items(), 1):
        started = time.monotonic()
        try:
            stage.clear()
            test(stage)
            print(f"ok {number} - {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception as error:
            failures += 1
            print(f"not ok {number} - {name}", flush=True)
            if not isinstance(error, Failure):
                traceback.print_exc(file=sys.stdout)
            print("\n".join(f"#   {line}" for line in str(error).split("\n")), flush=True)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server-program", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--setting", required=True)
    parser.add_argument("--many", type=int, default=3000, help="events of the reset test")
    parser.add_argument("--only", type=lambda names: names.split(","))
    options = parser.parse_args()
    stage = Stage(options)
    try:
        failures = run(stage, options.only)
    finally:
        stage.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
