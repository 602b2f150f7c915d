#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A contact of every property, made, changed, stripped and removed on each side, and
compared property by property with what was meant. Prints a table. TAP.

	contact_matrix.py --server mock --version 14.1
	contact_matrix.py --server sogo --url URL --dav URL      (CardDAV is the witness)
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import book as books  # noqa: E402
import person_meaning as meaning  # noqa: E402
import seam  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

FACE = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 3
OTHER = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(reversed(range(256))) * 3

PERSON = {
    "given": "Zoë", "middle": "Q.", "prefix": "Dr.", "suffix": "Jr.", "nickname": "Zed", "company": "Acme; Söhne, Ltd",
    "department": "R&D", "office": "4.12", "title": "Lead, of <things>", "manager": "Mara Chief", "assistant": "Abe Aide",
    "spouse": "Sam", "url": "https://example.test/zoe?a=1&b=2", "note": "First line\nsecond; with, marks \\ and “quotes”",
    "birthday": "1984-02-29", "anniversary": "2010-12-31", "emails": ("zoe@example.test", "zoe@home.test", "z@third.test"),
    "im": ("zoe.jabber@example.test",), "phone cell": ("+49 170 1",), "phone work": ("+49 30 1", "+49 30 2"),
    "phone home": ("+49 40 1", "+49 40 2"), "phone work fax": ("+49 30 9",), "phone home fax": ("+49 40 9",), "phone pager": ("4711",),
    "phone car": ("+49 160 1",), "phone radio": ("88",), "phone assistant's": ("+49 30 8",), "phone company": ("+49 30 0",),
    "address work": ("Main Street 5\nBack yard", "Berlin", "BE", "10115", "Germany"),
    "address home": ("Čopova 7", "Ljubljana", "", "1000", "Slovenia"),
    "address other": ("Box 1", "Graz", "Styria", "8010", "Austria"), "categories": ("Blue", "Work"), "photo": FACE,
}
CHANGES = {
    "given": "Zoé", "middle": "R.", "prefix": "Prof.", "suffix": "III", "nickname": "Zee", "company": "Other", "department": "Sales",
    "office": "1.01", "title": "Head", "manager": "Max", "assistant": "Ada", "spouse": "Sim", "url": "https://other.test/",
    "note": "Changed", "birthday": "1985-03-01", "anniversary": "2011-01-01", "emails": ("zoe@new.test", "zoe@home.test"),
    "im": ("zoe.other@example.test",), "phone cell": ("+49 171 1",), "phone work": ("+49 31 1", "+49 30 2"), "phone home": ("+49 41 1",),
    "phone work fax": ("+49 31 9",), "phone home fax": ("+49 41 9",), "phone pager": ("4712",), "phone car": ("+49 161 1",),
    "phone radio": ("89",), "phone assistant's": ("+49 31 8",), "phone company": ("+49 31 0",),
    "address work": ("Side 1", "Bonn", "NW", "53111", "Germany"), "address home": ("Nova 1", "Celje", "", "3000", "Slovenia"),
    "address other": ("Box 2", "Linz", "Upper Austria", "4020", "Austria"), "categories": ("Green",), "photo": OTHER,
}
KEPT = {"given", "family", "file as"}  # what a contact without anything else still has

# What becomes of a property on SOGo 5.8, and why; None: it is lost.
def lost(_):
    return None


def first_only(values):
    return values[:1]


NO_PLACE = "SOGo's contacts have no place for it on the wire"
SOGO = {name: (lost, NO_PLACE) for name in ("anniversary", "assistant", "manager", "office", "spouse", "phone assistant's", "phone car",
                                            "phone company", "phone home fax", "phone radio")}
SOGO |= {"address other": (lost, "SOGo tells of it and does not take it")}
SOGO |= {name: (first_only, "SOGo keeps one of a kind") for name in ("phone work", "phone home")}


def short(value):
    return repr(value) if len(repr(value)) < 100 else f"{repr(value)[:60]}…"


class Mock:
    """What another device sees, through the control interface."""

    limits = {}
    unseen = set()
    asked = False

    def __init__(self, version):
        self.server = seam.TestServer("--user", f"alice:{books.PASSWORD}", "--versions", version)
        self.account = (self.server.url, "alice", books.PASSWORD)
        folders = self.server.control.ask("folders")["folders"]
        self.folder = next(f["id"] for f in folders if f["type"] == 9)

    def items(self):
        return [(item["id"], meaning.of_item(item["xml"])) for item in self.server.control.ask("items", folder=self.folder)["items"]]

    def find(self, family):
        return next(((id, said) for id, said in self.items() if said.get("family") == family), (None, None))

    def read(self, family):
        return self.find(family)[1]

    def put(self, person):
        id, _ = self.find(person["family"])
        if id is None:
            self.server.control.ask("add", meaning.to_elements(person), folder=self.folder)
        else:
            self.server.control.ask("change", meaning.to_elements(person), id=id, replace=1)

    def remove(self, family):
        self.server.control.ask("delete", id=self.find(family)[0])

    def close(self):
        self.server.__exit__()


class Sogo(seam.CardDav):
    """SOGo through CardDAV."""

    limits = SOGO
    unseen = {"file as"}  # no property of a vCard
    asked = True  # its Ping looks every five seconds, and at no folder that was empty: push is tested with calendars

    def __init__(self, url, dav, user, password):
        super().__init__(dav, user, password)
        self.account = (url, user, password)
        for name in self.names():
            self.delete(name)

    def find(self, family):
        for name in self.names():
            text = self.text(name)
            card = books.Card(text) if text else None
            if card and (card.parts("N") or [""])[0] == family:
                return name, card
        return None, None

    def read(self, family):
        card = self.find(family)[1]
        return meaning.of_card(card) if card else None

    def tick(self):
        """SOGo never tells of what happens in the second of its last answer."""
        time.sleep(1.5)

    def put(self, person):
        self.tick()
        name = self.find(person["family"])[0] or f"{seam.new_uid()}.vcf"
        text = meaning.to_card(person, name.removesuffix(".vcf"))
        self.store(name, text.replace("\r\nURL:", "\r\nURL;TYPE=work:").replace("\r\nIMPP:", "\r\nX-AIM:"))  # as SOGo itself spells them

    def remove(self, family):
        self.tick()
        self.delete(self.find(family)[0])

    def close(self):
        pass


class Matrix:
    def __init__(self, options, witness):
        self.options, self.witness = options, witness
        self.agent = books.BookAgent(books.AGENT)
        self.agent.open(books.add_account(*witness.account))
        self.number = self.failures = 0
        self.table = {}  # property -> {step: what became of it}

    def report(self, step, work):
        self.number += 1
        try:
            for property, (meant, said) in (work() or {}).items():
                self.table.setdefault(property, {})[step] = f"{short(said)} for {short(meant)}"
            print(f"ok {self.number} - {step}", flush=True)
        except Failure as failure:
            self.failures += 1
            print(f"not ok {self.number} - {step}", flush=True)
            print("\n".join(f"#   {line}" for line in str(failure).split("\n")), flush=True)

    def on_desktop(self, family):
        if self.witness.asked:
            self.agent.refresh()
        for card in self.agent.cards():
            if (card.parts("N") or [""])[0] == family:
                return meaning.of_card(card)
        return None

    def settle(self, meant, read):
        """The differences that stay; each is what the server's limits make of the property."""
        last = {}

        def differences():
            return {name: pair for name, pair in meaning.difference(meant, last["said"]).items() if name not in self.witness.unseen}

        def unexplained():
            return {name: (a, b) for name, (a, b) in differences().items()
                    if name not in self.witness.limits or a is None or self.witness.limits[name][0](a) != b}

        def equal():
            last["said"] = read(meant["family"])
            return last["said"] is not None and not unexplained()
        try:
            wait_for(equal, self.options.patience, "equality", 1.0 if self.witness.asked else 0.3)
        except Failure:
            if last["said"] is None:
                raise Failure(f"{meant['family']} is not there") from None
            raise Failure("\n".join(f"{name}: meant {short(a)}, is {short(b)}" for name, (a, b) in unexplained().items())) from None
        return differences()

    def gone(self, family, read):
        wait_for(lambda: read(family) is None, self.options.patience, f"{family} to go", 1.0 if self.witness.asked else 0.3)

    def from_server(self):
        family = "Server"
        first = dict(PERSON, family=family, **{"file as": "Server, Zoë"})
        second = dict(first, **CHANGES, **{"file as": "Server, Zoé"})
        bare = {name: value for name, value in second.items() if name in KEPT}
        for step, person in (("made", first), ("changed", second), ("stripped", bare)):
            def work(person=person):
                self.witness.put(person)
                return self.settle(person, self.on_desktop)
            self.report(f"server to desktop: {step}", work)

        def leave():
            self.witness.remove(family)
            self.gone(family, self.on_desktop)
        self.report("server to desktop: removed", leave)

    def from_desktop(self):
        family = "Desktop"
        first = dict(PERSON, family=family, **{"file as": "Desktop, Zoë"})
        second = dict(first, **CHANGES, **{"file as": "Desktop, Zoé"})
        bare = {name: value for name, value in second.items() if name in KEPT}
        self.uid = seam.new_uid()
        for step, person in (("made", first), ("changed", second), ("stripped", bare)):
            def work(person=person, step=step):
                text = meaning.to_card(person, self.uid)
                if step == "made":
                    self.uid = self.agent.create(text)[0]
                else:
                    self.agent.modify(text)
                found = self.settle(person, self.witness.read)
                found.update(self.settle(person, self.on_desktop))
                return found
            self.report(f"desktop to server: {step}", work)

        def leave():
            self.agent.remove(self.uid)
            self.gone(family, self.witness.read)
        self.report("desktop to server: removed", leave)

    def print_table(self):
        """Property by property: alike everywhere, or what becomes of it and why."""
        for property in ["family", *PERSON]:
            found = self.table.get(property)
            if not found:
                print(f"# {property:18} alike in each step, both ways")
                continue
            print(f"# {property:18} {self.witness.limits[property][1]}")
            for step, what in found.items():
                print(f"# {'':18}   {step}: {what}")
        unused = sorted(set(self.witness.limits) - set(self.table))
        if unused:
            print(f"# limits that did not show: {', '.join(unused)}")

    def run(self):
        self.report("an address book with somebody in it", self.anchor)
        self.from_server()
        self.from_desktop()
        self.print_table()
        print(f"1..{self.number}")
        self.agent.close()
        return 1 if self.failures else 0

    def anchor(self):
        """Stays: SOGo never rings for a folder that was empty."""
        person = {"family": "Anchor", "given": "Andy", "file as": "Anchor, Andy"}
        self.witness.put(person)
        return self.settle(person, self.on_desktop)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", choices=["mock", "sogo"], default="mock")
    parser.add_argument("--version", default="14.1")
    parser.add_argument("--url")
    parser.add_argument("--dav")
    parser.add_argument("--agent", help="not used: this one has its own")
    parser.add_argument("--user", default="alice")
    parser.add_argument("--password", default=books.PASSWORD)
    parser.add_argument("--patience", type=float, default=20)
    return parser.parse_args()


def open_witness(options):
    """On an empty address book."""
    if options.server == "sogo":
        return Sogo(options.url, options.dav, options.user, options.password)
    return Mock(options.version)


def main():
    options = parse_options()
    witness = open_witness(options)
    try:
        return Matrix(options, witness).run()
    finally:
        witness.close()


if __name__ == "__main__":
    sys.exit(main())
