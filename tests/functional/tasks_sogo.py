#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tasks on a real SOGo, each way and property by property, with CalDAV as the witness.
Prints a table of the properties: alike, or what becomes of them and why. SOGo has no
notes on ActiveSync: none are shown. TAP.

	tasks_sogo.py --url URL --dav URL --agent PROGRAM   (through ../interop/on-sogo.sh)
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import meaning  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

PATIENCE = 60

# What is compared: lines of a VTODO, and all that both sides then say.
CASES = {
    "title": ["SUMMARY:Plain"],
    "text": ["SUMMARY:Text", "DESCRIPTION:First line\\nsecond\\, with a comma"],
    "due": ["SUMMARY:Due", "DUE;VALUE=DATE:20270305"],
    "start-and-due": ["SUMMARY:Span", "DTSTART;VALUE=DATE:20270301", "DUE;VALUE=DATE:20270305"],
    "high": ["SUMMARY:High", "PRIORITY:1"],
    "low": ["SUMMARY:Low", "PRIORITY:9"],
    "private": ["SUMMARY:Private", "CLASS:PRIVATE"],
    "confidential": ["SUMMARY:Confidential", "CLASS:CONFIDENTIAL"],
    "categories": ["SUMMARY:Sorted", "CATEGORIES:Home,Money"],
    "reminder": ["SUMMARY:Ring", "DUE;VALUE=DATE:20270305", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Ring",
                 "TRIGGER;VALUE=DATE-TIME:20270304T120000Z", "END:VALARM"],
    "repeating": ["SUMMARY:Weekly", "DTSTART;VALUE=DATE:20270301", "DUE;VALUE=DATE:20270301", "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO"],
    "under-way": ["SUMMARY:Dig", "STATUS:IN-PROCESS", "PERCENT-COMPLETE:40"],
    "done": ["SUMMARY:Done", "STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20270106T090000Z"],
    "characters": ["SUMMARY:Ümläut & <tag> “quotes” 日本語 😀"],
}
NAMES = ("SUMMARY", "DESCRIPTION", "PRIORITY", "CLASS", "CATEGORIES", "DTSTART", "DUE", "REMINDER", "RRULE", "STATUS", "PERCENT-COMPLETE", "COMPLETED")
UNSAID = {"PRIORITY": {"0", "5"}, "CLASS": {"PUBLIC"}, "STATUS": {"NEEDS-ACTION"}, "PERCENT-COMPLETE": {"0"}}  # as good as nothing

# What SOGo 5.8 or the protocol cannot hold: the side that then says something else, what it says, and why.
def nothing(_):
    return None


NO_MEASURE = "ActiveSync's tasks are complete or not, nothing between"
LIMITS = {
    ("PERCENT-COMPLETE", "on the desktop"): (nothing, NO_MEASURE),
    ("STATUS", "on the desktop"): (nothing, NO_MEASURE),
    ("PERCENT-COMPLETE", "by CalDAV"): (nothing, f"{NO_MEASURE}; SOGo writes none for a complete one"),
    ("STATUS", "by CalDAV"): (lambda _: "IN-PROCESS", f"{NO_MEASURE}; SOGo calls under way what is not complete"),
}


def check(condition, what):
    if not condition:
        raise Failure(what)


def vtodo(uid, lines):
    return "\r\n".join(["BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines, "END:VTODO", ""])


def said(component):
    """Property: value, as far as tasks have it; a date for whatever time is in it."""
    out = {name: component.value(name) for name in NAMES}
    for name in ("DTSTART", "DUE", "COMPLETED"):
        out[name] = (component.instant(name) or "")[:8]
    out["CATEGORIES"] = ",".join(sorted(c for v in component.values("CATEGORIES") for c in v.split(",")))
    out["REMINDER"] = component.value("VALARM")
    if out["RRULE"]:
        out["RRULE"] = meaning.rule_of_rrule(out["RRULE"], meaning.digits_to_time(component.value("DTSTART")))
    return {name: value for name, value in out.items() if value and value not in UNSAID.get(name, ())}


class Stage:
    def __init__(self, options):
        self.table = {}  # property -> {step: what became of it}, where a limit explains it
        self.dav = seam.Dav(options.dav)
        seam.add_account(options.url, "alice", "secret", options.agent)
        self.agent = seam.Agent(options.agent)
        source = wait_for(lambda: next((s[0] for s in self.agent.sources("tasks") if s[1] == "eas"), None), PATIENCE, "a list of tasks")
        self.agent.open(source, kind="tasks")

    def compare(self, wanted, component, side, case):
        found, wrong = said(component), {}
        for name, (a, b) in meaning.difference(wanted, found).items():
            limit = LIMITS.get((name, side))
            if limit and limit[0](a) == b:
                self.table.setdefault(name, {})[f"{case}, {side}"] = f"{b!r} for {a!r}: {limit[1]}"
            else:
                wrong[name] = (a, b)
        check(not wrong, f"wanted and found {side}: {wrong}")

    def print_table(self):
        for name in NAMES:
            print(f"# {name:16} {'not alike everywhere' if name in self.table else 'alike in each case, both ways'}")
            for step, what in self.table.get(name, {}).items():
                print(f"# {'':16}   {step}: {what}")

    def tick(self):
        """SOGo never tells of a change made in the second of its last answer."""
        time.sleep(1.2)

    def here(self):
        return {task.value("SUMMARY"): task for task in self.agent.events()}

    def there(self):
        """{title: (resource name, VTODO)}"""
        found = {}
        for name in self.dav.names():
            for task in seam.parse_events(self.dav.text(name) or "", "tasks"):
                found[task.value("SUMMARY")] = (name, task)
        return found

    def wait_here(self, title, condition=lambda task: True):
        def seen():
            self.agent.refresh()
            task = self.here().get(title)
            return task if task is not None and condition(task) else None
        return wait_for(seen, PATIENCE, f"{title} on the desktop, which has {list(self.here())}", 1)

    def wait_there(self, title, condition=lambda task: True):
        def seen():
            name, task = self.there().get(title, (None, None))
            return task if task is not None and condition(task) else None
        return wait_for(seen, PATIENCE, f"{title} on the server, which has {list(self.there())}", 0.5)


def test_arrives(stage, name_of_case, lines):
    wanted = said(seam.parse_events(vtodo("x", lines), "tasks")[0])
    stage.tick()
    name = seam.new_uid()
    stage.dav.put(f"{name}.ics", [vtodo(name, lines)])
    task = stage.wait_here(wanted["SUMMARY"])
    try:
        stage.compare(wanted, task, "on the desktop", name_of_case)
    finally:
        stage.tick()
        stage.dav.delete(f"{name}.ics")
    wait_for(lambda: (stage.agent.refresh(), wanted["SUMMARY"] not in stage.here())[1], PATIENCE, "it to go", 1)


def test_leaves(stage, name_of_case, lines):
    wanted = said(seam.parse_events(vtodo("x", lines), "tasks")[0])
    uid = stage.agent.create(vtodo(seam.new_uid(), lines))
    task = stage.wait_there(wanted["SUMMARY"])
    try:
        stage.compare(wanted, task, "by CalDAV", name_of_case)
        stage.compare(wanted, stage.wait_here(wanted["SUMMARY"]), "on the desktop afterwards", name_of_case)
    finally:
        stage.agent.remove(uid)
    wait_for(lambda: wanted["SUMMARY"] not in stage.there(), PATIENCE, "it to go", 0.5)


def test_changed_and_finished(stage):
    uid = stage.agent.create(vtodo(seam.new_uid(), ["SUMMARY:Paint", "DUE;VALUE=DATE:20270305", "DESCRIPTION:Blue"]))
    stage.wait_there("Paint")
    stage.agent.modify(vtodo(uid, ["SUMMARY:Paint", "DUE;VALUE=DATE:20270307", "DESCRIPTION:Blue", "PRIORITY:1"]))
    task = stage.wait_there("Paint", lambda task: (task.instant("DUE") or "")[:8] == "20270307")
    check(task.value("PRIORITY") == "1" and task.value("DESCRIPTION") == "Blue", f"by CalDAV: {said(task)}")
    stage.agent.modify(vtodo(uid, ["SUMMARY:Paint", "DUE;VALUE=DATE:20270307", "DESCRIPTION:Blue", "PRIORITY:1", "STATUS:COMPLETED",
                                   "PERCENT-COMPLETE:100", "COMPLETED:20270306T090000Z"]))
    task = stage.wait_there("Paint", lambda task: task.value("STATUS") == "COMPLETED")
    check(len([name for name in stage.there() if name == "Paint"]) == 1, "it is there twice")
    stage.agent.remove(uid)
    wait_for(lambda: "Paint" not in stage.there(), PATIENCE, "it to go", 0.5)


def test_finished_there(stage):
    stage.tick()
    name = seam.new_uid()
    stage.dav.put(f"{name}.ics", [vtodo(name, ["SUMMARY:Dig"])])
    stage.wait_here("Dig")
    stage.tick()
    stage.dav.put(f"{name}.ics", [vtodo(name, ["SUMMARY:Dig", "STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20270306T090000Z"])])
    stage.wait_here("Dig", lambda task: task.value("STATUS") == "COMPLETED")


def test_no_notes(stage):
    check(not [s for s in stage.agent.sources("notes") if s[1] == "eas"], f"there are {stage.agent.sources('notes')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--url", required=True)
    parser.add_argument("--dav", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--patience")
    options = parser.parse_args()
    tests = [(f"{name}/to-desktop", lambda stage, case=(name, lines): test_arrives(stage, *case)) for name, lines in CASES.items()]
    tests += [(f"{name}/to-server", lambda stage, case=(name, lines): test_leaves(stage, *case)) for name, lines in CASES.items()]
    tests += [("changed-and-finished", test_changed_and_finished), ("finished-there", test_finished_there), ("no-notes", test_no_notes)]

    stage = Stage(options)
    for name, test in tests:
        tap.attempt(name, lambda: test(stage))
    stage.print_table()
    stage.agent.close()
    tap.finish()


if __name__ == "__main__":
    main()
