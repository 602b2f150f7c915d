#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Calendar's window on an ActiveSync account: what stands on the server shows,
what changes there changes in the open window, and what is made in the window arrives
there. TAP. EAS_PICTURES keeps the pictures.

	test-gnome-calendar.py --server mock|sogo --agent PROGRAM ...   (as history.py)
"""

import datetime
import os
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "..", "functional")]
import seam  # noqa: E402
import tap  # noqa: E402
from history import open_account, parse_options  # noqa: E402
from mock_witness import Spec  # noqa: E402
from seam import wait_for  # noqa: E402
from window import Window, click, key, type_text  # noqa: E402

APP = "gnome-calendar"
MADE = "Made in the window"


def sample(today):
    """A series with a moved occurrence, an all-day event, a single one: all within this month."""
    first = datetime.datetime(today.year, today.month, 1, 9, 0)
    second, day = first + datetime.timedelta(days=7), first + datetime.timedelta(days=4)
    weekday = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[first.weekday()]
    return [Spec("Weekly team", first, rule=("weekly", 1, ("count", 3), (weekday,)), moved={second: second + datetime.timedelta(days=1, hours=5)}),
            Spec("Trade fair", day.replace(hour=0), minutes=2 * 24 * 60, all_day=True),
            Spec("Dentist", day + datetime.timedelta(days=8), location="Main Street 5")]


class Account:
    def __init__(self, options, today):
        self.today = today
        self.desktop, self.witness, self.line = open_account(options)
        for spec in sample(today):
            self.put(spec)

    def put(self, spec):
        spec.uid = spec.uid or seam.new_uid()
        self.witness.tick()
        self.witness.put(spec)

    def remove(self, spec):
        self.witness.tick()
        self.witness.remove(spec)

    def await_sample(self):
        """On the desktop, before the window opens; new events go into this calendar."""
        agent = self.desktop.open()
        wait_for(lambda: len(agent.events()) >= 4, 60, "the events on the desktop")
        agent.ask("default", self.desktop.source)


def steps(account, window):
    """What is to be seen, one after another."""
    half_past_two = datetime.datetime.combine(account.today, datetime.time(14, 30)).astimezone(datetime.timezone.utc)
    pushed = Spec("Review", half_past_two.replace(tzinfo=None), zone=None)

    def shown(what, name):
        began = time.monotonic()
        window.find(what, "label", 40)
        print(f"# {what!r} is in the window after {time.monotonic() - began:.1f} s", flush=True)
        time.sleep(1)  # the window has said it, and draws
        window.picture(name)

    def the_window_shows_the_events():
        for spec in sample(account.today):
            window.find(spec.summary, "label")
        wait_for(lambda: len([n for n in window.names("label") if "Weekly team" in n]) >= 3, 20, "three occurrences in the window", 0.3)
        tap.report("the window shows the account's events", True)
        shown("Trade fair", "month")

    def a_new_event_appears():
        account.put(pushed)
        shown(pushed.summary, "pushed")
        tap.report("a new event on the server appears in the open window", True)

    def a_change_appears():
        pushed.start += datetime.timedelta(hours=2, minutes=15)
        account.put(pushed)
        shown("16:45", "changed")
        window.await_gone("14:30")
        tap.report("an event moved on the server moves in the open window", True)

    def a_new_event_is_sent():
        key("ctrl+n")
        window.find("Title", "text")
        time.sleep(1)  # until it has the keyboard
        key("ctrl+a")
        type_text(MADE)
        window.picture("new-event")
        click(window.find("Done", "push button"))
        shown(MADE, "event-made")
        said = wait_for(lambda: account.witness.named(MADE)[1], 30, "the event made in the window to be on the server")
        tap.report("an event made in the window arrives on the server, all day today", said["start"] == f"{account.today:%Y%m%d}", said)

    def a_removed_event_leaves():
        account.remove(pushed)
        window.await_gone(pushed.summary, 40)
        tap.report("an event removed on the server leaves the open window", not window.shows(pushed.summary))

    return the_window_shows_the_events, a_new_event_appears, a_change_appears, a_new_event_is_sent, a_removed_event_leaves


def wait_for_a_day():
    """What is made today is of the same day to the end: a few minutes before midnight, the next one is waited for."""
    now = datetime.datetime.now()
    left = (datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time()) - now).total_seconds()
    if left < 240:
        time.sleep(left + 1)


def main():
    wait_for_a_day()
    # One store of settings for all programs of the session: the default calendar is one of them.
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    account = Account(parse_options(), datetime.date.today())
    account.await_sample()
    account.desktop.close()
    with Window(APP) as window:
        tap.run(*steps(account, window))
    account.line.close()
    tap.finish()


if __name__ == "__main__":
    main()
