# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two sides of the seam for tests: a desktop (EDS clients and daemons on the
session's private bus) and a server with a witness that is not ActiveSync."""

import base64
import glob
import http.client
import json
import os
import queue
import re
import signal
import ssl
import subprocess
import threading
import time
import urllib.parse
import uuid


class Failure(Exception):
    """What a test found, in one line."""


SAVE_PATIENCE = 20  # seconds that a save waits for a server at most (src/common/e-eas-worker.c)
PATIENCE = 3  # times what is enough on a quick machine with nothing else to do


def wait_for(condition, seconds, what, pause=0.1):
    """Asks condition() until it answers something true; its answer. Who waits in vain has waited long: seconds are a quick machine's."""
    seconds = max(30, PATIENCE * seconds)
    end = time.monotonic() + seconds
    while True:
        trouble = None
        try:
            found = condition()
        except (AttributeError, LookupError, OSError, StopIteration, ValueError) as error:
            found, trouble = None, error  # what it looks at is not there yet, or goes at this moment
        if found:
            return found
        if time.monotonic() > end:
            said = what() if callable(what) else what
            raise Failure(f"waited {seconds} s in vain for {said}" + (f": {trouble!r}" if trouble else "")) from trouble
        time.sleep(pause)


def wait_for_silence(control, seconds=2):
    """Until the server has not been asked for anything for so long."""
    last, since = None, 0

    def silent():
        nonlocal last, since
        count = control.ask("requests")["count"]
        if count != last:
            last, since = count, time.monotonic()
        return time.monotonic() - since >= seconds

    wait_for(silent, 60, "the server to be left alone")


# iCalendar, as little as comparing needs

def unfold(text):
    return re.sub(r"\r?\n[ \t]", "", text).replace("\r\n", "\n").split("\n")


def unescape(value):
    return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) in "nN" else m.group(1), value)


class Component:
    """A VEVENT, VTODO or VJOURNAL: properties as lists of (parameters, value), in their order."""

    def __init__(self):
        self.properties = {}

    def value(self, name, otherwise=None):
        found = self.properties.get(name)
        return unescape(found[0][1]) if found else otherwise

    def values(self, name):
        return [unescape(value) for _, value in self.properties.get(name, [])]

    def instant(self, name):
        """A date ("20261121"), or UTC as "20261121T090000Z" where the zone is known."""
        found = self.properties.get(name)
        return instant(*found[0]) if found else None


def instant(parameters, value):
    if "T" not in value or value.endswith("Z"):
        return value
    zone = parameters.get("TZID")
    if zone is None:
        return value
    import datetime
    import zoneinfo
    name = zone.split("/freeassociation.sourceforge.net/")[-1].lstrip("/")
    try:
        there = zoneinfo.ZoneInfo(name)
    except Exception:
        return f"{value}[{zone}]"
    local = datetime.datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=there)
    return local.astimezone(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")


KINDS = {"events": "VEVENT", "tasks": "VTODO", "notes": "VJOURNAL"}


def parse_events(text, kind="events"):
    """Every VEVENT (VTODO, VJOURNAL) of an iCalendar text; of components inside one only the trigger of an alarm, as VALARM."""
    name = KINDS[kind]
    events, stack = [], []
    for line in unfold(text):
        if line.startswith("BEGIN:"):
            stack.append(line[6:])
            if line == f"BEGIN:{name}":
                events.append(Component())
        elif line.startswith("END:"):
            stack.pop()
        elif stack[-2:] == [name, "VALARM"] and line.startswith("TRIGGER"):
            events[-1].properties.setdefault("VALARM", []).append(({}, line.split(":", 1)[1]))
        elif stack and stack[-1] == name and ":" in line:
            match = re.match(r'([A-Za-z0-9-]+)((?:;[^=;:]+=(?:"[^"]*"|[^;:]*)(?:,"[^"]*")*)*):(.*)', line, re.S)
            if match:
                parameters = dict(p.split("=", 1) for p in match.group(2).split(";") if p)
                parameters = {k.upper(): v.strip('"') for k, v in parameters.items()}
                events[-1].properties.setdefault(match.group(1).upper(), []).append((parameters, match.group(3)))
    return events


def make_event(uid, summary, start, minutes=60, location=None, rrule=None, zone=None, extra=()):
    """start: datetime of the zone's wall clock, or of UTC where zone is None."""
    import datetime
    end = start + datetime.timedelta(minutes=minutes)
    stamp = "%Y%m%dT%H%M%S" + ("" if zone else "Z")
    where = f";TZID={zone}" if zone else ""
    lines = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20260101T000000Z",
             f"DTSTART{where}:{start.strftime(stamp)}", f"DTEND{where}:{end.strftime(stamp)}", f"SUMMARY:{summary}"]
    if location:
        lines.append(f"LOCATION:{location}")
    if rrule:
        lines.append(f"RRULE:{rrule}")
    return "\r\n".join(lines + list(extra) + ["END:VEVENT", ""])


# The desktop

def status_texts(state="*"):
    """The status files of an account, by its folder of state; of all accounts without one. A file that is being
    written has another name until it is finished, and one that has gone since it was listed is looked for again."""
    pattern = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "eas", state, "status", "*.status")
    while True:
        texts = []
        try:
            for path in sorted(glob.glob(pattern)):
                with open(path, encoding="utf-8") as file:
                    texts.append(file.read())
            return texts
        except FileNotFoundError:
            continue


def pid_of(bus_name):
    """The process that owns a name on the session bus; None."""
    answer = subprocess.run(
        ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
         "org.freedesktop.DBus.GetConnectionUnixProcessID", f"string:{bus_name}"],
        capture_output=True, text=True, timeout=60)
    match = re.search(r"uint32 (\d+)", answer.stdout)
    return int(match.group(1)) if answer.returncode == 0 and match else None


CALENDAR_FACTORY = "org.gnome.evolution.dataserver.Calendar8"


class Agent:
    """One calendar client: tests/functional/cal-agent."""

    def __init__(self, program):
        self.kind = "events"
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self._answer(180)

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def _line(self, seconds):
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise Failure(f"the calendar client did not answer within {seconds} s") from None
        if line is None:
            raise Failure("the calendar client ended")
        return line

    def _answer(self, seconds):
        head = self._line(seconds)
        if not head.startswith("ok "):
            raise AgentError(head)
        return [self._line(seconds) for _ in range(int(head[3:]))]

    def ask(self, *words, seconds=180):
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        return self._answer(seconds)

    def sources(self, kind="events"):
        return [base64.b64decode(line).decode().split(" ", 3) for line in self.ask("sources", kind)]

    def open(self, uid, seconds=None, kind="events"):
        self.kind = kind
        self.ask("open", uid, *([seconds] if seconds is not None else []))

    def events(self, sexp=None):
        """What is in the open calendar, list of tasks or notes."""
        lines = self.ask("list", *([encode(sexp)] if sexp else []))
        return [event for line in lines for event in parse_events(base64.b64decode(line).decode(), self.kind)]

    def texts(self):
        return [base64.b64decode(line).decode() for line in self.ask("list")]

    def create(self, text):
        return self.ask("create", encode(text))[0]

    def receive(self, data):
        """A file's bytes; the UIDs of the events in it."""
        return [base64.b64decode(line).decode(errors="replace") for line in self.ask("receive", base64.b64encode(data or b"\0").decode())]

    def modify(self, text, which="all"):
        self.ask("modify", which, encode(text))

    def remove(self, uid, rid=None, which="all"):
        self.ask("remove", which, uid, *([rid] if rid else []))

    def refresh(self):
        self.ask("refresh")

    def close(self):
        try:
            self.process.stdin.write("quit\n")
            self.process.stdin.close()
            self.process.wait(10)
        except Exception:
            self.process.kill()
            self.process.wait()


class AgentError(Failure):
    pass


def encode(text):
    return base64.b64encode(text.encode()).decode()


def add_account(url, user, password, agent_program):
    """An ActiveSync account through the tool, as a person without a desktop adds it; its calendar's source UID."""
    done = subprocess.run(["evolution-eas", "account", "add", "--user", user, "--password-stdin", "--server", url,
                           f"{user}@example.test"], input=password + "\n", capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise Failure(f"account add: {done.stderr.strip()}")
    agent = Agent(agent_program)
    try:
        return wait_for(lambda: next((s[0] for s in agent.sources() if s[1] == "eas"), None), 60,
                        "the account's calendar to appear")
    finally:
        agent.close()


def add_caldav(url, user, password, agent_program):
    """The same calendar for EDS's own CalDAV backend; its source UID."""
    agent = Agent(agent_program)
    try:
        return agent.ask("caldav", url, user, password)[0]
    finally:
        agent.close()


def kill_factory(name=CALENDAR_FACTORY):
    """SIGKILL to this session's calendar factory (or another), and only to it. TRUE when there was one."""
    pid = pid_of(name)
    if pid is None:
        return False
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: pid_of(name) != pid, 10, "the killed factory to leave the bus", 0.02)
    return True


# Servers

class Dav:
    """SOGo through CalDAV."""

    seconds_granular = True  # a change in the second of its last answer is never told
    content_type = "text/calendar"

    def __init__(self, base, user="alice", password="secret", calendar="personal"):
        parts = urllib.parse.urlsplit(base)
        self.host, self.port = parts.hostname, parts.port
        self.collection = f"{parts.path.rstrip('/')}/{user}/Calendar/{calendar}/"
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def request(self, method, path, body=None, **headers):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=300)
        try:
            headers = {k.replace("_", "-"): v for k, v in headers.items()}
            headers["Authorization"] = self.authorization
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def names(self):
        status, body = self.request("PROPFIND", self.collection,
                                    '<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/></prop></propfind>',
                                    Depth="1", Content_Type="application/xml")
        if status != 207:
            raise Failure(f"PROPFIND answered {status}")
        found = re.findall(r"<(?:\w+:)?href>([^<]*)</", body)
        return [urllib.parse.unquote(h.rsplit("/", 1)[1]) for h in found if not h.endswith("/")]

    def text(self, name):
        status, body = self.request("GET", self.collection + urllib.parse.quote(name))
        return body if status == 200 else None

    def put(self, name, events):
        self.store(name, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + "".join(events) + "END:VCALENDAR\r\n")

    def store(self, name, text):
        status, _ = self.request("PUT", self.collection + urllib.parse.quote(name), text.encode(),
                                 Content_Type=f"{self.content_type}; charset=utf-8")
        if status not in (200, 201, 204):
            raise Failure(f"PUT answered {status}")

    def delete(self, name):
        status, _ = self.request("DELETE", self.collection + urllib.parse.quote(name))
        return status in (200, 204)

    def texts(self):
        """{resource name: its text}"""
        found = {name: self.text(name) for name in self.names()}
        return {name: text for name, text in found.items() if text}

    def events(self):
        """{resource name: its VEVENTs}"""
        return {name: parse_events(text) for name, text in self.texts().items()}


class CardDav(Dav):
    """SOGo through CardDAV."""

    content_type = "text/vcard"

    def __init__(self, base, user="alice", password="secret", book="personal"):
        super().__init__(base, user, password)
        self.collection = f"{urllib.parse.urlsplit(base).path.rstrip('/')}/{user}/Contacts/{book}/"

    def put(self, name, cards):
        self.store(name, "".join(cards))


class Control:
    """The embedded server's control interface (tests/server/README.md)."""

    seconds_granular = False

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port
        self.encrypted = parts.scheme == "https"

    def ask(self, action, body=None, **parameters):
        """The answer, as the JSON says it; parameters go into the query, an item's XML into the body."""
        if self.encrypted:  # by a certificate made to be refused
            connection = http.client.HTTPSConnection(self.host, self.port, timeout=180, context=ssl._create_unverified_context())
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=180)
        try:
            query = urllib.parse.urlencode({k.replace("_", "-"): v for k, v in parameters.items()})
            connection.request("POST", f"/control/{action}?{query}", body.encode() if body else None,
                               {"Content-Type": "application/xml"})
            answer = connection.getresponse()
            text = answer.read().decode()
            if answer.status >= 300:
                raise Failure(f"control {action}: {answer.status} {text.strip()[:200]}")
            return json.loads(text)
        finally:
            connection.close()


class TestServer:
    """An embedded server of its own: with TestServer (OPTION...) as server."""

    def __init__(self, *options):
        program = os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "server", "eas-test-server")
        self.process = subprocess.Popen([program, *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        if line[:1] != ["listening"]:
            raise Failure(f"the test server does not start: {line}")
        self.url = line[1]
        self.control = Control(self.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)


def new_uid():
    return str(uuid.uuid4())
