# SPDX-License-Identifier: LGPL-2.1-or-later
"""What an event says, in one form for iCalendar (desktop, CalDAV) and for ActiveSync's
elements (embedded server), so that two sides can be compared property by
property. Written from the specifications, without the mapping under test."""

import base64
import datetime
import re
import struct
import xml.etree.ElementTree as ElementTree

import seam

DAYS = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
EPOCH = datetime.datetime(1970, 1, 1)


def digits_to_time(text):
    text = re.sub(r"\.\d+|[-:Z]", "", text)
    return datetime.datetime.strptime(text, "%Y%m%dT%H%M%S") if "T" in text else datetime.datetime.strptime(text, "%Y%m%d")


def utc(moment):
    return moment.strftime("%Y%m%dT%H%M%SZ")


# Rules, as (kind, interval, end, details); what the start implies is written out

def rule_of_rrule(rrule, local_start):
    parts = dict(p.split("=", 1) for p in rrule.split(";"))
    frequency = parts["FREQ"]
    days = sorted(d for d in parts.get("BYDAY", "").split(",") if d)
    position = int(parts["BYSETPOS"]) if "BYSETPOS" in parts else None
    weekdays = [re.sub(r"[-+0-9]", "", d) for d in days]
    ordinals = {re.sub(r"[A-Z]", "", d) for d in days} - {""}
    if ordinals:
        position = int(ordinals.pop())
    month_day = int(parts["BYMONTHDAY"]) if "BYMONTHDAY" in parts else None
    if month_day == -1:  # the last day is the last of "any day"
        month_day, weekdays, position = None, list(DAYS), -1
    month = int(parts.get("BYMONTH", local_start.month))
    end = ("count", int(parts["COUNT"])) if "COUNT" in parts else ("until", parts["UNTIL"][:8]) if "UNTIL" in parts else None
    interval = int(parts.get("INTERVAL", 1))
    if frequency == "DAILY":
        return ("weekly", interval, end, tuple(sorted(weekdays))) if weekdays else ("daily", interval, end, ())
    if frequency == "WEEKLY":
        return ("weekly", interval, end, tuple(sorted(weekdays or [DAYS[(local_start.weekday() + 1) % 7]])))
    kind = "monthly" if frequency == "MONTHLY" else "yearly"
    where = () if kind == "monthly" else (month,)
    if weekdays:
        return (kind + "-nth", interval, end, where + (position, tuple(sorted(weekdays))))
    return (kind, interval, end, where + (month_day or local_start.day,))


def rule_of_element(recurrence):
    def number(name, otherwise=None):
        text = text_of(recurrence, name)
        return int(text) if text else otherwise
    kind = {0: "daily", 1: "weekly", 2: "monthly", 3: "monthly-nth", 5: "yearly", 6: "yearly-nth"}[number("Type")]
    days = tuple(sorted(DAYS[i] for i in range(7) if number("DayOfWeek", 0) >> i & 1))
    end = ("count", number("Occurrences")) if number("Occurrences") else \
          ("until", re.sub(r"[-:]", "", text_of(recurrence, "Until"))[:8]) if text_of(recurrence, "Until") else None
    interval = number("Interval", 1) or 1
    position = {5: -1}.get(number("WeekOfMonth"), number("WeekOfMonth"))
    month = (number("MonthOfYear"),)
    if kind == "daily" and days:
        kind = "weekly"
    details = {"daily": (), "weekly": days, "monthly": (number("DayOfMonth"),), "monthly-nth": (position, days),
               "yearly": month + (number("DayOfMonth"),), "yearly-nth": month + (position, days)}[kind]
    return (kind, interval, end, details)


# iCalendar

def of_components(components):
    """components: a master and its instances."""
    masters = [c for c in components if not c.properties.get("RECURRENCE-ID")]
    master = masters[0] if masters else components[0]
    said = plain_of_component(master)
    start_parameters, start_value = master.properties["DTSTART"][0]
    local = digits_to_time(start_value)
    rule = master.value("RRULE")
    said["rule"] = rule_of_rrule(rule, local) if rule else None
    said["cancelled"] = tuple(sorted(seam.instant(p, v) for p, values in master.properties.get("EXDATE", [])
                                     for v in values.split(",")))
    said["moved"] = tuple(sorted((c.instant("RECURRENCE-ID"), c.value("SUMMARY", ""), c.instant("DTSTART"), c.instant("DTEND"))
                                 for c in components if c.properties.get("RECURRENCE-ID")))
    return said


def minutes_before(trigger):
    """Of a duration such as "-PT15M"; another trigger as it is."""
    found = re.fullmatch(r"-?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:\d+S)?)?", trigger or "")
    if not found:
        return trigger
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return ((weeks * 7 + days) * 24 + hours) * 60 + minutes


def plain_of_component(component):
    busy = component.value("X-MICROSOFT-CDO-BUSYSTATUS")
    if busy is None:
        busy = "FREE" if component.value("TRANSP") == "TRANSPARENT" else \
               "TENTATIVE" if component.value("STATUS") == "TENTATIVE" else "BUSY"
    return {
        "summary": component.value("SUMMARY", ""),
        "location": component.value("LOCATION", "") or "",
        "description": (component.value("DESCRIPTION", "") or "").replace("\r", "").rstrip("\n"),
        "start": component.instant("DTSTART"),
        "end": component.instant("DTEND"),
        "busy": busy,
        "class": component.value("CLASS", "PUBLIC"),
        "categories": tuple(sorted(c for v in component.values("CATEGORIES") for c in v.split(","))),
        "alarm": minutes_before(component.value("VALARM")),
    }


# ActiveSync

def local_name(tag):
    return tag.rsplit("}", 1)[-1]


def child(node, name, page=None):
    for found in node:
        if local_name(found.tag) == name and (page is None or f"{{{page}}}" in found.tag):
            return found
    return None


def text_of(node, name, page=None):
    found = child(node, name, page)
    return None if found is None else (found.text or "")


def zone_offset(blob, moment):
    """Minutes east of UTC of the structure in base64 at a UTC moment."""
    data = base64.b64decode(blob)
    bias, = struct.unpack_from("<i", data, 0)
    standard, daylight = struct.unpack_from("<8H", data, 68), struct.unpack_from("<8H", data, 152)
    standard_bias, = struct.unpack_from("<i", data, 84)
    daylight_bias, = struct.unpack_from("<i", data, 168)
    if standard[1] == 0 or daylight[1] == 0:
        return -bias

    def change(date, year, offset):
        _, month, weekday, nth, hour, minute, _, _ = date
        first = datetime.datetime(year, month, 1, hour, minute)
        day = 1 + (weekday - (first.weekday() + 1) % 7) % 7 + 7 * (nth - 1)
        while day > 28:
            try:
                first.replace(day=day)
                break
            except ValueError:
                day -= 7
        return first.replace(day=day) + datetime.timedelta(minutes=offset)

    to_daylight = change(daylight, moment.year, bias + standard_bias)
    to_standard = change(standard, moment.year, bias + daylight_bias)
    summer = to_daylight <= moment < to_standard if to_daylight < to_standard else not to_standard <= moment < to_daylight
    return -(bias + (daylight_bias if summer else standard_bias))


def of_item(item):
    """item: the ApplicationData element of a calendar item."""
    all_day = text_of(item, "AllDayEvent") == "1"
    said = {
        "summary": text_of(item, "Subject", "Calendar") or "",
        "location": location_of(item),
        "description": body_of(item),
        "start": when(text_of(item, "StartTime"), all_day),
        "end": when(text_of(item, "EndTime"), all_day),
        "busy": {"0": "FREE", "1": "TENTATIVE", "2": "BUSY", "3": "OOF", "4": "WORKINGELSEWHERE"}.get(text_of(item, "BusyStatus") or "2"),
        "class": {"0": "PUBLIC", "1": "PRIVATE", "2": "PRIVATE", "3": "CONFIDENTIAL"}.get(text_of(item, "Sensitivity") or "0"),
        "categories": tuple(sorted(c.text or "" for c in (child(item, "Categories", "Calendar") or []))),
        "alarm": int(text_of(item, "Reminder")) if text_of(item, "Reminder") else None,
    }
    recurrence = child(item, "Recurrence")
    said["rule"] = rule_of_element(recurrence) if recurrence is not None and len(recurrence) else None
    cancelled, moved = [], []
    length = digits_to_time(text_of(item, "EndTime")) - digits_to_time(text_of(item, "StartTime"))
    for exception in child(item, "Exceptions") or []:
        original = text_of(exception, "ExceptionStartTime") or text_of(exception, "InstanceId")
        if text_of(exception, "Deleted") == "1":
            cancelled.append(when(original, all_day))
            continue
        start = text_of(exception, "StartTime") or original
        end = text_of(exception, "EndTime") or utc(digits_to_time(start) + length)
        title = text_of(exception, "Subject")
        moved.append((when(original, all_day), said["summary"] if title is None else title,
                      when(start, all_day), when(end, all_day)))
    said["cancelled"], said["moved"] = tuple(sorted(cancelled)), tuple(sorted(moved))
    return said


def when(text, all_day):
    moment = digits_to_time(text)
    if not all_day:
        return utc(moment)
    if moment.hour >= 12:  # local midnight of a zone east of UTC
        moment += datetime.timedelta(days=1)
    return moment.strftime("%Y%m%d")


def location_of(item):
    place = child(item, "Location")
    if place is None:
        return ""
    return (text_of(place, "DisplayName") or "") if len(place) else (place.text or "")


def body_of(item):
    body = child(item, "Body", "AirSyncBase")
    return "" if body is None else (text_of(body, "Data") or "").replace("\r", "").rstrip("\n")


def parse_item(xml):
    root = ElementTree.fromstring(xml)
    return root if local_name(root.tag) == "ApplicationData" else next(n for n in root.iter() if local_name(n.tag) == "ApplicationData")


# From iCalendar to elements, to play a second device

def berlin_blob():
    """Central European time as Windows describes it."""
    def date(month, nth, hour):
        return struct.pack("<8H", 0, month, 0, nth, hour, 0, 0, 0)
    name = "W. Europe Standard Time".encode("utf-16le").ljust(64, b"\0")
    data = struct.pack("<i", -60) + name + date(10, 5, 3) + struct.pack("<i", 0) + name + date(3, 5, 2) + struct.pack("<i", -60)
    return base64.b64encode(data).decode()


def difference(left, right):
    """{property: (left, right)} where they differ."""
    return {name: (left.get(name), right.get(name)) for name in sorted(set(left) | set(right)) if left.get(name) != right.get(name)}
