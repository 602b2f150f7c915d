# SPDX-License-Identifier: LGPL-2.1-or-later
"""A second device on the embedded server, played through its control interface:
events from specifications, in both dialects, and what the server holds."""

import datetime
import zoneinfo
from xml.sax.saxutils import escape

import history_kinds
import meaning
import seam

NAMESPACES = 'xmlns:airsync="AirSync" xmlns:calendar="Calendar" xmlns:airsyncbase="AirSyncBase"'


class Spec:
    """An event as a person thinks of it; times are wall clock of zone, UTC where it is None."""

    def __init__(self, summary, start, minutes=60, zone="Europe/Berlin", all_day=False, **more):
        self.summary, self.start, self.minutes, self.zone, self.all_day = summary, start, minutes, zone, all_day
        self.location = more.pop("location", None)
        self.description = more.pop("description", None)
        self.busy = more.pop("busy", "BUSY")
        self.klass = more.pop("klass", "PUBLIC")
        self.categories = more.pop("categories", [])
        self.alarm = more.pop("alarm", None)
        self.rule = more.pop("rule", None)             # meaning.py's form
        self.moved = more.pop("moved", {})             # original start -> new start
        self.cancelled = more.pop("cancelled", [])     # original starts
        self.uid = more.pop("uid", None)
        assert not more, more

    def utc(self, moment):
        if self.zone is None or self.all_day:
            return moment
        return moment.replace(tzinfo=zoneinfo.ZoneInfo(self.zone)).astimezone(datetime.timezone.utc).replace(tzinfo=None)

    def stamp(self, moment):
        return moment.strftime("%Y%m%dT000000Z") if self.all_day else meaning.utc(self.utc(moment))

    def end_of(self, start):
        return start + datetime.timedelta(minutes=self.minutes)


# iCalendar

RRULE_DAYS = {"count": "COUNT", "until": "UNTIL"}


def rrule_of(rule):
    kind, interval, end, details = rule
    if kind == "daily":
        parts = ["FREQ=DAILY"]
    elif kind == "weekly":
        parts = ["FREQ=WEEKLY", "BYDAY=" + ",".join(details)]
    else:
        parts = ["FREQ=" + ("MONTHLY" if kind.startswith("monthly") else "YEARLY")]
        if kind.startswith("yearly"):
            parts.append(f"BYMONTH={details[0]}")
            details = details[1:]
        if kind.endswith("nth"):
            position, days = details
            if len(days) == 7 and position == -1:
                parts.append("BYMONTHDAY=-1")
            elif len(days) == 1:
                parts.append(f"BYDAY={position}{days[0]}")
            else:
                parts += ["BYDAY=" + ",".join(days), f"BYSETPOS={position}"]
        else:
            parts.append(f"BYMONTHDAY={details[0]}")
    if interval != 1:
        parts.append(f"INTERVAL={interval}")
    if end:
        parts.append(f"{RRULE_DAYS[end[0]]}={end[1]}" + ("T235900Z" if end[0] == "until" else ""))
    return ";".join(parts)


def ical_time(spec, name, moment):
    if spec.all_day:
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    if spec.zone is None:
        return f"{name}:{moment:%Y%m%dT%H%M%S}Z"
    return f"{name};TZID={spec.zone}:{moment:%Y%m%dT%H%M%S}"


def to_ical(spec):
    """[master, instances...] as VEVENT texts."""
    def event(start, summary, extra):
        lines = ["BEGIN:VEVENT", f"UID:{spec.uid}", "DTSTAMP:20260101T000000Z", ical_time(spec, "DTSTART", start),
                 ical_time(spec, "DTEND", spec.end_of(start)), f"SUMMARY:{summary}"]
        if spec.location:
            lines.append(f"LOCATION:{spec.location}")
        if spec.description:
            lines.append("DESCRIPTION:" + spec.description.replace("\n", "\\n").replace(",", "\\,"))
        if spec.busy == "FREE":
            lines.append("TRANSP:TRANSPARENT")
        if spec.busy == "TENTATIVE":
            lines.append("STATUS:TENTATIVE")
        if spec.busy == "OOF":
            lines.append("X-MICROSOFT-CDO-BUSYSTATUS:OOF")
        if spec.klass != "PUBLIC":
            lines.append(f"CLASS:{spec.klass}")
        if spec.categories:
            lines.append("CATEGORIES:" + ",".join(spec.categories))
        if spec.alarm is not None:
            lines += ["BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", f"TRIGGER:-PT{spec.alarm}M", "END:VALARM"]
        return "\r\n".join(lines + extra + ["END:VEVENT", ""])

    extra = [f"RRULE:{rrule_of(spec.rule)}"] if spec.rule else []
    extra += [ical_time(spec, "EXDATE", moment) for moment in spec.cancelled]
    texts = [event(spec.start, spec.summary, extra)]
    for original, start in sorted(spec.moved.items()):
        texts.append(event(start, spec.summary, [ical_time(spec, "RECURRENCE-ID", original)]))
    return texts


# Elements

def element(name, text):
    return f"<calendar:{name}>{escape(text)}</calendar:{name}>"


def recurrence_of(rule):
    kind, interval, end, details = rule
    kinds = {"daily": 0, "weekly": 1, "monthly": 2, "monthly-nth": 3, "yearly": 5, "yearly-nth": 6}

    def mask(days):
        return str(sum(1 << meaning.DAYS.index(d) for d in days))
    out = [element("Type", str(kinds[kind]))]
    if end and end[0] == "count":
        out.append(element("Occurrences", str(end[1])))
    out.append(element("Interval", str(interval)))
    if kind == "weekly":
        out.append(element("DayOfWeek", mask(details)))
    if kind.endswith("nth"):
        position, days = details[-2:]
        out += [element("WeekOfMonth", "5" if position == -1 else str(position)), element("DayOfWeek", mask(days))]
    if kind.startswith("yearly"):
        out.append(element("MonthOfYear", str(details[0])))
    if kind in ("monthly", "yearly"):
        out.append(element("DayOfMonth", str(details[-1])))
    if end and end[0] == "until":
        out.append(element("Until", end[1] + "T235900Z"))
    return "<calendar:Recurrence>" + "".join(out) + "</calendar:Recurrence>"


def exceptions_of(spec):
    out = []
    for original in spec.cancelled:
        out.append(element("Deleted", "1") + element("ExceptionStartTime", spec.stamp(original)))
    for original, start in sorted(spec.moved.items()):
        out.append(element("ExceptionStartTime", spec.stamp(original)) + element("StartTime", spec.stamp(start)) +
                   element("EndTime", spec.stamp(spec.end_of(start))))
    return "<calendar:Exceptions>" + "".join(f"<calendar:Exception>{e}</calendar:Exception>" for e in out) + "</calendar:Exceptions>"


def to_xml(spec, version):
    out = []
    if version < 160:
        blob = meaning.berlin_blob() if spec.zone and not spec.all_day else "A" * 230 + "=="
        out.append(element("Timezone", blob))
    elif not spec.all_day and spec.zone:
        out.append(element("Timezone", meaning.berlin_blob()))
    out += [element("AllDayEvent", "1" if spec.all_day else "0"), element("StartTime", spec.stamp(spec.start)),
            element("EndTime", spec.stamp(spec.end_of(spec.start))), element("Subject", spec.summary)]
    if version < 160:
        out += [element("DtStamp", "20260101T000000Z"), element("UID", spec.uid)]
    else:
        out.append(element("UID", spec.uid))
    if spec.location and version < 160:
        out.append(element("Location", spec.location))
    elif spec.location:
        out.append(f"<airsyncbase:Location><airsyncbase:DisplayName>{escape(spec.location)}</airsyncbase:DisplayName></airsyncbase:Location>")
    if spec.description:
        text = escape(spec.description.replace("\n", "\r\n")).replace("\r", "&#13;")
        out.append(f"<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>{text}</airsyncbase:Data></airsyncbase:Body>")
    busy = {"FREE": "0", "TENTATIVE": "1", "BUSY": "2", "OOF": "3"}[spec.busy]
    klass = {"PUBLIC": "0", "PRIVATE": "2", "CONFIDENTIAL": "3"}[spec.klass]
    out += [element("BusyStatus", busy), element("Sensitivity", klass), element("MeetingStatus", "0")]
    if spec.alarm is not None:
        out.append(element("Reminder", str(spec.alarm)))
    if spec.categories:
        out.append("<calendar:Categories>" + "".join(element("Category", c) for c in spec.categories) + "</calendar:Categories>")
    if spec.rule:
        out.append(recurrence_of(spec.rule))
    if spec.moved or spec.cancelled:
        out.append(exceptions_of(spec))
    return f"<airsync:ApplicationData {NAMESPACES}>" + "".join(out) + "</airsync:ApplicationData>"


def spec_of_model(event, uid):
    """history.py's event, as a specification."""
    rule = ("weekly", 1, ("count", 6), (meaning.DAYS[(event.start.weekday() + 1) % 7],)) if event.series else None
    spec = Spec(event.summary, event.start, zone="Europe/Berlin" if event.series else None, location=event.location,
                rule=rule, uid=uid, cancelled=[event.occurrence(i) for i in sorted(event.cancelled)])
    spec.moved = {event.occurrence(i): event.occurrence(i) + datetime.timedelta(minutes=m) for i, m in event.moved.items()}
    return spec


class MockWitness(history_kinds.Witness):
    """What another device of the same user does and sees in a calendar."""

    def __init__(self, control, kind, version, user="alice", folder=None):
        super().__init__(control, kind, user, folder)
        self.version = version

    def items(self):
        return [(item["id"], meaning.of_item(meaning.parse_item(item["xml"]))) for item in self.ask("items")["items"]]

    # by specification, for matrix.py

    def named(self, summary):
        return next(((id, said) for id, said in self.items() if said["summary"] == summary), (None, None))

    def put(self, spec):
        id, _ = self.named(spec.summary)
        xml = to_xml(spec, self.version)
        if id is None:
            self.ask("add", xml)
        else:
            self.ask("change", xml, id=id, replace=1)

    def read(self, spec):
        return self.named(spec.summary)[1]

    def beyond(self, said):
        return set()

    def remove(self, spec):
        self.ask("delete", id=self.named(spec.summary)[0])

    # by model, for history.py

    def add(self, event):
        self.ask("add", to_xml(spec_of_model(event, seam.new_uid()), self.version))

    def change(self, event):
        id = self.find(event.token)
        if id is None:
            return False
        place = f"<airsyncbase:Location><airsyncbase:DisplayName>{escape(event.location or '')}</airsyncbase:DisplayName></airsyncbase:Location>"
        self.ask("change", f"<airsync:ApplicationData {NAMESPACES}>{element('Subject', event.summary)}{place}</airsync:ApplicationData>", id=id)
        return True
