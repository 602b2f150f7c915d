# SPDX-License-Identifier: LGPL-2.1-or-later
"""One table for events, tasks, notes and contacts: an account with the default folder of a kind
on both sides, and the rows that need nothing but that. What only one server can do is in
test-kinds.py (the embedded one) and kinds_sogo.py."""

import random
import subprocess
import time

import history
import history_kinds
import seam
import tap
from person import Person
from seam import Failure, wait_for
from tap import report

SOON = 40
KINDS = ["events", *history_kinds.KINDS]


class Stage:
    """One person's account and its default folder of a kind, on both sides."""

    def __init__(self, options, kind_name, person):
        options.kind = kind_name
        self.options, self.name, self.person = options, kind_name, person
        self.desktop, self.witness, self.line = history.open_account(options)
        self.kind = self.desktop.kind
        self.number = 0
        agent = self.desktop.open()
        self.account = next(parent for uid, _, parent, _ in self.kind.sources(agent) if uid == self.desktop.source)

    def close(self):
        self.desktop.close()
        # EDS looks at a written file of a source 3 s later; an account that is gone by then comes back as an empty one.
        time.sleep(4)
        done = subprocess.run(["evolution-eas", "account", "remove", f"{self.options.user}@example.test"], capture_output=True, text=True, timeout=180)
        self.line.close()
        if done.returncode != 0:
            report(f"{self.name}: the account is removed", False, f"{done.returncode} {done.stderr}")

    def children(self):
        return self.person.children(self.account, self.kind.word)

    def child(self, name):
        """The desktop's source of that name, once the folders have been listed."""
        self.person.refresh(self.account)
        return wait_for(lambda: next((c for c in self.children() if c.name == name), None), SOON,
                        lambda: f"{name} on the desktop, which has {[c.name for c in self.children()]}", 0.1)

    def open(self, source):
        """Another folder's desktop."""
        return history.Desktop(self.options.agent, source, self.kind)

    # things

    def thing(self):
        self.number += 1
        thing = history.Event(f"{self.name}{self.number}", random.Random(self.number))
        thing.series = False
        return thing

    def make(self, thing):
        self.desktop.open().create(self.kind.text(thing, seam.new_uid()))

    def uid(self, thing):
        return wait_for(lambda: self.desktop.uid_of(thing.token), SOON, f"{thing.token} on the desktop")

    def change(self, thing, summary=None, location=None):
        """On the desktop, as a program that shows it writes it."""
        thing.summary, thing.location = summary or thing.summary, location or thing.location
        self.desktop.open().modify(self.kind.edited(self.desktop.texts_of(self.uid(thing))[0], thing))

    def delete(self, thing):
        self.desktop.open().remove(self.uid(thing))

    # both sides

    def keys(self, side):
        return [form.key[:2] for form in side.forms()]

    def settle(self, *things):
        """Both sides of the default folder hold exactly these, in words and as a whole."""
        self.equal(self.desktop, self.witness, things)

    def equal(self, desktop, witness, things):
        wanted = sorted((thing.summary, thing.location or "") for thing in things)

        def same():
            here, there = desktop.forms(), witness.forms()
            return [f.key for f in here] == [f.key for f in there] and sorted(f.key[:2] for f in there) == wanted
        wait_for(same, SOON, lambda: f"both sides to hold {wanted}; here {self.keys(desktop)}, there {self.keys(witness)}", 0.1)

    def offline(self):
        self.line.down()

    def online(self):
        self.line.up()
        self.desktop.open().refresh()


# ---- rows --------------------------------------------------------------------

def row_server_to_desktop(stage):
    thing = stage.thing()
    stage.witness.add(thing)
    stage.settle(thing)
    uid = stage.uid(thing)
    thing.summary += " changed"
    thing.location = "There"
    stage.witness.change(thing)
    stage.settle(thing)
    if stage.uid(thing) != uid:
        raise Failure("the change gave it another UID")
    stage.witness.delete(thing)
    stage.settle()


def row_desktop_to_server(stage):
    thing = stage.thing()
    stage.make(thing)
    stage.settle(thing)
    stage.change(thing, thing.summary + " changed", "Here")
    stage.settle(thing)
    stage.delete(thing)
    stage.settle()


def row_edited_offline(stage):
    changed, deleted, kept, made = (stage.thing() for _ in range(4))
    for thing in (changed, deleted, kept):
        stage.witness.add(thing)
    stage.settle(changed, deleted, kept)
    stage.offline()
    stage.make(made)
    stage.change(made, location="Made and changed")
    stage.change(changed, changed.summary + " offline")
    stage.delete(deleted)
    here = stage.keys(stage.desktop)
    if here != sorted((t.summary, t.location or "") for t in (changed, kept, made)):
        raise Failure(f"offline the desktop shows {here}")
    stage.online()
    stage.settle(changed, kept, made)


def row_conflict(stage):
    """What both sides changed is kept twice; different properties are merged."""
    same, other = stage.thing(), stage.thing()
    stage.witness.add(same)
    stage.witness.add(other)
    stage.settle(same, other)
    stage.offline()
    stage.change(same, same.token + " mine")
    stage.change(other, other.token + " mine")
    same.summary = same.token + " theirs"
    stage.witness.change(same)
    mine, other.summary, other.location = other.summary, other.token + " r0", "Theirs"
    stage.witness.change(other)
    other.summary = mine
    stage.online()

    def kept():
        here, there = stage.keys(stage.desktop), stage.keys(stage.witness)
        copies = [summary for summary, _ in there if summary.startswith(same.token)]
        return here == there and len(there) == 3 and (other.summary, "Theirs") in there and same.summary in copies and \
            any(summary.startswith(same.token + " mine") for summary in copies)
    wait_for(kept, SOON, lambda: f"both versions of one and the merged other; here {stage.keys(stage.desktop)}, there {stage.keys(stage.witness)}")


def rows_of(module):
    """{name: function} of a module's globals()."""
    return {name[4:]: row for name, row in module.items() if name.startswith("row_")}


ROWS = rows_of(globals())


# ---- the table ---------------------------------------------------------------

def run(stage, rows):
    """Each of {name: row}, on an empty folder."""
    for name, row in rows.items():
        def test(name=name, row=row):
            stage.clear()
            row(stage)
            report(f"{stage.name}: {name.replace('_', ' ')}", True)
        test.__name__ = f"{stage.name}_{name}"
        tap.run(test)


def main(make_stage, rows, many):
    """The rows of each kind; make_stage(options, kind, person) answers None where a server has none."""
    def more(parser):
        parser.add_argument("--many", type=int, default=many)
        parser.add_argument("--kinds", type=lambda names: names.split(","), default=KINDS)
        parser.add_argument("--rows", type=lambda names: names.split(","), default=list(rows))
    options = history.parse_options(more)
    with Person() as person:
        for kind in options.kinds:
            stage = make_stage(options, kind, person)
            if stage is None:
                continue
            try:
                run(stage, {name: rows[name] for name in options.rows})
            finally:
                stage.close()
    tap.finish()
