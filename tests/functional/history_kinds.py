# SPDX-License-Identifier: LGPL-2.1-or-later
"""What history.py has to know of tasks, notes and contacts: how they are written at the
desktop, on an embedded server and by DAV, and what all say. A title (of a contact: the nick
name) and one more property (a text, a job) are what its edits are about."""

import re
from xml.sax.saxutils import escape

import book
import meaning
import seam

NAMESPACES = 'xmlns:airsync="AirSync" xmlns:tasks="Tasks" xmlns:notes="Notes" xmlns:airsyncbase="AirSyncBase"'


def said(summary, place):
    """As meaning.py says it of an event."""
    return {"summary": summary or "", "location": (place or "").replace("\r", "").rstrip("\n"), "start": None, "end": None, "rule": None,
            "cancelled": (), "moved": ()}


class Lists:
    """Tasks or notes."""

    factory = seam.CALENDAR_FACTORY

    def __init__(self, name, page, folder_type, own_type, word, elements):
        self.name, self.page, self.elements = name, page, elements
        self.folder_type, self.own_type, self.word = folder_type, own_type, word

    def make_agent(self, program):
        return seam.Agent(program)

    def open(self, agent, source):
        agent.open(source, kind=self.name)

    def sources(self, agent):
        return agent.sources(self.name)

    def groups(self, agent):
        return {component.value("UID"): [component] for component in agent.events()}

    def said(self, components):
        return said(components[0].value("SUMMARY"), components[0].value("DESCRIPTION"))

    def text(self, event, uid):
        name = seam.KINDS[self.name]
        return "\r\n".join([f"BEGIN:{name}", f"UID:{uid}", "DTSTAMP:20260101T000000Z", f"SUMMARY:{event.summary}",
                            *([f"DESCRIPTION:{event.location}"] if event.location else []), f"END:{name}", ""])

    dav, suffix = seam.Dav, ".ics"

    def parse(self, text):
        return seam.parse_events(text, self.name)

    def resource(self, event, uid):
        return [self.text(event, uid)]

    def edited(self, text, event):
        lines = [line for line in seam.unfold(text) if line and not re.match("SUMMARY|DESCRIPTION", line)]
        lines[1:1] = [f"SUMMARY:{event.summary}"] + ([f"DESCRIPTION:{event.location}"] if event.location else [])
        return "\r\n".join(lines) + "\r\n"

    def item(self, event, new):
        body = f"<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>{escape(event.location)}</airsyncbase:Data></airsyncbase:Body>" \
            if event.location else ""
        return f"<airsync:ApplicationData {NAMESPACES}><{self.page}:Subject>{escape(event.summary)}</{self.page}:Subject>" \
               f"{self.elements if new else ''}{body}</airsync:ApplicationData>"

    def said_of_item(self, xml):
        item = meaning.parse_item(xml)
        return said(meaning.text_of(item, "Subject"), meaning.body_of(item))


class Contacts:
    factory = book.FACTORY
    folder_type, own_type, word = 9, 14, "book"

    def make_agent(self, program):
        return book.BookAgent(book.AGENT)

    def open(self, agent, source):
        agent.ask("open", source)

    def sources(self, agent):
        return agent.sources()

    def groups(self, agent):
        return {card.value("UID"): [card] for card in agent.cards()}

    def said(self, cards):
        return said(cards[0].value("NICKNAME"), cards[0].value("TITLE"))

    def text(self, event, uid):
        return book.make_card("Person", event.token, f"NICKNAME:{event.summary}", *([f"TITLE:{event.location}"] if event.location else []), uid=uid)

    dav, suffix = seam.CardDav, ".vcf"

    def parse(self, text):
        return [book.Card(text)]

    def resource(self, event, uid):
        return [self.text(event, uid)]

    def edited(self, text, event):
        return book.edit_card(text, nickname=event.summary, **({"title": event.location} if event.location else {}))

    def item(self, event, new):
        name = {"FileAs": f"{event.token}, Person", "FirstName": "Person", "LastName": event.token} if new else {}
        job = {"JobTitle": event.location} if event.location else {}
        return book.item_xml(**name, **job, two_NickName=event.summary)

    def said_of_item(self, xml):
        elements = book.elements_of(xml)
        return said(elements.get("NickName"), elements.get("JobTitle"))


KINDS = {
    "tasks": Lists("tasks", "tasks", 7, 15, "tasks", "<tasks:Complete>0</tasks:Complete>"),
    "notes": Lists("notes", "notes", 10, 17, "memos", "<notes:MessageClass>IPM.StickyNote</notes:MessageClass>"),
    "contacts": Contacts(),
}


class Witness:
    """Another device of the same user on an embedded server, with one of its folders."""

    def __init__(self, control, kind, user="alice", folder=None):
        self.control, self.kind, self.user = control, kind, user
        folders = control.ask("folders", user=user)["folders"]
        self.folder = folder or next(f["id"] for f in folders if f["type"] == kind.folder_type)

    def ask(self, action, body=None, **parameters):
        return self.control.ask(action, body, user=self.user, folder=self.folder, **parameters)

    def items(self):
        """[(id, what it says)]"""
        return [(item["id"], self.kind.said_of_item(item["xml"])) for item in self.ask("items")["items"]]

    def forms(self):
        from history import MeaningForm
        return sorted((MeaningForm(said) for _, said in self.items()), key=lambda form: str(form.key))

    def find(self, token):
        return next((id for id, said in self.items() if said["summary"].split(" ")[0] == token), None)

    def tick(self):
        """Nothing to wait for: this server counts changes, not seconds."""

    def narrow(self, window):
        """No answer brings more changes than that: many windows even of a few items."""
        self.control.ask("set", max_window=window)

    def clear(self):
        for item in self.ask("items")["items"]:
            self.ask("delete", id=item["id"])

    def add(self, event):
        self.ask("add", self.kind.item(event, new=True))

    def change(self, event):
        """Only what the model knows changes: a second device sends the properties it edited."""
        id = self.find(event.token)
        if id is not None:
            self.ask("change", self.kind.item(event, new=False), id=id)
        return id is not None

    def delete(self, event):
        id = self.find(event.token)
        if id is not None:
            self.ask("delete", id=id)
        return id is not None
