# SPDX-License-Identifier: LGPL-2.1-or-later
"""An address book of an account on an embedded server: what a person does at the
desktop, what somebody else does on the server, and what both then have."""

import base64
import configparser
import glob
import os
import re
import subprocess
import urllib.parse
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

import faulty_line
import seam
from seam import Failure, wait_for

NAMESPACES = 'xmlns:airsync="AirSync" xmlns:contacts="Contacts" xmlns:contacts2="Contacts2" xmlns:airsyncbase="AirSyncBase"'
BUILD = os.environ["EAS_BUILD_DIR"]
AGENT = os.path.join(BUILD, "tests", "functional", "book-agent")
SETTING = os.path.join(BUILD, "tests", "functional", "account-setting")
FACTORY = "org.gnome.evolution.dataserver.AddressBook10"
PASSWORD = "secret"
SOON = 45  # seconds in which everything must have come to rest


# vCards, as little as comparing needs

class Card:
    """A vCard 3.0: properties as lists of (parameters, value), in their order."""

    def __init__(self, text):
        self.text = text
        self.properties = {}
        for line in seam.unfold(text):
            match = re.match(r'(?:[^.;:]+\.)?([A-Za-z0-9-]+)((?:;[^:;="]+(?:=(?:"[^"]*"|[^:;])*)?)*):(.*)', line, re.S)
            if match and match.group(1).upper() not in ("BEGIN", "END"):
                self.properties.setdefault(match.group(1).upper(), []).append((parameters(match.group(2)), match.group(3)))

    def value(self, name, otherwise=None):
        found = self.properties.get(name)
        return seam.unescape(found[0][1]) if found else otherwise

    def values(self, name, *types):
        """Of properties that have all these types, in their order."""
        return [seam.unescape(value) for given, value in self.properties.get(name, []) if set(types) <= given["TYPE"]]

    def parts(self, name, *types):
        """Of a property whose value has several; None."""
        for given, value in self.properties.get(name, []):
            if set(types) <= given["TYPE"]:
                return [seam.unescape(part) for part in re.split(r"(?<!\\);", value)]
        return None

    def photo(self):
        """The picture's bytes, wherever they are; None."""
        found = self.properties.get("PHOTO")
        if not found:
            return None
        given, value = found[0]
        if given.get("VALUE", "").lower() == "uri":
            with open(urllib.parse.unquote(urllib.parse.urlsplit(seam.unescape(value)).path), "rb") as file:
                return file.read()
        return base64.b64decode(value)


def parameters(text):
    found = {"TYPE": set()}
    for part in re.findall(r';([^;="]+(?:="[^"]*"|=[^;]*)?)', text):
        name, _, value = part.partition("=")
        if name.upper() == "TYPE":
            found["TYPE"] |= {v.strip('"').upper() for v in value.split(",")}
        elif value:
            found[name.upper()] = value.strip('"')
        else:
            found["TYPE"].add(name.upper())
    return found


def make_card(given, family, *lines, uid=None):
    """file-as is "Family, Given", as the desktop's programs write it."""
    head = ["BEGIN:VCARD", "VERSION:3.0"] + ([f"UID:{uid}"] if uid else [])
    return "\r\n".join(head + [f"FN:{given} {family}", f"N:{family};{given};;;", f"X-EVOLUTION-FILE-AS:{family}\\, {given}",
                               *lines, "END:VCARD", ""])


def inline_photo(data, kind="JPEG"):
    return f"PHOTO;ENCODING=b;TYPE={kind}:{base64.b64encode(data).decode()}"


def edit_card(text, **properties):
    """The text with properties replaced (the first of a name), added, or removed (None); "tel_cell" is TEL;TYPE=CELL."""
    text = "\r\n".join(seam.unfold(text))
    for key, value in properties.items():
        name, *types = key.upper().split("_")
        name = {"FILEAS": "X-EVOLUTION-FILE-AS"}.get(name, name)
        pattern = rf"(?m)^{name}(?:;[^:\r\n]*{types[0] if types else ''}[^:\r\n]*)?:.*?\r?\n"
        line = "" if value is None else f"{name}{';TYPE=' + ','.join(types) if types else ''}:{value}\r\n"
        text, found = re.subn(pattern, lambda _, new=line: new, text, count=1)
        if not found:
            text = text.replace("END:VCARD", f"{line}END:VCARD", 1)
    return text


# elements

def item_xml(**elements):
    """FirstName="Ann": a contact's elements; Contacts2 ones begin with two_, note is the body."""
    out = []
    for name, value in elements.items():
        if name == "note":
            out.append(f"<airsyncbase:Body><airsyncbase:Type>1</airsyncbase:Type><airsyncbase:Data>{escape(value)}</airsyncbase:Data></airsyncbase:Body>")
        elif name in ("Categories", "Children"):
            inner = {"Categories": "Category", "Children": "Child"}[name]
            out.append(f"<contacts:{name}>" + "".join(f"<contacts:{inner}>{escape(v)}</contacts:{inner}>" for v in value) + f"</contacts:{name}>")
        else:
            page = "contacts2" if name.startswith("two_") else "contacts"
            name = name.removeprefix("two_")
            out.append(f"<{page}:{name}>{escape(value)}</{page}:{name}>")
    return f"<airsync:ApplicationData {NAMESPACES}>{''.join(out)}</airsync:ApplicationData>"


def elements_of(xml):
    """{name: text} of an item; several of a kind as a list, the body as "note"."""
    root = ElementTree.fromstring(xml)
    data = root if root.tag.endswith("ApplicationData") else next(n for n in root.iter() if n.tag.endswith("ApplicationData"))
    found = {}
    for node in data:
        name = node.tag.rsplit("}", 1)[-1]
        if name == "Body":
            found["note"] = next((child.text or "" for child in node if child.tag.endswith("Data")), "")
        elif len(node):
            found[name] = [child.text for child in node]
        else:
            found[name] = node.text or ""
    return found


class BookAgent(seam.Agent):
    def cards(self, sexp=None):
        return [Card(base64.b64decode(line).decode()) for line in self.ask("list", *([seam.encode(sexp)] if sexp else []))]

    def get(self, uid):
        return Card(base64.b64decode(self.ask("get", uid)[0]).decode())

    def create(self, *texts):
        return self.ask("create", *(seam.encode(text) for text in texts))

    def modify(self, *texts):
        self.ask("modify", *(seam.encode(text) for text in texts))

    def remove(self, *uids):
        self.ask("remove", *uids)

    def property(self, name):
        return base64.b64decode(self.ask("property", name)[0]).decode()

    def view(self):
        """[added, modified, removed, completed]"""
        return [int(word) for word in self.ask("view-stats")[0].split()]


def add_account(url, user, password):
    """The account through the tool; the UID of its default address book."""
    done = subprocess.run(["evolution-eas", "account", "add", "--user", user, "--password-stdin", "--server", url,
                           f"{user}@example.test"], input=password + "\n", capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise Failure(f"account add: {done.stderr.strip()}")
    agent = BookAgent(AGENT)
    try:
        return wait_for(lambda: next((s[0] for s in agent.sources() if s[1] == "eas"), None), 60, "the account's address book")
    finally:
        agent.close()


class Book:
    """An account of one user, with a line that can be cut, and its address book open."""

    def __init__(self, server, user="alice"):
        self.server, self.user, self.control = server, user, server.control
        target = urllib.parse.urlsplit(server.url)
        self.line = faulty_line.FaultyLine(target.hostname, target.port)
        self.folder = next(f["id"] for f in self.ask("folders")["folders"] if f["type"] == 9)
        self.source = add_account(f"http://127.0.0.1:{self.line.port}{target.path}", user, PASSWORD)
        self.agent = None
        self.open()

    def open(self):
        if self.agent is not None:
            self.agent.close()
        self.agent = BookAgent(AGENT)
        self.agent.open(self.source)

    def close(self):
        self.agent.close()
        subprocess.run(["evolution-eas", "account", "remove", f"{self.user}@example.test"], capture_output=True, timeout=180)
        self.line.close()

    def set(self, name, value):
        subprocess.run([SETTING, name, value], check=True, timeout=180)

    # the server

    def ask(self, action, body=None, **more):
        return self.control.ask(action, body, user=self.user, **more)

    def items(self):
        return self.ask("items", folder=self.folder)["items"]

    def there(self):
        return sorted(item["subject"] for item in self.items())

    def element(self, file_as):
        """What the server says of the contact filed so."""
        return elements_of(next(item["xml"] for item in self.items() if item["subject"] == file_as))

    def server_adds(self, given, family, **elements):
        return self.ask("add", item_xml(FileAs=f"{family}, {given}", FirstName=given, LastName=family, **elements),
                        folder=self.folder)["id"]

    def server_changes(self, file_as, **elements):
        item = next(item for item in self.items() if item["subject"] == file_as)
        self.ask("change", item_xml(**elements), id=item["id"])

    def server_deletes(self, file_as):
        for item in self.items():
            if item["subject"] == file_as:
                self.ask("delete", id=item["id"])

    def requests(self, command="Sync"):
        return self.ask("requests", command=command)["requests"]

    # the desktop

    def here(self):
        return sorted(card.value("X-EVOLUTION-FILE-AS", "") for card in self.agent.cards())

    def card(self, file_as):
        found = [card for card in self.agent.cards() if card.value("X-EVOLUTION-FILE-AS") == file_as]
        if len(found) != 1:
            raise Failure(f"{len(found)} contacts are filed as {file_as} on the desktop, which has {self.here()}")
        return found[0]

    def edit(self, file_as, **properties):
        self.agent.modify(edit_card(self.card(file_as).text, **properties))

    def remove(self, file_as):
        self.agent.remove(self.card(file_as).value("UID"))

    # both

    def clear(self):
        self.ask("faults", clear=1)
        self.line.disarm()
        self.line.up()
        self.wake()
        left = [card.value("UID") for card in self.agent.cards()]
        if left:
            self.agent.remove(*left)
        self.ask("clear", folder=self.folder)
        self.wake()
        wait_for(lambda: not self.agent.cards(), SOON, "an empty address book", 0.1)

    def wake(self):
        """A person's refresh ends every pause."""
        self.agent.refresh()

    def wait_there(self, *file_as):
        wait_for(lambda: self.there() == sorted(file_as), SOON, f"{sorted(file_as)} on the server, which has {self.there()}", 0.1)

    def wait_here(self, *file_as):
        wait_for(lambda: self.here() == sorted(file_as), SOON, f"{sorted(file_as)} on the desktop, which has {self.here()}", 0.1)

    def status(self):
        """The worker's status file."""
        parser = configparser.RawConfigParser(strict=False)
        for text in seam.status_texts():
            one = configparser.RawConfigParser(strict=False)
            one.read_string(text)
            if one.get("Collection", "source", fallback="") == self.source:
                parser.read_string(text)
        return parser

    def wait_sent(self):
        wait_for(lambda: self.status().get("Collection", "pending", fallback="") == "0", SOON, "the outbox to empty")

    def wait_idle(self, seconds=SOON):
        wait_for(lambda: self.status().get("Collection", "state", fallback="") == "idle", seconds, "rest", 0.2)

    def parked(self):
        status = self.status()
        return [dict(status[section]) for section in status.sections() if section.startswith("Parked")]

    def losers(self):
        pattern = os.path.join(os.environ["XDG_DATA_HOME"], "evolution/eas/*/conflicts/*/*.vcf")
        return [open(path, encoding="utf-8").read() for path in glob.glob(pattern)]

    def photo_files(self):
        pattern = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution/addressbook", self.source, "PHOTO-*")
        return sorted(glob.glob(pattern))

    def kill_factory(self):
        """SIGKILL to this session's address book factory, and only to it."""
        pid = seam.pid_of(FACTORY)
        if pid is None:
            raise Failure("there is no address book factory")
        os.kill(pid, 9)
        wait_for(lambda: seam.pid_of(FACTORY) != pid, 10, "the killed factory to leave the bus", 0.02)
