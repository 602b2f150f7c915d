#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The account's folders on the desktop and on the server, each side changing them. TAP;
runs inside session.sh.

	test-folders.py VERSION [NAME...]
"""

import os
import re
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk, managed_sources  # noqa: E402
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
             lambda: f"{kind} {wanted}, not {person.names(desk.uid, kind)}")


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
        if NOTES:
            wait_names(desk, "memos", ["Notes", "Recipes"])  # made after the address book
        children = person.children(desk.uid)
        names = {kind: [c.name for c in children if c.kind == kind] for kind in ("calendar", "tasks", "memos", "book")}
        expected = {"calendar": ["Calendar", "Clubs"], "tasks": ["Tasks", "Errands"],
                    "memos": ["Notes", "Recipes"] if NOTES else [], "book": ["Contacts", "Suppliers"]}
        report("calendars, task lists, notes where the version has them, address books; defaults first", names == expected, names)
        report("all of our backend, writable, enabled, kept on this machine, refreshed",
               all(c.backend == "eas" and c.writable and c.enabled and c.stay and c.refresh > 0 for c in children), children)
        report("colours where the desktop shows one", all(bool(c.color) == (c.kind != "book") for c in children), children)
        colors = [c.color for c in children if c.color]
        report("each in a colour of its own", len(set(colors)) == len(colors), colors)
        report("address books complete addresses as one types", all(c.autocomplete == (c.kind == "book") for c in children), children)
        report("calendars and task lists can ring", all(c.alarms == (c.kind in ("calendar", "tasks")) for c in children), children)
        report("only the person's own folders can be deleted", all(c.deletable == (c.order > 0) for c in children), children)


# Changed here

NEW = {"calendar": ("Rehearsals", 13), "tasks": ("Groceries", 15), "memos": ("Ideas", 17), "book": ("Choir", 14)}


def test_made_here():
    """Made on the desktop, it is on the server; and the other way it goes as well."""
    with new_desk() as desk:
        wait_names(desk, "book", ["Contacts"])
        for kind in KINDS:
            name, type = NEW[kind]
            person.make(desk.uid, kind, name)
            wait_for(lambda: name in person.names(desk.uid, kind), 20, f"{name} on the desktop")
            report(f"{kind}: made on the desktop, on the server of its kind", on_server(desk).get(name, {}).get("type") == type, on_server(desk))
        report("a name that is taken is refused in plain words", refused(lambda: person.make(desk.uid, "calendar", "Rehearsals"), "already"))
        report("an empty name is refused in plain words", refused(lambda: person.make(desk.uid, "calendar", "  "), "name"))
        report("and nothing of that is left on the desktop", person.names(desk.uid, "calendar") == ["Calendar", "Rehearsals"], person.children(desk.uid))
        if not NOTES:
            report("notes are refused where the version has none", refused(lambda: person.make(desk.uid, "memos", "Ideas"), "notes"))
        for kind in KINDS:
            name, _ = NEW[kind]
            person.drop(next(c.uid for c in person.children(desk.uid, kind) if c.name == name))
            wait_for(lambda: name not in person.names(desk.uid, kind), 20, f"{name} to leave the desktop")
            report(f"{kind}: deleted on the desktop, gone on the server", name not in on_server(desk), on_server(desk))
        default = person.children(desk.uid, "calendar")[0]
        report("the default calendar cannot be deleted", refused(lambda: person.drop(default.uid), ""))
        report("and stays on both sides", person.names(desk.uid, "calendar") == ["Calendar"] and "Calendar" in on_server(desk))


def refused(action, words):
    try:
        action()
    except seam.AgentError as error:
        if words in str(error) and not any(code in str(error) for code in ("FolderSync", "Status", "HTTP")):
            return True
        print(f"# {error}")
    return False


def test_renamed_here():
    with new_desk() as desk:
        desk.ask("folder-add", name="Clubs", type=13)
        desk.ask("folder-add", name="Taken", type=13)
        person.refresh(desk.uid)
        wait_names(desk, "calendar", ["Calendar", "Clubs", "Taken"])
        default, clubs, _ = person.children(desk.uid, "calendar")
        person.rename(clubs.uid, "Associations")
        wait_for(lambda: "Associations" in on_server(desk), 20, "the new name on the server")
        report("renamed on the desktop: the server has the name", "Clubs" not in on_server(desk), on_server(desk))
        person.rename(clubs.uid, "Taken")
        wait_for(lambda: "already" in desk.status_text(), 20, lambda: f"the status to say why: {desk.status_text()}")
        wait_names(desk, "calendar", ["Calendar", "Associations", "Taken"])
        report("a refused name is taken back, and the status says why", "Associations" in on_server(desk), on_server(desk))
        person.rename(default.uid, "My days")
        person.rename(clubs.uid, "One")
        person.rename(clubs.uid, "Two")
        wait_for(lambda: "Two" in on_server(desk), 20, f"the last of two names on the server: {list(on_server(desk))}")
        report("a default folder's name is the person's own", "Calendar" in on_server(desk) and "My days" in person.names(desk.uid, "calendar"), on_server(desk))
        wait_for(lambda: "already" not in desk.status_text(), 20, lambda: f"the trouble to be no longer told: {desk.status_text()}")
        report("and the trouble is no longer told", True)
        desk.ask("folder-rename", folder="Two", name="Three")
        person.refresh(desk.uid)
        wait_names(desk, "calendar", ["My days", "Taken", "Three"])
        report("renamed on the server: the desktop follows, and not a name the person gave", True)
        report("the server was asked for three renames, and for no more", len(desk.requests("FolderUpdate")) <= 5, desk.requests("FolderUpdate"))


def test_offline():
    """Refused at once, with both sides as they were; afterwards it works."""
    with new_desk() as desk:
        desk.ask("folder-add", name="Clubs", type=13)
        person.refresh(desk.uid)
        wait_names(desk, "calendar", ["Calendar", "Clubs"])
        clubs = person.children(desk.uid, "calendar")[1]
        desk.line.down()
        began = time.monotonic()
        report("cut off: making is refused in plain words", refused(lambda: person.make(desk.uid, "calendar", "Lost"), "nothing was changed"))
        report("cut off: deleting is refused in plain words", refused(lambda: person.drop(clubs.uid), "nothing was changed"))
        person.rename(clubs.uid, "Lost")
        wait_for(lambda: "Lost" in desk.status_text(), 20, "the status to tell of the name")
        wait_names(desk, "calendar", ["Calendar", "Clubs"])
        report("cut off: a new name is taken back", True)
        took = time.monotonic() - began
        report("and none of it waits for the server", took < 3 * seam.SAVE_PATIENCE, f"{took:.1f} s")
        desk.line.up()
        person.rename(clubs.uid, "Found")
        wait_for(lambda: "Found" in on_server(desk), 20, "the name on the server")
        wait_names(desk, "calendar", ["Calendar", "Found"])
        report("afterwards it goes", True)


def test_changed_there():
    """Somebody else's folders: made, renamed and deleted on the server."""
    with new_desk() as desk:
        wait_names(desk, "calendar", ["Calendar"])
        desk.ask("folder-add", name="Theirs", type=13)
        desk.ask("folder-add", name="Their people", type=14)
        person.refresh(desk.uid)
        wait_names(desk, "calendar", ["Calendar", "Theirs"])
        uid = person.children(desk.uid, "calendar")[1].uid
        desk.ask("folder-rename", folder="Theirs", name="Ours")
        desk.ask("forget", what="hierarchy")
        person.make(desk.uid, "calendar", "Mine")
        wait_names(desk, "calendar", ["Calendar", "Mine", "Ours"])
        report("a folder made with an outdated list: all is there, the renamed one is the same",
               uid in [c.uid for c in person.children(desk.uid, "calendar")], person.children(desk.uid))
        desk.ask("folder-delete", folder="Ours")
        desk.ask("folder-delete", folder="Their people")
        person.refresh(desk.uid)
        wait_names(desk, "calendar", ["Calendar", "Mine"])
        wait_names(desk, "book", ["Contacts"])
        report("deleted on the server: gone on the desktop", True)


def test_addresses():
    """Pitfall 53: who signs in under one address may have another; every program hears what the server says."""
    with new_desk(address="alias@example.test") as desk:
        theirs = f"{desk.user}@example.test"
        wait_for(lambda: desk.status()["addresses"] == [theirs, "alias@example.test"], 20, lambda: f"the addresses of the account: {desk.status()}")
        report("the account's own addresses are learned, the one it was added by stays", True)
        report("and the status shows them", theirs in desk.status_text(), desk.status_text())


def test_edited_meanwhile():
    """The account's file is edited again and again while the registry learns of the server: no edit is undone."""
    user = f"f{next(users)}"
    server.control.ask("fault", kind="delay", command="Settings", value=300, times=-1, user=user)
    with Desk(server, user, opened=False, address="edited@example.test") as desk:
        path = os.path.join(os.environ["XDG_CONFIG_HOME"], "evolution", "sources", desk.uid + ".source")
        lost, edits, end = [], 0, time.monotonic() + 3
        while time.monotonic() < end:
            with open(path, encoding="utf-8") as file:
                text = file.read()
            if edits and f"EventFilter={edits % 8}\n" not in text:
                lost.append(edits)
            edits += 1
            text = re.sub(r"(?m)^EventFilter=.*\n", "", text).replace("[Eas Backend]\n", f"[Eas Backend]\nEventFilter={edits % 8}\n")
            with open(path + ".new", "w", encoding="utf-8") as file:
                file.write(text)
            os.rename(path + ".new", path)
            time.sleep(0.05)
        report(f"none of {edits} edits was undone", not lost, lost)
        wait_for(lambda: f"EventFilter={edits % 8}" in managed_sources(), 10, "the last edit in the registry")
        report("the last one is in force", True)
        wait_for(lambda: f"{user}@example.test" in desk.status()["addresses"], 20, lambda: f"what the server said: {desk.status()}")
        report("and what the server said is known", True)
    server.control.ask("faults", clear=1)


def test_notes_go_and_come():
    """A server falls back to a version without notes, and rises again: what is here of them waits, out of sight."""
    if not NOTES:
        return
    user = f"f{next(users)}"
    with Desk(server, user, kind="notes") as desk:
        desk.agent.create(NOTE.format(uid="kept", title="kept"))
        desk.settle("kept")
        notes = person.children(desk.uid, "memos")[0]
        person.rename(notes.uid, "My notes")
        wait_names(desk, "memos", ["My notes"])
        before = person.children(desk.uid, "memos")
        cache = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "memos", notes.uid, "cache.db")

        server.control.ask("set", versions="12.1")
        person.refresh(desk.uid)
        wait_for(lambda: not any(c.enabled for c in person.children(desk.uid, "memos")), 30,
                 lambda: f"the notes to be off: {person.children(desk.uid, 'memos')} {desk.status_text()}")
        report("a version without notes: the list is out of sight", desk.status()["version"] == "12.1", desk.status())
        report("with what is in it", os.path.exists(cache))
        wait_for(lambda: "no notes" in desk.status_text(), 20, lambda: f"the status to say why: {desk.status_text()}")
        report("and the status says why", True)
        report("nothing else goes", all(c.enabled for c in person.children(desk.uid) if c.kind != "memos"), person.children(desk.uid))
        person.switch(desk.uid, "calendar", False)
        wait_for(lambda: not any(c.enabled for c in person.children(desk.uid, "calendar")), 20, "calendars to be off")
        person.switch(desk.uid, "calendar", True)
        wait_for(lambda: all(c.enabled for c in person.children(desk.uid, "calendar")), 20, "calendars to be on")
        time.sleep(0.5)
        report("switched off and on: calendars come back, notes do not", not any(c.enabled for c in person.children(desk.uid, "memos")))

        server.control.ask("set", versions=VERSION)
        person.refresh(desk.uid)
        wait_for(lambda: all(c.enabled for c in person.children(desk.uid, "memos")), 30,
                 lambda: f"the notes to be back: {person.children(desk.uid, 'memos')} {desk.status_text()}")
        report("the version rises: the same list is back", [c[:5] for c in person.children(desk.uid, "memos")] == [c[:5] for c in before],
               person.children(desk.uid, "memos"))
        desk.open()
        desk.agent.create(NOTE.format(uid="new", title="new"))
        desk.settle("kept", "new")
        wait_for(lambda: "no notes" not in desk.status_text(), 20, lambda: f"the status to be well: {desk.status_text()}")
        report("and all goes on", True)


NOTE = "BEGIN:VJOURNAL\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nDESCRIPTION:{title}\r\nEND:VJOURNAL\r\n"


# Switches

def test_switches():
    """Off means off: nothing is shown as enabled, and nothing is asked of the server."""
    with new_desk() as desk:
        wait_names(desk, "book", ["Contacts"])
        desk.open()
        desk.add("before")
        desk.settle("before")
        calendar = person.children(desk.uid, "calendar")[0]
        person.switch(calendar.uid, "stay", False)
        person.switch(desk.uid, "calendar", False)
        wait_for(lambda: not any(c.enabled for c in person.children(desk.uid) if c.kind != "book"), 20, "calendars and lists to be off")
        report("calendars off: address books stay on", all(c.enabled for c in person.children(desk.uid, "book")), person.children(desk.uid))
        seam.wait_for_silence(server.control)
        server.control.ask("reset")
        desk.add("while off", 1)
        desk.agent.refresh()
        time.sleep(1.5)
        asked = [r["command"] for r in desk.requests() if calendar.folder in str(r["collections"])]
        report("calendars off: nothing is asked for them", "Sync" not in asked, asked)
        person.switch(desk.uid, "calendar", True)
        desk.settle("before", "while off")
        wait_for(lambda: all(c.enabled for c in person.children(desk.uid)), 20, "all to be on")
        report("on again: all goes on", all(c.enabled for c in person.children(desk.uid)), person.children(desk.uid))
        person.switch(desk.uid, "contacts", False)
        wait_for(lambda: not any(c.enabled for c in person.children(desk.uid, "book")), 20, "address books to be off")
        person.switch(desk.uid, "contacts", True)
        person.switch(desk.uid, "enabled", False)
        wait_for(lambda: not any(c.enabled for c in person.children(desk.uid)), 20, "everything to be off")
        seam.wait_for_silence(server.control)
        server.control.ask("reset")
        desk.add("account off", 2)
        desk.agent.refresh()
        time.sleep(1.5)
        report("account off: nothing is asked", "Sync" not in [r["command"] for r in desk.requests()], desk.requests())
        person.switch(desk.uid, "enabled", True)
        desk.settle("before", "while off", "account off")
        report("account on again: all goes on", True)
        report("the person's choice about copies on this machine stays", person.children(desk.uid, "calendar")[0].stay == 0, person.children(desk.uid))


TESTS = [test_kinds, test_made_here, test_renamed_here, test_offline, test_changed_there, test_addresses, test_edited_meanwhile, test_notes_go_and_come, test_switches]


def main():
    global server, person
    names = set(sys.argv[2:])
    chosen = [test for test in TESTS if not names or test.__name__ in names]
    logins = [word for i in range(len(TESTS)) for word in ("--user", f"f{i}:secret")]
    with seam.TestServer("--versions", VERSION, *logins) as server, Person() as person:
        tap.run(*chosen)
    tap.finish()


main()
