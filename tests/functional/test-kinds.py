#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The same table for events, tasks, notes and contacts: made, changed, moved and deleted on
either side, edited offline, in conflict, by the thousand, and their folders. What a second
device of the same person does and sees on the server is the witness. TAP; through on-mock.sh.

	test-kinds.py --version 141 [--many N] [--kinds KIND,...] [--rows NAME,...]

Kinds and rows that a version does not change may be left out of its run.
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import history  # noqa: E402
import kinds  # noqa: E402
import seam  # noqa: E402
import second_device  # noqa: E402
from kinds import SOON  # noqa: E402
from seam import Failure, wait_for  # noqa: E402


class Stage(kinds.Stage):
    """Each kind's account is another user's; there is a folder of her own besides the default one."""

    def __init__(self, options, kind_name, person):
        options.user = kind_name
        self.control = seam.Control(options.url)
        super().__init__(options, kind_name, person)
        folder = self.control.ask("folder-add", user=self.name, name="Other", type=self.kind.own_type)["id"]
        self.witness2 = history.make_witness(options, self.kind, self.line, folder)
        self.desktop2 = self.open(self.child("Other").uid)

    def close(self):
        self.desktop2.close()
        super().close()

    def on_server(self):
        return {folder["name"]: folder for folder in self.control.ask("folders", user=self.name)["folders"]}

    def clear(self):
        self.line.up()
        self.control.ask("faults", clear=1)
        self.witness.clear()
        self.witness2.clear()
        for desktop, witness in ((self.desktop, self.witness), (self.desktop2, self.witness2)):
            wait_for(desktop.empty, SOON, lambda here=desktop, there=witness: f"an empty folder; here {self.keys(here)}, there {self.keys(there)}", 0.2)


# ---- rows: with kinds.py's --------------------------------------------------

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
    desktop, thing = stage.open(source), stage.thing()
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


def make_stage(options, kind, person):
    if kind == "notes" and options.version < 140:
        return None  # test-tasks.py: there are none
    return Stage(options, kind, person)


kinds.main(make_stage, {**kinds.ROWS, **kinds.rows_of(globals())}, many=3000)
