#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What push makes of sleep, network and power, with the real daemons and stand-ins of
logind, NetworkManager and power-profiles-daemon. TAP; runs inside session.sh.

	test-surroundings.py [NAME...]
"""

import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
import lying_server  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import Failure, wait_for  # noqa: E402
from tap import report  # noqa: E402

HOST = "mail.localhost"  # which leads to this machine wherever it is asked for

server = None
around = None
certificate = None


class Surroundings:
    def __init__(self):
        program = os.path.join(os.environ["EAS_BUILD_DIR"], "tests", "functional", "surroundings-agent")
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.hear("ready")

    def hear(self, wanted):
        line = self.process.stdout.readline().strip()
        if line != wanted:
            raise Failure(f"the stand-in says {line!r}")

    def say(self, word):
        self.process.stdin.write(word + "\n")
        self.process.stdin.flush()
        self.hear("done")

    def calm(self):
        """As it was at the start."""
        for word in ("wake", "online", "unmetered", "balanced"):
            self.say(word)

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


class FarDesk(Desk):
    """Its server has a name that does not say that it is this machine: without a network it is out of reach."""

    def __init__(self, name):
        around.calm()
        super().__init__(server, name, host=HOST, ca_file=certificate)


def waiting():
    return server.control.ask("requests")["waiting"]


def wait_for_held(seconds=30):
    wait_for(lambda: waiting() == 1, seconds, "a request that is held", 0.02)


def state_of(desk):
    """The key "push" of the calendar's status file."""
    for text in seam.status_texts(desk.state()):
        if f"id={desk.folder}\n" in text:
            return next((line[5:] for line in text.splitlines() if line.startswith("push=")), "")
    return ""


def silent_meanwhile(desk, title, state, word_back):
    """Nothing is asked in a state, and what came meanwhile is told after it."""
    wait_for(lambda: waiting() == 0, 10, "the held request to end", 0.02)
    wait_for(lambda: state_of(desk) == state, 10, f"the state {state}")
    report(f"the state says: {state}", True)
    server.control.ask("reset")
    desk.add(title)
    time.sleep(2)
    report("nothing is asked meanwhile", not desk.requests(), desk.requests())
    around.say(word_back)
    began = time.monotonic()
    wait_for(lambda: title in desk.here(), 30, title, 0.02)
    print(f"# told {time.monotonic() - began:.1f} s after it was back")
    report("what came meanwhile is told", True)
    wait_for_held()


def test_sleep():
    """Nothing is asked on the way to bed; awake, after a moment that is not the same for all."""
    with FarDesk("sleep") as desk:
        wait_for_held()
        around.say("sleep")
        silent_meanwhile(desk, "in the night", "off suspended", "wake")


def test_offline():
    """Without a network nobody tries; with it all goes on."""
    with FarDesk("offline") as desk:
        wait_for_held()
        around.say("offline")
        silent_meanwhile(desk, "in the tunnel", "off offline", "online")


LONG_REST = 12  # seconds; a third of the time for which it rests is left for what is slow


def rests(desk, title):
    """How long nothing is held after a ring, at most LONG_REST."""
    desk.add(title)
    wait_for(lambda: title in desk.here(), 30, title, 0.02)
    time.sleep(0.5)
    began = time.monotonic()
    while waiting() == 0 and time.monotonic() - began < LONG_REST:
        time.sleep(0.05)
    return time.monotonic() - began


def dear(desk, dear_word, cheap_word):
    wait_for_held()
    brief = rests(desk, "cheap")
    around.say(dear_word)
    time.sleep(0.5)
    wait_for_held()
    long = rests(desk, "dear")
    report(f"{dear_word}: it rests after a ring", brief < LONG_REST <= long, (brief, long))
    around.say(cheap_word)
    wait_for_held(10)
    report(f"{cheap_word}: it is there again", True)


def test_metered():
    """A metered line: fewer requests, and none is missed for good."""
    with FarDesk("metered") as desk:
        dear(desk, "metered", "unmetered")


def test_power_saver():
    with FarDesk("saver") as desk:
        dear(desk, "saver", "balanced")


def test_hanging():
    """The same where a Sync hangs in place of Ping: longer, and none in sleep or without a network."""
    server.control.ask("set", commands="Sync,FolderSync,Provision,Settings,GetItemEstimate,ItemOperations,MoveItems")
    try:
        with FarDesk("hanging") as desk:
            wait_for_held()
            wait_for(lambda: state_of(desk).startswith("hanging"), 10, "the state")
            usual = int(state_of(desk).split()[1])
            for dear_word, cheap_word in (("metered", "unmetered"), ("saver", "balanced")):
                around.say(dear_word)
                wait_for(lambda: int(state_of(desk).split()[1]) > usual, 10, "longer ones")
                wait_for_held()
                report(f"{dear_word}: longer", True)
                around.say(cheap_word)
                wait_for(lambda: int(state_of(desk).split()[1]) == usual, 10, "shorter ones")
                wait_for_held()
            around.say("sleep")
            silent_meanwhile(desk, "in the night", "off suspended", "wake")
            around.say("offline")
            silent_meanwhile(desk, "in the tunnel", "off offline", "online")
    finally:
        server.control.ask("set", commands="")


TESTS = [test_sleep, test_offline, test_metered, test_power_saver, test_hanging]


def main():
    global server, around, certificate
    names = sys.argv[1:]
    # The session's own bus is the system's as well, before a daemon starts.
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    os.environ["GIO_USE_NETWORK_MONITOR"] = "networkmanager"
    subprocess.run(["dbus-update-activation-environment", "DBUS_SYSTEM_BUS_ADDRESS", "GIO_USE_NETWORK_MONITOR"], check=True, timeout=120)
    around = Surroundings()
    users = ["sleep", "offline", "metered", "saver", "hanging"]
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = lying_server.make_certificate(folder, "far", host="DNS:" + HOST)
        with seam.TestServer(*[word for user in users for word in ("--user", f"{user}:secret")], "--versions", "14.1",
                             "--certificate", certificate, "--key", key) as server:
            tap.run(*[test for test in TESTS if not names or test.__name__[5:] in names])
    around.close()
    tap.finish()


if __name__ == "__main__":
    main()
