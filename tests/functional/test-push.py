#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Push with the real daemons: one Ping of the registry for everything that is open, and
who is told of what. TAP; runs inside session.sh.

	test-push.py [NAME...]
"""

import fcntl
import os
import signal
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from book import AGENT as BOOK_AGENT  # noqa: E402
from book import BookAgent, item_xml  # noqa: E402
from desk import AGENT, Desk, tool  # noqa: E402
from seam import Failure, wait_for  # noqa: E402
from tap import report  # noqa: E402

REGISTRY = "org.gnome.evolution.dataserver.Sources5"

server = None


def waiting():
    return server.control.ask("requests")["waiting"]


def pings(desk):
    return desk.requests("Ping")


def folders_of(request):
    return (request["collections"] or "").split(",")


class Witness:
    """Looks again and again how many requests the server holds; one that is answered at once is not seen."""

    def __init__(self):
        self.most = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self):
        while not self.over.is_set():
            self.most = max(self.most, waiting())
            time.sleep(0.005)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def wait_for_ping(seconds=20):
    wait_for(lambda: waiting() == 1, seconds, "the Ping", 0.02)


def watch_files(desk):
    """Those whose owner lives."""
    folder = os.path.join(desk.state(), "watch")
    held = []
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    held.append(name)
        except FileNotFoundError:
            pass
    return sorted(held)


def push_state(desk):
    """The key of the calendar's status file."""
    for text in seam.status_texts(desk.state()):
        if f"id={desk.folder}\n" in text:
            return next((line[5:] for line in text.splitlines() if line.startswith("push=")), None)
    return None


def second_calendar(desk, name="Second"):
    """Its folder id, and an agent that has it open."""
    before = set(desk.calendars())
    folder = desk.ask("folder-add", name=name, type=13)["id"]
    uid = wait_for(lambda: next(iter(set(desk.calendars()) - before), None), 20, "the second calendar")
    agent = seam.Agent(AGENT)
    agent.open(uid)
    return folder, agent


def tasks_of(desk):
    """An agent that has the account's tasks open: another folder of the same process."""
    agent = seam.Agent(AGENT)
    agent.open(wait_for(lambda: next((s[0] for s in agent.sources("tasks") if s[1] == "eas" and s[2] == desk.uid), None), 20, "tasks"),
               kind="tasks")
    return agent


def book_of(desk):
    """An agent that has the account's contacts open."""
    agent = BookAgent(BOOK_AGENT)
    agent.open(wait_for(lambda: next((s[0] for s in agent.sources() if s[1] == "eas" and s[2] == desk.uid), None), 20, "the contacts"))
    return agent


def add_contact(desk, name):
    folder = next(f["id"] for f in desk.ask("folders")["folders"] if f["type"] == 9)
    desk.ask("add", item_xml(FirstName=name, LastName="Example", FileAs=f"Example, {name}"), folder=folder)


def kill(name):
    """SIGKILL to this session's daemon of that name, and only to it."""
    pid = wait_for(lambda: seam.pid_of(name), 10, name)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: seam.pid_of(name) != pid, 10, f"the killed {name} to leave the bus", 0.02)


def test_latency():
    """A change by another device is shown at once, again and again, and one Ping is held."""
    with Desk(server, "latency") as desk:
        wait_for_ping()
        report("the calendar's state says that it waits", wait_for(lambda: push_state(desk) == "waiting", 10, "the state"))
        took = []
        with Witness() as witness:
            for number in range(8):
                title = f"news {number}"
                began = time.monotonic()
                desk.add(title)
                wait_for(lambda: title in desk.here(), 20, title, 0.005)
                took.append((time.monotonic() - began) * 1000)
        print(f"# from the server's commit to the client's list: median {statistics.median(took):.0f} ms, "
              f"most {max(took):.0f} ms")
        report("every change arrived by push", len(took) == 8)
        report("never two Pings at once", witness.most <= 1, witness.most)
        wait_for_ping()
        last = pings(desk)
        report("each Ping names the calendar", all(folders_of(ping) == [desk.folder] for ping in last), last[-1:])


def test_only_the_owner():
    """A change in one folder is no reason to fetch another."""
    with Desk(server, "owner") as desk:
        folder, agent = second_calendar(desk)
        try:
            wait_for(lambda: any(len(folders_of(p)) == 2 for p in pings(desk)) and waiting() == 1, 20,
                     "a Ping for both", 0.05)
            seam.wait_for_silence(server.control)
            server.control.ask("reset")
            desk.ask("add", folder=folder, subject="there", start="20270301T090000Z", end="20270301T100000Z")
            wait_for(lambda: "there" in [e.value("SUMMARY") for e in agent.events()], 20, "the second calendar's event", 0.02)
            wait_for_ping()
            syncs = desk.requests("Sync")
            report("the changed folder is fetched", any(folder in folders_of(s) for s in syncs), syncs)
            report("the other one is left alone", not any(desk.folder in folders_of(s) for s in syncs), syncs)
        finally:
            agent.close()


def test_factory_dies():
    """Its watch goes with it; the next one takes over."""
    with Desk(server, "factory") as desk:
        wait_for_ping()
        report("the calendar is watched", watch_files(desk) == [desk.folder], watch_files(desk))
        desk.kill()
        wait_for(lambda: waiting() == 0, 10, "the Ping to end", 0.02)
        report("nobody is watched", watch_files(desk) == [], watch_files(desk))
        server.control.ask("reset")
        desk.add("meanwhile")
        time.sleep(1)
        report("and nothing is asked", not pings(desk), pings(desk))
        desk.open()
        desk.settle("meanwhile")
        wait_for_ping()
        desk.add("later")
        wait_for(lambda: "later" in desk.here(), 10, "what comes by push again", 0.02)
        report("a new factory is told again", True)


def test_registry_dies():
    """The others go on; the next registry takes the watches over, and nothing is missed."""
    with Desk(server, "registry") as desk:
        wait_for_ping()
        before = seam.pid_of(REGISTRY)
        with Witness() as witness:
            kill(REGISTRY)
            desk.add("in between")
            tool("account", "list")  # starts a registry, as every program does that looks at accounts
            wait_for(lambda: seam.pid_of(REGISTRY) not in (None, before), 20, "a registry")
            wait_for(lambda: "in between" in desk.here(), 30, "what came in between", 0.05)
            report("what came in between is told", True)
            wait_for_ping()
            desk.add("after")
            wait_for(lambda: "after" in desk.here(), 20, "what comes by push again", 0.02)
        report("push goes on", True)
        report("never two Pings at once", witness.most <= 1, witness.most)
        report("the state says so", wait_for(lambda: push_state(desk) == "waiting", 10, "the state"))


def test_two_registries():
    """One that finds another in charge waits for its end, and is then told of all that is open."""
    with Desk(server, "charge") as desk:
        wait_for_ping()
        with open(os.path.join(desk.state(), "pinger"), "rb") as file:
            taker = threading.Thread(target=fcntl.flock, args=(file, fcntl.LOCK_EX), daemon=True)
            taker.start()
            time.sleep(0.5)  # it stands in the queue: a registry that somebody starts comes later
            kill(REGISTRY)
            taker.join(60)
            wait_for(lambda: waiting() == 0, 20, "the dead registry's Ping to end", 0.02)
            tool("account", "list")
            wait_for(lambda: seam.pid_of(REGISTRY), 20, "a registry")
            desk.add("meanwhile")
            time.sleep(2)
            report("no second Ping", waiting() == 0, waiting())
            fcntl.flock(file, fcntl.LOCK_UN)
        wait_for_ping()
        wait_for(lambda: "meanwhile" in desk.here(), 20, "what came meanwhile", 0.02)
        report("then it takes over", True)


def test_new_folder():
    """A folder made elsewhere appears: the Ping says that the folders changed."""
    with Desk(server, "folders") as desk:
        wait_for_ping()
        desk.ask("folder-add", name="Trips", type=13)
        wait_for(lambda: len(desk.calendars()) == 2, 20, "the new calendar")
        report("a folder made elsewhere becomes a calendar", True)
        wait_for_ping()


def test_false_alarms():
    """A folder that rings for nothing is left out; never more than a request a second."""
    with Desk(server, "alarms") as desk:
        wait_for_ping()
        server.control.ask("reset")
        server.control.ask("fault", kind="alarm", command="Ping", times=-1)
        desk.add("first")  # ends the Ping that is held
        began = time.monotonic()
        wait_for(lambda: (push_state(desk) or "").startswith("excluded"), 30, "the folder to be left out")
        span = time.monotonic() - began
        asked = len(pings(desk))
        report("left out after a few rings", asked <= 6, asked)
        report("at most one Ping in a second", asked <= span + 2, (asked, span))
        server.control.ask("faults", clear=1)
        desk.add("second")
        desk.settle("first", "second", seconds=40)
        report("and asked about again later", True)


WITHOUT_PING = "Sync,FolderSync,Provision,Settings,GetItemEstimate,ItemOperations,MoveItems"


def test_ping_is_not_offered():
    """A Sync that hangs takes its place: one for all folders of a process, and nothing is polled."""
    server.control.ask("set", commands=WITHOUT_PING)
    book = None
    try:
        with Desk(server, "none") as desk:
            tasks = tasks_of(desk)
            book = book_of(desk)
            wait_for(lambda: waiting() == 2, 30, "a Sync of each factory", 0.05)
            wait_for(lambda: push_state(desk).startswith("hanging") and push_state(desk).endswith(" no-ping"), 10,
                     lambda: f"the state to say so, and why: {push_state(desk)}")
            report("the state says so, and why", True)
            report("no Ping is sent", not pings(desk), pings(desk))
            report("the tool says that news come at once", "tells at once" in desk.status_text(), desk.status_text())
            seam.wait_for_silence(server.control)
            server.control.ask("reset")
            took = []
            with Witness() as witness:
                for number in range(8):
                    title = f"news {number}"
                    began = time.monotonic()
                    desk.add(title)
                    wait_for(lambda: title in desk.here(), 20, title, 0.005)
                    took.append((time.monotonic() - began) * 1000)
                    time.sleep(0.6)
                    wait_for(lambda: waiting() == 2, 20, "it to hang again", 0.02)
                add_contact(desk, "Anna")
                wait_for(lambda: any("Anna" in (c.value("FN") or "") for c in book.cards()), 20, "the contact", 0.02)
            print(f"# from the server's commit to the client's list: median {statistics.median(took):.0f} ms, most {max(took):.0f} ms")
            report("every change arrives while it hangs", len(took) == 8, took)
            report("never two for the same folders", witness.most <= 2, witness.most)
            syncs = desk.requests("Sync")
            report("a change costs no more than the next Sync, which asks for events and tasks",
                   len(syncs) <= 2 * 9 + 4 and any(len(folders_of(s)) == 2 for s in syncs), [s["collections"] for s in syncs])
            desk.create("mine")
            wait_for(lambda: "mine" in desk.there(), 10, "the event of the desktop on the server", 0.02)
            desk.add("theirs")
            wait_for(lambda: "theirs" in desk.here(), 10, "what comes after our own change", 0.02)
            desk.change("theirs", SUMMARY="ours")
            desk.settle(*[f"news {n}" for n in range(8)], "mine", "ours")
            report("own changes go between", True)
            seam.wait_for_silence(server.control)  # one that ends late is joined by the other
            report("one Sync hangs for each factory", waiting() == 2, waiting())
            server.control.ask("reset")
            time.sleep(5)
            report("and nothing is asked while nothing happens", not desk.requests(), desk.requests())
            tasks.close()
    finally:
        if book is not None:
            book.close()
        server.control.ask("set", commands="")


def test_ping_is_not_implemented():
    """It is named, but answered with 501: the same takes its place, and that is asked once."""
    server.control.ask("fault", kind="http", value=501, command="Ping", times=-1)
    try:
        with Desk(server, "501") as desk:
            wait_for(lambda: waiting() == 1, 30, "the Sync that hangs", 0.05)
            wait_for(lambda: push_state(desk).startswith("hanging"), 10, lambda: f"the state to say so: {push_state(desk)}")
            report("the state says so", True)
            desk.add("news")
            wait_for(lambda: "news" in desk.here(), 10, "what comes by it", 0.01)
            report("it tells of news", True)
            report("one Ping was tried", len(pings(desk)) <= 2, len(pings(desk)))
    finally:
        server.control.ask("faults", clear=1)


def test_nothing_hangs():
    """Where a Sync does not hang either, it is polled, gently, and the state says why."""
    server.control.ask("set", commands=WITHOUT_PING)
    try:
        with Desk(server, "poll") as desk:
            wait_for(lambda: (push_state(desk) or "").startswith("hanging"), 20, "hanging")
            wait_for(lambda: waiting() == 1, 20, "the Sync", 0.05)
            server.control.ask("reset")
            began = time.monotonic()
            while time.monotonic() - began < 120 and not (push_state(desk) or "").startswith("polling"):
                desk.ask("expire")
                time.sleep(0.1)
            report("the state says that it polls, and why", (push_state(desk) or "").endswith(" no-ping"), push_state(desk))
            asked = len(desk.requests("Sync"))
            report("after a few tries", asked <= 6, asked)
            time.sleep(3)
            report("and asks no more", waiting() == 0 and len(desk.requests("Sync")) <= asked + 1, desk.requests("Sync"))
    finally:
        server.control.ask("set", commands="")


def test_contacts():
    """The address book factory hears of its own folder, and the calendar's is left alone."""
    with Desk(server, "contacts") as desk:
        book = book_of(desk)
        try:
            wait_for(lambda: any(len(folders_of(p)) == 2 for p in pings(desk)) and waiting() == 1, 20, "a Ping for both", 0.05)
            seam.wait_for_silence(server.control)
            server.control.ask("reset")
            took = []
            for name in ("Anna", "Berta", "Carla"):
                began = time.monotonic()
                add_contact(desk, name)
                wait_for(lambda: any(name in (c.value("FN") or "") for c in book.cards()), 20, name, 0.005)
                took.append((time.monotonic() - began) * 1000)
                wait_for_ping()
            print(f"# from the server's commit to the client's list: most {max(took):.0f} ms")
            report("contacts arrive by push", len(took) == 3)
            syncs = desk.requests("Sync")
            report("the calendar is left alone", not any(desk.folder in folders_of(s) for s in syncs), syncs)
        finally:
            book.close()


def test_password_hiccup():
    """Some servers refuse good passwords in bad hours: who fetched proves that it is good again."""
    with Desk(server, "hiccup") as desk:
        wait_for_ping()
        desk.ask("set", password="other")
        desk.ask("expire")  # the Ping that is held: the next one is refused
        report("the state says why", wait_for(lambda: push_state(desk) == "off password", 20, "the state"))
        desk.ask("set", password="secret")
        desk.agent.refresh()
        wait_for_ping(40)
        desk.add("again")
        wait_for(lambda: "again" in desk.here(), 20, "what comes by push again", 0.02)
        report("push is back when a fetch succeeded", True)


def test_switched_off():
    """An account that is switched off does not ping."""
    with Desk(server, "off") as desk:
        wait_for_ping()
        path = os.path.join(os.environ["XDG_CONFIG_HOME"], "evolution", "sources", desk.uid + ".source")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text.replace("Enabled=true", "Enabled=false", 1))
        os.rename(path + ".new", path)
        wait_for(lambda: waiting() == 0, 20, "the Ping to end", 0.05)
        report("its Ping ends", True)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        wait_for_ping(30)
        report("and comes back", True)


TESTS = [test_latency, test_only_the_owner, test_factory_dies, test_registry_dies, test_two_registries, test_new_folder,
         test_false_alarms, test_password_hiccup, test_ping_is_not_offered, test_ping_is_not_implemented,
         test_nothing_hangs, test_contacts, test_switched_off]


def main():
    global server
    names = sys.argv[1:]
    users = ["latency", "owner", "factory", "registry", "charge", "folders", "alarms", "hiccup", "none", "501", "poll", "contacts", "off"]
    with seam.TestServer(*[word for user in users for word in ("--user", f"{user}:secret")], "--versions", "14.1") as server:
        tap.run(*[test for test in TESTS if not names or test.__name__[5:] in names])
    tap.finish()


if __name__ == "__main__":
    main()
