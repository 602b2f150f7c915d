# SPDX-License-Identifier: LGPL-2.1-or-later
"""What bench-pim.py compares, kind by kind: how a folder is filled, who shows it, what is asked."""

import base64
import datetime
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "functional"))
import seam  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

BOOK_FACTORY = "org.gnome.evolution.dataserver.AddressBook10"


def event(number, title=None, start=None):
    """Titles, places, notes, alarms, one in ten a series."""
    start = start or datetime.datetime(2027, 1, 4, 8, 0) + datetime.timedelta(days=number % 400, minutes=15 * (number % 36))
    extra = [f"DESCRIPTION:Notes of event {number}: agenda\\, papers and who brings what.",
             "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M", "END:VALARM"]
    return seam.make_event(f"bench-{number}", title or f"Event number {number}", start, location=f"Room {number % 17}",
                           rrule="FREQ=WEEKLY;COUNT=10" if number % 10 == 0 else None, zone="Europe/Berlin", extra=extra)


def calendar_of(component):
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n{component}END:VCALENDAR\r\n"


def task(number, title=None):
    due = datetime.date(2027, 1, 4) + datetime.timedelta(days=number % 400)
    lines = ["BEGIN:VTODO", f"UID:bench-task-{number}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title or f'Task number {number}'}",
             f"DUE;VALUE=DATE:{due:%Y%m%d}", f"PRIORITY:{1 + number % 9}", f"DESCRIPTION:What task {number} is about.", "END:VTODO", ""]
    return "\r\n".join(lines)


def card(number, title=None):
    """Names, addresses, numbers, a birthday, notes."""
    name = title or f"Person {number}"
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:bench-card-{number}", f"FN:{name}", f"N:{number};{name};;;", f"ORG:Company {number % 97};Unit {number % 7}",
             f"EMAIL;TYPE=WORK:person{number}@example.test", f"EMAIL;TYPE=HOME:home{number}@example.test",
             f"TEL;TYPE=CELL:+49 170 {number:07}", f"TEL;TYPE=WORK,VOICE:+49 30 {number:07}", f"ADR;TYPE=WORK:;;Street {number % 211};Berlin;;10115;Germany",
             f"TITLE:Title {number % 31}", f"BDAY:19{50 + number % 50}-0{1 + number % 9}-1{number % 9}", f"NOTE:Notes about person {number}.", "END:VCARD", ""]
    return "\r\n".join(lines)


class Kind:
    """A class of items on the server and in EDS."""

    def __init__(self, name, **facts):
        self.name = name
        self.__dict__.update(facts)

    def agent(self, build):
        return seam.Agent(os.path.join(build, "tests", "functional", self.program))

    def dav(self, env, user):
        dav = seam.Dav(env["SOGO_DAV_URL"], user, env["SOGO_PASSWORD"])
        dav.collection = dav.collection.replace("/Calendar/", f"/{self.collection}/")
        return dav

    def put(self, dav, number, **changed):
        status, _ = dav.request("PUT", f"{dav.collection}{self.resource.format(number)}", self.text(number, **changed).encode(),
                                Content_Type=self.content_type)
        if status not in (200, 201, 204):
            raise Failure(f"PUT answered {status}")

    def present(self, dav):
        before, after = self.resource.split("{}")
        return sum(name.startswith(before) and name[len(before):].removesuffix(after).isdigit() for name in dav.names())

    def fill(self, env, user, count):
        dav = self.dav(env, user)
        present = self.present(dav)

        def put(numbers):
            for number in numbers:
                self.put(dav, number)

        threads = [threading.Thread(target=put, args=(range(present + i, count, 4),)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.present(dav) != count:
            raise Failure(f"{self.present(dav)} {self.name} on the server, {count} wanted")

    def add_dav_source(self, env, user, build):
        """The same folder for EDS's own backend; its source UID."""
        origin = env["SOGO_FRONT_HTTP"].rsplit("/Microsoft-Server-ActiveSync", 1)[0]
        agent = self.agent(build)
        try:
            return agent.ask(self.peer, f"{origin}/SOGo/dav/{user}/{self.collection}/personal/", user, env["SOGO_PASSWORD"])[0]
        finally:
            agent.close()

    def eas_source(self, build):
        """UID of the account's source of this kind, when the registry has made it."""
        agent = self.agent(build)

        def find():
            lines = (base64.b64decode(line).decode().split(" ", 3) for line in agent.ask("sources", *self.sources))
            return next((uid for uid, backend, *_ in lines if backend == "eas"), None)

        try:
            return wait_for(find, 60, f"the account's {self.name}")
        finally:
            agent.close()

    def cache(self, source):
        return os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", self.cache_folder, source, "cache.db")


KINDS = {kind.name: kind for kind in (
    Kind("events", program="cal-agent", sources=["events"], factory=seam.CALENDAR_FACTORY, built_in="system-calendar", cache_folder="calendar",
         collection="Calendar", resource="b{}.ics", content_type="text/calendar; charset=utf-8", peer="caldav",
         text=lambda number, title=None: calendar_of(event(number, title, datetime.datetime(2028, 5, 1, 9, 0) if title else None)),
         by_uid='(uid? "{}")', titled='(contains? "summary" "{}")',
         probe='(occur-in-time-range? (make-time "20270310T000000Z") (make-time "20270311T000000Z"))'),
    Kind("contacts", program="book-agent", sources=[], factory=BOOK_FACTORY, built_in="system-address-book", cache_folder="addressbook",
         collection="Contacts", resource="b{}.vcf", content_type="text/vcard; charset=utf-8", peer="carddav", text=card,
         by_uid='(is "id" "{}")', titled='(contains "full_name" "{}")', probe='(beginswith "full_name" "Person 12")'),
    Kind("tasks", program="cal-agent", sources=["tasks"], factory=seam.CALENDAR_FACTORY, built_in="system-task-list", cache_folder="tasks",
         collection="Calendar", resource="t{}.ics", content_type="text/calendar; charset=utf-8", peer=None,
         text=lambda number, title=None: calendar_of(task(number, title)),
         by_uid='(uid? "{}")', titled='(contains? "summary" "{}")', probe=None),
)}
