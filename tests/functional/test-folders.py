#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The account's folders on the desktop and on the server, each side changing them. TAP;
runs inside session.sh.

	test-folders.py VERSION [NAME...]
"""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from person import Person  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

VERSION = sys.argv[1]
NOTES = tuple(int(part) for part in VERSION.split(".")) >= (14, 0)
KINDS = ["book", "calendar", "tasks"] + (["memos"] if NOTES else [])
server = None
person = None
users = iter(range(1000))


def new_desk(**settings):
    user = f"f{next(users)}"
    return Desk(server, user, opened=False, **settings)


def on_server(desk):
    return {folder["name"]: folder for folder in desk.ask("folders")["folders"]}


def wait_names(desk, kind, wanted, seconds=20):
    wait_for(lambda: person.names(desk.uid, kind) == wanted, seconds,
             f"{kind} {wanted}, not {person.names(desk.uid, kind)}")


# What is there

def test_kinds():
    """Each folder of the server that the desktop can show is a source of the right kind."""
    with new_desk() as desk:
        desk.ask("folder-add", name="Clubs", type=13)
        desk.ask("folder-add", name="Suppliers", type=14)
        desk.ask("folder-add", name="Errands", type=15)
        if NOTES:
            desk.ask("folder-add", name="Recipes", type=17)
        person.refresh(desk.uid)
        wait_names(desk, "book", ["Contacts", "Suppliers"])
        children = person.children(desk.uid)
        names = {kind: [c.name for c in children if c.kind == kind] for kind in ("calendar", "tasks", "memos", "book")}
        expected = {"calendar": ["Calendar", "Clubs"], "tasks": ["Tasks", "Errands"],
                    "memos": ["Notes", "Recipes"] if NOTES else [], "book": ["Contacts", "Suppliers"]}
        report("calendars, task lists, notes where the version has them, address books; defaults first", names == expected, names)
        report("all of our backend, writable, enabled, kept on this machine, refreshed",
               all(c.backend == "eas" and c.writable and c.enabled and c.stay and c.refresh > 0 for c in children), children)
        report("colours where the desktop shows one", all(bool(c.color) == (c.kind != "book") for c in children), children)
        report("address books complete addresses as one types", all(c.autocomplete == (c.kind == "book") for c in children), children)
        report("calendars and task lists can ring", all(c.alarms == (c.kind in ("calendar", "tasks")) for c in children), children)
        report("only the person's own folders can be deleted", all(c.deletable == (c.order > 0) for c in children), children)


TESTS = [test_kinds]


def main():
    global server, person
    names = set(sys.argv[2:])
    chosen = [test for test in TESTS if not names or test.__name__ in names]
    logins = [word for i in range(len(TESTS)) for word in ("--user", f"f{i}:secret")]
    with seam.TestServer("--versions", VERSION, *logins) as server, Person() as person:
        tap.run(*chosen)
    tap.finish()


main()
