#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Calendar in a real window on a virtual screen, driven as a person with a
screen reader drives it: by the names and roles of its widgets.

Inside tests/functional/session.sh, started with NO_AT_BRIDGE empty. Shows this
month, takes pictures, and makes an event in the window.

	gnome_calendar.py [--expect TITLE]... [--title TEXT] --pictures DIRECTORY
"""

import argparse
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from window import Failure, Screen, click, find, key, start, type_text  # noqa: E402

APP = "gnome-calendar"


def make_event(screen, options):
    """As a person does: the shortcut, a title, Done."""
    key("ctrl+n")
    find(APP, "Title", "text")
    key("ctrl+a")
    type_text(options.title)
    screen.picture(os.path.join(options.pictures, "new-event.png"))
    click(find(APP, "Done", "push button"))
    find(APP, options.title, "label")
    time.sleep(1)
    screen.picture(os.path.join(options.pictures, "event-made.png"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--expect", action="append", default=[], help="a title this month must show")
    parser.add_argument("--title", help="make an all-day event of this title today, in the default calendar")
    parser.add_argument("--pictures", required=True)
    options = parser.parse_args()
    os.makedirs(options.pictures, exist_ok=True)
    screen = calendar = None
    try:
        screen = Screen()
        calendar = start([APP])
        find(APP, "", "frame", 30)
        for title in options.expect:
            find(APP, title, "label")
        time.sleep(2)
        screen.picture(os.path.join(options.pictures, "month.png"))
        if options.title:
            make_event(screen, options)
    except Failure as failure:
        if screen is not None:
            screen.picture(os.path.join(options.pictures, "failure.png"))
        print(failure, file=sys.stderr)
        return 1
    finally:
        if calendar is not None:
            calendar.terminate()
            calendar.wait(10)
        if screen is not None:
            screen.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
