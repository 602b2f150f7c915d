#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The moments at which an edit could get lost or doubled, one by one, where history.py
meets them by chance: the factory is killed between a request and its answer, an edit
comes while an earlier one of the same event is on its way, a pass from the first key is
under way. TAP; runs on an embedded server (on-mock.sh VERSION test-seam.py -- --version N)."""

import base64
import datetime
import glob
import os
import re
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import history  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from mock_witness import Spec, to_xml  # noqa: E402

START = datetime.datetime(2027, 3, 1, 8, 0)
ZONE = "Europe/Berlin"
SLOW = 3.0  # seconds an answer is held back, in which this script acts
OPTIONS = history.parse_options()
DESKTOP, WITNESS, LINE = history.open_account(OPTIONS)
CONTROL = WITNESS.control
report = tap.report


# The two sides

def titles():
    return sorted(form.summary for form in DESKTOP.forms())


def come_to_rest(what, wanted=None):
    """Both sides say the same, and it is what was wanted: all titles, or a test of the forms."""
    LINE.latency = 0
    LINE.disarm()
    LINE.up()
    state = {}

    def equal():
        try:
            DESKTOP.open().refresh()
            state["desktop"] = DESKTOP.forms()
        except seam.AgentError:
            return False
        except seam.Failure:
            DESKTOP.close()
            return False
        state["server"] = WITNESS.forms()
        return [form.key for form in state["desktop"]] == [form.key for form in state["server"]]

    def lasting():
        """What waits in the outbox is shown at once: equal is not yet settled."""
        if not equal():
            return False
        time.sleep(1)
        return equal()

    try:
        seam.wait_for(lasting, 40, "both sides to be equal", 0.25)
    except seam.Failure:
        report(what, False, history.difference(state) + "\n" + "\n".join(history.status_of_account()))
        return
    found = state["server"]
    good = True if wanted is None else wanted(found) if callable(wanted) else sorted(f.summary for f in found) == sorted(wanted)
    report(what, good, found)


def begin():
    LINE.latency = 0
    LINE.disarm()
    LINE.up()
    CONTROL.ask("faults", clear=1)
    WITNESS.clear()
    seam.wait_for(DESKTOP.empty, 40, "an empty calendar", 0.2)
    CONTROL.ask("reset")
    CONTROL.ask("set", log_bodies=1)


def text_of(summary, uid, series=False, rid=None, extra=()):
    start = START + datetime.timedelta(weeks=rid or 0)
    more = list(extra)
    if rid is not None:
        more.append(f"RECURRENCE-ID;TZID={ZONE}:{start:%Y%m%dT%H%M%S}")
    return seam.make_event(uid, summary, start, rrule="FREQ=WEEKLY;COUNT=6" if series else None, zone=ZONE if series or rid is not None else None,
                           extra=more)


def make(summary, series=False):
    """An event that both sides have; its uid on the desktop."""
    DESKTOP.open().create(text_of(summary, seam.new_uid(), series))
    return seam.wait_for(lambda: DESKTOP.uid_of(summary), 20, f"{summary} on the desktop")


def uid_of(summary):
    return next((uid for uid, components in DESKTOP.groups().items() if components[0].value("SUMMARY") == summary), None)


DESKTOP.uid_of = uid_of


def edited(uid, summary):
    """The master as it is on the desktop, with another title."""
    text = next(t for t in DESKTOP.texts_of(uid) if "RECURRENCE-ID" not in t)
    lines = [f"SUMMARY:{summary}" if line.startswith("SUMMARY") else line for line in seam.unfold(text) if line]
    return "\r\n".join(lines) + "\r\n"


def occurrence(index):
    return (START + datetime.timedelta(weeks=index)).strftime("%Y%m%dT%H%M%S")


def requests_with(*words):
    said = CONTROL.ask("requests", command="Sync")["requests"]
    return [r for r in said if all(word in (r.get("request_xml") or "") for word in words)]


def reaches_the_server(*words):
    seam.wait_for(lambda: requests_with(*words), 30, f"a request with {words} to reach the server", 0.03)


def behind(work):
    """Starts an edit that will wait for its answer."""
    def run():
        try:
            work()
        except Exception:  # the factory may be killed below it
            pass
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def fail_once(work):
    """An edit while the server is away: from here on, until it is back, edits do not wait."""
    LINE.down()
    work()
    LINE.latency = SLOW
    LINE.up()
    DESKTOP.open().refresh()


# Killed between a request and the storing of its answer

def kill_in_flight(work, *words):
    LINE.latency = SLOW
    thread = behind(work)
    reaches_the_server(*words)
    DESKTOP.kill()
    thread.join(120)


def test_killed_in_add():
    begin()
    kill_in_flight(lambda: DESKTOP.open().create(text_of("Added", seam.new_uid())), ":Add>", "Added")
    come_to_rest("killed while an Add is on its way: it is there once", ["Added"])


def test_changed_elsewhere_after_lost_add():
    """From 16.0 the server names the event itself: it is known again although somebody has changed it meanwhile."""
    begin()
    CONTROL.ask("set", clientids=0)
    kill_in_flight(lambda: DESKTOP.open().create(text_of("Added", seam.new_uid())), ":Add>", "Added")
    LINE.down()
    WITNESS.ask("change", id=WITNESS.find("Added"), location="Server's room")
    come_to_rest("killed while an Add is on its way, and another device changes it before the next start: it is there once",
                 lambda found: [(form.summary, form.key[1]) for form in found] == [("Added", "Server's room")])
    CONTROL.ask("set", clientids=1)


def lose_add_out_of_sight(uid, extra=()):
    """The Add arrives, its answer does not, the fetch after it does not tell of the item; it is not told again yet."""
    CONTROL.ask("set", **{"moving-keys": 0})
    kill_in_flight(lambda: DESKTOP.open().create(text_of("Added", uid, extra=extra)), ":Add>", "Added")
    LINE.latency = 0
    CONTROL.ask("reset")
    LINE.arm("none", "Sync")
    LINE.arm("refuse", "Sync", 1000)
    DESKTOP.open().refresh()
    seam.wait_for(lambda: "refuse" in [fault for fault, _ in LINE.fired], 20, "the fetch after the loss", 0.05)


def test_changed_elsewhere_after_unseen_add():
    """Only a later change by somebody else brings to light what a lost Add did: it is known as ours then."""
    begin()
    lose_add_out_of_sight(seam.new_uid())
    LINE.down()
    WITNESS.ask("change", id=WITNESS.find("Added"), location="Server's room")
    come_to_rest("an Add that was lost from sight, and changed by another device since: it is there once",
                 lambda found: [(form.summary, form.key[1]) for form in found] == [("Added", "Server's room")])
    CONTROL.ask("set", **{"moving-keys": 1})


def test_changed_here_after_unseen_add():
    """A server that remembers ClientIds does not look at what else an Add says that it has seen before."""
    begin()
    uid = seam.new_uid()
    lose_add_out_of_sight(uid)
    DESKTOP.open().modify(edited(uid, "Newer"))
    come_to_rest("an Add that was lost from sight, and changed here since: there once, as it is here", ["Newer"])
    CONTROL.ask("set", **{"moving-keys": 1})


def other_version():
    return "14.1" if OPTIONS.version >= 160 else "16.1"


def in_another_version():
    """From here on the server speaks that one alone, which the desktop knows before it repeats anything."""
    LINE.down()
    CONTROL.ask("set", versions=other_version())
    LINE.disarm()
    LINE.arm("none", "Sync")  # in the old version: refused, then asked for again
    LINE.arm("refuse", "Sync", 1000)
    LINE.fired.clear()
    LINE.up()
    DESKTOP.open().refresh()
    seam.wait_for(lambda: [fault for fault, _ in LINE.fired].count("refuse") > 1, 30, "the other version to be asked for", 0.05)
    LINE.disarm()


def back_in_version():
    own = f"{OPTIONS.version / 10:.1f}"
    CONTROL.ask("set", versions=own)
    seam.wait_for(lambda: (DESKTOP.open().refresh(), any(line.split() == ["version", own] for line in history.status_of_account()))[1],
                  30, f"{own} to be spoken again", 0.3)


def test_version_changes_after_add_that_never_arrived():
    begin()
    make("Stays")
    LINE.down()
    DESKTOP.open().create(text_of("Added", seam.new_uid(), extra=("LOCATION:Room",)))
    for fault in ("none", "refuse", "none"):  # a fetch, the Add, the fetch after its loss
        LINE.arm(fault, "Sync")
    LINE.arm("refuse", "Sync", 1000)
    LINE.fired.clear()
    LINE.up()
    DESKTOP.open().refresh()
    seam.wait_for(lambda: [fault for fault, _ in LINE.fired].count("refuse") > 1, 30, "the Add to be repeated", 0.05)
    CONTROL.ask("reset")
    in_another_version()
    come_to_rest("an Add that never arrived, and the server speaks another version since: it is there",
                 lambda found: sorted((form.summary, form.key[1]) for form in found) == [("Added", "Room"), ("Stays", "")])
    places = {"16.1": "<airsyncbase:Location>", "14.1": "<calendar:Location>"}
    said = [sorted(version for version, place in places.items() if place in request["request_xml"]) for request in requests_with(":Add>")]
    report("and it is said once, in that version", said == [[other_version()]], said)
    back_in_version()
    come_to_rest("and it stays so when the server speaks the first one again", ["Added", "Stays"])


def inline(name, content):
    return f"ATTACH;FILENAME={name};VALUE=BINARY;ENCODING=BASE64:{base64.b64encode(content).decode()}"


def files_there():
    """Names of the attachments of all events on the server."""
    stored = " ".join(item["xml"] for item in WITNESS.ask("items")["items"])
    attachments = re.findall(r"<(?:\w+:)?Attachment>.*?</(?:\w+:)?Attachment>", stored, re.S)
    return sorted(re.search(r"DisplayName>(.*?)<", attachment).group(1) for attachment in attachments)


def test_files_after_unseen_add():
    """The same with files: the one that goes as well as the one that comes."""
    if OPTIONS.version < 160:
        return
    for name, edit, wanted in (
            ("the title", lambda text: text, ["one.txt", "two.txt"]),
            ("a file more", lambda text: text.replace("END:VEVENT", inline("three.txt", b"3") + "\r\nEND:VEVENT"), ["one.txt", "three.txt", "two.txt"]),
            ("a file less", lambda text: "\r\n".join(line for line in text.split("\r\n") if "one.txt" not in line), ["two.txt"])):
        begin()
        uid = seam.new_uid()
        lose_add_out_of_sight(uid, extra=(inline("one.txt", b"1"), inline("two.txt", b"2")))
        DESKTOP.open().modify(edit(edited(uid, "Newer")))
        come_to_rest(f"an Add with files that was lost from sight, and {name} changed here since: there once, as it is here", ["Newer"])
        report("and so are its files", files_there() == wanted, f"{files_there()}, wanted {wanted}")
        CONTROL.ask("set", **{"moving-keys": 1})


def test_both_changed_after_unseen_add():
    begin()
    uid = seam.new_uid()
    lose_add_out_of_sight(uid)
    LINE.down()
    DESKTOP.open().modify(edited(uid, "Newer"))
    WITNESS.ask("change", id=WITNESS.find("Added"), location="Server's room")
    come_to_rest("an Add that was lost from sight, and changed here and by another device: there once, with both",
                 lambda found: [(form.summary, form.key[1]) for form in found] == [("Newer", "Server's room")])
    CONTROL.ask("set", **{"moving-keys": 1})


def test_removed_after_unseen_add():
    """What may be there unseen is looked for before a removal is taken for done."""
    begin()
    other = make("Stays")
    lose_add_out_of_sight(seam.new_uid())
    DESKTOP.open().modify(edited(other, "Stays 2"))
    DESKTOP.open().remove(uid_of("Added"))
    come_to_rest("an Add that was lost from sight, and removed here since: it is nowhere", ["Stays 2"])
    CONTROL.ask("set", **{"moving-keys": 1})


def test_removed_after_add_that_never_arrived():
    """The whole pass that looks for it breaks off: it is gone on with, and not begun again."""
    begin()
    make("Stays")
    LINE.down()
    DESKTOP.open().create(text_of("Added", seam.new_uid()))
    for fault in ("none", "refuse", "none"):  # a fetch, the Add, the fetch after its loss
        LINE.arm(fault, "Sync")
    LINE.arm("refuse", "Sync", 1000)
    LINE.fired.clear()
    LINE.up()
    DESKTOP.open().refresh()
    seam.wait_for(lambda: [fault for fault, _ in LINE.fired].count("refuse") > 1, 30, "the fetch after the loss", 0.05)
    LINE.down()
    DESKTOP.open().remove(uid_of("Added"))
    CONTROL.ask("reset")
    LINE.disarm()
    LINE.latency = 1.0
    LINE.up()
    DESKTOP.open().refresh()

    def passes():
        """Of all requests, whether each begins one."""
        return ["<airsync:SyncKey>0<" in request["request_xml"] for request in CONTROL.ask("requests", command="Sync")["requests"]]

    def went_on():
        begun = passes()
        return any(begun) and not begun[-1]

    seam.wait_for(went_on, 30, "the pass to be under way", 0.03)
    LINE.down()
    come_to_rest("the look for an Add that never arrived and was removed here breaks off: it is nowhere", ["Stays"])
    report("and the folder was read once for it", sum(passes()) == 1, passes())


def test_lost_again_and_again():
    """A server that falls over an item does so each time: what the person makes of it since gets through."""
    begin()
    make("Fine")
    CONTROL.ask("fault", kind="drop", command="Sync", text="Poison", times=-1)
    uid = seam.new_uid()
    LINE.down()
    DESKTOP.open().create(text_of("Poison", uid))
    LINE.up()
    DESKTOP.open().refresh()
    seam.wait_for(lambda: len(requests_with(":Add>", "Poison")) >= 1, 20, "the Add to be sent", 0.05)
    DESKTOP.open().modify(edited(uid, "Better"))
    come_to_rest("an Add that the server falls over, and edited then", ["Better", "Fine"])


def test_refused_after_lost_add():
    """What was refused is not repeated as it was once it has been edited."""
    begin()
    make("Fine")
    CONTROL.ask("fault", kind="item-status", command="Sync", value=6, text="Poison", times=-1)
    uid = seam.new_uid()
    LINE.down()
    DESKTOP.open().create(text_of("Poison", uid))
    LINE.arm("none", "Sync")  # a fetch comes first
    LINE.arm("refuse", "Sync")
    LINE.up()
    DESKTOP.open().refresh()
    seam.wait_for(lambda: requests_with(":Add>", "Poison"), 20, "the Add to be repeated, and refused", 0.05)
    DESKTOP.open().modify(edited(uid, "Better"))
    come_to_rest("an Add that was lost, refused when it was repeated, and edited then", ["Better", "Fine"])


def test_killed_in_change():
    begin()
    uid = make("Before")
    kill_in_flight(lambda: DESKTOP.open().modify(edited(uid, "After")), ":Change>", "After")
    come_to_rest("killed while a Change is on its way: it has arrived, once", ["After"])


def test_killed_in_delete():
    begin()
    make("Stays")
    uid = make("Goes")
    kill_in_flight(lambda: DESKTOP.open().remove(uid), ":Delete>")
    come_to_rest("killed while a Delete is on its way: gone, and nothing else", ["Stays"])


def test_killed_in_instance():
    begin()
    uid = make("Series", series=True)
    kill_in_flight(lambda: DESKTOP.open().remove(uid, occurrence(2), "this"),
                   *(["InstanceId"] if OPTIONS.version >= 160 else [":Change>", ":Deleted>"]))
    come_to_rest("killed while an occurrence is being cancelled: it is, and the others stay",
                 lambda found: len(found) == 1 and len(found[0].key[5]) == 1)


# Edits of what is on its way

def test_changed_again_after_loss():
    begin()
    uid = make("First")
    kill_in_flight(lambda: DESKTOP.open().modify(edited(uid, "Second")), ":Change>", "Second")
    DESKTOP.open()
    behind(lambda: DESKTOP.open().modify(edited(uid, "Third"))).join(120)
    come_to_rest("changed again before it is known that the first change arrived: no copy, no conflict", ["Third"])


def test_made_again():
    begin()
    uid = make("Phoenix")
    other = make("Other")
    fail_once(lambda: DESKTOP.open().modify(edited(other, "Other 2")))
    DESKTOP.open().remove(uid)
    reaches_the_server(":Delete>")
    DESKTOP.open().create(text_of("Phoenix again", uid))
    come_to_rest("removed, and made again under the same UID while the Delete is on its way", ["Other 2", "Phoenix again"])


def test_removed_in_add():
    begin()
    other = make("Other")
    fail_once(lambda: DESKTOP.open().modify(edited(other, "Other 2")))
    DESKTOP.open().create(text_of("Short-lived", seam.new_uid()))
    reaches_the_server(":Add>", "Short-lived")
    DESKTOP.open().remove(uid_of("Short-lived"))
    come_to_rest("removed while its Add is on its way", ["Other 2"])


def test_changed_in_add():
    begin()
    other = make("Other")
    fail_once(lambda: DESKTOP.open().modify(edited(other, "Other 2")))
    uid = seam.new_uid()
    DESKTOP.open().create(text_of("New", uid))
    reaches_the_server(":Add>", "New")
    DESKTOP.open().modify(edited(uid, "Newer"))
    come_to_rest("changed while its Add is on its way", ["Newer", "Other 2"])


def test_more_steps():
    begin()
    uid = make("Series", series=True)
    fail_once(lambda: DESKTOP.open().modify(edited(uid, "Series 1")))
    reaches_the_server(":Change>", "Series 1")
    DESKTOP.open().modify(edited(uid, "Series 2"))
    DESKTOP.open().remove(uid, occurrence(2), "this")
    come_to_rest("while a change is on its way: another, and an occurrence cancelled",
                 lambda found: len(found) == 1 and found[0].summary == "Series 2" and len(found[0].key[5]) == 1)


def test_refused_in_flight():
    begin()
    uid = make("Fine")
    fail_once(lambda: DESKTOP.open().modify(edited(uid, "Poison")))
    CONTROL.ask("fault", kind="item-status", command="Sync", value=6, text="Poison", times=-1)
    reaches_the_server(":Change>", "Poison")
    DESKTOP.open().modify(edited(uid, "Better"))
    come_to_rest("a refusal is not for what was edited since", ["Better"])


def test_half_refused():
    """From 16.0 a series and its occurrences go one after the other."""
    begin()
    uid = make("Series", series=True)
    LINE.down()
    DESKTOP.open().modify(edited(uid, "Series 2"))
    DESKTOP.kill()
    CONTROL.ask("fault", kind="item-status", command="Sync", value=6, text="Poison", times=-1)
    LINE.latency = SLOW
    LINE.up()
    text = text_of("Poison", uid, rid=2)
    behind(lambda: DESKTOP.open().modify(text, "this")).join(120)
    come_to_rest("an occurrence is refused after its series was accepted",
                 lambda found: len(found) == 1 and found[0].summary == "Series 2")


# Edits of what the server has changed, unbeknown to the desktop

def hear_nothing():
    """From here on the desktop is not told of changes."""
    LINE.arm("refuse", "Ping", count=1000)
    LINE.down()
    LINE.up()


def test_unfetched_change():
    """A server that does not see conflicts (SOGo) takes our Change for a sign that we know its own, and never tells of that."""
    begin()
    uid = make("Title")
    hear_nothing()
    CONTROL.ask("set", conflicts=0)
    WITNESS.ask("change", id=WITNESS.find("Title"), location="Server's room")
    DESKTOP.open().modify(edited(uid, "Title 2"))
    come_to_rest("the server changed the place and has not told when the title is changed here: both survive",
                 lambda found: [(form.summary, form.key[1]) for form in found] == [("Title 2", "Server's room")])
    CONTROL.ask("set", conflicts=1)


def change_before_upload(here, there):
    """What @there does to the server happens between the fetch before an upload, which says that there is nothing new, and the upload."""
    LINE.arm("none", "Sync")
    LINE.arm("hold", "Sync")
    thread = behind(here)
    seam.wait_for(LINE.held.is_set, 20, "an upload to be held back", 0.02)
    there()
    LINE.release()
    thread.join(120)


def test_changed_before_upload():
    """The same in the moment between our look at the server and our Change, without anybody asking for news afterwards."""
    if OPTIONS.version < 160:  # the server takes the whole item for what we want it to be
        return
    begin()
    uid = make("Title")
    hear_nothing()
    time.sleep(3)
    CONTROL.ask("set", conflicts=0, moving_keys=0)
    change_before_upload(lambda: DESKTOP.open().modify(edited(uid, "Title 2")),
                         lambda: WITNESS.ask("change", id=WITNESS.find("Title"), location="Server's room"))
    server = [(form.summary, form.key[1]) for form in WITNESS.forms()]
    try:
        seam.wait_for(lambda: [(form.summary, form.key[1]) for form in DESKTOP.forms()] == server, 10, "the same here", 0.2)
    except seam.Failure:
        pass
    come_to_rest("the server changes the place in the moment before our title reaches it: it is seen here", lambda found: [
        (form.summary, form.key[1]) for form in found] == [("Title 2", "Server's room")])
    CONTROL.ask("set", conflicts=1, moving_keys=1)


def test_unfetched_removal():
    begin()
    uid = make("Title")
    hear_nothing()
    CONTROL.ask("set", conflicts=0)
    WITNESS.ask("change", id=WITNESS.find("Title"), location="Server's room")
    DESKTOP.open().remove(uid)
    come_to_rest("the server changed what is removed here, and has not told: its version stays",
                 lambda found: [(form.summary, form.key[1]) for form in found] == [("Title", "Server's room")])
    CONTROL.ask("set", conflicts=1)


def test_lost_window():
    """A server that answers an upload with its present key (SOGo) tells nothing again of a window that was lost: after a start a fetch comes first."""
    begin()
    make("Present")
    CONTROL.ask("set", strict_uploads=0)
    hear_nothing()
    WITNESS.ask("add", to_xml(Spec("Told", START, zone=None, uid=seam.new_uid()), OPTIONS.version))
    LINE.arm("lose", "Sync", count=10)
    DESKTOP.open().refresh()
    seam.wait_for(lambda: ("lose", "Sync") in LINE.fired, 20, "an answer to be lost")
    DESKTOP.kill()
    LINE.fired.clear()
    LINE.disarm()
    hear_nothing()
    for state in glob.glob(os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "eas", "*", "state")):
        os.remove(state)  # so that the start takes a while, in which somebody saves
    LINE.latency = 1.0
    behind(lambda: DESKTOP.open().create(text_of("New", seam.new_uid()))).join(120)
    come_to_rest("killed after a window was lost, and an event saved at the very start: nothing of the window is missing",
                 ["New", "Present", "Told"])
    CONTROL.ask("set", strict_uploads=1)


def test_two_occurrences():
    """Sides that edit different occurrences of a series do not conflict."""
    begin()
    uid = make("Series", series=True)
    hear_nothing()
    spec = Spec("Series", START, zone=ZONE, uid=uid, rule=("weekly", 1, ("count", 6), ("MO",)))
    spec.moved = {START + datetime.timedelta(weeks=1): START + datetime.timedelta(weeks=1, hours=2)}
    WITNESS.ask("change", to_xml(spec, OPTIONS.version), id=WITNESS.find("Series"), replace=1)
    DESKTOP.open().remove(uid, occurrence(2), "this")
    come_to_rest("one occurrence is moved on the server, another one cancelled here: both survive, in one series",
                 lambda found: len(found) == 1 and len(found[0].key[5]) == 1 and len(found[0].key[6]) == 1)


def test_same_occurrence():
    """Nor do sides that edit different things of one occurrence."""
    begin()
    uid = make("Series", series=True)
    hear_nothing()
    spec = Spec("Series", START, zone=ZONE, uid=uid, rule=("weekly", 1, ("count", 6), ("MO",)))
    spec.moved = {START + datetime.timedelta(weeks=1): START + datetime.timedelta(weeks=1, hours=2)}
    WITNESS.ask("change", to_xml(spec, OPTIONS.version), id=WITNESS.find("Series"), replace=1)
    DESKTOP.open().modify(text_of("Renamed", uid, rid=1), "this")
    come_to_rest("one occurrence is moved on the server and renamed here: no copy of the series",
                 lambda found: len(found) == 1 and len(found[0].key[6]) == 1)
    instances = [component for components in DESKTOP.groups().values() for component in components if component.values("RECURRENCE-ID")]
    found = [(component.value("SUMMARY"), component.value("DTSTART")) for component in instances]
    moved = START + datetime.timedelta(weeks=1, hours=2)
    report("and it has the new title at the new time", [(title, f"{moved:%Y%m%dT%H%M%S}" in str(start)) for title, start in found] == [("Renamed", True)], found)
    stored = WITNESS.ask("items")["items"][0]["xml"]
    report("on the server, too", "Renamed" in stored, stored)


# Passes from the first key

def test_told_of_many():
    begin()
    CONTROL.ask("generate", user="alice", folder=WITNESS.folder, count=560, seed=1)
    seam.wait_for(lambda: (DESKTOP.open().refresh(), len(DESKTOP.groups()) == 560)[1], 60, "560 events", 0.5)
    LINE.down()
    CONTROL.ask("clear", user="alice", folder=WITNESS.folder)
    asked = len(LINE.requests)
    LINE.arm("none", "Sync")
    LINE.arm("refuse", "Sync", count=100)
    LINE.up()
    DESKTOP.open().refresh()
    seam.wait_for(lambda: sum(command == "Sync" for _, command in LINE.requests[asked:]) >= 2, 40, "a second window", 0.02)
    DESKTOP.kill()
    come_to_rest("killed among windows of many deletions: they are not forgotten", [])


def test_last_one_removed():
    begin()
    uid = make("Only one")
    LINE.down()
    DESKTOP.open().remove(uid)
    DESKTOP.kill()
    come_to_rest("the last event removed, then killed: it does not come back", [])


def test_edit_in_pass():
    begin()
    CONTROL.ask("generate", user="alice", folder=WITNESS.folder, count=130, seed=1)
    for n in range(3):
        WITNESS.ask("add", to_xml(Spec(f"Late {n}", START, zone=None, uid=seam.new_uid()), OPTIONS.version))
    uid = seam.wait_for(lambda: (DESKTOP.open().refresh(), uid_of("Late 2"))[1], 60, "all events", 0.5)
    gone = uid_of("Late 1")
    CONTROL.ask("forget", what="keys")
    LINE.latency = 1.0
    DESKTOP.open().refresh()
    time.sleep(0.3)
    behind(lambda: DESKTOP.open().modify(edited(uid, "Late 2 changed"))).join(120)
    behind(lambda: DESKTOP.open().remove(gone)).join(120)
    come_to_rest("edited while the folder is read again from the start",
                 lambda found: len(found) == 132 and [f.summary for f in found].count("Late 2 changed") == 1)


# The list of folders

def calendars():
    return sorted(words[3] for words in DESKTOP.open().sources() if words[1] == "eas")


def test_folders():
    begin()
    mine = calendars()
    work = CONTROL.ask("folder-add", user="alice", name="Work", type=13)["id"]
    report("a calendar made on the server appears",
           seam.wait_for(lambda: len(calendars()) == len(mine) + 1, 40, "a second calendar", 0.3))
    CONTROL.ask("folder-delete", user="alice", folder=work)
    report("and goes with it", seam.wait_for(lambda: calendars() == mine, 40, "one calendar", 0.3), calendars())
    other = CONTROL.ask("folder-add", user="alice", name="Play", type=13)["id"]
    seam.wait_for(lambda: len(calendars()) == len(mine) + 1, 40, "a second calendar", 0.3)
    CONTROL.ask("folder-delete", user="alice", folder=WITNESS.folder)
    CONTROL.ask("folder-delete", user="alice", folder=other)
    time.sleep(3)
    report("a list of folders without the default calendar removes nothing", len(calendars()) == len(mine) + 1, calendars())


def main():
    # The first needs a server of which it is not known yet that its keys may stand still: it is asked for less.
    # The last but one turn the server's keys on and off, after which it knows no key before any more.
    tests = [test_removed_after_add_that_never_arrived, test_killed_in_add, test_changed_elsewhere_after_lost_add,
             test_refused_after_lost_add, test_lost_again_and_again, test_killed_in_change, test_killed_in_delete,
             test_killed_in_instance, test_changed_again_after_loss, test_made_again, test_removed_in_add, test_changed_in_add,
             test_more_steps, test_refused_in_flight, test_half_refused, test_unfetched_change, test_changed_before_upload,
             test_unfetched_removal, test_lost_window, test_two_occurrences, test_same_occurrence, test_told_of_many,
             test_last_one_removed, test_edit_in_pass, test_version_changes_after_add_that_never_arrived,
             test_changed_elsewhere_after_unseen_add,
             test_changed_here_after_unseen_add, test_files_after_unseen_add,
             test_both_changed_after_unseen_add, test_removed_after_unseen_add, test_folders]
    if OPTIONS.only:
        tests = [test for test in tests if test.__name__[5:] in OPTIONS.only.split(",")]
    try:
        tap.run(*tests)
    finally:
        DESKTOP.close()
        LINE.close()
    tap.finish()


main()
