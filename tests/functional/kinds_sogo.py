#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The table of test-kinds.py on a real SOGo, for events, tasks and contacts (it has no notes):
made, changed and deleted on either side, edited offline, in conflict, by the thousand, and
folders made, renamed and deleted on either side. CalDAV and CardDAV are the witness. Prints
what of the folders was compared, and by which limit of SOGo's the sides differ. TAP.

	kinds_sogo.py --url URL --dav URL [--many N] [--kinds KIND,...] [--rows NAME,...]
	(through ../interop/on-sogo.sh; by the thousand under EAS_SOAK)
"""

import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import sys
import time
import urllib.parse
from xml.sax.saxutils import escape, unescape

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import history  # noqa: E402
import kinds  # noqa: E402
import seam  # noqa: E402
from desk import tool  # noqa: E402
from kinds import SOON  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

SOAK = bool(os.environ.get("EAS_SOAK"))
MANY = 3000 if SOAK else 100
MADE = 300 if SOAK else 60  # by one program in one call, as an import makes them: several uploads, of one SOGo's answer each
PATIENCE = 600 if SOAK else 90
EVERYBODYS = ("personal", "inbox", "users")
HANDS = 4   # at once by DAV; SOGo has six workers here, the desktop needs one and its Ping another

# What SOGo 5.8 does not do with folders, and where that is seen.
HIDDEN = "SOGo tells devices of no folder made by DAV before its owner ticks Synchronize on SOGo's own page"
ONE_FOLDER = "on SOGo a list of tasks is a calendar: its FolderUpdate is answered by success and names nothing but this device's list"
NO_UPDATE = "SOGo has no FolderUpdate of address books (HTTP 500)"
NO_DELETE = "SOGo has no FolderDelete of address books (HTTP 500)"


class Home:
    """A person's folders of a kind by DAV; a folder is known by the last part of its path. (To who does not say
    what program it is SOGo tells of one address book.)"""

    # collection, method that makes a folder, components of one
    PLACES = {
        "events": ("Calendar", "MKCALENDAR", ["VEVENT"]),
        "tasks": ("Calendar", "MKCALENDAR", ["VTODO"]),
        "contacts": ("Contacts", "MKCOL", []),
    }

    def __init__(self, options, kind_name):
        self.options = options
        self.place, self.method, self.components = self.PLACES[kind_name]
        self.dav = seam.Dav(options.dav, options.user, options.password)
        self.path = f"{self.dav.collection.rsplit('/', 3)[0]}/{self.place}/"

    def ask(self, method, folder, body=None, *wanted, **headers):
        status, text = self.dav.request(method, self.path + folder, body and f'<?xml version="1.0" encoding="utf-8"?>{body}'.encode(),
                                        Content_Type="application/xml", User_Agent="DAV", **headers)
        if status not in wanted:
            raise Failure(f"{method} of {folder!r} answered {status}")
        return text

    def names(self):
        """{folder: what it is called}, without those that everybody has."""
        text = self.ask("PROPFIND", "", '<propfind xmlns="DAV:"><prop><displayname/></prop></propfind>', 207, Depth="1")
        found = re.findall(r"<(?:\w+:)?response>.*?href>([^<]*)</.*?displayname>([^<]*)</.*?</(?:\w+:)?response>", text, re.S)
        folders = {urllib.parse.unquote(href).rstrip("/").rsplit("/", 1)[1]: unescape(name) for href, name in found if href.endswith("/") and href != self.path}
        return {folder: name for folder, name in folders.items() if folder not in EVERYBODYS}

    def folder(self, name):
        """The one of that name; None."""
        found = [folder for folder, called in self.names().items() if called == name]
        if len(found) > 1:
            raise Failure(f"{len(found)} folders are called {name}")
        return found[0] if found else None

    def make(self, folder, name):
        parts = "".join(f'<C:comp name="{component}"/>' for component in self.components)
        body = '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop><C:supported-calendar-component-set>' \
               f"{parts}</C:supported-calendar-component-set></prop></set></C:mkcalendar>" if parts else None
        self.ask(self.method, folder + "/", body, 201)
        self.rename(folder, name)

    def rename(self, folder, name):
        text = self.ask("PROPPATCH", folder + "/", f'<propertyupdate xmlns="DAV:"><set><prop><displayname>{escape(name)}</displayname></prop></set>'
                        "</propertyupdate>", 207)
        if " 200 " not in text or self.names().get(folder) != name:
            raise Failure(f"{folder} cannot be renamed by DAV: {text}")

    def delete(self, folder):
        self.ask("DELETE", folder + "/", None, 200, 204)

    def tick(self, folder):
        """Synchronize, on SOGo's page of the folder's properties."""
        login = json.dumps({"userName": self.options.user, "password": self.options.password, "rememberLogin": 0})
        cookies = [value.split(";")[0] for value in self.page("/SOGo/connect", login).get_all("Set-Cookie", [])]
        token = next(cookie.split("=", 1)[1] for cookie in cookies if cookie.startswith("XSRF-TOKEN="))
        self.page(f"/SOGo/so/{self.options.user}/{self.place}/{folder}/save", '{"synchronize": 1}',
                  **{"Cookie": "; ".join(cookies), "X-XSRF-TOKEN": token})

    def page(self, path, body, **headers):
        """The headers of the answer."""
        connection = http.client.HTTPConnection(self.dav.host, self.dav.port, timeout=60)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            text = answer.read()
            if answer.status not in (200, 204):
                raise Failure(f"{path} answered {answer.status} {text[:200]}")
            return answer.headers
        finally:
            connection.close()


class Stage(kinds.Stage):
    def __init__(self, options, kind_name, person):
        super().__init__(options, kind_name, person)
        self.home = Home(options, kind_name)

    def clear(self):
        self.line.disarm()
        # What SOGo has of the desktop before its answer is there would be made anew after its deletion.
        self.online()
        wait_for(lambda: all("pending=0" in text for text in seam.status_texts()), SOON, lambda: f"all edits to be told: {seam.status_texts()}", 0.2)
        self.line.down()
        with self.unheard():
            for folder in self.home.names():
                self.home.delete(folder)
            at_once(self.witness.dav.delete, self.witness.dav.names())
        wait_for(self.desktop.empty, SOON, lambda: f"an empty folder; here {len(self.keys(self.desktop))}, there {len(self.keys(self.witness))}", 0.2)
        self.person.refresh(self.account)
        wait_for(lambda: self.shown() == {"personal": self.shown().get("personal")}, SOON, lambda: f"the default folder alone, not {self.shown()}", 0.2)

    @contextlib.contextmanager
    def unheard(self):
        """Changes by DAV that take their time: SOGo never tells of one in the second of an answer."""
        self.line.down()
        self.witness.tick()
        yield
        self.witness.tick()
        self.online()

    def equal(self, desktop, witness, things):
        desktop.open().refresh()  # SOGo rings for no folder that was empty
        super().equal(desktop, witness, things)

    def shown(self):
        """{folder: the names of the desktop's sources of it}, of every kind: one of SOGo's may be two here."""
        found = {}
        for child in self.person.children(self.account):
            found.setdefault(urllib.parse.unquote(child.folder).split("/", 1)[1], []).append(child.name)
        return found

    def witness_of(self, folder):
        dav = seam.CardDav(self.options.dav, book=folder) if self.kind.word == "book" else seam.Dav(self.options.dav, calendar=folder)
        return history.SogoWitness(dav, self.kind, self.line)

    def name_here(self, source):
        return next((child.name for child in self.children() if child.uid == source), None)

    def status(self):
        return tool("account", "status", f"{self.options.user}@example.test").stdout

    def asked(self):
        return {command for _, command in self.line.requests}

    def compared(self, what, outcome, limit=None):
        print(f"# {self.name:9} {what:36} {outcome}{f'; LIMIT: {limit}' if limit else ''}", flush=True)


def at_once(work, *arguments):
    with concurrent.futures.ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(work, *arguments))


def comes(condition, seconds):
    """Whether it comes true within so long; no wait for what has to come."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.3)
    return True


def stays(condition, what):
    if comes(lambda: not condition(), 3):
        raise Failure(f"{what} did not stay so")


# ---- rows: with kinds.py's ----------------------------------------------------

def row_folder_of_the_server(stage):
    """Made, filled, renamed and deleted by DAV."""
    home, thing, later = stage.home, stage.thing(), stage.thing()
    folder = f"their-{stage.name}"  # SOGo's workers remember for minutes what was of that name
    home.make(folder, "Theirs")
    witness = stage.witness_of(folder)
    witness.add(thing)
    stage.person.refresh(stage.account)
    if comes(lambda: folder in stage.shown(), 2):
        stage.compared("made by DAV", "shown on the desktop")
    else:
        home.tick(folder)
        stage.compared("made by DAV, then ticked there", "shown on the desktop, not before", HIDDEN)
    source = stage.child("Theirs").uid
    desktop = stage.open(source)
    stage.equal(desktop, witness, [thing])
    desktop.open().create(stage.kind.text(later, seam.new_uid()))
    stage.equal(desktop, witness, [thing, later])
    stage.compared("filled on both sides", "the same on both sides")

    home.rename(folder, "Renamed there")
    if stage.child("Renamed there").uid != source:
        raise Failure("the renamed folder is another source")
    if set(stage.shown()[folder]) != {"Renamed there"}:
        raise Failure(f"on the desktop it is called {stage.shown()['theirs']}")
    stage.equal(desktop, witness, [thing, later])
    stage.compared("renamed by DAV", "the same name on the desktop, nothing else changed")

    desktop.close()
    home.delete(folder)
    for _ in range(3):  # as an impatient person does; SOGo tells of it once
        stage.person.refresh(stage.account)
    wait_for(lambda: folder not in stage.shown(), SOON, lambda: f"it to go: {stage.shown()}")
    stage.compared("deleted by DAV", "gone on the desktop")


def renamed_here(stage, source, folder):
    """The name both sides have then, and why it is another than the new one on one of them."""
    stage.person.rename(source, "Renamed here")
    if stage.name == "contacts":
        wait_for(lambda: "could not be renamed" in stage.status(), SOON, lambda: f"the status to tell of the name: {stage.status()}")
        if "FolderUpdate HTTP 500" not in stage.status() or "again" in stage.status():
            raise Failure(f"the status says {stage.status()}")
        wait_for(lambda: stage.name_here(source) == "Mine", SOON, "the name to be taken back")
        stage.compared("renamed on the desktop", "told in the account's status, the name taken back; by DAV it is as it was", NO_UPDATE)
        return "Mine", "Mine"
    if stage.name == "tasks":
        wait_for(lambda: "FolderUpdate" in stage.asked(), SOON, "the server to be asked")
        stage.compared("renamed on the desktop", "renamed on this desktop; by DAV it is as it was", ONE_FOLDER)
        return "Renamed here", "Mine"
    wait_for(lambda: stage.home.names().get(folder) == "Renamed here", SOON, lambda: f"the name by DAV: {stage.home.names()}")
    stage.compared("renamed on the desktop", "the same name by DAV, nothing else changed")
    return "Renamed here", "Renamed here"


def refusal(action):
    """What a program is told; "" when it is done."""
    try:
        action()
    except seam.AgentError as error:
        return str(error)
    return ""


def row_folder_of_the_desktop(stage):
    """Made, filled, renamed and deleted by the person."""
    thing = stage.thing()
    stage.person.make(stage.account, stage.kind.word, "Mine")
    source = stage.child("Mine").uid
    folder = wait_for(lambda: stage.home.folder("Mine"), SOON, lambda: f"it by DAV: {stage.home.names()}")
    if list(stage.home.names()) != [folder]:
        raise Failure(f"by DAV there are {stage.home.names()}")
    stage.compared("made on the desktop", "one of that name by DAV")
    desktop, witness = stage.open(source), stage.witness_of(folder)
    desktop.open().create(stage.kind.text(thing, seam.new_uid()))
    stage.equal(desktop, witness, [thing])
    stage.compared("filled on the desktop", "the same by DAV")

    here, there = renamed_here(stage, source, folder)
    stays(lambda: (stage.name_here(source), stage.home.names()) == (here, {folder: there}), "the name")
    stage.equal(desktop, witness, [thing])

    told = refusal(lambda: stage.person.drop(source))
    if stage.name == "contacts":
        if "FolderDelete HTTP 500" not in told or "again" in told:
            raise Failure(f"the program is told {told!r}")
        stays(lambda: stage.name_here(source) == here and list(stage.home.names()) == [folder], "the refused folder")
        stage.equal(desktop, witness, [thing])
        stage.compared("deleted on the desktop", "refused in words, whole on both sides", NO_DELETE)
        stage.home.delete(folder)
        stage.person.refresh(stage.account)
    elif told:
        raise Failure(f"it is not deleted: {told}")
    desktop.close()
    wait_for(lambda: not stage.home.names() and folder not in stage.shown(), SOON, lambda: f"it to go on both sides: {stage.home.names()} {stage.shown()}")
    if stage.name != "contacts":
        stage.compared("deleted on the desktop", "gone by DAV, and every source of it on the desktop")


def row_many(stage):
    """Thousands made by DAV arrive whole, each once; what one program then makes in one call is there once each."""
    things = [stage.thing() for _ in range(stage.options.many)]
    with stage.unheard():
        at_once(lambda thing: stage.witness.dav.put(*resource(stage, thing)), things)
    settle_many(stage, things, "made by DAV")
    made = [stage.thing() for _ in range(MADE)]
    texts = [stage.kind.text(thing, seam.new_uid()) for thing in made]
    agent = stage.desktop.open()
    if stage.name == "contacts":
        agent.create(*texts)
    else:
        agent.ask("create-all", seam.encode(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(texts)}END:VCALENDAR\r\n"))
    settle_many(stage, things + made, "more made on the desktop in one call")


def resource(stage, thing):
    uid = seam.new_uid()
    return uid + stage.kind.suffix, stage.kind.resource(thing, uid)


def settle_many(stage, things, what):
    wanted = sorted(thing.summary for thing in things)

    def here():
        return sorted(form.summary for form in stage.desktop.forms())
    wait_for(lambda: here() == wanted, PATIENCE, lambda: f"{len(wanted)} on the desktop, which has {len(here())}", 1)
    wait_for(lambda: len(stage.witness.dav.names()) >= len(wanted), PATIENCE, lambda: f"{len(wanted)} by DAV, not {len(stage.witness.dav.names())}", 1)
    names = stage.witness.dav.names()
    texts = at_once(stage.witness.dav.text, names)
    there = sorted((form.key for form in map(stage.witness.form, map(stage.kind.parse, texts))), key=str)
    if [key[0] for key in there] != wanted or there != sorted((form.key for form in stage.desktop.forms()), key=str):
        raise Failure(f"by DAV there are {len(there)}, {len({key[0] for key in there})} titles")
    stage.compared(f"{len(wanted)}, {what}", "each once on both sides, with the same meaning")


def make_stage(options, kind, person):
    return Stage(options, kind, person) if kind in Home.PLACES else None


if __name__ == "__main__":
    kinds.main(make_stage, {**kinds.ROWS, **kinds.rows_of(globals())}, MANY)
