#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""GNOME Calendar's window on an ActiveSync account of a real SOGo: what stands on the
server shows, and what is made in the window arrives there. TAP.

Inside tests/functional/session.sh, started with NO_AT_BRIDGE empty.

	test-gnome-calendar.py --env SOGO-ENV --agent PROGRAM [--pictures DIRECTORY]
"""

import argparse
import datetime
import os
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "..", "functional"))
import seam  # noqa: E402

ZONE = "Europe/Berlin"


def sample(today):
    """A series with a moved occurrence, an all-day event, a single one: all within this month."""
    first = datetime.datetime(today.year, today.month, 1, 9, 0)
    second = first + datetime.timedelta(days=7)
    moved = second + datetime.timedelta(days=1, hours=5)
    day = first + datetime.timedelta(days=4)
    rid = f"RECURRENCE-ID;TZID={ZONE}:{second.strftime('%Y%m%dT%H%M%S')}"
    series = [seam.make_event("series", "Weekly team", first, rrule="FREQ=WEEKLY;COUNT=3", zone=ZONE),
              seam.make_event("series", "Team moved", moved, zone=ZONE, extra=[rid])]
    all_day = "\r\n".join(["BEGIN:VEVENT", "UID:allday", "DTSTAMP:20260101T000000Z", f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
                           f"DTEND;VALUE=DATE:{day + datetime.timedelta(days=2):%Y%m%d}", "SUMMARY:Trade fair", "END:VEVENT", ""])
    single = seam.make_event("single", "Dentist", day + datetime.timedelta(days=8), location="Main Street 5", zone=ZONE)
    return {"series.ics": series, "allday.ics": [all_day], "single.ics": [single]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--pictures", default=os.path.join(os.environ["EAS_SESSION"], "pictures"))
    options = parser.parse_args()
    # One store of settings for all programs of the session: the default calendar is one of them.
    os.environ["GSETTINGS_BACKEND"] = "keyfile"
    env = {}
    for text in open(options.env):
        name, _, value = text.strip().partition("=")
        env[name] = value.strip('"')
    user, password = "carol", env["SOGO_PASSWORD"]
    dav = seam.Dav(env["SOGO_DAV_URL"], user, password)
    for name, events in sample(datetime.date.today()).items():
        dav.put(name, events)
    print("1..2")
    source = seam.add_account(env["SOGO_FRONT_HTTP"], user, password, options.agent)
    agent = seam.Agent(options.agent)
    agent.open(source, 10)
    seam.wait_for(lambda: len(agent.events()) >= 4, 60, "the events on the desktop")
    agent.ask("default", source)
    agent.close()
    title = "Made in the window"
    window = subprocess.run(
        [sys.executable, os.path.join(here, "gnome_calendar.py"), "--expect", "Weekly team", "--expect", "Team moved",
         "--expect", "Trade fair", "--expect", "Dentist", "--title", title, "--pictures", options.pictures],
        capture_output=True, text=True, timeout=180)
    good = window.returncode == 0
    print(("ok" if good else "not ok") + " 1 - the window shows the account's events")
    for line in window.stderr.strip().splitlines()[-5:] if not good else []:
        print(f"# {line}")

    def arrived():
        return [c for events in dav.events().values() for c in events if c.value("SUMMARY") == title]
    try:
        found = seam.wait_for(arrived, 30, "the event made in the window to be on the server")
        right = found[0].instant("DTSTART") == datetime.date.today().strftime("%Y%m%d") and len(found) == 1
        print(("ok" if right else "not ok") + " 2 - an event made in the window arrives on the server, all day today, once")
    except seam.Failure as failure:
        right = False
        print(f"not ok 2 - {failure}")
    return 0 if good and right else 1


if __name__ == "__main__":
    sys.exit(main())
