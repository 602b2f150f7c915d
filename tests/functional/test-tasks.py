#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tasks and notes through real daemons on a private bus, both ways, with what a second
device of the same person puts on the server and sees there as the witness. TAP.

	test-tasks.py VERSION [--only NAME,…]
"""

import argparse
import os
import sys
import time
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

SOON = 40
NAMESPACES = 'xmlns:a="AirSync" xmlns:b="AirSyncBase" xmlns:t="Tasks" xmlns:n="Notes"'
SCHEMAS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../shared/protocol/xsd")


def check(condition, what):
    if not condition:
        raise Failure(what)


def item_xml(**elements):
    """Elements by prefix and name: t_Subject="Taxes"; a value that begins with "<" is XML."""
    out = []
    for name, value in elements.items():
        tag = name.replace("_", ":", 1)
        out.append(f"<{tag}>{value if value.startswith('<') else escape(value)}</{tag}>")
    return f"<a:ApplicationData {NAMESPACES}>{''.join(out)}</a:ApplicationData>"


def body(text):
    return f"<b:Type>1</b:Type><b:Data>{escape(text)}</b:Data>"


def categories(prefix, *names):
    return "".join(f"<{prefix}:Category>{name}</{prefix}:Category>" for name in names)


class Lists(Desk):
    """Tasks or notes of an account."""

    def put(self, **elements):
        return self.ask("add", item_xml(**elements), folder=self.folder)["id"]

    def edit(self, id, **elements):
        self.ask("change", item_xml(**elements), id=id)

    def held(self, title):
        """What the server has under that title: {element: text, or the texts of its children}."""
        found = [item for item in self.ask("items", folder=self.folder)["items"] if item["subject"] == title]
        check(len(found) == 1, f"{len(found)} times {title} on the server, which has {self.there()}")
        said = {}
        for child in ElementTree.fromstring(found[0]["xml"]):
            name = child.tag.split("}")[1]
            said[name] = child.text or "" if len(child) == 0 else [(c.tag.split("}")[1], c.text or "") for c in child]
        return said

    def make(self, title, *lines):
        name = seam.KINDS[self.kind]
        return self.agent.create("\r\n".join([f"BEGIN:{name}", f"UID:{seam.new_uid()}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}", *lines,
                                              f"END:{name}", ""]))

    def lines(self, title):
        """The lines of what is shown under that title."""
        text = next(text for text in self.agent.texts() if f"SUMMARY:{title}\n" in text.replace("\r", ""))
        return [line for line in seam.unfold(text) if line]

    def shown(self, title, seconds=SOON):
        wait_for(lambda: title in self.here(), seconds, f"{title} on the desktop, which has {self.here()}", 0.05)
        return self.lines(title)


def expect_lines(lines, *expected):
    missing = [line for line in expected if line not in lines]
    check(not missing, f"{missing} is not in {lines}")


def expect_said(said, **expected):
    for name, value in expected.items():
        check(said.get(name) == value, f"the server has {name} {said.get(name)!r}, not {value!r}")


# ---- tasks -------------------------------------------------------------------

def test_tasks_arrive(desk, version):
    desk.put(t_Subject="Taxes", b_Body=body("Form A\r\nForm B"), t_StartDate="2026-11-20T00:00:00.000Z",
             t_UtcStartDate="2026-11-19T23:00:00.000Z", t_DueDate="2026-11-25T00:00:00.000Z", t_UtcDueDate="2026-11-24T23:00:00.000Z",
             t_Importance="2", t_Sensitivity="2", t_Complete="0", t_ReminderSet="1", t_ReminderTime="2026-11-24T08:00:00.000Z",
             t_Categories=categories("t", "Home", "Money"),
             t_Recurrence="<t:Type>2</t:Type><t:Start>2026-11-20T00:00:00.000Z</t:Start><t:Interval>1</t:Interval><t:DayOfMonth>20</t:DayOfMonth>")
    desk.put(t_Subject="Filed", t_Complete="1", t_DateCompleted="2026-11-21T10:00:00.000Z")
    expect_lines(desk.shown("Taxes"), "DTSTART;VALUE=DATE:20261120", "DUE;VALUE=DATE:20261125", "DESCRIPTION:Form A\\nForm B", "PRIORITY:1",
                 "CLASS:PRIVATE", "TRIGGER;VALUE=DATE-TIME:20261124T080000Z", "CATEGORIES:Home", "CATEGORIES:Money",
                 "RRULE:FREQ=MONTHLY;BYMONTHDAY=20")
    expect_lines(desk.shown("Filed"), "STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20261121T100000Z")


def test_tasks_leave(desk, version):
    desk.make("Call", "DTSTART;VALUE=DATE:20270301", "DUE;VALUE=DATE:20270305", "PRIORITY:9", "CLASS:CONFIDENTIAL", "DESCRIPTION:Ask\\nJim",
              "CATEGORIES:Work", "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO", "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Call",
              "TRIGGER;VALUE=DATE-TIME:20270304T120000Z", "END:VALARM")
    said = desk.held("Call")
    expect_said(said, StartDate="2027-03-01T00:00:00.000Z", DueDate="2027-03-05T00:00:00.000Z", Importance="0", Sensitivity="3", Complete="0",
                ReminderSet="1", ReminderTime="2027-03-04T12:00:00.000Z", Categories=[("Category", "Work")])
    check(("Data", "Ask\r\nJim") in said["Body"] or ("Data", "Ask\nJim") in said["Body"], f"the body is {said['Body']}")
    rule = dict(said["Recurrence"])
    check((rule["Type"], rule["DayOfWeek"], rule["Occurrences"], rule["Start"]) == ("1", "2", "4", "2027-03-01T00:00:00.000Z"), f"the rule is {rule}")


def test_task_is_changed_and_finished(desk, version):
    """What nobody touched stays as the server has it, also what the desktop cannot show."""
    id = desk.put(t_Subject="Paint", t_Complete="0", t_OrdinalDate="2026-11-20T10:00:00.000Z", t_SubOrdinalDate="5555", b_Body=body("Blue"))
    desk.shown("Paint")
    desk.change("Paint", **{"due;value=date": "20270105"})
    expect_said(desk.held("Paint"), DueDate="2027-01-05T00:00:00.000Z", SubOrdinalDate="5555", OrdinalDate="2026-11-20T10:00:00.000Z")
    check(("Data", "Blue") in desk.held("Paint")["Body"], "the body is gone")
    desk.change("Paint", status="COMPLETED", completed="20270106T090000Z", **{"percent-complete": "100"})
    expect_said(desk.held("Paint"), Complete="1", DateCompleted="2027-01-06T09:00:00.000Z", DueDate="2027-01-05T00:00:00.000Z")
    desk.edit(id, t_Complete="0", t_DateCompleted="")
    wait_for(lambda: "STATUS:COMPLETED" not in desk.lines("Paint"), SOON, "the task to be open again")
    desk.remove("Paint")
    check("Paint" not in desk.there(), f"the server has {desk.there()}")


def test_what_the_server_cannot_hold_stays_here(desk, version):
    """How far a task is has no element: the desktop keeps it, through edits on both sides."""
    desk.make("Dig", "STATUS:IN-PROCESS", "PERCENT-COMPLETE:40", "LOCATION:Garden")
    expect_lines(desk.shown("Dig"), "STATUS:IN-PROCESS", "PERCENT-COMPLETE:40", "LOCATION:Garden")
    desk.change("Dig", priority="1", **{"percent-complete": "60"})
    expect_lines(desk.shown("Dig"), "PERCENT-COMPLETE:60", "PRIORITY:1", "STATUS:IN-PROCESS")
    desk.edit(desk.id_of("Dig"), t_Importance="0")
    wait_for(lambda: "PRIORITY:9" in desk.lines("Dig"), SOON, "the server's edit")
    expect_lines(desk.lines("Dig"), "PERCENT-COMPLETE:60", "LOCATION:Garden")


def refused(desk, *lines):
    try:
        desk.make("refused", *lines)
    except seam.AgentError:
        check("refused" not in desk.here() and "refused" not in desk.there(), "it was saved nevertheless")
        return
    raise Failure(f"{lines} was taken")


def test_impossible_tasks_are_refused(desk, version):
    refused(desk, "RRULE:FREQ=DAILY")
    refused(desk, "DUE;VALUE=DATE:20270105", "RRULE:FREQ=HOURLY")
    refused(desk, "DTSTART;VALUE=DATE:20270106", "DUE;VALUE=DATE:20270105")


def test_an_event_in_a_list_is_refused(desk, version):
    import datetime
    try:
        desk.agent.create(seam.make_event(seam.new_uid(), "meeting", datetime.datetime(2027, 3, 1, 9)))
    except seam.AgentError:
        check("meeting" not in desk.there(), "the event is among the tasks")
        return
    raise Failure("an event was taken into a list of tasks")


def test_task_capabilities(desk, version):
    words = desk.agent.ask("capabilities")[0].split(",")
    for word in ("task-date-only", "task-can-recur", "no-task-assignment", "one-alarm-only"):
        check(word in words, f"{word} is not in {words}")
    check("create-messages" not in words, f"create-messages is in {words}")


# ---- notes -------------------------------------------------------------------

def test_notes_arrive(desk, version):
    desk.put(n_Subject="Shopping", b_Body=body("Milk\r\nBread"), n_MessageClass="IPM.StickyNote", n_LastModifiedDate="20261121T093000Z",
             n_Categories=categories("n", "Home", "Food"))
    expect_lines(desk.shown("Shopping"), "DESCRIPTION:Milk\\nBread", "CATEGORIES:Home", "CATEGORIES:Food", "LAST-MODIFIED:20261121T093000Z")


def test_notes_leave_and_change(desk, version):
    desk.make("Ideas", "DESCRIPTION:One\\nTwo", "CATEGORIES:Work")
    said = desk.held("Ideas")
    expect_said(said, MessageClass="IPM.StickyNote", Categories=[("Category", "Work")])
    check(("Data", "One\r\nTwo") in said["Body"] or ("Data", "One\nTwo") in said["Body"], f"the body is {said['Body']}")
    desk.change("Ideas", summary="Plans")
    said = desk.held("Plans")
    expect_said(said, MessageClass="IPM.StickyNote", Categories=[("Category", "Work")])
    check("One" in dict(said["Body"])["Data"], f"the body is {said['Body']}")
    desk.remove("Plans")
    check("Plans" not in desk.there(), f"the server has {desk.there()}")


def test_a_note_keeps_its_class(desk, version):
    desk.put(n_Subject="Special", b_Body=body("x"), n_MessageClass="IPM.StickyNote.Mine")
    desk.shown("Special")
    desk.change("Special", description="y")
    expect_said(desk.held("Special"), MessageClass="IPM.StickyNote.Mine")


def test_repeating_notes_are_refused(desk, version):
    refused(desk, "DTSTART;VALUE=DATE:20270105", "RRULE:FREQ=DAILY")


def test_note_capabilities(desk, version):
    words = desk.agent.ask("capabilities")[0].split(",")
    check("simple-memo-with-summary" in words and "task-can-recur" not in words, f"the capabilities are {words}")


# ---- both --------------------------------------------------------------------

def subject(desk, title):
    return {"t_Subject" if desk.kind == "tasks" else "n_Subject": title}


def put_titled(desk, title):
    more = {"t_Complete": "0"} if desk.kind == "tasks" else {"n_MessageClass": "IPM.StickyNote", "b_Body": body("text")}
    return desk.put(**subject(desk, title), **more)


def test_push(desk, version):
    desk.make("first")
    wait_for(lambda: desk.server.control.ask("requests", command="Ping")["waiting"], SOON, "a Ping")
    put_titled(desk, "pushed")
    desk.shown("pushed", 15)


def test_offline_edits_and_a_crash(desk, version):
    put_titled(desk, "there")
    desk.shown("there")
    desk.line.down()
    desk.make("offline")
    desk.change("there", summary="there edited")
    check(desk.here() == ["offline", "there edited"], f"the desktop has {desk.here()}")
    desk.kill()
    desk.line.up()
    desk.open()
    desk.agent.refresh()
    desk.settle("offline", "there edited")


def test_both_sides_change(desk, version):
    """Different properties are merged; the same one is kept twice."""
    id = put_titled(desk, "shared")
    desk.shown("shared")
    desk.line.down()
    desk.change("shared", summary="mine")
    desk.edit(id, b_Body=body("theirs"))
    desk.line.up()
    desk.agent.refresh()
    desk.settle("mine")
    wait_for(lambda: "DESCRIPTION:theirs" in desk.lines("mine"), SOON, "their text beside my title")
    desk.line.down()
    desk.change("mine", summary="mine again")
    desk.edit(id, **subject(desk, "theirs"))
    desk.line.up()
    desk.agent.refresh()
    desk.settle("mine again (my version)", "theirs")


def test_lost_answer_doubles_nothing(desk, version):
    desk.make("before")
    desk.ask("fault", kind="lost", command="Sync", times=1)
    desk.make("answer lost")
    desk.agent.refresh()
    desk.settle("answer lost", "before")
    desk.make("after")  # its answer comes when what became of the other is known
    desk.settle("after", "answer lost", "before")


def test_lost_answer_and_somebody_was_quick(desk, version):
    """What came back changed is not known again before the answer to the repeated Add: their change stays."""
    desk.make("before")
    wait_for(lambda: desk.server.control.ask("requests", command="Ping")["waiting"], SOON, "a Ping")
    desk.line.arm("lose")
    desk.line.arm("refuse", count=50)
    desk.make("mine")
    desk.edit(wait_for(lambda: "mine" in desk.there() and desk.id_of("mine"), SOON, "it to arrive"), **subject(desk, "theirs"))
    desk.line.disarm()
    desk.agent.refresh()
    desk.settle("before", "theirs")


def test_a_reset_is_invisible(desk, version):
    for n in range(5):
        put_titled(desk, f"item {n}")
    wait_for(lambda: len(desk.here()) == 5, SOON, "all of them")
    desk.agent.ask("view-start")
    desk.ask("forget", what="keys")
    put_titled(desk, "item 5")
    wait_for(lambda: len(desk.here()) == 6, SOON, "the new one")

    def heard():
        return [int(n) for n in desk.agent.ask("view-stats")[0].split()[:3]]
    wait_for(lambda: heard()[0] >= 6, SOON, "the view to hear of it")
    time.sleep(0.5)
    check(heard() == [6, 0, 0], f"the view heard of {heard()}")


def test_many(desk, version):
    count = int(os.environ.get("MANY", "3000"))
    desk.ask("generate", folder=desk.folder, count=count, seed=7)
    wait_for(lambda: len(desk.agent.texts()) == count, 150, f"{count} items", 1)
    check(len({event.value("UID") for event in desk.agent.events()}) == count, "some are there twice")


TASKS = [test_tasks_arrive, test_tasks_leave, test_task_is_changed_and_finished, test_what_the_server_cannot_hold_stays_here,
         test_impossible_tasks_are_refused, test_an_event_in_a_list_is_refused, test_task_capabilities]
NOTES = [test_notes_arrive, test_notes_leave_and_change, test_a_note_keeps_its_class, test_repeating_notes_are_refused, test_note_capabilities]
BOTH = [test_push, test_offline_edits_and_a_crash, test_both_sides_change, test_lost_answer_doubles_nothing,
        test_lost_answer_and_somebody_was_quick, test_a_reset_is_invisible]


def clear(desk):
    desk.ask("faults", clear=1)
    desk.line.up()
    desk.ask("clear", folder=desk.folder)
    desk.agent.refresh()
    wait_for(lambda: not desk.here(), SOON, lambda: f"an empty list; here {desk.here()}, there {desk.there()}, {desk.status_text()}")


def run(desk, tests, version):
    for test in tests:
        good = tap.attempt(f"{desk.kind}/{test.__name__[5:]}", lambda: clear(desk), lambda: test(desk, version))
        if not good and desk.agent is None:
            desk.open()


def no_notes(server):
    """Below 14.0 there is no such class: no list of notes is shown, rather than one that never fills."""
    with Desk(server, "carol") as desk:
        agent = seam.Agent(os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", "cal-agent"))
        notes = [source for source in agent.sources("notes") if source[1] == "eas"]
        tasks = [source for source in agent.sources("tasks") if source[1] == "eas" and source[2] == desk.uid]
        agent.close()
        tap.report("notes/absent", not notes and len(tasks) == 1, (notes, tasks))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("--only", type=lambda names: names.split(","))
    options = parser.parse_args()
    version = int(options.version.replace(".", ""))

    # In full where people are; elsewhere what the version changes.
    full = version in (141, 161)
    both = BOTH if full else BOTH[:1]
    tasks = TASKS + both + ([test_many] if version == 161 else [])
    notes = [] if version < 140 else NOTES + both + ([test_many] if version == 141 else [])
    if options.only:
        tasks = [test for test in tasks if test.__name__[5:] in options.only]
        notes = [test for test in notes if test.__name__[5:] in options.only]
    absent = version < 140 and not options.only

    schemas = ["--schemas", SCHEMAS] if os.path.isdir(SCHEMAS) else []
    with seam.TestServer("--user", "alice:secret", "--user", "bob:secret", "--user", "carol:secret", "--versions", options.version,
                         *schemas) as server:
        if tasks:
            with Lists(server, "alice", kind="tasks") as desk:
                run(desk, tasks, version)
        if notes:
            with Lists(server, "bob", kind="notes") as desk:
                run(desk, notes, version)
        if absent:
            no_notes(server)
    tap.finish()


if __name__ == "__main__":
    main()
