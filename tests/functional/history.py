#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeded histories of edits on both sides of the seam, with lost answers, a dead
network and a calendar factory killed at random moments. At rest both sides must
say the same: nothing lost, nothing doubled (design: laws 1 to 3).

A history is rounds; a round is edits on the desktop and on the server with faults
between them, then rest. What one side alone touched in a round must come out as
it left it. What both touched may merge or come as two copies, but no edit is gone.

	history.py --server mock|sogo [--class KIND] [--seed N] [--count N] [--url URL] ...

A failing seed is printed with the words that run it again.
"""

import argparse
import collections
import contextlib
import datetime
import os
import random
import re
import sys
import time
import traceback
import urllib.parse
import zoneinfo

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import faulty_line  # noqa: E402
import history_kinds  # noqa: E402
import meaning  # noqa: E402
from mock_witness import MockWitness, to_ical  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

BASE = datetime.datetime(2027, 3, 1, 8, 0)
ZONE = "Europe/Berlin"


class Event:
    """What the model believes of one event, by its token in the title."""

    def __init__(self, token, rng):
        self.token = token
        self.revision = 0
        self.summary = f"{token} r0"
        self.location = None
        self.start = BASE + datetime.timedelta(days=rng.randrange(300), minutes=15 * rng.randrange(24))
        self.series = rng.random() < 0.25
        self.moved = {}       # index of the occurrence -> minutes it was moved by
        self.cancelled = set()
        self.touched = set()  # sides that touched it in this round
        self.values = set()   # titles and places written in this round
        self.alive = True
        self.removed_by = set()

    def touch(self, side):
        self.touched.add(side)

    def occurrence(self, index):
        return self.start + datetime.timedelta(weeks=index)


def offset_of(moment):
    return moment.replace(tzinfo=zoneinfo.ZoneInfo(ZONE)).utcoffset()


def token_of(summary):
    return summary.split(" ")[0] if summary else None


class MeaningForm:
    """An event as both sides must see it."""

    def __init__(self, said, uid=None):
        self.summary, self.uid = said["summary"], uid
        self.token = token_of(self.summary)
        self.key = (said["summary"], said["location"], said["start"], said["end"], said["rule"], said["cancelled"], said["moved"])

    def __repr__(self):
        return str(self.key)


class Events:
    """The kind of things a history is about; the others: history_kinds.py."""

    factory = seam.CALENDAR_FACTORY
    folder_type, own_type, word = 8, 13, "calendar"

    def make_agent(self, program):
        return seam.Agent(program)

    def open(self, agent, source):
        agent.open(source)

    def sources(self, agent):
        return agent.sources()

    def groups(self, agent):
        by_uid = {}
        for component in agent.events():
            by_uid.setdefault(component.value("UID"), []).append(component)
        return by_uid

    def said(self, components):
        return meaning.of_components(components)

    def text(self, event, uid):
        return event_text(event, uid)

    dav, suffix = seam.Dav, ".ics"

    def parse(self, text):
        return seam.parse_events(text)

    def resource(self, event, uid):
        return whole(event, uid)

    def edited(self, text, event):
        lines = [line for line in seam.unfold(text) if line]
        lines = [f"SUMMARY:{event.summary}" if line.startswith("SUMMARY") else line for line in lines]
        lines = [line for line in lines if not line.startswith("LOCATION")]
        if event.location:
            lines.insert(1, f"LOCATION:{event.location}")
        return "\r\n".join(lines) + "\r\n"


class Desktop:
    def __init__(self, program, source, kind=None):
        self.program, self.source, self.kind = program, source, kind or Events()
        self.agent = None
        self.kills = 0

    def open(self):
        if self.agent is None:
            self.agent = self.kind.make_agent(self.program)
            self.kind.open(self.agent, self.source)
        return self.agent

    def close(self):
        if self.agent is not None:
            self.agent.close()
            self.agent = None

    def kill(self):
        if seam.kill_factory(self.kind.factory):
            self.kills += 1
        if self.agent is not None:
            self.agent.process.kill()
            self.agent.process.wait()
            self.agent = None

    def groups(self):
        return self.kind.groups(self.open())

    def forms(self):
        forms = [self.form(components) for components in self.groups().values() if components]
        return sorted(forms, key=lambda form: str(form.key))

    def form(self, components):
        return MeaningForm(self.kind.said(components))

    def uid_of(self, token):
        return next((uid for uid, components in self.groups().items() if components and self.form(components).token == token), None)

    def empty(self):
        self.open().refresh()
        return not self.groups()

    def texts_of(self, uid):
        import base64
        return [base64.b64decode(line).decode() for line in self.open().ask("get", uid)]


def event_text(event, uid):
    extra = [f"EXDATE;TZID={ZONE}:{event.occurrence(i).strftime('%Y%m%dT%H%M%S')}" for i in sorted(event.cancelled)]
    zone = ZONE if event.series else None
    return seam.make_event(uid, event.summary, event.start, location=event.location,
                           rrule="FREQ=WEEKLY;COUNT=6" if event.series else None, zone=zone, extra=extra)


def instance_text(event, uid, index):
    start = event.occurrence(index) + datetime.timedelta(minutes=event.moved[index])
    return seam.make_event(uid, event.summary, start, location=event.location, zone=ZONE,
                           extra=[f"RECURRENCE-ID;TZID={ZONE}:{event.occurrence(index).strftime('%Y%m%dT%H%M%S')}"])


def whole(event, uid):
    return [event_text(event, uid)] + [instance_text(event, uid, i) for i in sorted(event.moved)]


class SogoWitness:
    """The other side where it is SOGo: edits and reads through CalDAV or CardDAV."""

    def __init__(self, dav, kind, line):
        self.dav, self.kind, self.line = dav, kind, line

    def narrow(self, window):
        """SOGo has no say in it."""

    def groups(self):
        """{resource name: the components in it}"""
        found = {name: self.kind.parse(text) for name, text in self.dav.texts().items()}
        return {name: components for name, components in found.items() if components}

    def form(self, components):
        return MeaningForm(self.kind.said(components), components[0].value("UID"))

    def forms(self):
        return sorted(map(self.form, self.groups().values()), key=lambda form: str(form.key))

    def find(self, token):
        for name, components in self.groups().items():
            form = self.form(components)
            if form.token == token:
                return name, form.uid
        return None, None

    @contextlib.contextmanager
    def told(self):
        """SOGo's keys are whole seconds: a change in the second of an answer that came before it is never told."""
        with self.line.quiet():
            time.sleep(1.0 - time.time() % 1.0 + 0.02)
            yield

    def add(self, event):
        uid = seam.new_uid()
        with self.told():
            self.dav.put(uid + self.kind.suffix, self.kind.resource(event, uid))

    def change(self, event):
        name, uid = self.find(event.token)
        if name is None:
            return False
        with self.told():
            self.dav.put(name, self.kind.resource(event, uid))
        return True

    def delete(self, event):
        name, _ = self.find(event.token)
        if name is None:
            return False
        with self.told():
            return self.dav.delete(name)

    # by specification (mock_witness.Spec), for matrix.py

    def named(self, summary):
        for name, components in self.groups().items():
            said = meaning.of_components(components)
            if said["summary"] == summary:
                return name, said
        return None, None

    def put(self, spec):
        name, _ = self.named(spec.summary)
        self.dav.put(name or spec.uid + ".ics", to_ical(spec))

    def read(self, spec):
        return self.named(spec.summary)[1]

    # Properties this server cannot hold as they are meant: when that is so, and why.
    limits = {"busy": (lambda said: said["busy"] in ("TENTATIVE", "OOF"), "SOGo's ActiveSync knows only free and busy")}

    def beyond(self, said):
        return {name for name, (is_beyond, _) in self.limits.items() if is_beyond(said)}

    def remove(self, spec):
        name, _ = self.named(spec.summary)
        if name is None or not self.dav.delete(name):
            raise Failure(f"{spec.summary} could not be deleted on the server")

    def clear(self):
        self.tick()
        for name in self.dav.names():
            self.dav.delete(name)

    def tick(self):
        """As told(), where nothing is under way."""
        with self.told():
            pass


class History:
    def __init__(self, options, desktop, witness, line, seed):
        self.options, self.desktop, self.witness, self.line = options, desktop, witness, line
        self.seed = seed
        self.rng = random.Random(seed)
        self.events = {}
        self.serial = 0
        self.log = []

    def note(self, *words):
        self.log.append(" ".join(str(w) for w in words))

    # desktop edits

    def desktop_do(self, what, work):
        """An edit the desktop refuses or cannot make now leaves the model as it was."""
        try:
            work()
            return True
        except seam.AgentError as error:
            self.note("  refused:", what, error)
            return False
        except Failure as error:
            self.note("  client lost:", what, error)
            self.desktop.close()
            return None

    def desktop_add(self):
        event = self.new_event("d")
        self.note("desktop adds", event.token, "series" if event.series else "single")
        done = self.desktop_do("create", lambda: self.desktop.open().create(self.desktop.kind.text(event, seam.new_uid())))
        if done is False:
            raise Failure("the desktop refused a new event")
        event.touch("desktop")

    def desktop_change(self, event):
        uid = self.desktop.uid_of(event.token)
        if uid is None:
            self.note("desktop does not see", event.token, "yet")
            return
        before = (event.summary, event.location)
        self.edit(event, "desktop")
        text = next(t for t in self.desktop.texts_of(uid) if "RECURRENCE-ID" not in t)
        self.note("desktop changes", event.token, "to", event.summary, event.location)
        if self.desktop_do("modify", lambda: self.desktop.open().modify(self.desktop.kind.edited(text, event))) is False:
            event.summary, event.location = before

    def desktop_cancel_one(self, event):
        uid = self.desktop.uid_of(event.token)
        free = [i for i in range(1, 6) if i not in event.cancelled and i not in event.moved]
        if self.options.server == "sogo":
            # It keeps a series in its user's zone, whatever zone it is told: beyond a change of
            # the clock there is no such occurrence.
            free = [i for i in free if offset_of(event.occurrence(i)) == offset_of(event.start)]
        if uid is None or not free:
            return
        index = self.rng.choice(free)
        rid = event.occurrence(index)
        text = next(t for t in self.desktop.texts_of(uid) if "RECURRENCE-ID" not in t)
        if re.search(r"^DTSTART:\d+T\d+Z", text, re.MULTILINE):  # the zone in which the server keeps it
            rid -= offset_of(rid)
        rid = rid.strftime("%Y%m%dT%H%M%S")
        self.note("desktop cancels occurrence", index, "of", event.token)
        if self.desktop_do("cancel", lambda: self.desktop.open().remove(uid, rid, "this")) is not False:
            event.cancelled.add(index)
            event.touch("desktop")

    def desktop_delete(self, event):
        uid = self.desktop.uid_of(event.token)
        if uid is None:
            return
        self.note("desktop deletes", event.token)
        if self.desktop_do("remove", lambda: self.desktop.open().remove(uid)) is not False:
            event.alive = False
            event.removed_by.add("desktop")
            event.touch("desktop")

    # server edits

    def server_add(self):
        event = self.new_event("s")
        self.note("server adds", event.token, "series" if event.series else "single")
        self.witness.add(event)
        event.touch("server")

    def server_change(self, event):
        before = (event.summary, event.location)
        self.edit(event, "server")
        self.note("server changes", event.token, "to", event.summary, event.location)
        if not self.witness.change(event):
            event.summary, event.location = before

    def server_delete(self, event):
        self.note("server deletes", event.token)
        if self.witness.delete(event):
            event.alive = False
            event.removed_by.add("server")
        event.touch("server")

    # rounds

    def new_event(self, side):
        self.serial += 1
        event = Event(f"{side}{self.seed}x{self.serial}", self.rng)
        event.series &= self.options.kind == "events"
        self.events[event.token] = event
        event.values.add(event.summary)
        return event

    def edit(self, event, side):
        event.revision += 1
        event.touch(side)
        if self.rng.random() < 0.6:
            event.summary = f"{event.token} r{event.revision}{side[0]}"
            event.values.add(event.summary)
        else:
            event.location = f"Room {event.revision}{side[0]}"
            event.values.add(event.location)

    def pick(self, side):
        """Mostly events the other side has left alone in this round."""
        live = [e for e in self.events.values() if e.alive]
        calm = [e for e in live if not e.touched - {side}]
        if self.options.conflicts and live and self.rng.random() < 0.15:
            return self.rng.choice(live)
        return self.rng.choice(calm) if calm else None

    def step(self):
        dice = self.rng.random()
        side = "desktop" if self.rng.random() < 0.55 else "server"
        event = self.pick(side)
        if side == "desktop":
            if dice < 0.4 or event is None:
                self.desktop_add()
            elif dice < 0.75:
                self.desktop_change(event)
            elif dice < 0.85 and event.series:
                self.desktop_cancel_one(event)
            else:
                self.desktop_delete(event)
        elif dice < 0.45 or event is None:
            self.server_add()
        elif dice < 0.8:
            self.server_change(event)
        else:
            self.server_delete(event)

    def mishap(self):
        dice = self.rng.random()
        if dice < 0.25:
            fault = faulty_line.some_fault(self.rng)
            self.note("fault:", fault)
            self.line.arm(fault, "Sync")
        elif dice < 0.35:
            self.note("network down")
            self.line.down()
        elif dice < 0.55:
            self.note("network up")
            self.line.up()
        elif dice < 0.70 and self.options.kill:
            time.sleep(self.rng.random() * 0.4)
            self.note("SIGKILL to the factory")
            self.desktop.kill()

    def round(self):
        for event in self.events.values():
            event.touched, event.values, event.removed_by = set(), {event.summary, event.location}, set()
        for _ in range(self.rng.randint(3, 7)):
            self.step()
            if self.rng.random() < 0.5:
                self.mishap()
            if self.rng.random() < 0.3:
                time.sleep(self.rng.random() * 0.3)
        self.rest()

    def rest(self):
        self.note("rest")
        self.line.disarm()
        self.line.up()
        state = {}

        def equal():
            try:
                self.desktop.open().refresh()
                state["desktop"] = self.desktop.forms()
            except seam.AgentError as error:
                self.note("  at rest:", error)
                return False
            except Failure as error:
                self.note("  client lost at rest:", error)
                self.desktop.close()
                return False
            state["server"] = self.witness.forms()
            return [f.key for f in state["desktop"]] == [f.key for f in state["server"]]

        try:
            wait_for(equal, self.options.patience, "both sides to be equal", 0.25)
        except Failure:
            raise Failure(difference(state)) from None
        self.judge(state["server"])
        self.settle(state["server"])

    def judge(self, forms):
        found = {}
        for form in forms:
            found.setdefault(form.token, []).append(form)
        for event in self.events.values():
            copies = found.pop(event.token, [])
            if len(event.touched) > 1:
                self.judge_conflict(event, copies)
            elif not event.alive:
                if copies:
                    raise Failure(f"{event.token} was deleted and is still there: {copies}")
            elif len(copies) != 1:
                raise Failure(f"{event.token} is there {len(copies)} times: {copies}")
            else:
                self.judge_one(event, copies[0])
        if found:
            raise Failure(f"events nobody made: {found}")

    def judge_one(self, event, form):
        if form.key[0] != event.summary or form.key[1] != (event.location or ""):
            raise Failure(f"{event.token} should be {event.summary!r} {event.location!r}: {form}")
        if len(form.key[5]) != len(event.cancelled):
            raise Failure(f"{event.token} should lack occurrences {sorted(event.cancelled)}: {form}")

    def judge_conflict(self, event, copies):
        """No edit of either side may be gone, unless one side deleted what the other edited."""
        if event.removed_by:
            return
        if not copies:
            raise Failure(f"{event.token} was edited on both sides and is gone")
        if self.options.policy != "keep-both":
            return
        said = {c.key[0] for c in copies} | {c.key[1] for c in copies}
        last = {event.summary, event.location} - {None}
        if not any(value in text for value in last for text in said):
            raise Failure(f"{event.token}: none of {last} survived in {copies}")

    def settle(self, forms):
        """The model takes over what a conflict came to; copies are then events like others."""
        found = {}
        for form in forms:
            found.setdefault(form.token, []).append(form)
        for token, event in list(self.events.items()):
            if len(event.touched) < 2:
                if not event.alive:
                    del self.events[token]
                continue
            copies = found.get(token, [])
            del self.events[token]
            if len(copies) == 1 and not copies[0].key[4]:
                event.alive = True
                event.summary, event.location = copies[0].key[0], copies[0].key[1] or None
                self.events[token] = event
            elif copies:
                for name_form in copies:
                    self.forget(name_form)

    def forget(self, form):
        """Takes a settled conflict out of the calendar, on the server's side."""
        event = Event(form.token, self.rng)
        while self.witness.delete(event):
            pass
        wait_for(lambda: not any(f.token == form.token for f in self.desktop.forms()),
                 self.options.patience, f"the copies of {form.token} to go from the desktop")

    def run(self):
        self.witness.narrow((512, 1, 3)[self.seed % 3])
        clear(self.options, self.desktop, self.witness, self.line)
        for number in range(self.rng.randint(2, 4)):
            self.note("round", number)
            self.round()


def difference(state):
    desktop = collections.Counter(str(f.key) for f in state.get("desktop", []))
    server = collections.Counter(str(f.key) for f in state.get("server", []))
    return ("the two sides differ at rest\n    only on the desktop: " + ("; ".join(sorted((desktop - server).elements())) or "nothing") +
            "\n    only on the server:  " + ("; ".join(sorted((server - desktop).elements())) or "nothing") +
            f"\n    ({len(state.get('desktop', []))} and {len(state.get('server', []))} events)")


def status_of_account():
    import subprocess
    done = subprocess.run(["evolution-eas", "account", "status"], capture_output=True, text=True, timeout=180)
    return (done.stdout + done.stderr).strip().split("\n")


def clear(options, desktop, witness, line):
    """Unseen by the desktop: what SOGo does in the second of an answer is never told. Again where an
    edit that was still on its way has rightly outlived the first deletion."""
    for last in (False, False, True):
        line.down()
        witness.clear()
        witness.tick()
        line.up()
        try:
            wait_for(desktop.empty, options.patience / 2, "an empty calendar to begin with", 0.25)
            return
        except Failure:
            if last:
                raise


def run_histories(options, desktop, witness, line, check=None):
    """TAP on standard output; the number of failures."""
    failures = 0
    print(f"1..{options.count}", flush=True)
    for number in range(options.count):
        seed = options.seed + number
        history = History(options, desktop, witness, line, seed)
        kills = desktop.kills
        started = time.monotonic()
        try:
            history.run()
            if check is not None:
                check(desktop.kills - kills)
            print(f"ok {number + 1} - seed {seed} ({time.monotonic() - started:.1f} s, "
                  f"{desktop.kills - kills} kills)", flush=True)
        except Exception as error:
            failures += 1
            print(f"not ok {number + 1} - seed {seed}", flush=True)
            if not isinstance(error, Failure):
                traceback.print_exc(file=sys.stdout)
            for text in history.log[-60:] + str(error).split("\n"):
                print(f"#   {text}", flush=True)
            for text in status_of_account():
                print(f"#   {text}", flush=True)
            print(f"#   again: {options.again} --seed {seed} --count 1", flush=True)
            try:
                line.disarm()
                line.up()
                desktop.close()
                clear(options, desktop, witness, line)
            except Exception as trouble:
                print(f"Bail out! {trouble}", flush=True)
                return failures
    return failures


def parse_options(more=lambda parser: None):
    """more(parser) adds a script's own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", choices=["mock", "sogo"], default="mock")
    parser.add_argument("--url", help="of the server's ActiveSync address")
    parser.add_argument("--dav", help="SOGo's CalDAV address")
    parser.add_argument("--user", default="alice")
    parser.add_argument("--password", default="secret")
    parser.add_argument("--desktop", choices=["eas", "caldav"], default="eas",
                        help="caldav: the harness itself on trial, with EDS's own backend")
    parser.add_argument("--class", dest="kind", choices=["events", *history_kinds.KINDS], default="events",
                        help="SOGo has no notes")
    parser.add_argument("--agent", required=True, help="the program cal-agent")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, help="of histories; otherwise 200 under EAS_SOAK, and --slice without it")
    parser.add_argument("--slice", type=int, default=12)
    parser.add_argument("--patience", type=float, default=45, help="seconds until both sides must be equal")
    parser.add_argument("--policy", default="keep-both")
    parser.add_argument("--version", type=int, default=141, help="protocol version the embedded server offers, times ten")
    parser.add_argument("--only", help="cases of matrix.py, comma list")
    parser.add_argument("--no-ping", action="store_true", help="the server's offer of Ping does not come through: a Sync hangs in its place")
    parser.add_argument("--no-kill", dest="kill", action="store_false")
    parser.add_argument("--no-conflicts", dest="conflicts", action="store_false")
    more(parser)
    options = parser.parse_args()
    if options.count is None:
        options.count = 200 if os.environ.get("EAS_SOAK") else options.slice
    options.again = " ".join(sys.argv)
    return options


def source_of(kind, program):
    agent = kind.make_agent(program)
    try:
        return wait_for(lambda: next((s[0] for s in kind.sources(agent) if s[1] == "eas"), None), 60, "the account's folder to appear")
    finally:
        agent.close()


def make_witness(options, kind, line, folder=None):
    if options.server == "sogo":
        return SogoWitness(kind.dav(options.dav, options.user, options.password), kind, line)
    control = seam.Control(options.url)
    if options.kind == "events":
        return MockWitness(control, kind, options.version, options.user, folder)
    return history_kinds.Witness(control, kind, options.user, folder)


def open_account(options):
    """(desktop, witness, line) on an empty folder."""
    target = urllib.parse.urlsplit(options.url or options.dav)
    line = faulty_line.FaultyLine(target.hostname, target.port)
    kind = history_kinds.KINDS.get(options.kind) or Events()
    witness = make_witness(options, kind, line)
    if options.no_ping:
        line.replaces = (b",Ping", b",Pong")
    witness.clear()
    near = f"http://127.0.0.1:{line.port}"
    if options.desktop == "caldav":
        path = urllib.parse.urlsplit(options.dav).path.rstrip("/")
        source = seam.add_caldav(f"{near}{path}/{options.user}/Calendar/personal/", options.user, options.password, options.agent)
    else:
        path = urllib.parse.urlsplit(options.url).path
        seam.add_account(near + path, options.user, options.password, options.agent)
        source = source_of(kind, options.agent)
    return Desktop(options.agent, source, kind), witness, line


def without_notes(options):
    """SOGo lists no folder of the Notes class: then no list of notes may be shown, and there is no history to tell."""
    seam.add_account(options.url, options.user, options.password, options.agent)
    agent = seam.Agent(options.agent)
    try:
        wait_for(lambda: any(s[1] == "eas" for s in agent.sources("tasks")), 60, "the account's tasks")
        if any(s[1] == "eas" for s in agent.sources("notes")):
            print("not ok 1 - SOGo has a folder of notes: its histories are to be written", flush=True)
            return 1
    finally:
        agent.close()
    print("1..0 # SKIP SOGo has no class Notes: it lists no such folder, and none is shown", flush=True)
    return 0


def main():
    options = parse_options()
    if options.server == "sogo" and options.kind == "notes":
        return without_notes(options)
    desktop, witness, line = open_account(options)
    try:
        failures = run_histories(options, desktop, witness, line)
    finally:
        desktop.close()
        line.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
