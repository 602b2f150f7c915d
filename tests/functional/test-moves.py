#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Moving events, tasks, notes and contacts between two folders of the account, as programs
do it: a copy under the same UID, then a removal. It has to be one MoveItems. TAP.

	test-moves.py VERSION [--only NAME,…]
"""

import argparse
import base64
import datetime
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import book  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import AGENT, Desk  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

SOON = 40
USER_FOLDERS = {"events": 13, "tasks": 15, "notes": 17, "contacts": 14}
FACE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 3


def check(condition, what):
    if not condition:
        raise Failure(what)


def text_of(agent, uid):
    return base64.b64decode(agent.ask("get", uid)[0]).decode()


class Pair(Desk):
    """A person's default folder and another of the same kind, both open."""

    def __init__(self, server, user, kind):
        self.second = None
        super().__init__(server, user, kind=kind)
        self.folder2 = self.ask("folder-add", name="Other", type=USER_FOLDERS[kind])["id"]
        self.agent.refresh()
        self.source2 = wait_for(lambda: next((uid for uid in self.calendars() if uid != self.source), None), SOON, "the second folder")
        self.open_second()

    def __exit__(self, *arguments):
        if self.second is not None:
            self.second.close()
        super().__exit__(*arguments)

    def open_second(self):
        self.second = seam.Agent(AGENT)
        self.second.open(self.source2, kind=self.kind)

    def here2(self):
        return sorted(event.value("SUMMARY") for event in self.second.events() if not event.values("RECURRENCE-ID"))

    def titles(self, folder):
        return sorted(item["subject"] for item in self.ask("items", folder=folder)["items"])

    def make(self, title):
        if self.kind == "events":
            return self.create(title)
        name = seam.KINDS[self.kind]
        return self.agent.create("\r\n".join([f"BEGIN:{name}", f"UID:{seam.new_uid()}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}",
                                              "DESCRIPTION:Some text", f"END:{name}", ""]))

    def uids2(self):
        return [event.value("UID") for event in self.second.events()]

    def move(self, uid, edit=lambda text: text):
        """As GNOME Calendar and Evolution do."""
        self.second.create(edit(text_of(self.agent, uid)))
        self.agent.remove(uid)

    def move_all(self, uids):
        """As Evolution does with a selection: all copies in one call, all removals in another."""
        texts = "".join(text_of(self.agent, uid) for uid in uids)
        self.second.ask("create-all", seam.encode(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{texts}END:VCALENDAR\r\n"))
        self.agent.ask("remove-all", ",".join(uids))

    def rename(self, text, old, new):
        return text.replace(f"SUMMARY:{old}", f"SUMMARY:{new}")

    def expect(self, first, second):
        def settled():
            return (self.titles(self.folder), self.titles(self.folder2), self.here(), self.here2()) == (first, second, first, second)
        try:
            wait_for(settled, SOON, "both folders to be right", 0.2)
        except Failure:
            raise Failure(f"wanted {first} and {second}; server {self.titles(self.folder)} and {self.titles(self.folder2)}, "
                          f"desktop {self.here()} and {self.here2()}, {self.status_text()}") from None
        time.sleep(1)
        check(settled(), f"it does not stay so: server {self.titles(self.folder)} and {self.titles(self.folder2)}")

    def moves(self):
        return len(self.requests("MoveItems"))


class Books(Pair):
    """The same with address books; a contact's title is what it is filed as."""

    def agent_of(self, source):
        agent = book.BookAgent(book.AGENT)
        agent.open(source)
        return agent

    def calendars(self):
        agent = book.BookAgent(book.AGENT)
        try:
            return [uid for uid, backend, parent, _ in agent.sources() if backend == "eas" and parent == self.uid]
        finally:
            agent.close()

    def open(self):
        self.close()
        self.agent = self.agent_of(self.source)

    def open_second(self):
        self.second = self.agent_of(self.source2)

    def kill(self):
        seam.kill_factory(book.FACTORY)
        super().kill()

    def here(self):
        return sorted(card.value("X-EVOLUTION-FILE-AS", "") for card in self.agent.cards())

    def here2(self):
        return sorted(card.value("X-EVOLUTION-FILE-AS", "") for card in self.second.cards())

    def uids2(self):
        return [card.value("UID") for card in self.second.cards()]

    def make(self, title, *lines):
        return self.agent.create("\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{seam.new_uid()}", f"FN:{title}", f"N:{title};;;;",
                                              f"X-EVOLUTION-FILE-AS:{title}", *lines, "END:VCARD", ""]))[0]

    def move_all(self, uids):
        self.second.create(*(text_of(self.agent, uid) for uid in uids))
        self.agent.remove(*uids)

    def rename(self, text, old, new):
        return book.edit_card(text, fn=new, n=f"{new};;;;", fileas=new)


def clear(pair):
    pair.ask("faults", clear=1)
    pair.line.up()
    for folder in (pair.folder, pair.folder2):
        pair.ask("clear", folder=folder)
    pair.agent.refresh()
    pair.second.refresh()
    wait_for(lambda: not pair.here() and not pair.here2(), SOON,
             lambda: f"empty folders; here {pair.here()} and {pair.here2()}, there {pair.titles(pair.folder)} and {pair.titles(pair.folder2)}, "
                     f"{pair.status_text()}")
    pair.server.control.ask("reset")


def delete_there(pair, title, folder=None):
    folder = folder or pair.folder2
    item = wait_for(lambda: next((item for item in pair.ask("items", folder=folder)["items"] if item["subject"] == title), None),
                    SOON, f"{title} on the server", 0.05)
    pair.ask("delete", folder=folder, id=item["id"])


def test_moved_in_one(pair):
    uid = pair.make("moved")
    before = pair.ask("items", folder=pair.folder)["items"][0]["xml"]
    pair.move(uid)
    pair.expect([], ["moved"])
    check(pair.moves() == 1, f"{pair.moves()} MoveItems")
    check(pair.ask("items", folder=pair.folder2)["items"][0]["xml"] == before, "the item is not what it was")
    check(uid in pair.uids2(), "it has another UID")


def test_moved_and_changed(pair):
    uid = pair.make("before")
    pair.move(uid, lambda text: pair.rename(text, "before", "after"))
    pair.expect([], ["after"])
    check(pair.moves() == 1, f"{pair.moves()} MoveItems")


def test_moved_there_and_back(pair):
    uid = pair.make("wanderer")
    pair.move(uid)
    pair.expect([], ["wanderer"])
    pair.agent.create(text_of(pair.second, uid))
    pair.second.remove(uid)
    pair.expect(["wanderer"], [])
    check(pair.moves() == 2, f"{pair.moves()} MoveItems")


def test_a_copy_is_a_copy(pair):
    uid = pair.make("copied")
    pair.second.create(text_of(pair.agent, uid))
    pair.expect(["copied"], ["copied"])
    check(pair.moves() == 0, f"{pair.moves()} MoveItems")


def test_lost_answer(pair):
    """Law 2: look before you repeat."""
    uid = pair.make("lost")
    pair.ask("fault", kind="lost", command="MoveItems", times=1)
    pair.move(uid)
    pair.agent.refresh()
    pair.second.refresh()
    pair.expect([], ["lost"])


def test_never_arrived(pair):
    uid = pair.make("dropped")
    pair.ask("fault", kind="drop", command="MoveItems", times=1)
    pair.move(uid)
    pair.agent.refresh()
    pair.second.refresh()
    pair.expect([], ["dropped"])


def uploads(pair):
    """Adds and Deletes since the log was emptied: of a meeting they call everybody."""
    said = "".join(request.get("request_xml") or "" for request in pair.requests("Sync"))
    return said.count("<airsync:Add>"), said.count("<airsync:Delete>")


def test_left_by_its_source(pair):
    """A move that never reached the server, and nobody has the first folder open any more: what is sent then is a new
    item in our words, not the server's own record of the other one."""
    pair.add("left")
    pair.agent.refresh()
    wait_for(lambda: pair.here() == ["left"], SOON, "the event to arrive")
    uid = pair.agent.events()[0].value("UID")
    pair.ask("set", log_bodies=1)
    pair.server.control.ask("reset")
    pair.line.arm("refuse", "MoveItems", 50)
    pair.second.create(text_of(pair.agent, uid))
    pair.agent.remove(uid)
    wait_for(lambda: pair.line.fired.count(("refuse", "MoveItems")) > 1, SOON, "it to be looked for, and asked again")
    pair.agent.close()
    wait_for(lambda: uploads(pair)[0], SOON, "the copy to be sent")
    wait_for(lambda: pair.titles(pair.folder2) == ["left"], 10, lambda: f"the server to take it: {pair.status_text()}")
    pair.line.disarm()
    pair.open()


def test_many(pair):
    titles = [f"one of many {n}" for n in range(5)]
    uids = [pair.make(title) for title in titles]
    pair.ask("set", log_bodies=1)
    pair.server.control.ask("reset")
    pair.move_all(uids)
    pair.expect([], titles)
    check(pair.moves() == len(titles), f"{pair.moves()} MoveItems")
    check(uploads(pair) == (0, 0), f"{uploads(pair)} Adds and Deletes")


def test_refused(pair):
    """What the server does not move stays where it was, and the person is told."""
    uid = pair.make("refused")
    pair.ask("set", log_bodies=1)
    pair.server.control.ask("reset")
    pair.ask("fault", kind="status", command="MoveItems", value=2, times=1)
    refusal = ""
    try:
        pair.move(uid)
    except seam.AgentError as error:
        refusal = str(error)
    check("stays where it was" in refusal, f"the program is told {refusal!r}")
    pair.expect(["refused"], [])
    check(uploads(pair) == (0, 0), f"{uploads(pair)} Adds and Deletes")
    pair.move(uid)
    pair.expect([], ["refused"])
    check(uploads(pair) == (0, 0), f"{uploads(pair)} Adds and Deletes after another try")


def test_gone(pair):
    """Where another device has deleted it, nothing stays, and nobody says so."""
    kept = pair.make("kept")
    uid = pair.make("gone")
    pair.ask("fault", kind="status", command="MoveItems", value=1, times=1)
    pair.line.arm("hold", "ItemOperations")
    refusals = []

    def move():
        try:
            pair.move(uid)
        except seam.AgentError as error:
            refusals.append(str(error))
    mover = threading.Thread(target=move)
    mover.start()
    check(pair.line.held.wait(SOON), "the server was not asked what it has")
    delete_there(pair, "gone", pair.folder)
    pair.line.release()
    mover.join(SOON)
    check(any("does not have this here any more" in text for text in refusals), f"the program is told {refusals!r}")
    pair.expect(["kept"], [])
    check(kept in [event.value("UID") for event in pair.agent.events()], "another item is kept")


def test_broken(pair):
    """A server that breaks on such a move, whenever it is asked (SOGo with contacts: 501; where its process ends: 502)."""
    for status in (501, 500, 502):
        uid = pair.make(f"broken {status}")
        pair.ask("set", log_bodies=1)
        pair.server.control.ask("reset")
        pair.ask("fault", kind="http", command="MoveItems", value=status, times=-1)
        refusal = ""
        try:
            pair.move(uid)
        except seam.AgentError as error:
            refusal = str(error)
        check("stays where it was" in refusal, f"{status}: the program is told {refusal!r}")
        pair.expect([f"broken {status}"], [])
        check(uploads(pair) == (0, 0), f"{uploads(pair)} Adds and Deletes")
        pair.ask("faults", clear=1)
        pair.move(uid)
        pair.expect([], [f"broken {status}"])
        pair.second.remove(uid)
        pair.expect([], [])


def test_put_off(pair):
    """A server that has no time for one move: what else there is to tell it is told, and the move is asked for again."""
    for status, header in ((504, ""), (503, "Retry-After: 1")):
        uid = pair.make(f"late {status}")
        pair.ask("fault", kind="http", command="MoveItems", value=status, text=header, times=-1)
        pair.move(uid)
        pair.second.create(seam.make_event(seam.new_uid(), "other", datetime.datetime(2027, 3, 2, 9)))
        wait_for(lambda: "other" in pair.titles(pair.folder2), SOON,
                 lambda: f"{status}: the other event on the server: {pair.status_text()}")
        check(pair.titles(pair.folder) == [f"late {status}"], f"{status}: there {pair.titles(pair.folder)}")
        pair.ask("faults", clear=1)
        pair.expect([], [f"late {status}", "other"])
        for gone in pair.uids2():
            pair.second.remove(gone)
        pair.expect([], [])


def test_refused_unheard(pair):
    """The same where nobody waits any more: what was changed on the way is put aside, and status says why."""
    uid = pair.make("refused")
    pair.ask("fault", kind="status", command="MoveItems", value=2, times=1)
    pair.line.down()
    pair.move(uid, lambda text: pair.rename(text, "refused", "renamed"))
    pair.line.up()
    pair.agent.refresh()
    pair.second.refresh()
    pair.expect(["refused"], [])
    check("does not move" in pair.status_text(), pair.status_text())
    check(":renamed" in "\n".join(pair.conflicts()), pair.conflicts())


def test_killed_before(pair):
    """The factory dies with a copy here and a removal there, and nothing was sent."""
    uid = pair.make("patient")
    pair.ask("set", log_bodies=1)
    pair.server.control.ask("reset")
    pair.line.down()
    pair.move(uid)
    pair.second.process.kill()
    pair.second.process.wait()
    pair.kill()
    pair.line.up()
    pair.open()
    time.sleep(3)
    pair.open_second()
    pair.agent.refresh()
    pair.second.refresh()
    pair.expect([], ["patient"])
    check(uploads(pair) == (0, 0), f"{uploads(pair)} Adds and Deletes")


def test_killed(pair):
    """The factory dies while the answer is on its way."""
    uid = pair.make("survivor")
    pair.ask("fault", kind="delay", command="MoveItems", value=3000, times=1)
    pair.second.create(text_of(pair.agent, uid))
    pair.agent.process.stdin.write(f"remove {'' if pair.kind == 'contacts' else 'all '}{uid}\n")
    pair.agent.process.stdin.flush()
    wait_for(lambda: pair.moves() or pair.ask("items", folder=pair.folder2)["items"], SOON, "the move to be under way", 0.05)
    pair.second.process.kill()
    pair.second.process.wait()
    pair.kill()
    pair.open()
    pair.open_second()
    pair.agent.refresh()
    pair.second.refresh()
    pair.expect([], ["survivor"])


def test_offline(pair):
    uid = pair.make("later")
    pair.line.down()
    started = time.monotonic()
    pair.move(uid)
    took = time.monotonic() - started
    check(took < 2 * seam.SAVE_PATIENCE, f"a copy and a removal waited for the server: {took:.1f} s")
    check((pair.here(), pair.here2()) == ([], ["later"]), f"the desktop has {pair.here()} and {pair.here2()}")
    pair.line.up()
    pair.agent.refresh()
    pair.second.refresh()
    pair.expect([], ["later"])


def gone_on_the_way(pair, edit=lambda text: text):
    """Another device deletes it when the server has moved it, and before it could tell us of it in the other folder."""
    title = "gone on the way"
    uid = pair.make(title)
    pair.line.arm("late", "MoveItems")
    pair.second.create(edit(text_of(pair.agent, uid)))
    remover = threading.Thread(target=pair.agent.remove, args=(uid,))
    remover.start()
    check(pair.line.held.wait(SOON), "the server was not asked to move it")
    delete_there(pair, title)
    pair.line.release()
    remover.join(SOON)


def test_deleted_on_the_way(pair):
    kept = pair.make("kept")
    pair.move(kept)
    pair.expect([], ["kept"])
    gone_on_the_way(pair)
    pair.expect([], ["kept"])


def test_two_deleted_on_the_way(pair):
    """The server breaks when it is asked for the one, and is gone when it is asked for the other."""
    pair.move(pair.make("kept"))
    pair.expect([], ["kept"])
    uids = [pair.make(title) for title in ("gone 1", "gone 2")]
    pair.line.arm("late", "MoveItems")
    mover = threading.Thread(target=pair.move_all, args=(uids,))
    mover.start()
    check(pair.line.held.wait(SOON), "the server was not asked to move it")
    pair.line.arm("refuse", "Sync", 50)
    pair.line.go_on.set()
    mover.join(SOON)
    wait_for(lambda: not pair.here(), SOON, "the desktop to have moved both")
    delete_there(pair, "gone 1")
    delete_there(pair, "gone 2")
    pair.ask("fault", kind="http", command="ItemOperations", value=501, times=1)
    pair.line.disarm()
    pair.line.arm("none", "ItemOperations")
    pair.line.arm("refuse", "ItemOperations", 3)
    pair.second.refresh()
    wait_for(lambda: ("refuse", "ItemOperations") in pair.line.fired, SOON, "the server to be asked for both")
    pair.line.disarm()
    pair.second.refresh()
    pair.expect([], ["kept"])


def test_deleted_on_the_way_alone(pair):
    """The folder is empty after it, which is no reason to wait for a proof that the account is alive."""
    gone_on_the_way(pair)
    pair.expect([], [])
    check("held" not in pair.status_text(), pair.status_text())


def test_killed_and_deleted(pair):
    """The factory dies when it knows that the item was moved, and has not heard of it since."""
    pair.move(pair.make("kept"))
    pair.expect([], ["kept"])
    uid = pair.make("gone")
    pair.line.arm("late", "MoveItems")
    pair.second.create(text_of(pair.agent, uid))
    remover = threading.Thread(target=pair.agent.remove, args=(uid,))
    remover.start()
    check(pair.line.held.wait(SOON), "the server was not asked to move it")
    pair.line.arm("refuse", "Sync", 50)
    pair.line.release()
    remover.join(SOON)
    wait_for(lambda: pair.here2() == ["gone", "kept"] and not pair.here(), SOON, "the desktop to have moved it")
    pair.second.process.kill()
    pair.second.process.wait()
    pair.kill()
    delete_there(pair, "gone")
    pair.line.disarm()
    pair.open()
    pair.open_second()
    pair.expect([], ["kept"])


def keeps_picture(pair):
    pair.expect([], ["face"])
    check(pair.moves() == 1, f"{pair.moves()} MoveItems")
    check(pair.second.cards()[0].photo() == FACE, "the picture on the desktop is another")
    elements = book.elements_of(pair.ask("items", folder=pair.folder2)["items"][0]["xml"])
    check(elements.get("Picture") == base64.b64encode(FACE).decode(), f"the picture on the server is {elements.get('Picture', '')[:40]!r}")


def test_picture(pair):
    """On the desktop it is a file of the book that the contact leaves."""
    pair.move(pair.make("face", book.inline_photo(FACE)))
    keeps_picture(pair)


def test_picture_offline(pair):
    """The file may be gone before the server hears of it."""
    uid = pair.make("face", book.inline_photo(FACE))
    pair.line.down()
    pair.move(uid, lambda text: book.edit_card(text, nickname="Mug"))
    pair.line.up()
    pair.agent.refresh()
    pair.second.refresh()
    keeps_picture(pair)
    check("Mug" in pair.ask("items", folder=pair.folder2)["items"][0]["xml"], "what was changed on the way is not on the server")


def run(pair, tests):
    for test in tests:
        tap.attempt(f"{pair.kind}/{test.__name__[5:]}", lambda: clear(pair), lambda: test(pair))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("--only", type=lambda names: names.split(","))
    options = parser.parse_args()
    tests = list(tap.tests_in(globals(), options.only).values())
    few = [test for test in tests if test in (test_moved_in_one, test_lost_answer, test_refused)]
    pictures = [test_picture, test_picture_offline]
    contacts = few + pictures + [test_moved_and_changed, test_many, test_broken, test_refused_unheard, test_deleted_on_the_way,
                                 test_killed_before]
    plan = [("alice", "events", [test for test in tests if test not in pictures], Pair), ("bob", "tasks", few, Pair), ("carol", "notes", few, Pair),
            ("dave", "contacts", [test for test in tests if test in contacts], Books)]
    users = [word for user, *_ in plan for word in ("--user", f"{user}:secret")]
    with seam.TestServer(*users, "--versions", options.version) as server:
        for user, kind, part, make_pair in plan:
            if part:
                with make_pair(server, user, kind) as pair:
                    run(pair, part)
    tap.finish()


if __name__ == "__main__":
    main()
