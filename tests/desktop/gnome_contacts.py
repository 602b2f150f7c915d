#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Contacts in a real window on a virtual screen, driven as a person with a
screen reader drives it: by the names and roles of its widgets.

Inside tests/functional/session.sh, started with NO_AT_BRIDGE empty. Shows the
people, takes pictures, and gives one of them another address in the window.

	gnome_contacts.py [--expect NAME]... [--person NAME --email ADDRESS] --pictures DIRECTORY
"""

import argparse
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from window import Failure, Screen, act, application, click, click_at, everything, find, key, start, type_text  # noqa: E402

APP = "gnome-contacts"
WINDOW = "ContactsMainWindow"


def count(name):
    return sum(1 for node in everything(application(APP)) if node.name == name and node.getRoleName() == "label")


def show(screen, name, picture):
    """The person's card, found as people find it: by typing the name. It shows the name a second time."""
    find(APP, "GtkSearchEntry", "entry")
    type_text(name.split()[0])
    for _ in range(10):
        time.sleep(1)
        click_at(APP, find(APP, name, "label"))
        time.sleep(1)
        if count(name) > 1:
            break
    else:
        raise Failure(f"the card of {name} does not open")
    screen.picture(picture)


def edit(screen, options):
    act(APP, WINDOW, "win.edit-contact")
    time.sleep(1)
    click_at(APP, find(APP, "Add email", "text"))
    key("ctrl+a")
    type_text(options.email)
    screen.picture(os.path.join(options.pictures, "edit.png"))
    click(find(APP, "Done", "push button"))
    find(APP, options.email, "list item")
    time.sleep(1)
    screen.picture(os.path.join(options.pictures, "edited.png"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expect", action="append", default=[], help="somebody the list must show")
    parser.add_argument("--person", help="whose card to open")
    parser.add_argument("--email", help="that person's new address")
    parser.add_argument("--source", help="the address book that new contacts go to")
    parser.add_argument("--pictures", required=True)
    options = parser.parse_args()
    os.makedirs(options.pictures, exist_ok=True)
    # Otherwise the first window asks which address book is the main one.
    subprocess.run(["gsettings", "set", "org.gnome.Contacts", "did-initial-setup", "true"], check=True)
    if options.source:
        subprocess.run(["gsettings", "set", "org.freedesktop.folks", "primary-store", f"eds:{options.source}"], check=True)
    screen = contacts = None
    try:
        screen = Screen(1000, 700)
        contacts = start([APP])
        find(APP, WINDOW, "frame", 30)
        for name in options.expect:
            find(APP, name, "label", 30)
        time.sleep(2)
        screen.picture(os.path.join(options.pictures, "people.png"))
        if options.person:
            show(screen, options.person, os.path.join(options.pictures, "card.png"))
        if options.email:
            edit(screen, options)
    except Failure as failure:
        if screen is not None:
            screen.picture(os.path.join(options.pictures, "failure.png"))
        print(failure, file=sys.stderr)
        return 1
    finally:
        if contacts is not None:
            contacts.terminate()
            contacts.wait(10)
        if screen is not None:
            screen.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
