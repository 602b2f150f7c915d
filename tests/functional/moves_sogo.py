#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Events, tasks and contacts moved between two folders of an account on a real SOGo, as
programs do it (a copy under the same UID, then a removal), DAV as the witness: one
MoveItems, nothing lost, nothing twice, nobody invited again. SOGo 5.8 breaks on a contact
that is to be moved (HTTP 501): it stays, and the reason is said. TAP; a slice of it
without EAS_SOAK.

	moves_sogo.py --url URL --dav URL   (through ../interop/on-sogo.sh)
"""

import argparse
import base64
import imaplib
import json
import os
import re
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import book  # noqa: E402
import faulty_line  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import START, tool  # noqa: E402
from person import Person  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

ADDRESS, USER, PASSWORD, GUEST = "alice@example.test", "alice", "secret", "bob"
SOON = 30
TRIES = 5
WORDS = {"events": "calendar", "tasks": "tasks", "contacts": "book"}  # as source-agent calls their folders
STAMPS = re.compile(r"(DTSTAMP|LAST-MODIFIED|CREATED|X-MOZ-GENERATION|PRODID|REV)[:;]")
FACE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256))


def check(condition, what):
    if not condition:
        raise Failure(what() if callable(what) else what)


class Folder:
    """One of the two, at the desktop and by DAV."""

    def __init__(self, options, child, kind):
        self.source, self.kind, self.agent = child.uid, kind, None
        self.program = book.AGENT if kind == "contacts" else options.agent
        name = urllib.parse.unquote(child.folder).split("/", 1)[1]
        self.dav = seam.CardDav(options.dav, book=name) if kind == "contacts" else seam.Dav(options.dav, calendar=name)

    def open(self):
        self.close()
        if self.kind == "contacts":
            self.agent = book.BookAgent(self.program)
            self.agent.open(self.source)
        else:
            self.agent = seam.Agent(self.program)
            self.agent.open(self.source, kind=self.kind)

    def close(self):
        if self.agent is not None:
            self.agent.close()
            self.agent = None

    def titles_of(self, text):
        if self.kind == "contacts":
            return [(book.Card(text).parts("N") or [""])[0]]
        return [item.value("SUMMARY") for item in seam.parse_events(text, self.kind) if not item.values("RECURRENCE-ID")]

    def there(self):
        return sorted(title for text in self.dav.texts().values() for title in self.titles_of(text))

    def here(self):
        if self.kind == "contacts":
            return sorted(title for card in self.agent.cards() for title in self.titles_of(card.text))
        return sorted(item.value("SUMMARY") for item in self.agent.events() if not item.values("RECURRENCE-ID"))

    def find(self, title):
        """(resource name, its text)"""
        return next((pair for pair in self.dav.texts().items() if title in self.titles_of(pair[1])), (None, ""))

    def text_of(self, uid):
        return base64.b64decode(self.agent.ask("get", uid)[0]).decode()


class Pair:
    def __init__(self, options, line, person, account, kind):
        self.options, self.line, self.kind = options, line, kind
        word = WORDS[kind]
        if len(person.children(account, word)) < 2:  # one of SOGo's calendars is a list of tasks as well
            person.make(account, word, "Second")
        children = wait_for(lambda: (lambda found: found if len(found) > 1 else None)(person.children(account, word)), SOON, "two folders")
        print(f"# {kind}: {[(child.name, child.folder) for child in children]}")
        self.first, self.second = (Folder(options, child, kind) for child in children[:2])
        self.folders = (self.first, self.second)
        for folder in self.folders:
            folder.open()

    def close(self):
        for folder in self.folders:
            folder.close()

    def make(self, title, *lines):
        uid = seam.new_uid()
        if self.kind == "contacts":
            text = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:Ann {title}", f"N:{title};Ann;;;", *lines, "END:VCARD", ""])
            uid = self.first.agent.create(text)[0]
        elif self.kind == "tasks":
            uid = self.first.agent.create("\r\n".join(["BEGIN:VTODO", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{title}", *lines,
                                                       "END:VTODO", ""]))
        else:
            uid = self.first.agent.create(seam.make_event(uid, title, START, extra=lines))
        wait_for(lambda: title in self.first.there(), SOON, lambda: f"{title} on the server, which has {self.first.there()}")
        return uid

    def rename(self, text, old, new):
        return text.replace(old, new)

    def move(self, uid, edit=lambda text: text, back=False):
        source, target = self.folders[::-1] if back else self.folders
        text = edit(source.text_of(uid))
        target.agent.create(text)
        source.agent.remove(uid)

    def state(self):
        return [folder.there() for folder in self.folders] + [folder.here() for folder in self.folders]

    def expect(self, first, second):
        wanted = [first, second] * 2

        def settled():
            for folder in self.folders:
                folder.agent.refresh()
            return self.state() == wanted
        try:
            wait_for(settled, SOON, "both folders", 0.3)
        except Failure:
            raise Failure(f"wanted {first} and {second}; server, then desktop {self.state()}\n"
                          f"{tool('account', 'status', ADDRESS).stdout}") from None
        time.sleep(0.5)
        check(settled(), lambda: f"it does not stay so: {self.state()}")

    def asked(self, command="MoveItems"):
        return sum(1 for _, asked in self.line.requests if asked == command)

    def clear(self):
        self.line.disarm()
        self.line.up()
        time.sleep(1.1)  # SOGo never tells of a change in the second of its last answer
        for folder in self.folders:
            for name in folder.dav.names():
                folder.dav.delete(name)
        self.expect([], [])
        del self.line.requests[:]


def core(text):
    """What a resource says, without what only dates its writing."""
    return sorted(line for line in seam.unfold(text) if line and not STAMPS.match(line))


MORE = {
    "events": ["LOCATION:Room 1", "DESCRIPTION:Notes", "RRULE:FREQ=WEEKLY;COUNT=5", "CATEGORIES:Work", "CLASS:PRIVATE"],
    "tasks": ["DESCRIPTION:Notes", "DUE;VALUE=DATE:20270305", "PRIORITY:1", "CATEGORIES:Home"],
    "contacts": ["EMAIL;TYPE=WORK:ann@example.test", "TEL;TYPE=CELL:+49 170 1", "NOTE:Notes", book.inline_photo(FACE)],
}


def test_moved_in_one(pair):
    uid = pair.make("moved", *MORE[pair.kind])
    before = core(pair.first.find("moved")[1])
    pair.move(uid)
    pair.expect([], ["moved"])
    check(pair.asked() == 1, f"{pair.asked()} MoveItems")
    after = core(pair.second.find("moved")[1])
    check(before == after, f"SOGo's text is another: -{[line for line in before if line not in after]} +{[line for line in after if line not in before]}")
    check(f"UID:{uid}" in pair.second.text_of(uid), "it has another UID on the desktop")


def test_edited_afterwards(pair):
    """On each side: the desktop knows the item by the id that it has now."""
    uid = pair.make("before")
    pair.move(uid)
    pair.expect([], ["before"])
    pair.second.agent.modify(pair.rename(pair.second.text_of(uid), "before", "after"))
    pair.expect([], ["after"])
    time.sleep(1.1)
    name, text = pair.second.find("after")
    pair.second.dav.store(name, text.replace("after", "renamed"))
    pair.expect([], ["renamed"])
    pair.second.agent.remove(uid)
    pair.expect([], [])


def test_moved_and_changed(pair):
    uid = pair.make("before")
    pair.move(uid, lambda text: pair.rename(text, "before", "after"))
    pair.expect([], ["after"])
    check(pair.asked() == 1, f"{pair.asked()} MoveItems")


def test_there_and_back(pair):
    uid = pair.make("wanderer")
    pair.move(uid)
    pair.expect([], ["wanderer"])
    pair.move(uid, back=True)
    pair.expect(["wanderer"], [])
    check(pair.asked() == 2, f"{pair.asked()} MoveItems")


def test_many(pair):
    titles = [f"many {n}" for n in range(4)]
    uids = [pair.make(title) for title in titles]
    texts = [pair.first.text_of(uid) for uid in uids]
    if pair.kind == "contacts":
        pair.second.agent.create(*texts)
        pair.first.agent.remove(*uids)
    else:
        pair.second.agent.ask("create-all", seam.encode(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(texts)}END:VCALENDAR\r\n"))
        pair.first.agent.ask("remove-all", ",".join(uids))
    pair.expect([], titles)
    check(pair.asked() == len(titles), f"{pair.asked()} MoveItems")


def test_lost_answer(pair):
    """SOGo has moved it and nobody heard: look before asking again."""
    uid = pair.make("lost")
    pair.line.arm("lose", "MoveItems")
    pair.move(uid)
    pair.expect([], ["lost"])


def test_never_arrived(pair):
    uid = pair.make("dropped")
    pair.line.arm("refuse", "MoveItems")
    pair.move(uid)
    pair.expect([], ["dropped"])


def test_deleted_on_the_way(pair):
    """Somebody deletes it when SOGo has moved it, and could not tell of it in the other folder yet."""
    pair.move(pair.make("kept"))
    pair.expect([], ["kept"])
    uid = pair.make("gone")
    text = pair.first.text_of(uid)
    pair.line.arm("late", "MoveItems")
    pair.second.agent.create(text)
    remover = threading.Thread(target=pair.first.agent.remove, args=(uid,))
    remover.start()
    check(pair.line.held.wait(SOON), "SOGo was not asked to move it")
    wait_for(lambda: "gone" in pair.second.there(), SOON, "SOGo to have moved it")
    pair.second.dav.delete(pair.second.find("gone")[0])
    pair.line.release()
    remover.join(SOON)
    pair.expect([], ["kept"])


def refusal_of(pair, uid):
    """What the program is told that moves it."""
    try:
        pair.move(uid)
    except seam.AgentError as error:
        return str(error)
    return ""


def test_refused(pair):
    """Somebody has deleted it, which the desktop does not know: SOGo has nothing to move."""
    kept = pair.make("kept")
    told = ""
    for _ in range(TRIES):
        uid = pair.make("gone")
        with pair.line.quiet():
            time.sleep(1.1)  # as in clear()
            pair.first.dav.delete(pair.first.find("gone")[0])
        told = refusal_of(pair, uid)
        if pair.asked() > 0:
            break
        # The desktop heard of it just before: what was put into the other folder is a new one.
        wait_for(lambda: "gone" in pair.second.there(), SOON, "the new one on the server")
        pair.second.dav.delete(pair.second.find("gone")[0])
        pair.expect(["kept"], [])
    pair.expect(["kept"], [])
    check(told and "stays" not in told, f"the program is told {told!r}")
    pair.move(kept)
    pair.expect([], ["kept"])


def test_not_moved(pair):
    uid = pair.make("stays", *MORE[pair.kind])
    before = core(pair.first.find("stays")[1])
    told = refusal_of(pair, uid)
    check("does not move" in told, f"the program is told {told!r}")
    pair.expect(["stays"], [])
    check(core(pair.first.find("stays")[1]) == before, "SOGo's text is another")
    check(f"UID:{uid}" in pair.first.text_of(uid), "it has another UID on the desktop")


def test_copied_and_removed(pair):
    """What a person can do instead: with the copy on the server the removal is one."""
    uid = pair.make("carried", *MORE[pair.kind])
    pair.second.agent.create(pair.first.text_of(uid))
    pair.expect(["carried"], ["carried"])
    pair.first.agent.remove(uid)
    pair.expect([], ["carried"])
    check(pair.asked() == 0, f"{pair.asked()} MoveItems")


def test_killed_before(pair):
    uid = pair.make("patient")
    pair.line.down()
    pair.move(uid)
    for folder in pair.folders:
        folder.agent.process.kill()
        folder.agent.process.wait()
        folder.agent = None
    seam.kill_factory(book.FACTORY if pair.kind == "contacts" else seam.CALENDAR_FACTORY)
    pair.line.up()
    for folder in pair.folders:
        folder.open()
    pair.expect([], ["patient"])
    check(pair.asked() == 1, f"{pair.asked()} MoveItems")


def inbox():
    """How many messages the guest has."""
    host, port = os.environ["SOGO_IMAP"].split(":")
    with imaplib.IMAP4(host, int(port), timeout=120) as imap:
        imap.login(GUEST, PASSWORD)
        return int(imap.select("INBOX", readonly=True)[1][0])


def test_meeting(pair):
    """Nobody is invited again, and the meeting is not called off."""
    uid = seam.new_uid()
    pair.first.dav.put(f"{uid}.ics", [seam.make_event(uid, "meeting", START, extra=[
        f"ORGANIZER:mailto:{ADDRESS}", f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{GUEST}@example.test"])])
    pair.expect(["meeting"], [])
    mails = wait_for(inbox, SOON, "the guest to be invited")
    pair.move(uid)
    pair.expect([], ["meeting"])
    check(pair.asked() == 1 and pair.asked("SendMail") == 0, f"{pair.asked()} MoveItems, {pair.asked('SendMail')} SendMail")
    check(inbox() == mails, f"the guest has {inbox()} messages, not {mails}")
    check(f"mailto:{GUEST}@" in pair.second.find("meeting")[1].lower(), "the guest is gone")


SLICE = {
    "events": (test_moved_in_one, test_lost_answer, test_refused, test_meeting, test_deleted_on_the_way),
    "tasks": (test_moved_in_one, test_many, test_killed_before),
    "contacts": (test_not_moved, test_copied_and_removed),
}
MOVED = (test_moved_in_one, test_edited_afterwards, test_moved_and_changed, test_there_and_back, test_many, test_lost_answer,
         test_never_arrived, test_refused, test_killed_before, test_deleted_on_the_way)
WHOLE = {"events": MOVED + (test_meeting,), "tasks": MOVED, "contacts": SLICE["contacts"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("server", "url", "dav", "agent", "patience", "only"):
        parser.add_argument("--" + name)
    options = parser.parse_args()
    target = urllib.parse.urlsplit(options.url)
    line = faulty_line.FaultyLine(target.hostname, target.port)
    added = tool("account", "add", "--json", "--server", f"http://127.0.0.1:{line.port}{target.path}", "--user", USER, "--password-stdin", ADDRESS,
                 data=PASSWORD + "\n", seconds=180)
    check(added.returncode == 0, f"account add: {added.stderr}")
    account = json.loads(added.stdout)["uid"]
    with Person() as person:
        for kind, tests in (WHOLE if options.only or os.environ.get("EAS_SOAK") else SLICE).items():
            wait_for(lambda: person.children(account, WORDS[kind]), SOON, f"the account's {kind}")
            pair = Pair(options, line, person, account, kind)
            for test in tests:
                if not options.only or f"{kind}/{test.__name__[5:]}" in options.only:
                    tap.attempt(f"{kind}/{test.__name__[5:]}", pair.clear, lambda: test(pair))
            pair.close()
    line.close()
    tap.finish()


if __name__ == "__main__":
    main()
