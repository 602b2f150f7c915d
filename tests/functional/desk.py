# SPDX-License-Identifier: LGPL-2.1-or-later
"""An account of one user of an embedded server, with a line to it that can be cut, and a
client with the account's calendar open. Several accounts may share the server."""

import datetime
import json
import os
import re
import subprocess
import urllib.parse

import faulty_line
import seam
from seam import Failure, wait_for

PASSWORD = "secret"
AGENT = os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", "cal-agent")
START = datetime.datetime(2027, 3, 1, 9, 0)


def tool(*words, data="", seconds=180):
    return subprocess.run(["evolution-eas", *words], input=data, capture_output=True, text=True, timeout=seconds)


FOLDER_TYPES = {"events": 8, "tasks": 7, "notes": 10, "contacts": 9}
CACHES = {"events": "calendar", "tasks": "tasks", "notes": "memos", "contacts": "addressbook"}


class Desk:
    def __init__(self, server, user, opened=True, kind="events", address=None, host="127.0.0.1", ca_file=None,
                 **settings):
        self.server, self.user, self.kind = server, user, kind
        self.address = address or f"{user}@example.test"
        self.agent = None
        target = urllib.parse.urlsplit(server.url)
        self.line = faulty_line.FaultyLine(target.hostname, target.port)
        self.url = f"{target.scheme}://{host}:{self.line.port}{target.path}"
        self.folder = next(f["id"] for f in self.ask("folders")["folders"] if f["type"] == FOLDER_TYPES[kind])
        added = tool("account", "add", "--json", "--server", self.url, "--user", user, "--password-stdin",
                     *(["--ca-file", ca_file] if ca_file else []), self.address, data=PASSWORD + "\n")
        if added.returncode != 0:
            raise Failure(f"account add: {added.stderr.strip()}")
        self.uid = json.loads(added.stdout)["uid"]
        if settings:
            self.set(**settings)
        self.source = wait_for(lambda: (self.calendars() or [None])[0], 30, "the account's calendar")
        if opened:
            self.open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.agent is not None:
            self.agent.close()
        tool("account", "remove", self.address)
        self.line.close()

    # the server

    def ask(self, action, body=None, **parameters):
        return self.server.control.ask(action, body, user=self.user, **parameters)

    def add(self, title, days=0, **more):
        start = START + datetime.timedelta(days=days)
        stamp = "%Y%m%dT%H%M%SZ"
        return self.ask("add", folder=self.folder, subject=title, start=start.strftime(stamp),
                        end=(start + datetime.timedelta(hours=1)).strftime(stamp), **more)["id"]

    def there(self):
        """Titles on the server, sorted."""
        return sorted(item["subject"] for item in self.ask("items", folder=self.folder)["items"])

    def id_of(self, title):
        return next(item["id"] for item in self.ask("items", folder=self.folder)["items"] if item["subject"] == title)

    def requests(self, command=None):
        found = self.server.control.ask("requests", **({"command": command} if command else {}))["requests"]
        return [request for request in found if request["user"] == self.user]

    # the desktop

    def calendars(self):
        """Source UIDs of the account's calendars."""
        agent = seam.Agent(AGENT)
        try:
            return [uid for uid, backend, parent, _ in agent.sources(self.kind) if backend == "eas" and parent == self.uid]
        finally:
            agent.close()

    def open(self):
        self.close()
        self.agent = seam.Agent(AGENT)
        self.agent.open(self.source, kind=self.kind)

    def close(self):
        if self.agent is not None:
            self.agent.close()
            self.agent = None

    def kill(self):
        seam.kill_factory()
        if self.agent is not None:
            self.agent.process.kill()
            self.agent.process.wait()
            self.agent = None

    def here(self):
        """Titles on the desktop, sorted; a series is one event."""
        return sorted(event.value("SUMMARY") for event in self.agent.events() if not event.values("RECURRENCE-ID"))

    def create(self, title, days=0, uid=None):
        return self.agent.create(seam.make_event(uid or seam.new_uid(), title, START + datetime.timedelta(days=days)))

    def event(self, title):
        return next(event for event in self.agent.events() if event.value("SUMMARY") == title)

    def change(self, title, **properties):
        """Properties of the event of that title get these values, as a program that shows it writes them."""
        uid = self.event(title).value("UID")
        import base64
        text = base64.b64decode(self.agent.ask("get", uid)[0]).decode()
        text = "\r\n".join(seam.unfold(text))
        for name, value in properties.items():
            name = name.upper()
            line = f"{name}:{value}"
            text, found = re.subn(rf"(?m)^{name}(;[^:\r\n]*)?:.*?(?=\r?$)", line, text, count=1)
            if not found:
                end = f"END:{seam.KINDS[self.kind]}"
                text = text.replace(end, f"{line}\r\n{end}", 1)
        self.agent.modify(text)

    def remove(self, title):
        self.agent.remove(self.event(title).value("UID"))

    def status(self):
        done = tool("account", "status", "--json", self.address)
        if done.returncode != 0:
            raise Failure(f"account status: {done.returncode} {done.stderr.strip()}")
        return json.loads(done.stdout)[0]

    def status_text(self):
        done = tool("account", "status", self.address)
        return done.stdout + done.stderr

    def set(self, **settings):
        """Settings of the account, where every program that changes them puts them."""
        path = os.path.join(os.environ["XDG_CONFIG_HOME"], "evolution", "sources", self.uid + ".source")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for name, value in settings.items():
            key = "".join(part.capitalize() for part in name.split("_"))
            text = re.sub(rf"(?m)^{key}=.*\n", "", text)
            text = text.replace("[Eas Backend]\n", f"[Eas Backend]\n{key}={value}\n")
            wanted = f"{key}={value}"
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        wait_for(lambda: wanted in managed_sources(), 20, f"{wanted} to arrive in the registry")

    def store_password(self, password):
        """As a keyring manager does."""
        subprocess.run(["secret-tool", "store", "--label", self.address, "e-source-uid", self.uid, "eds-origin", "evolution-data-server",
                        "xdg:schema", "org.gnome.Evolution.Data.Source"], input=password, text=True, check=True, timeout=120)

    def settle(self, *titles, seconds=30):
        """Both sides hold exactly these, or the same as each other when none are named."""
        def equal():
            here, there = self.here(), self.there()
            return here == there and (not titles or here == sorted(titles))
        try:
            wait_for(equal, seconds, "both sides to be equal", 0.2)
        except Failure:
            raise Failure(f"after {seconds} s: wanted {sorted(titles) or 'the same'}, here {shorten(self.here())}, there {shorten(self.there())}, "
                          f"status {self.status_text()}") from None

    def settle_but(self, *parked, seconds=30):
        """Both sides are equal but for what waits here."""
        wait_for(lambda: sorted(self.there() + list(parked)) == self.here(), seconds, f"both sides to be equal but for {parked}", 0.2)

    # files

    def cache(self):
        return os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", CACHES[self.kind], self.source)

    def state(self):
        return os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "eas", self.uid)

    def conflicts(self):
        """The texts of versions that lost a conflict."""
        base = os.path.join(os.environ["XDG_DATA_HOME"], "evolution", "eas", self.uid, "conflicts")
        texts = []
        for folder, _, names in os.walk(base):
            for name in names:
                if not name.endswith((".ics", ".vcf")):
                    continue  # one that is being written
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    texts.append(file.read())
        return texts


def managed_sources():
    return subprocess.run(["gdbus", "call", "--session", "--dest", "org.gnome.evolution.dataserver.Sources5", "--object-path",
                           "/org/gnome/evolution/dataserver/SourceManager", "--method",
                           "org.freedesktop.DBus.ObjectManager.GetManagedObjects"], capture_output=True, text=True, timeout=120).stdout


def shorten(titles):
    return titles if len(titles) <= 12 else f"{titles[:6]} and {len(titles) - 6} more"
