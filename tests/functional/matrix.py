#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Create, change, move and delete an event, a series and one occurrence, each way,
and compare property by property with what was meant. TAP.

	matrix.py --server mock|sogo --agent PROGRAM ...   (as history.py)
"""

import copy
import datetime
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import meaning  # noqa: E402
import seam  # noqa: E402
from history import open_account, parse_options  # noqa: E402
from mock_witness import Spec, to_ical  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

MONDAY = datetime.datetime(2027, 3, 1, 9, 30)  # before summer time begins; every series crosses it

SLICE = "single,all-day,confidential,weekly,exceptions"


def cases():
    week = datetime.timedelta(weeks=1)
    return {
        "single": Spec("Plain", MONDAY, location="Room 1, left", description="First line\nsecond, with a comma", alarm=15,
                       categories=["Blue", "Work"]),
        "utc": Spec("Utc", MONDAY, zone=None),
        "zero-length": Spec("Moment", MONDAY, minutes=0),
        "all-day": Spec("Fair", datetime.datetime(2027, 3, 3), minutes=2 * 24 * 60, all_day=True, busy="FREE"),
        "private": Spec("Secret", MONDAY, klass="PRIVATE", busy="TENTATIVE"),
        "confidential": Spec("Board", MONDAY, klass="CONFIDENTIAL", busy="OOF"),
        "characters": Spec("Ümläut & <tag> “quotes” 日本語 😀", MONDAY, location="Ort;mit,Zeichen".replace(";", " ").replace(",", " ")),
        "daily": Spec("Daily", MONDAY, rule=("daily", 2, ("count", 5), ())),
        "weekly": Spec("Weekly", MONDAY, rule=("weekly", 1, ("count", 6), ("MO",))),
        "weekly-days": Spec("Days", MONDAY, rule=("weekly", 2, ("until", "20270601"), ("FR", "MO"))),
        "monthly": Spec("Monthly", MONDAY, rule=("monthly", 1, ("count", 4), (1,))),
        "monthly-nth": Spec("First Monday", MONDAY, rule=("monthly-nth", 1, None, (1, ("MO",)))),
        "last-friday": Spec("Last Friday", datetime.datetime(2027, 2, 26, 16, 0), rule=("monthly-nth", 1, ("count", 5), (-1, ("FR",)))),
        "yearly": Spec("Yearly", MONDAY, rule=("yearly", 1, None, (3, 1))),
        "yearly-nth": Spec("Second Sunday in May", datetime.datetime(2027, 5, 9, 12, 0),
                           rule=("yearly-nth", 1, ("count", 3), (5, 2, ("SU",)))),
        "exceptions": Spec("Team", MONDAY, rule=("weekly", 1, ("count", 6), ("MO",)),
                           cancelled=[MONDAY + 2 * week], moved={MONDAY + week: MONDAY + week + datetime.timedelta(hours=5)}),
        "all-day-series": Spec("Week of duty", datetime.datetime(2027, 3, 1), minutes=24 * 60, all_day=True,
                               rule=("weekly", 4, ("count", 4), ("MO",)), cancelled=[datetime.datetime(2027, 3, 29)]),
    }


def meant(spec):
    return meaning.of_components([c for text in to_ical(spec) for c in seam.parse_events(text)])


class Matrix:
    def __init__(self, options, desktop, witness):
        self.options, self.desktop, self.witness = options, desktop, witness
        self.number = 0
        self.failures = 0
        self.step = None
        self.table = {}  # property -> {step: what became of it}, where it is a limit of the server

    def report(self, name, work):
        self.number += 1
        self.step = name
        try:
            work()
            print(f"ok {self.number} - {name}", flush=True)
            return True
        except Failure as failure:
            self.failures += 1
            print(f"not ok {self.number} - {name}", flush=True)
            for line in str(failure).split("\n"):
                print(f"#   {line}", flush=True)
            return False

    # reading

    def on_desktop(self, spec):
        if self.options.desktop == "caldav":  # nobody pushes there
            self.desktop.open().refresh()
        for components in self.desktop.groups().values():
            said = meaning.of_components(components)
            if said["summary"] == spec.summary:
                return said
        return None

    def uid_on_desktop(self, spec):
        return next((uid for uid, components in self.desktop.groups().items()
                     if meaning.of_components(components)["summary"] == spec.summary), None)

    def await_equal(self, spec, read, where):
        wanted, last = meant(spec), {}
        beyond = self.witness.beyond(wanted)

        def differences():
            found = meaning.difference(wanted, last["said"])
            return {name: pair for name, pair in found.items() if name not in beyond}

        def equal():
            last["said"] = read(spec)
            return last["said"] is not None and not differences()
        try:
            wait_for(equal, self.options.patience, f"{spec.summary} {where}", 0.2)
            for name, (a, b) in meaning.difference(wanted, last["said"]).items():
                self.table.setdefault(name, {})[f"{self.step}, {where}"] = f"{b!r} for {a!r}"
        except Failure:
            if last["said"] is None:
                raise Failure(f"{spec.summary} is not {where}") from None
            raise Failure("\n".join(f"{name}: meant {a!r}, {where} {b!r}" for name, (a, b) in
                                    differences().items())) from None

    def await_gone(self, spec, read, where):
        wait_for(lambda: read(spec) is None, self.options.patience, f"{spec.summary} to be gone {where}", 0.2)

    # one case each way

    def anchor(self):
        """Stays: SOGo never rings for a folder that was empty, which costs every later event half a minute."""
        spec = Spec("Anchor", MONDAY - datetime.timedelta(days=30), uid=seam.new_uid())
        self.witness.tick()
        self.witness.put(spec)
        self.await_equal(spec, self.on_desktop, "on the desktop")

    def from_server(self, name, spec):
        spec = copy.deepcopy(spec)
        spec.summary, spec.uid = "S " + spec.summary, seam.new_uid()

        def arrive():
            self.witness.tick()
            self.witness.put(spec)
            self.await_equal(spec, self.on_desktop, "on the desktop")
        if not self.report(f"{name}: server to desktop: create", arrive):
            return
        self.report(f"{name}: server to desktop: change", lambda: (self.change(spec), arrive()))
        if spec.rule and not spec.moved and not spec.all_day:
            self.report(f"{name}: server to desktop: move one", lambda: (self.move_one(spec), arrive()))
            self.report(f"{name}: server to desktop: cancel one", lambda: (self.cancel_one(spec), arrive()))

        def leave():
            self.witness.tick()
            self.witness.remove(spec)
            self.await_gone(spec, self.on_desktop, "from the desktop")
        self.report(f"{name}: server to desktop: delete", leave)

    def change(self, spec):
        spec.description = "Changed notes"
        if not spec.moved and not spec.cancelled and not spec.rule and not spec.all_day:
            spec.start += datetime.timedelta(hours=2)
        spec.location = "Another place"

    def second(self, spec):
        """The original start of the second occurrence."""
        kind, interval, _, details = spec.rule
        if kind == "daily":
            return spec.start + datetime.timedelta(days=interval)
        if kind == "weekly" and len(details) == 1:
            return spec.start + datetime.timedelta(weeks=interval)
        if kind == "weekly":
            return spec.start + datetime.timedelta(days=4)
        return None

    def move_one(self, spec):
        original = self.second(spec)
        if original is not None:
            spec.moved[original] = original + datetime.timedelta(hours=3)
        return original

    def cancel_one(self, spec):
        original = self.second(spec)
        if original is None:
            return None
        other = original + (datetime.timedelta(weeks=1) if spec.rule[0] == "weekly" and len(spec.rule[3]) == 1
                            else datetime.timedelta(days=spec.rule[1]) if spec.rule[0] == "daily" else datetime.timedelta(days=10))
        spec.cancelled.append(other)
        return other

    def from_desktop(self, name, spec):
        spec = copy.deepcopy(spec)
        spec.summary, spec.uid = "D " + spec.summary, seam.new_uid()
        agent = self.desktop.open()
        moved, cancelled, spec.moved, spec.cancelled = spec.moved, spec.cancelled, {}, []

        def reached():
            self.await_equal(spec, self.witness.read, "on the server")
            self.await_equal(spec, self.on_desktop, "on the desktop afterwards")

        if not self.report(f"{name}: desktop to server: create", lambda: (agent.create(to_ical(spec)[0]), reached())):
            return

        def change():
            self.change(spec)
            self.local_uid(spec)
            agent.modify(to_ical(spec)[0])
            reached()
        self.report(f"{name}: desktop to server: change", change)
        if spec.rule and not spec.all_day and (moved or self.second(spec)):
            def move():
                self.local_uid(spec)
                spec.moved = moved or spec.moved
                if not spec.moved:
                    self.move_one(spec)
                agent.modify(to_ical(spec)[1], "this")
                reached()
            self.report(f"{name}: desktop to server: move one", move)
        if spec.rule and (cancelled or (not spec.all_day and self.second(spec))):
            def cancel():
                self.local_uid(spec)
                spec.cancelled = list(cancelled)
                if not spec.cancelled:
                    self.cancel_one(spec)
                rid = spec.cancelled[0]
                agent.remove(spec.uid, f"{rid:%Y%m%d}" if spec.all_day else f"{rid:%Y%m%dT%H%M%S}", "this")
                reached()
            self.report(f"{name}: desktop to server: cancel one", cancel)

        def leave():
            self.local_uid(spec)
            agent.remove(spec.uid)
            self.await_gone(spec, self.witness.read, "from the server")
        self.report(f"{name}: desktop to server: delete", leave)

    def removed_unseen(self):
        """What the server made of our own Add is nobody's edit: a removal that meets it is still meant."""
        spec = Spec("Unseen", MONDAY, busy="OOF", uid=seam.new_uid())
        other = Spec("Between", MONDAY, uid=seam.new_uid())
        agent = self.desktop.open()
        agent.create(to_ical(spec)[0])
        self.await_equal(spec, self.witness.read, "on the server")
        self.local_uid(spec)
        spec.location = "Another place"
        agent.modify(to_ical(spec)[0])
        self.witness.tick()
        self.witness.put(other)  # so that there is something to tell
        agent.remove(spec.uid)
        self.await_gone(spec, self.witness.read, "from the server")
        self.await_gone(spec, self.on_desktop, "from the desktop")
        self.witness.remove(other)

    def print_table(self):
        """Property by property: alike everywhere, or what becomes of it and why."""
        for name in meant(Spec("", MONDAY, uid="x")):
            print(f"# {name:12} {self.witness.limits[name][1] if name in self.table else 'alike in each step, both ways'}")
            for step, what in self.table.get(name, {}).items():
                print(f"# {'':12}   {step}: {what}")

    def local_uid(self, spec):
        """Since 16.0 the server may have given the event another UID."""
        spec.uid = self.uid_on_desktop(spec) or spec.uid


def main():
    options = parse_options()
    desktop, witness, line = open_account(options)
    matrix = Matrix(options, desktop, witness)
    try:
        wait_for(desktop.empty, options.patience, "an empty calendar to begin with")
        matrix.report("an event in an empty calendar", lambda: matrix.anchor())
        matrix.report("an event is removed before its server's form was seen", matrix.removed_unseen)
        if options.server == "sogo" and not options.only and not os.environ.get("EAS_SOAK"):
            options.only = SLICE  # each step waits for SOGo's own look every five seconds
        for name, spec in cases().items():
            if options.only and name not in options.only.split(","):
                continue
            matrix.from_server(name, spec)
            matrix.from_desktop(name, spec)
        matrix.print_table()
    finally:
        desktop.close()
        line.close()
    print(f"1..{matrix.number}")
    return 1 if matrix.failures else 0


if __name__ == "__main__":
    sys.exit(main())
