#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a program sees of an account's connection: the status EDS shows at each source, and what is told
beside it. TAP; runs inside session.sh.

	test-connection.py [NAME...]
"""

import os
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tools")]
import lying_server  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from person import AWAITING, CONNECTED, DISCONNECTED, SSL_FAILED, Person  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

server = None
person = None


def status_of(desk, name="Calendar"):
    return next(c.status for c in person.children(desk.uid) if c.name == name)


def stays(desk, status, seconds=1.5):
    """Is it that all the time? A program that looks in between must not see another."""
    end, seen = time.monotonic() + seconds, set()
    while time.monotonic() < end:
        seen.add(status_of(desk))
        time.sleep(0.02)
    return seen == {status}


def wait_status(desk, status, what):
    wait_for(lambda: status_of(desk) == status, 20, lambda: f"{what}: the status is {status_of(desk)}, {desk.status_text()}")


def wait_told(desk, word):
    wait_for(lambda: word in desk.status_text(), 20, lambda: f"the status to tell of {word}: {desk.status_text()}")


def begin(desk):
    desk.add("before")
    desk.settle("before")
    wait_status(desk, CONNECTED, "at first")


def test_away():
    with Desk(server, "away") as desk:
        begin(desk)
        desk.line.down()
        desk.agent.refresh()
        wait_status(desk, DISCONNECTED, "the server is away")
        desk.create("meanwhile", 1)
        time.sleep(0.5)
        report("server away: disconnected, also after an edit", stays(desk, DISCONNECTED), status_of(desk))
        wait_told(desk, "trouble")
        report("and the status says why", True)
        desk.line.up()
        desk.agent.refresh()
        desk.settle("before", "meanwhile")
        wait_status(desk, CONNECTED, "the server is back")
        report("back: connected, and it stays so", stays(desk, CONNECTED))
        wait_for(lambda: "trouble" not in desk.status_text(), 20, lambda: f"the trouble to be no longer told: {desk.status_text()}")
        report("and the trouble is no longer told", True)


def test_away_at_start():
    with Desk(server, "start") as desk:
        begin(desk)
        desk.close()
        desk.kill()
        desk.line.down()
        desk.open()
        wait_status(desk, DISCONNECTED, "opened without a server")
        report("opened without a server: disconnected, with what is known", desk.here() == ["before"], desk.here())
        desk.line.up()
        desk.agent.refresh()
        wait_status(desk, CONNECTED, "the server is there")
        report("there: connected", True)


def test_password():
    with Desk(server, "password") as desk:
        begin(desk)
        person.answer(None)
        desk.ask("set", password="newer")
        desk.agent.refresh()
        wait_status(desk, DISCONNECTED, "a wrong password")
        wait_for(lambda: person.status(desk.uid) == AWAITING, 20, lambda: f"the account to await a password, not {person.status(desk.uid)}")
        report("a wrong password: the account awaits another", True)
        desk.create("meanwhile", 1)
        time.sleep(0.5)
        report("and its calendar is disconnected, also after an edit", status_of(desk) == DISCONNECTED, status_of(desk))
        desk.store_password("newer")
        desk.agent.refresh()
        desk.settle("before", "meanwhile")
        wait_status(desk, CONNECTED, "the right password")
        wait_for(lambda: person.status(desk.uid) == CONNECTED, 20, lambda: f"the account to be connected, not {person.status(desk.uid)}")
        report("the right one: both are connected", True)


def test_refused():
    """The administrator blocks the device, and allows it again."""
    with Desk(server, "blocked") as desk:
        begin(desk)
        for command in ("Sync", "Ping", "FolderSync"):
            server.control.ask("fault", kind="status", command=command, value=129, times=-1)
        desk.agent.refresh()
        wait_status(desk, DISCONNECTED, "a blocked device")
        report("a blocked device: disconnected, nothing removed", desk.here() == ["before"], desk.here())
        wait_told(desk, "trouble")
        report("and the status says so", True)
        server.control.ask("faults", clear=1)
        desk.agent.refresh()
        wait_status(desk, CONNECTED, "an allowed device")
        report("allowed again: connected", True)


def test_quarantine():
    """The server answers: connected, and the status says why there is nothing new."""
    with Desk(server, "quarantine") as desk:
        begin(desk)
        desk.ask("quarantine", on=1)
        desk.agent.refresh()
        wait_told(desk, "quarantin")
        report("a quarantined device: nothing removed", desk.here() == ["before"], desk.here())
        desk.ask("quarantine", on=0)
        desk.agent.refresh()
        wait_status(desk, CONNECTED, "an allowed device")
        desk.settle("before")
        report("allowed again: connected", True)


def place(server):
    parts = urllib.parse.urlsplit(server.url)
    return parts.hostname, parts.port


def test_certificate():
    """Another certificate stands there one day: the desktop asks, and shows what it is."""
    with tempfile.TemporaryDirectory() as folder:
        first = lying_server.make_certificate(folder, "first")
        second = lying_server.make_certificate(folder, "second")
        login = ("--user", "tls:secret")
        with seam.TestServer(*login, "--certificate", first[0], "--key", first[1]) as known, \
                seam.TestServer(*login, "--certificate", second[0], "--key", second[1]) as strange, \
                Desk(known, "tls", ca_file=first[0]) as desk:
            begin(desk)
            desk.line.divert(*place(strange))
            desk.agent.refresh()
            wait_status(desk, SSL_FAILED, "a strange certificate")
            report("a strange certificate: the status is of it, and nothing removed", desk.here() == ["before"], desk.here())
            report("the password was not sent there", strange.control.ask("requests")["requests"] == [], strange.control.ask("requests"))
            wait_for(lambda: "certificate" in [reason for reason, _ in person.prompts()], 20, lambda: f"a question about it: {person.prompts()}")
            report("the desktop is asked about it", True)
            desk.line.divert(*place(known))
            desk.agent.refresh()
            wait_status(desk, CONNECTED, "the known certificate")
            report("the known one is back: connected", True)


TESTS = [test_away, test_away_at_start, test_password, test_refused, test_quarantine, test_certificate]


def main():
    global server, person
    names = set(sys.argv[1:])
    logins = [word for user in ("away", "start", "password", "blocked", "quarantine") for word in ("--user", user + ":secret")]
    with seam.TestServer("--versions", "14.1", *logins) as server, Person() as person:
        tap.run(*[test for test in TESTS if not names or test.__name__ in names])
    tap.finish()


main()
