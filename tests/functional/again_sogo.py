#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""An account removed and added again, on a real server: the same sources and choices, nothing lost, nothing twice. TAP;
arguments are those of ../interop/on-sogo.sh."""

import argparse
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import START, tool  # noqa: E402
from person import Person  # noqa: E402
from seam import wait_for  # noqa: E402
from tap import report  # noqa: E402

ADDRESS, USER, PASSWORD = "alice@example.test", "alice", "secret"
CACHE = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution")
options = None


def add():
    done = tool("account", "add", "--json", "--server", options.url, "--user", USER, "--password-stdin", ADDRESS, data=PASSWORD + "\n", seconds=300)
    if done.returncode != 0:
        raise seam.Failure(f"account add: {done.stderr}")
    return json.loads(done.stdout)["uid"]


def test_again():
    dav = seam.Dav(options.dav)
    with Person() as person:
        def looks():
            return {c.folder: (c.uid, c.kind, c.name, c.color, c.enabled, c.stay) for c in person.children(uid)}

        def titles():
            return sorted(event.value("SUMMARY") for event in agent.events())

        def there():
            return sorted(event.value("SUMMARY") for events in dav.events().values() for event in events)

        uid = add()
        calendar = wait_for(lambda: person.children(uid, "calendar"), 60, "the calendar")[0]
        agent = seam.Agent(options.agent)
        agent.open(calendar.uid)
        for title in ("one", "two"):
            agent.create(seam.make_event(seam.new_uid(), title, START))
        wait_for(lambda: there() == ["one", "two"], 60, lambda: f"both on the server: {there()}")
        person.recolor(calendar.uid, "#123456")
        wait_for(lambda: person.children(uid, "calendar")[0].color == "#123456", 10, "the colour")
        before = looks()
        for erased in (False, True):
            how = "EDS has erased its copy" if erased else "at once"
            agent.close()
            first = uid
            tool("account", "remove", ADDRESS)
            wait_for(lambda: not person.children(uid), 20, "the account to go")
            wait_for(lambda: not os.path.exists(os.path.join(CACHE, "eas", uid)), 10, "its state to go")
            for kind in os.listdir(CACHE) if erased else ():
                trash = os.path.join(CACHE, kind, "trash")
                if os.path.isdir(trash):
                    shutil.rmtree(trash)
                    os.mkdir(trash)
            uid = add()
            wait_for(lambda: len(looks()) == len(before), 60, lambda: f"the folders {looks()}")
            report(f"added again ({how}): the same account, sources and choices", (uid, looks()) == (first, before), f"{before}\n{looks()}")
            agent = seam.Agent(options.agent)
            agent.open(person.children(uid, "calendar")[0].uid)
            new = "after it was erased" if erased else "after it was removed"
            agent.create(seam.make_event(seam.new_uid(), new, START))
            wanted = sorted(["one", "two", "after it was removed"] + ([new] if erased else []))
            wait_for(lambda: there() == wanted and titles() == wanted, 90, lambda: f"{wanted}, here {titles()}, there {there()}")
            report(f"added again ({how}): nothing lost, nothing twice", True)
        agent.close()
        tool("account", "remove", ADDRESS)


def main():
    global options
    parser = argparse.ArgumentParser()
    for name in ("server", "url", "dav", "agent", "patience"):
        parser.add_argument("--" + name)
    options = parser.parse_args()
    tap.run(test_again)
    tap.finish()


main()
