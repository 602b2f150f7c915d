#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files as people open them, tests/corpus/ics: each one arrives on the server or is refused
with a reason; none crashes, none stops the others. TAP; runs inside session.sh.

	test-import.py --url URL VERSION
"""

import datetime
import os
import re
import sys
import xml.etree.ElementTree as ElementTree
import zoneinfo

import seam
import tap
from desk import AGENT, Desk
from seam import AgentError, Failure, wait_for
from tap import report

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "..", "corpus", "ics")
# Debian's SOGo brings the definition of every zone.
ZONES = "/usr/share/GNUstep/Libraries/Resources/NGCards/TimeZones"
VERSION = sys.argv[-1]
NOTES = tuple(int(part) for part in VERSION.split(".")) >= (14, 0)
PATIENCE = 20  # seconds until the server has it
KINDS = {"VEVENT": (None, 8), "VTODO": ("tasks", 7), "VJOURNAL": ("notes", 10)}  # the agent's word, the folder's type

# What the wire has no words for, or what is nothing; and the reason that is given.
NO_REPETITION = "cannot repeat an event in this way"
REFUSED = {
    "broken-calendar-without-events": "Invalid object", "broken-cut-short": "no calendar", "broken-deep-nesting": "no start",
    "broken-html": "no calendar", "broken-no-end-tags": "no calendar", "broken-nul": "no calendar", "text-utf16": "no calendar",
    "broken-empty-file": "no calendar", "kind-free-busy": "Invalid object", "time-no-start": "no start",
    "google-rdate": NO_REPETITION, "lotus-notes-rdates": NO_REPETITION, "series-easter": NO_REPETITION,
    "series-exrule": NO_REPETITION, "series-friday-13": NO_REPETITION, "series-hourly": NO_REPETITION,
    "series-two-rules": NO_REPETITION, "series-this-and-future": "all that follow", "outlook-cancel": "not found",
    "people-counter": "method",
}
if VERSION < "16":
    REFUSED["attach-inline"] = "keeps no attachments"
# When it is, where that takes some understanding: UTC.
TIMES = {
    "airline-two-zones": ("20270310T091500Z", "20270310T180500Z"), "airline-no-tzid-def": ("20270311T060000Z", "20270311T074500Z"),
    "apple-old-ical4-zone": ("20270301T080000Z", "20270301T090000Z"), "exchange-customized-zone": ("20270303T080000Z", "20270303T083000Z"),
    "exchange-tzone-1": ("20270303T090000Z", "20270303T093000Z"), "outlook-windows-zone": ("20270302T090000Z", "20270302T100000Z"),
    "outlook-quoted-zone": ("20270302T110000Z", "20270302T120000Z"), "outlook-request": ("20270303T080000Z", "20270303T090000Z"),
    "outlook-yearly-nth": ("20271125T170000Z", "20271125T200000Z"), "nextcloud-duration": ("20270301T090000Z", "20270301T103000Z"),
    "thunderbird-libical-zone": ("20270304T160000Z", "20270304T170000Z"), "thunderbird-olson-prefix": ("20270304T180000Z", "20270304T190000Z"),
    "time-duration-weeks": ("20270314T120000Z", "20270321T120000Z"), "time-own-zone-half-hour": ("20270315T031500Z", "20270315T041500Z"),
    "time-zone-with-history": ("20270615T070000Z", "20270615T080000Z"), "zimbra-invite": ("20270305T140000Z", "20270305T143000Z"),
    "google-moved-occurrence": ("20270301T080000Z", "20270301T083000Z"),
}
ALL_DAY = ("apple-all-day-multi", "google-all-day", "google-birthday", "hotel-date-only-start", "moon-phases-no-end",
           "school-holidays-many", "time-duration-days", "time-leap-day", "series-all-day-exceptions")
# Occurrences that are moved or cancelled.
EXCEPTIONS = {"google-moved-occurrence": 1, "google-recurring-exdate": 2, "korganizer-exceptions": 3, "series-exception-first": 1,
              "series-exdates-as-dates": 3, "series-all-day-exceptions": 2}
REMINDERS = {"apple-travel-time": None, "apple-alarm-sound": 15, "alarm-absolute": 1500, "alarm-after-end": None,
             "outlook-request": 15, "thunderbird-custom-alarm": 120}
TEXTS = {"text-folded-utf8": "Grüße aus Köln", "text-rtl": "اجتماع הישיבה", "cinema-emoji": "🎬 Kino 😀", "text-bom": "With a byte order mark",
         "text-cr-only": "Lines end in CR", "exchange-language": "Besprechung über Füße"}

url = sys.argv[sys.argv.index("--url") + 1]


class Server:
    """The embedded server that on-mock.sh started, as Desk wants it."""

    def __init__(self, address):
        self.url = address
        self.control = seam.Control(address)


def items(desk, kind):
    """ApplicationData of what is in the folder of that kind."""
    folder = next((f["id"] for f in desk.ask("folders")["folders"] if f["type"] == KINDS[kind][1]), None)
    return [ElementTree.fromstring(item["xml"]) for item in desk.ask("items", folder=folder)["items"]] if folder else []


def text(element, name):
    found = next((child for child in element if child.tag.endswith("}" + name)), None)
    return found.text if found is not None else None


def count(element, name):
    return sum(child.tag.endswith("}" + name) for child in element.iter())


def kinds_in(data):
    """Components of the file, as far as a search for them tells."""
    return [kind for kind in KINDS if re.search(rb"(?im)^BEGIN:" + kind.encode(), data.replace(b"\r", b"\n"))] or ["VEVENT"]


def uids_in(data, kind):
    """Each UID once, "" for a component without one: so many items have to arrive."""
    lines = seam.unfold(data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n"))
    found, uid = set(), None
    for line in lines:
        name, _, value = line.partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN" and value.upper() == kind:
            uid = ""
        elif name == "UID" and uid is not None:
            uid = uid or value.strip()
        elif name == "END" and value.upper() == kind and uid is not None:
            found.add(uid)
            uid = None
    return found


def judge(name, element, wrong):
    if name in TIMES and (text(element, "StartTime"), text(element, "EndTime")) != TIMES[name]:
        wrong.append(f"from {text(element, 'StartTime')} to {text(element, 'EndTime')}, wanted {TIMES[name]}")
    if (name in ALL_DAY) != (text(element, "AllDayEvent") == "1") and name != "time-date-with-time-end":
        wrong.append(f"AllDayEvent is {text(element, 'AllDayEvent')}")
    if count(element, "ExceptionStartTime") + count(element, "InstanceId") != EXCEPTIONS.get(name, 0) and name != "series-all-cancelled":
        wrong.append(f"{count(element, 'ExceptionStartTime')} exceptions, wanted {EXCEPTIONS.get(name, 0)}")
    if name in REMINDERS and text(element, "Reminder") != (str(REMINDERS[name]) if REMINDERS[name] is not None else None):
        wrong.append(f"the reminder is {text(element, 'Reminder')}, wanted {REMINDERS[name]}")
    if name in TEXTS and text(element, "Subject") != TEXTS[name]:
        wrong.append(f"the title is {text(element, 'Subject')!r}")


def arrived(desk, kind, uids, before):
    """The new items, once there are as many as there have to be."""
    def there():
        found = items(desk, kind)
        new = [element for element in found if ElementTree.tostring(element) not in before]
        return new if len(new) >= len(uids) else None
    return wait_for(there, PATIENCE, f"{len(uids)} of {kind} on the server", 0.05)


def take(desk, agents, path):
    """One file: what is wrong, and the reason where it is refused."""
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, "rb") as file:
        data = file.read()
    wrong, refusal = [], None
    for kind in kinds_in(data):
        if kind not in agents:
            continue
        before = {ElementTree.tostring(element) for element in items(desk, kind)}
        try:
            agents[kind].receive(data)
        except AgentError as error:
            refusal = str(error)
            continue
        new = arrived(desk, kind, uids_in(data, kind), before)
        if kind == "VEVENT" and new:
            judge(name, new[0], wrong)
    if name in REFUSED and (refusal is None or REFUSED[name] not in refusal):
        wrong.append(f"refused with {refusal}, wanted “{REFUSED[name]}”")
    if name not in REFUSED and refusal is not None:
        wrong.append(f"refused: {refusal}")
    return name, wrong, refusal


def open_all(desk):
    """A client for each kind the account has."""
    agents = {"VEVENT": desk.agent}
    for kind, (word, _) in KINDS.items():
        if word is None or (word == "notes" and not NOTES):
            continue
        agent = seam.Agent(AGENT)
        source = wait_for(lambda: next((s for s in agent.sources(word) if s[1] == "eas"), None), 20, f"the account's {word}")
        agent.open(source[0], kind=word)
        agents[kind] = agent
    return agents


def test_corpus():
    """Every file of ours, one after the other, into one account."""
    with Desk(Server(url), "alice") as desk:
        agents = open_all(desk)
        factory = seam.pid_of(seam.CALENDAR_FACTORY)
        files = sorted(name for name in os.listdir(CORPUS) if name.endswith(".ics"))
        report("there are a hundred and more of them", len(files) >= 100, len(files))
        for file in files:
            try:
                name, wrong, refusal = take(desk, agents, os.path.join(CORPUS, file))
            except Failure as error:
                name, wrong, refusal = file, [str(error)], None
            report(f"{name}: {'refused: ' + refusal.rpartition(': ')[2] if refusal else 'arrived'}", not wrong, "\n".join(wrong))
        report("nothing crashed: it is the same daemon", seam.pid_of(seam.CALENDAR_FACTORY) == factory)
        desk.create("after all of them")
        wait_for(lambda: any(text(element, "Subject") == "after all of them" for element in items(desk, "VEVENT")), PATIENCE, "an event to arrive after all of them")
        report("and it goes on", True)
        parked = [entry for calendar in desk.status().get("calendars", []) for entry in calendar.get("parked", [])]
        report("nothing was put aside", not parked, parked)
        for kind, agent in agents.items():
            if kind != "VEVENT":
                agent.close()


def zone_event(name, definition, uid):
    zone = re.search(r"BEGIN:VTIMEZONE.*END:VTIMEZONE", definition, re.S).group(0)
    zone = re.sub(r"(?m)^TZID:.*?(?=\r?$)", f"TZID:Own/{uid}", zone, count=1)
    return (f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//zones//EN\r\n{zone.strip()}\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
            f"DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Own/{uid}:20270701T090000\r\nDTEND;TZID=Own/{uid}:20270701T100000\r\n"
            f"SUMMARY:{name}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n").encode()


def test_zones_of_others():
    """Zones as another program defines them, under names nobody knows: the hours are those of the definition."""
    names = ["Europe/Lisbon", "America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham", "America/Phoenix",
             "Africa/Johannesburg", "Asia/Tokyo", "Europe/Helsinki", "America/Anchorage"]
    if not os.path.isdir(ZONES):
        report("zones as SOGo defines them # SKIP not installed", True)
        return
    wrong = []
    with Desk(Server(url), "bob") as desk:
        for number, name in enumerate(names):
            with open(os.path.join(ZONES, name + ".ics"), encoding="utf-8") as file:
                desk.agent.receive(zone_event(name, file.read(), f"zone-{number}"))
            start = datetime.datetime(2027, 7, 1, 9, tzinfo=zoneinfo.ZoneInfo(name)).astimezone(datetime.timezone.utc)
            element = wait_for(lambda: next((e for e in items(desk, "VEVENT") if text(e, "Subject") == name), None), PATIENCE, name)
            if text(element, "StartTime") != start.strftime("%Y%m%dT%H%M%SZ"):
                wrong.append(f"{name}: {text(element, 'StartTime')}, wanted {start}")
    report("zones as SOGo defines them", not wrong, "\n".join(wrong))


tap.run(test_corpus, test_zones_of_others)
tap.finish()
