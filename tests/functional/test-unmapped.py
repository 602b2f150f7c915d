#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What we do not map, or do not know, of an event, a task or a note is on the server as it was
after each edit on the desktop. (Contacts: test-contacts.py.) TAP.

	test-unmapped.py VERSION
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

SOON = 30
NUMBER = float(sys.argv[1])
NAMESPACES = ('xmlns:a="AirSync" xmlns:c="Calendar" xmlns:b="AirSyncBase" xmlns:t="Tasks" xmlns:n="Notes" '
              'xmlns:g="urn:eas:golden"')
HTML = "<b:Body><b:Type>2</b:Type><b:Data>&lt;p&gt;Some &lt;b&gt;bold&lt;/b&gt; text&lt;/p&gt;</b:Data></b:Body>"
UNKNOWN = '<g:token page="{page}" code="3E">of a later version</g:token>'
TIMES = "<c:StartTime>20270301T090000Z</c:StartTime><c:EndTime>20270301T100000Z</c:EndTime>"
LUNAR = "<{p}:Recurrence><{p}:Type>2</{p}:Type>{more}<{p}:Interval>1</{p}:Interval><{p}:DayOfMonth>1</{p}:DayOfMonth>{calendar}</{p}:Recurrence>"

# What each class has that the desktop does not show, or not as it is.
EVENT = (TIMES + "<c:Sensitivity>1</c:Sensitivity>" + HTML + UNKNOWN.format(page=4)
         + (LUNAR.format(p="c", more="", calendar="<c:CalendarType>15</c:CalendarType>") if NUMBER >= 14 else "")
         + ("<c:ResponseType>0</c:ResponseType>" if NUMBER >= 14 else "")
         + ("<b:Location><b:DisplayName>Room</b:DisplayName><b:Annotation>Second floor</b:Annotation><b:City>Bern</b:City></b:Location>"
            if NUMBER >= 16 else "<c:Location>Room</c:Location>"))
TASK = ("<t:Importance>1</t:Importance><t:Complete>0</t:Complete><t:ReminderSet>0</t:ReminderSet><t:OrdinalDate>2027-03-01T09:00:00.000Z</t:OrdinalDate>"
        "<t:SubOrdinalDate>5555</t:SubOrdinalDate><t:Sensitivity>1</t:Sensitivity>"
        "<t:StartDate>2027-03-01T00:00:00.000Z</t:StartDate><t:UtcStartDate>2027-03-01T00:00:00.000Z</t:UtcStartDate>"
        "<t:DueDate>2027-03-02T00:00:00.000Z</t:DueDate><t:UtcDueDate>2027-03-02T00:00:00.000Z</t:UtcDueDate>"
        + LUNAR.format(p="t", more="<t:Start>2027-03-01T00:00:00.000Z</t:Start>", calendar="<t:Regenerate>1</t:Regenerate>")
        + HTML + UNKNOWN.format(page=9))
NOTE = "<n:MessageClass>IPM.StickyNote.Special</n:MessageClass>" + HTML + UNKNOWN.format(page=23)
CLASSES = {"events": ("c", EVENT), "tasks": ("t", TASK), "notes": ("n", NOTE)}
OURS = ("Subject>", "DtStamp>", "LastModifiedDate>", "ApplicationData")


def elements(desk, title):
    """The item's lines in the XML form, but for what the edit is about."""
    item = next(item for item in desk.ask("items", folder=desk.folder)["items"] if item["subject"] == title)
    lines = item["xml"].replace("><", ">\n<").split("\n")
    return sorted(line.strip() for line in lines if line.strip() and not any(word in line for word in OURS))


def edit_all(desk, kind):
    prefix, inside = CLASSES[kind]
    xml = f"<a:ApplicationData {NAMESPACES}><{prefix}:Subject>before</{prefix}:Subject>{inside}</a:ApplicationData>"
    desk.ask("add", xml, folder=desk.folder)
    desk.agent.refresh()
    wait_for(lambda: desk.here() == ["before"], SOON, lambda: f"the item; {desk.status_text()}")
    before = elements(desk, "before")
    if not any("of a later version" in line for line in before):
        raise Failure(f"the server dropped it itself: {before}")
    for title in ("once", "twice"):
        desk.change(desk.here()[0], summary=title)
        wait_for(lambda: desk.there() == [title], SOON, lambda: f"the edit; there {desk.there()}, {desk.status_text()}")
        after = elements(desk, title)
        if after != before:
            raise Failure(f"gone: {[line for line in before if line not in after]}\nnew: {[line for line in after if line not in before]}")


def main():
    with seam.TestServer("--user", "alice:secret", "--versions", sys.argv[1]) as server:
        for kind in CLASSES:
            if kind == "notes" and NUMBER < 14:
                continue
            try:
                with Desk(server, "alice", kind=kind, address=f"{kind}@example.test") as desk:
                    edit_all(desk, kind)
            except Failure as failure:
                tap.report(f"{kind}: what is not mapped stays", False, failure)
            else:
                tap.report(f"{kind}: what is not mapped stays", True)
    tap.finish()


if __name__ == "__main__":
    main()
