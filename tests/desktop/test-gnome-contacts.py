#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Contacts' window on an ActiveSync account: the people of the server show with
their pictures, what changes there changes in the open window, and what is edited in
the window arrives there. TAP. EAS_PICTURES keeps the pictures.

	test-gnome-contacts.py --server mock|sogo ...   (as contact_matrix.py)
"""

import os
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "functional")]
import book as books  # noqa: E402
import contact_matrix  # noqa: E402
import person_meaning as meaning  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from seam import Failure, wait_for  # noqa: E402
from window import Window, act, click, click_at, key, type_text  # noqa: E402

APP, WINDOW = "gnome-contacts", "ContactsMainWindow"
EMAIL = "edited@example.test"
GREEN, RED = "#2e8b57", "#c0392b"
ADDRESS_BOOK = 9  # FolderSync's Type


def portrait(colour):
    """A person before a wall of that colour, as JPEG."""
    drawn = subprocess.run(["convert", "-size", "192x192", f"xc:{colour}", "-fill", "#f1c9a5", "-draw", "circle 96,84 96,44",
                            "-fill", "#34495e", "-draw", "ellipse 96,192 70,62 180,360", "-quality", "92", "jpeg:-"],
                           capture_output=True, check=True, timeout=180)
    return drawn.stdout


def sample_people():
    """Of the embedded server's sample mailbox, some with a picture; one a family, by which the witness knows them."""
    with seam.TestServer("--user", f"alice:{books.PASSWORD}", "--sample") as sample:
        folder = next(f["id"] for f in sample.control.ask("folders")["folders"] if f["type"] == ADDRESS_BOOK)
        people = [meaning.of_item(item["xml"]) for item in sample.control.ask("items", folder=folder)["items"]]
        return list({person["family"]: person for person in reversed(people)}.values())


def show_card(window, name):
    """The person's card, found as people find it: by typing the name. It shows the name a second time."""
    window.find("GtkSearchEntry", "entry")
    type_text(name.split()[0])
    for _ in range(30):
        time.sleep(1)
        click_at(APP, window.find(name, "label"))
        time.sleep(1)
        if window.names("label").count(name) > 1:
            break
    else:
        raise Failure(f"the card of {name} does not open")
    click_at(APP, window.find("GtkSearchEntry", "entry"))
    key("ctrl+a", "BackSpace")
    time.sleep(1)


def nora(colour):
    return {"given": "Nora", "family": "Newcomer", "file as": "Newcomer, Nora", "emails": ("nora@example.test",), "photo": portrait(colour)}


def await_picture(window, colour):
    """In a list of people, or larger."""
    wait_for(lambda: window.area(colour) >= 400, 20, f"a picture before a wall of {colour}", 0.5)


def steps(witness, window):
    def the_window_shows_the_people():
        for name in ("Ana Kovač", "Jonas Weber", "Priya Sharma"):
            window.find(name, "label", 30)
        time.sleep(2)
        window.picture("people")
        tap.report("the window shows the account's people", True)

    def a_new_person_appears():
        bare = window.area(GREEN)
        began = time.monotonic()
        witness.put(nora(GREEN))
        window.find("Nora Newcomer", "label", 40)
        print(f"# in the window after {time.monotonic() - began:.1f} s", flush=True)
        await_picture(window, GREEN)
        window.picture("pushed")
        tap.report("a new person on the server appears in the open window, with the picture", bare < 100, bare)

    def an_edit_is_sent():
        before = witness.read("Kovač")
        show_card(window, "Ana Kovač")
        window.picture("card")
        act(APP, WINDOW, "win.edit-contact")
        time.sleep(1)
        click_at(APP, window.find("Add email", "text"))
        key("ctrl+a")
        type_text(EMAIL)
        window.picture("edit")
        click(window.find("Done", "push button"))
        window.find(EMAIL, "list item")
        time.sleep(1)
        window.picture("edited")
        wait_for(lambda: EMAIL in witness.read("Kovač").get("emails", ()), 30, "the address edited in the window to be on the server")
        found = meaning.difference(before, witness.read("Kovač"))
        tap.report("an address edited in the window arrives on the server, and nothing else changes", set(found) == {"emails"}, found)

    return the_window_shows_the_people, a_new_person_appears, an_edit_is_sent


def later_steps(witness, window):
    """In a second window: GNOME Contacts 43 draws another picture of somebody it shows only then, whatever the address book."""
    def a_changed_picture_shows():
        await_picture(window, RED)
        window.picture("picture-changed")
        tap.report("a picture changed on the server shows", window.area(GREEN) < 100)

    def a_person_leaves():
        witness.remove("Newcomer")
        window.await_gone("Nora Newcomer", 40)
        tap.report("a person removed on the server leaves the open window", not window.shows("Nora Newcomer"))

    return a_changed_picture_shows, a_person_leaves


def await_people(source, enough, what):
    """Until the address book has them, before the window opens."""
    agent = books.BookAgent(books.AGENT)
    agent.open(source)
    began = time.monotonic()
    wait_for(lambda: enough(agent.cards()), 60, f"{what} on the desktop")
    print(f"# {what} on the desktop after {time.monotonic() - began:.1f} s", flush=True)
    agent.close()


def has_picture(cards, picture):
    try:
        return picture in [card.photo() for card in cards]
    except FileNotFoundError:
        return False  # it was replaced at this moment


def settings(source):
    """Otherwise the first window asks which address book is the main one."""
    # One store of settings for all programs of the session.
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    for schema, name, value in (("org.gnome.Contacts", "did-initial-setup", "true"),
                                ("org.freedesktop.folks", "primary-store", f"eds:{source}")):
        subprocess.run(["gsettings", "set", schema, name, value], check=True, timeout=120)


def main():
    witness = contact_matrix.open_witness(contact_matrix.parse_options())
    people = sample_people()
    try:
        for person in people:
            witness.put(person)
        source = books.add_account(*witness.account)
        await_people(source, lambda cards: len(cards) >= len(people), "the people")
        settings(source)
        with Window(APP, WINDOW, 1000, 700) as window:
            tap.run(*steps(witness, window))
        witness.put(nora(RED))
        await_people(source, lambda cards: has_picture(cards, portrait(RED)), "the changed picture")
        with Window(APP, WINDOW, 1000, 700) as window:
            tap.run(*later_steps(witness, window))
    finally:
        witness.close()
    tap.finish()


if __name__ == "__main__":
    main()
