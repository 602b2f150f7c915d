#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The password is changed on the server while everything runs: somebody is asked, once for
each answer, in the account's name only; edits wait. TAP; runs inside session.sh.

	test-password.py [NAME...]
"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import AGENT, START, Desk  # noqa: E402
from person import CONNECTED, Person  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

REGISTRY = "org.gnome.evolution.dataserver.Sources5"
server = None
person = None


def prompts_of(desk):
    """What was asked about the account or anything in it since the last call."""
    own = {desk.uid} | {child.uid for child in person.children(desk.uid)}
    found = [prompt for prompt in person.prompts()[desk.seen:] if prompt[1] in own]
    desk.seen = len(person.prompts())
    return found


def new_desk(user):
    desk = Desk(server, user)
    desk.seen = len(person.prompts())
    return desk


def refused():
    """How often since the last reset; who was refused belongs to no mailbox."""
    return sum(request["status"] == 401 for request in server.control.ask("requests")["requests"])


def second_calendar(desk):
    """Another calendar of the account, open in the same factory: another worker."""
    desk.ask("folder-add", name="Second", type=13)
    person.refresh(desk.uid)
    wait_for(lambda: "Second" in person.names(desk.uid, "calendar"), 20, "the second calendar")
    agent = seam.Agent(AGENT)
    agent.open(next(c.uid for c in person.children(desk.uid, "calendar") if c.name == "Second"))
    return agent


def restart_registry():
    pid = seam.pid_of(REGISTRY)
    os.kill(pid, 15)
    wait_for(lambda: seam.pid_of(REGISTRY) != pid, 10, "the registry to end")


def test_typed():
    """Two wrong answers, then the right one: three questions, and everything goes on."""
    with new_desk("typed") as desk:
        second = second_calendar(desk)
        desk.add("before")
        desk.settle("before")
        server.control.ask("reset")
        person.answer("wrong", "wrong too", "newer")
        desk.ask("set", password="newer")
        desk.agent.refresh()
        second.refresh()
        desk.create("while it is wrong", 1)
        desk.settle("before", "while it is wrong")
        asked = prompts_of(desk)
        report("asked for each wrong password once, in the account's name only", asked == [("rejected", desk.uid)] * 3, asked)
        tried = refused()
        report("each wrong password was tried a few times at most", 3 <= tried <= 8, tried)
        second.create(seam.make_event(seam.new_uid(), "in the second", START))
        wait_for(lambda: [i["subject"] for i in desk.ask("items", folder="Second")["items"]] == ["in the second"], 20,
                 "the second calendar's edit on the server")
        report("the other calendar goes on as well", True)
        desk.add("afterwards", 2)
        desk.settle("before", "while it is wrong", "afterwards")
        wait_for(lambda: all(c.status == CONNECTED for c in person.children(desk.uid, "calendar")), 20,
                 f"both calendars to be connected: {person.children(desk.uid, 'calendar')}")
        report("both calendars are connected", True)
        desk.close()
        desk.kill()
        desk.open()
        desk.add("next session", 3)
        desk.agent.refresh()
        desk.settle("before", "while it is wrong", "afterwards", "next session")
        report("the typed password is there in the next session, nobody is asked", prompts_of(desk) == [], person.prompts())
        second.close()


def test_closed():
    """The person closes the prompt: no further question, no hammering, nothing lost."""
    with new_desk("closed") as desk:
        desk.add("before")
        desk.settle("before")
        server.control.ask("reset")
        person.answer(None)
        desk.ask("set", password="newer")
        desk.agent.refresh()
        wait_for(lambda: person.prompts()[desk.seen:], 20, "a question")
        for n in range(4):
            desk.create(f"edit {n}", n)
            desk.agent.refresh()
            time.sleep(0.3)
        person.refresh(desk.uid)
        time.sleep(1)
        asked = prompts_of(desk)
        report("a closed prompt is not opened again by edits and refreshes",
               1 <= len(asked) <= 2 and all(uid == desk.uid and reason == "rejected" for reason, uid in asked), asked)
        report("the refused password is not hammered at the server", refused() <= 8, refused())
        report("edits are kept", len(desk.here()) == 5, desk.here())
        desk.store_password("newer")
        desk.agent.refresh()
        desk.settle("before", "edit 0", "edit 1", "edit 2", "edit 3")
        report("corrected elsewhere: all goes on", True)


def test_not_stored():
    """A password that is in no keyring: asked for once a session, not once a process."""
    with new_desk("forgotten") as desk:
        desk.add("before")
        desk.settle("before")
        desk.close()
        desk.kill()
        subprocess.run(["secret-tool", "clear", "e-source-uid", desk.uid], check=True, timeout=120)
        person.answer(None)
        desk.open()
        desk.add("later", 1)
        desk.settle("before", "later")
        report("the new process has it from the registry, nobody is asked", prompts_of(desk) == [], person.prompts())

        desk.close()
        desk.kill()
        restart_registry()
        with Person() as somebody:
            somebody.answer("secret", remember=False)
            desk.open()
            desk.add("next session", 2)
            desk.settle("before", "later", "next session")
            asked = set(somebody.prompts())
            report("the next session asks in the account's name, and one answer is enough for all",
                   asked <= {("required", desk.uid)} and len(somebody.prompts()) <= 1, somebody.prompts())


def new_process(desk):
    """The calendar in a new factory; what the registry asked the server meanwhile."""
    desk.close()
    desk.kill()
    seam.wait_for_silence(server.control)
    server.control.ask("reset")
    desk.open()
    desk.add(f"event {len(desk.handed)}", len(desk.handed))
    desk.handed.append(f"event {len(desk.handed)}")
    desk.settle(*desk.handed)
    return desk.requests("FolderSync")


def test_handed_over():
    """A new process has the password from the registry; where that has none, from the keyring."""
    with new_desk("handed") as desk:
        desk.handed = []
        subprocess.run(["secret-tool", "clear", "e-source-uid", desk.uid], check=True, timeout=120)
        listings = new_process(desk)
        report("of a new account: from the registry, which proves nothing anew", listings == [], listings)

        desk.store_password("secret")
        desk.close()
        desk.kill()
        restart_registry()
        person.refresh(desk.uid)
        new_process(desk)
        subprocess.run(["secret-tool", "clear", "e-source-uid", desk.uid], check=True, timeout=120)
        listings = new_process(desk)
        report("in the next session likewise", listings == [], listings)

        desk.store_password("secret")
        desk.close()
        desk.kill()
        desk.line.down()
        restart_registry()
        desk.open()
        time.sleep(1)
        desk.line.up()
        desk.agent.refresh()
        desk.add("without the registry", 9)
        desk.settle("without the registry", *desk.handed)
        report("where the registry has proved none, the keyring has it", True)
        asked = [prompt for prompt in prompts_of(desk) if prompt[0] != "error"]
        report("and nobody is asked", asked == [], asked)


TESTS = [test_handed_over, test_typed, test_closed, test_not_stored]


def main():
    global server, person
    names = set(sys.argv[1:])
    logins = [word for user in ("typed", "closed", "handed", "forgotten") for word in ("--user", user + ":secret")]
    with seam.TestServer("--versions", "14.1", *logins) as server, Person() as person:
        tap.run(*[test for test in TESTS if not names or test.__name__ in names])
    tap.finish()


main()
