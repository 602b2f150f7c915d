#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Contacts' window on an ActiveSync account: the people of the server show with
their pictures, and what is edited in the window arrives there. TAP.

Inside tests/functional/session.sh, started with NO_AT_BRIDGE empty.

	test-gnome-contacts.py [--env SOGO-ENV] [--pictures DIRECTORY]

Without --env on the embedded server's sample mailbox.
"""

import argparse
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "functional"))
import book as books  # noqa: E402
import contact_matrix  # noqa: E402
import person_meaning as meaning  # noqa: E402
import seam  # noqa: E402

EMAIL = "edited@example.test"
PEOPLE = {"Ana Kovač": "Kovač", "Jonas Weber": "Weber", "Priya Sharma": "Sharma"}


class Mock(contact_matrix.Mock):
    """The sample people; a witness from outside, as in the matrix."""

    def __init__(self):
        self.server = seam.TestServer("--user", f"alice:{books.PASSWORD}", "--sample")
        self.account = (self.server.url, "alice", books.PASSWORD)
        self.folder = next(f["id"] for f in self.server.control.ask("folders")["folders"] if f["type"] == 9)


def copy_sample(witness):
    """The same people on another server."""
    with seam.TestServer("--user", f"alice:{books.PASSWORD}", "--sample") as sample:
        folder = next(f["id"] for f in sample.control.ask("folders")["folders"] if f["type"] == 9)
        for item in sample.control.ask("items", folder=folder)["items"]:
            witness.store(meaning.of_item(item["xml"]), f"{seam.new_uid()}.vcf")
    witness.tick()


def open_witness(options):
    if not options.env:
        return Mock()
    env = {}
    for text in open(options.env):
        name, _, value = text.strip().partition("=")
        env[name] = value.strip('"')
    witness = contact_matrix.Sogo(env["SOGO_FRONT_HTTP"], env["SOGO_DAV_URL"], "carol", env["SOGO_PASSWORD"])
    copy_sample(witness)
    return witness


def run(options, witness):
    source = books.add_account(*witness.account)
    agent = books.BookAgent(books.AGENT)
    agent.open(source)
    seam.wait_for(lambda: len(agent.cards()) >= 6, 60, "the people on the desktop")
    before = witness.read("Kovač")
    agent.close()
    words = [word for name in PEOPLE for word in ("--expect", name)]
    window = subprocess.run([sys.executable, os.path.join(here, "gnome_contacts.py"), *words, "--source", source, "--person", "Ana Kovač",
                             "--email", EMAIL, "--pictures", options.pictures], capture_output=True, text=True, timeout=180)
    good = window.returncode == 0
    print(("ok" if good else "not ok") + " 1 - the window shows the account's people")
    for line in window.stderr.strip().splitlines()[-5:] if not good else []:
        print(f"# {line}")
    try:
        seam.wait_for(lambda: EMAIL in witness.read("Kovač").get("emails", ()), 30, "the address edited in the window to be on the server")
        found = meaning.difference(before, witness.read("Kovač"))
        right = set(found) == {"emails"}
        print(("ok" if right else "not ok") + " 2 - the address edited in the window arrives on the server, and nothing else changes")
        if not right:
            print(f"# {found}")
    except seam.Failure as failure:
        right = False
        print(f"not ok 2 - {failure}")
    return 0 if good and right else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env")
    parser.add_argument("--agent", help="not used: this one has its own")
    parser.add_argument("--pictures", default=os.path.join(os.environ["EAS_SESSION"], "pictures"))
    options = parser.parse_args()
    # One store of settings for all programs of the session.
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    print("1..2")
    witness = open_witness(options)
    try:
        return run(options, witness)
    finally:
        witness.close()


if __name__ == "__main__":
    sys.exit(main())
