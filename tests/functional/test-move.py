#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The mailbox moves to another server, or the account is set up again: every id is another
one, and nothing of the person's is lost or seen to go. TAP; runs inside session.sh.

	test-move.py [NAME...]
"""

import json
import os
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import AGENT, START, Desk, managed_sources, tool  # noqa: E402
from person import Person  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

server = None
person = None


def child(desk, name):
    return next((c for c in person.children(desk.uid) if c.name == name), None)


def ids(desk):
    return {folder["name"]: folder["id"] for folder in desk.ask("folders")["folders"]}


def titles_in(desk, folder):
    return sorted(item["subject"] for item in desk.ask("items", folder=folder)["items"])


def move(user, **how):
    with Desk(server, user) as desk:
        desk.ask("folder-add", name="Clubs", type=13)
        desk.ask("folder-add", name="Errands", type=15)
        for n in range(6):
            desk.add(f"event {n}", n)
        person.refresh(desk.uid)
        wait_for(lambda: child(desk, "Clubs") and child(desk, "Errands"), 20, "the folders")
        desk.settle(*(f"event {n}" for n in range(6)))
        clubs = child(desk, "Clubs").uid
        person.rename(clubs, "My clubs")
        wait_for(lambda: child(desk, "My clubs"), 10, "the name")
        person.recolor(clubs, "#123456")
        wait_for(lambda: child(desk, "My clubs").color == "#123456", 10, "the colour")
        wait_for(lambda: "My clubs" in ids(desk), 10, "the name on the server")
        before = {c.uid: (c.kind, c.name, c.color) for c in person.children(desk.uid)}
        old = ids(desk)

        second = seam.Agent(AGENT)
        second.open(clubs)
        second.create(seam.make_event(seam.new_uid(), "meeting", START))
        wait_for(lambda: titles_in(desk, "My clubs") == ["meeting"], 20, "the club's event")
        desk.agent.ask("view-start")
        wait_for(lambda: int(desk.agent.ask("view-stats")[0].split()[0]) == 6, 20, "the view to show the events")

        desk.line.down()
        desk.create("made on the way", 7)
        desk.change("event 1", summary="event 1 edited on the way")
        desk.remove("event 2")
        second.create(seam.make_event(seam.new_uid(), "made in the club", START))
        desk.ask("renumber", **how)
        desk.line.up()
        desk.agent.refresh()
        second.refresh()

        wanted = sorted([f"event {n}" for n in (0, 3, 4, 5)] + ["event 1 edited on the way", "made on the way"])
        # The folder has another id now.
        desk.folder = ids(desk)["Calendar"]
        report(f"{user}: the server has other ids now", all(ids(desk)[name] != old[name] for name in old), ids(desk))
        desk.settle(*wanted, seconds=40)
        report(f"{user}: edits of the time between are on the server, nothing twice", True)
        wait_for(lambda: "My clubs" in person.names(desk.uid, "calendar"), 10, "the club's calendar")
        wait_for(lambda: titles_in(desk, "My clubs") == ["made in the club", "meeting"], 40,
                 f"the club's events on the server, not {titles_in(desk, 'My clubs')}")
        after = {c.uid: (c.kind, c.name, c.color) for c in person.children(desk.uid)}
        report(f"{user}: every source kept its UID, name and colour", after == before, f"{before}\n{after}")
        report(f"{user}: the sources know the new ids", {c.folder for c in person.children(desk.uid)} <= set(ids(desk).values()), ids(desk))
        added, modified, removed, _ = (int(n) for n in desk.agent.ask("view-stats")[0].split())
        report(f"{user}: the views saw the person's own edits, and nobody's removal", added <= 7 and removed <= 1, (added, modified, removed))
        report(f"{user}: nothing was set aside as the loser of a conflict", desk.conflicts() == [], desk.conflicts())

        desk.add("told by the server", 8)
        desk.agent.refresh()
        desk.settle(*wanted, "told by the server")
        desk.create("made here", 9)
        desk.settle(*wanted, "told by the server", "made here")
        second.close()
        desk.close()


def test_move():
    move("moved")


def test_rotate():
    """The old ids are there, and are other folders' and other items'."""
    move("rotated", rotate=1)


def test_asleep():
    """The move comes while nobody has the calendar open, with an edit still to be sent."""
    with Desk(server, "asleep") as desk:
        for n in range(4):
            desk.add(f"event {n}", n)
        desk.settle(*(f"event {n}" for n in range(4)))
        source = child(desk, "Calendar").uid
        desk.line.down()
        desk.change("event 1", summary="event 1 edited before")
        desk.remove("event 2")
        desk.close()
        desk.kill()
        desk.ask("renumber", rotate=1)
        desk.folder = ids(desk)["Calendar"]
        desk.line.up()
        person.refresh(desk.uid)
        wait_for(lambda: child(desk, "Calendar").folder == desk.folder, 20, "the source to know the new id")
        report("found again while asleep: the same source", child(desk, "Calendar").uid == source, person.children(desk.uid))
        desk.open()
        desk.settle("event 0", "event 1 edited before", "event 3", seconds=40)
        report("found again while asleep: the edits arrive", desk.conflicts() == [], desk.conflicts())


def test_consent():
    """Another organisation's host gets the password when the person says so, and not before."""
    with Desk(server, "consent") as desk, seam.TestServer("--versions", "14.1", "--user", "consent:secret") as other:
        desk.add("before")
        desk.settle("before")
        there = other.url.replace("127.0.0.1", "localhost")
        folder = next(f["id"] for f in other.control.ask("folders")["folders"] if f["type"] == 8)
        other.control.ask("add", folder=folder, subject="there", start="20270301T090000Z", end="20270301T100000Z")
        server.control.ask("fault", kind="http", value=451, text=f"X-MS-Location: {there}", times=-1)
        desk.agent.refresh()
        wait_for(lambda: "consent" in desk.status_text(), 20, f"the status to ask for consent: {desk.status_text()}")
        report("the status names the host and the way to allow it", "localhost" in desk.status_text() and "trust-host" in desk.status_text(), desk.status_text())
        report("nothing was sent there", other.control.ask("requests")["requests"] == [], other.control.ask("requests"))
        report("nonsense is no host", tool("account", "trust-host", "https://localhost/x").returncode == 2)
        done = tool("account", "trust-host", "localhost")
        report("the person allows it", done.returncode == 0, done.stderr)
        wait_for(lambda: "there" in desk.here(), 40, f"the event of the new place: {desk.status_text()}")
        report("then the account goes on over there", True)
        server.control.ask("faults", clear=1)


# Set up again

CACHE = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution")


def looks(desk):
    """All a person sees of the folders and may have chosen."""
    return {c.folder: (c.uid, c.kind, c.name, c.color, c.enabled, c.stay, c.alarms, c.refresh) for c in person.children(desk.uid)}


def dress(desk):
    """A person's choices, one of each kind; EDS's clients lose one that comes before they heard of the last."""
    calendar = child(desk, "Calendar").uid
    person.rename(calendar, "My days")
    wait_for(lambda: child(desk, "My days"), 10, "the name")
    person.recolor(calendar, "#123456")
    wait_for(lambda: child(desk, "My days").color == "#123456", 10, "the colour")
    person.switch(calendar, "stay", False)
    wait_for(lambda: not child(desk, "My days").stay, 10, "the mark")
    person.switch(child(desk, "Contacts").uid, "enabled", False)
    wait_for(lambda: not child(desk, "Contacts").enabled, 10, "the address book to be off")
    person.rename(desk.uid, "Work")
    path = os.path.join(os.environ["XDG_CONFIG_HOME"], "evolution", "sources", desk.uid + ".source")
    wait_for(lambda: "DisplayName=Work" in read(path), 10, "the account's name in its file")
    desk.set(conflict="server-wins")
    return looks(desk)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def settings_are_back():
    said = managed_sources()
    return "DisplayName=Work" in said and "Conflict=server-wins" in said


def remove(desk):
    done = tool("account", "remove", desk.address)
    wait_for(lambda: not person.children(desk.uid), 20, "the account to go")
    return done.returncode == 0


def added_again(desk, *words):
    done = tool("account", "add", "--json", "--server", desk.url, "--user", desk.user, "--password-stdin", *words, desk.address, data="secret\n")
    if done.returncode != 0:
        raise seam.Failure(f"account add: {done.stderr}")
    return json.loads(done.stdout)["uid"]


def test_added_again():
    """Pitfalls 2 and 42: the same account, removed and added again: the same device, sources, names, colours and
    marks; what had been fetched is not fetched again; what waited is sent."""
    with Desk(server, "again") as desk:
        for n in range(4):
            desk.add(f"event {n}", n)
        desk.settle(*(f"event {n}" for n in range(4)))
        before = dress(desk)
        devices = len(desk.ask("devices")["devices"])
        uid = desk.uid
        loser = os.path.join(os.environ["XDG_DATA_HOME"], "evolution", "eas", uid, "conflicts", "1", "loser.ics")
        os.makedirs(os.path.dirname(loser))
        with open(loser, "w", encoding="utf-8") as file:
            file.write("BEGIN:VCALENDAR")
        desk.line.down()
        desk.create("never sent", 5)
        desk.close()
        report("removed", remove(desk))
        desk.line.up()
        passwords = subprocess.run(["secret-tool", "search", "--all", "xdg:schema", "org.gnome.Evolution.Data.Source"],
                                   capture_output=True, text=True, timeout=120)
        wait_for(lambda: not os.path.exists(loser), 10, "the losing versions of conflicts to be set aside")
        report("the losing versions of conflicts are set aside with the rest", True)
        state = os.path.join(CACHE, "eas", uid)
        wait_for(lambda: not os.path.exists(state), 10, lambda: f"the state of the account to go: {os.listdir(state)}")
        report("keys and status of the account are gone", True)
        report("its password is gone", "secret =" not in passwords.stdout + passwords.stderr, passwords.stdout)
        server.control.ask("set", log_bodies=1)
        server.control.ask("reset")
        desk.uid = added_again(desk)
        report("added again: the same account", desk.uid == uid, (desk.uid, uid))
        wait_for(lambda: len(looks(desk)) == len(before), 20, f"the folders {looks(desk)}")
        report("the same sources, as the person chose them", looks(desk) == before, f"{before}\n{looks(desk)}")
        wait_for(settings_are_back, 10, lambda: f"the account's settings: {managed_sources()}")
        report("and the account's settings", True)
        report("and the losing versions of conflicts", os.path.exists(loser))
        desk.open()
        desk.settle("event 0", "event 1", "event 2", "event 3", "never sent")
        report("an edit that waited is on the server, once", True)
        anew = [r for r in desk.requests("Sync") if desk.folder in r["collections"] and "SyncKey>0<" in r["request_xml"]]
        report("the desktop goes on where it was", desk.requests("Sync") and not anew, anew)
        server.control.ask("set", log_bodies=0)
        report("and the server knows no other device", len(desk.ask("devices")["devices"]) == devices, desk.ask("devices"))


def test_added_late():
    """EDS has erased what it set aside: names, colours and marks come back, and the content from the server."""
    with Desk(server, "late") as desk:
        desk.add("secret dinner")
        desk.settle("secret dinner")
        before = dress(desk)
        desk.close()
        remove(desk)
        left = [kind for kind in os.listdir(CACHE) if os.path.isdir(os.path.join(CACHE, kind, "trash"))
                and any(name.startswith("eas-") for name in os.listdir(os.path.join(CACHE, kind, "trash")))]
        report("what was fetched is set aside by EDS, which erases it after a week", "calendar" in left and "sources" in left, left)
        for kind in left:
            shutil.rmtree(os.path.join(CACHE, kind, "trash"))
            os.mkdir(os.path.join(CACHE, kind, "trash"))
        kept = subprocess.run(["grep", "-rl", "dinner", os.environ["XDG_CONFIG_HOME"]], capture_output=True, text=True).stdout
        report("of the content nothing is kept", kept == "", kept)
        desk.uid = added_again(desk)
        wait_for(lambda: len(looks(desk)) == len(before), 20, f"the folders {looks(desk)}")
        report("long after: the folders as the person chose them", looks(desk) == before, f"{before}\n{looks(desk)}")
        wait_for(settings_are_back, 10, lambda: f"the account's settings: {managed_sources()}")
        report("long after: and the account's settings", True)
        desk.open()
        desk.settle("secret dinner")
        report("long after: the content is back", True)


def test_added_by_another_program():
    """Which gives the account a UID of its own: the person's choices come back all the same."""
    with Desk(server, "program") as desk:
        desk.add("event")
        desk.settle("event")
        before = dress(desk)
        path = os.path.join(os.environ["XDG_CONFIG_HOME"], "evolution", "sources", desk.uid + ".source")
        text = read(path).replace("DisplayName=Work\n", f"DisplayName={desk.address}\n").replace("Conflict=server-wins\n", "")
        desk.close()
        remove(desk)
        desk.uid = "of-another-program"
        desk.store_password("secret")
        path = os.path.join(os.path.dirname(path), desk.uid + ".source")
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        wait_for(lambda: len(looks(desk)) == len(before), 20, lambda: f"the folders {looks(desk)}")
        report("added by another program: the folders as the person chose them", looks(desk) == before, f"{before}\n{looks(desk)}")
        wait_for(settings_are_back, 10, lambda: f"the account's settings: {managed_sources()}")
        report("and the account's settings", True)
        desk.open()
        desk.settle("event")
        report("and the content", True)


def test_removed_while_open():
    """A program has the calendar open: it is not synchronized any more, and nothing is written again."""
    with Desk(server, "open") as desk:
        desk.add("event")
        desk.settle("event")
        state = os.path.join(CACHE, "eas", desk.uid)
        remove(desk)
        wait_for(lambda: not os.path.exists(state), 10, lambda: f"the state of the account to go: {os.listdir(state)}")
        server.control.ask("reset")
        desk.add("later", 1)
        try:
            desk.agent.refresh()
        except seam.AgentError:
            pass
        time.sleep(2)
        report("removed while open: nothing is asked of the server", desk.requests() == [], desk.requests())
        report("removed while open: nothing is written again", not os.path.exists(state), os.path.exists(state) and os.listdir(state))
        desk.close()
        time.sleep(0.5)
        report("nor at the end", not os.path.exists(state), os.path.exists(state) and os.listdir(state))
        added_again(desk)
        desk.open()
        desk.settle("event", "later")
        report("removed while open: added again, all goes on", True)


def test_removed_while_filling():
    """In the middle of a first sync, whose thread asks about what is shown until it has ended."""
    with Desk(server, "filling", opened=False) as desk:
        desk.ask("generate", folder=desk.folder, count=600, seed=1)
        desk.open()
        factory = seam.pid_of(seam.CALENDAR_FACTORY)
        wait_for(desk.here, 20, "the first events", 0.01)
        desk.close()
        removed = remove(desk)
        report("removed in the middle of a first sync", removed)
        state = os.path.join(CACHE, "eas", desk.uid)
        wait_for(lambda: not os.path.exists(state), 10, lambda: f"the state of the account to go: {os.listdir(state)}")
        time.sleep(1)
        report("the calendars' daemon lives", seam.pid_of(seam.CALENDAR_FACTORY) == factory, (factory, seam.pid_of(seam.CALENDAR_FACTORY)))


def test_alias():
    """Another address of the same mailbox, beside the first: an account of its own, which takes nothing from it."""
    with Desk(server, "alias") as desk:
        desk.add("event")
        desk.settle("event")
        dress(desk)
        first = desk.address
        desk.address = "other@example.test"
        other = added_again(desk)
        wait_for(lambda: len(person.children(other)) == len(person.children(desk.uid)), 20, "the other's folders")
        report("two accounts of one mailbox: no source is in both",
               not {c.uid for c in person.children(other)} & {c.uid for c in person.children(desk.uid)})
        report("and the second is as new", "My days" not in person.names(other, "calendar"), person.children(other))
        tool("account", "remove", "other@example.test")
        desk.address = first
        report("removed, it takes nothing from the first", desk.here() == ["event"])


TESTS = [test_move, test_rotate, test_asleep, test_consent, test_added_again, test_added_late, test_added_by_another_program, test_removed_while_open, test_removed_while_filling, test_alias]


def main():
    global server, person
    names = set(sys.argv[1:])
    logins = [word for user in ("moved", "rotated", "asleep", "consent", "again", "late", "program", "open", "filling", "alias") for word in ("--user", user + ":secret")]
    with seam.TestServer("--versions", "14.1", *logins) as server:
        for test in TESTS:
            if not names or test.__name__ in names:
                with Person() as person:
                    tap.run(test)
    tap.finish()


main()
