#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same table for events, tasks, notes and contacts: made, changed, moved and deleted on
either side, edited offline, in conflict, by the thousand, and their folders. What a second
device of the same person does and sees on the server is the witness. TAP; through on-mock.sh.

	test-kinds.py --version 141 [--many N] [--kinds KIND,...] [--rows NAME,...]

Kinds and rows that a version does not change may be left out of its run.
"""

import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import history  # noqa: E402
import history_kinds  # noqa: E402
import seam  # noqa: E402
import second_device  # noqa: E402
import tap  # noqa: E402
from person import Person  # noqa: E402
from seam import Failure, wait_for  # noqa: E402
from tap import report  # noqa: E402

SOON = 40
KINDS = ["events", *history_kinds.KINDS]


class Stage:
    """One person's account, the default folder of a kind and a folder of her own, each on both sides."""

    def __init__(self, options, kind_name):
        options.kind, options.user = kind_name, kind_name
        self.options, self.name = options, kind_name
        self.control = seam.Control(options.url)
        self.desktop, self.witness, self.line = history.open_account(options)
        self.kind = self.desktop.kind
        self.number = 0
        self.person = Person()
        agent = self.desktop.open()
        self.account = next(parent for uid, _, parent, _ in self.kind.sources(agent) if uid == self.desktop.source)
        folder = self.control.ask("folder-add", user=self.name, name="Other", type=self.kind.own_type)["id"]
        self.witness2 = history.make_witness(options, self.kind, self.line, folder)
        self.desktop2 = history.Desktop(options.agent, self.child("Other").uid, self.kind)

    def close(self):
        self.desktop.close()
        self.desktop2.close()
        self.person.close()
        done = subprocess.run(["evolution-eas", "account", "remove", f"{self.name}@example.test"], capture_output=True, text=True, timeout=180)
        self.line.close()
        if done.returncode != 0:
            report(f"{self.name}: the account is removed", False, f"{done.returncode} {done.stderr}")

    def children(self):
        return self.person.children(self.account, self.kind.word)

    def child(self, name):
        """The desktop's source of that name; waits for it."""
        def found():
            self.person.refresh(self.account)
            return next((c for c in self.children() if c.name == name), None)
        return wait_for(found, SOON, lambda: f"{name} on the desktop, which has {[c.name for c in self.children()]}", 0.3)

    def on_server(self):
        return {folder["name"]: folder for folder in self.control.ask("folders", user=self.name)["folders"]}

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

    def clear(self):
        self.line.up()
        self.control.ask("faults", clear=1)
        self.witness.clear()
        self.witness2.clear()
        for desktop, witness in ((self.desktop, self.witness), (self.desktop2, self.witness2)):
            wait_for(desktop.empty, SOON, lambda here=desktop, there=witness: f"an empty folder; here {self.keys(here)}, there {self.keys(there)}", 0.2)


# ---- the rows ----------------------------------------------------------------

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


def row_moved_on_the_server(stage):
    """By the other device's own MoveItems."""
    stays, goes = stage.thing(), stage.thing()
    stage.witness.add(stays)
    stage.witness.add(goes)
    stage.settle(stays, goes)
    device = second_device.SecondDevice(stage.options.url, stage.name, stage.options.password, stage.options.version)
    device.move(stage.witness.find(goes.token), stage.witness.folder, stage.witness2.folder)
    stage.settle(stays)
    stage.equal(stage.desktop2, stage.witness2, [goes])
    device.move(stage.witness2.find(goes.token), stage.witness2.folder, stage.witness.folder)
    stage.settle(stays, goes)
    stage.equal(stage.desktop2, stage.witness2, [])


def row_moved_on_the_desktop(stage):
    """A copy under the same UID, then a removal: one MoveItems, which keeps what the desktop does not know."""
    thing = stage.thing()
    stage.make(thing)
    stage.settle(thing)
    before = stage.witness.ask("items")["items"][0]["xml"]
    stage.control.ask("reset")
    uid = stage.uid(thing)
    stage.desktop2.open().create(stage.desktop.texts_of(uid)[0])
    stage.desktop.open().remove(uid)
    stage.settle()
    stage.equal(stage.desktop2, stage.witness2, [thing])
    moves = stage.control.ask("requests", command="MoveItems")["requests"]

    def told():
        asked = stage.control.ask("requests")["requests"]
        at = next(n for n, request in enumerate(asked) if request["command"] == "MoveItems")
        return any(stage.witness2.folder in str(request["collections"]) for request in asked[at + 1:] if request["command"] == "Sync")
    # No server says that an item is gone which it has not told of: the next row begins with that.
    wait_for(told, SOON, "the folder to be read after the move")
    if len(moves) != 1 or stage.witness2.ask("items")["items"][0]["xml"] != before:
        raise Failure(f"{len(moves)} MoveItems, and the item is {stage.witness2.ask('items')['items'][0]['xml']}")


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


def row_folder_of_the_server(stage):
    """Made, renamed and deleted by the other device."""
    folder = stage.control.ask("folder-add", user=stage.name, name="Theirs", type=stage.kind.own_type)["id"]
    source = stage.child("Theirs").uid
    stage.control.ask("folder-rename", user=stage.name, folder=folder, name="Renamed there")
    if stage.child("Renamed there").uid != source:
        raise Failure("the renamed folder is another source")
    stage.control.ask("folder-delete", user=stage.name, folder=folder)
    stage.person.refresh(stage.account)
    wait_for(lambda: source not in [c.uid for c in stage.children()], SOON, "the folder to go")


def row_folder_of_the_desktop(stage):
    """Made, filled, renamed and deleted by the person."""
    stage.person.make(stage.account, stage.kind.word, "Mine")
    source = stage.child("Mine").uid
    folder = stage.on_server().get("Mine", {})
    if folder.get("type") != stage.kind.own_type:
        raise Failure(f"the server has {stage.on_server()}")
    desktop, thing = history.Desktop(stage.options.agent, source, stage.kind), stage.thing()
    desktop.open().create(stage.kind.text(thing, seam.new_uid()))
    stage.equal(desktop, history.make_witness(stage.options, stage.kind, stage.line, folder["id"]), [thing])
    desktop.close()
    stage.person.rename(source, "Renamed here")
    wait_for(lambda: "Renamed here" in stage.on_server() and "Mine" not in stage.on_server(), SOON, "the name on the server")
    stage.person.drop(source)
    wait_for(lambda: "Renamed here" not in stage.on_server() and source not in [c.uid for c in stage.children()], SOON, "it to go on both sides")


def row_many(stage):
    """Thousands arrive whole, and what happens then still does."""
    stage.witness.ask("generate", count=stage.options.many, seed=7)
    desktop = stage.desktop
    wait_for(lambda: len(desktop.groups()) == stage.options.many, 150, lambda: f"{stage.options.many} on the desktop, which has {len(desktop.groups())}", 1)
    mine, theirs = stage.thing(), stage.thing()
    stage.make(mine)
    stage.witness.add(theirs)

    def same():
        here, there = desktop.forms(), stage.witness.forms()
        return len(there) == stage.options.many + 2 and [f.key for f in here] == [f.key for f in there]
    wait_for(same, SOON, "both sides to hold the same", 1)


ROWS = {name[4:]: row for name, row in globals().items() if name.startswith("row_")}


def run(stage, rows):
    for name in rows:
        def test(row=ROWS[name]):
            stage.clear()
            row(stage)
            report(f"{stage.name}: {name.replace('_', ' ')}", True)
        test.__name__ = f"{stage.name}_{name}"
        tap.run(test)


def main():
    def more(parser):
        parser.add_argument("--many", type=int, default=3000)
        parser.add_argument("--kinds", type=lambda names: names.split(","), default=KINDS)
        parser.add_argument("--rows", type=lambda names: names.split(","), default=list(ROWS))
    options = history.parse_options(more)
    for kind in options.kinds:
        if kind == "notes" and options.version < 140:
            continue  # test-tasks.py: there are none
        stage = Stage(options, kind)
        try:
            run(stage, options.rows)
        finally:
            stage.close()
    tap.finish()


main()
