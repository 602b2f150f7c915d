#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A server that lays a Change over whatever the item is by now (SOGo) and believes from then on
that we know all of it: what somebody else does to the item between our look at it and our Change
must be seen here, without anybody asking for news. TAP; on-sogo.sh unseen_sogo.py [--count N]."""

import datetime
import os
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import history  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402

START = datetime.datetime(2027, 3, 1, 8, 0)
OPTIONS = history.parse_options()
DESKTOP, WITNESS, LINE = history.open_account(OPTIONS)


def on_desktop():
    return sorted((form.summary, form.key[1]) for form in DESKTOP.forms())


def on_server():
    return sorted((form.summary, form.key[1]) for form in WITNESS.forms())


def edited(text, **values):
    lines = [line for line in seam.unfold(text) if line and line.split(":")[0].split(";")[0] not in values]
    at = next(i for i, line in enumerate(lines) if line == "BEGIN:VEVENT") + 1
    lines[at:at] = [f"{name}:{value}" for name, value in values.items()]
    return "\r\n".join(lines) + "\r\n"


def write_on_server(title, **values):
    """As another program does by CalDAV: what is there, with some of it changed."""
    name = WITNESS.named(title)[0]
    text = edited(WITNESS.dav.text(name), **values).replace("\r\n", "\n")
    WITNESS.dav.put(name, [text[text.index("BEGIN:VEVENT"):text.index("END:VCALENDAR")].replace("\n", "\r\n")])


def behind(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def run(number):
    title, new = f"Title {number}", f"Title {number} new"
    DESKTOP.open().create(seam.make_event(seam.new_uid(), title, START + datetime.timedelta(days=number)))
    seam.wait_for(lambda: WITNESS.named(title)[0], 20, "the event on the server", 0.2)
    uid = seam.wait_for(lambda: DESKTOP.uid_of(title), 20, "the event here")
    LINE.arm("refuse", "Ping", count=1000)
    LINE.down()
    LINE.up()
    time.sleep(3.5)
    LINE.arm("none", "Sync")
    LINE.arm("hold", "Sync")
    text = next(t for t in DESKTOP.texts_of(uid))
    thread = behind(lambda: DESKTOP.agent.modify(edited(text, SUMMARY=new)))
    seam.wait_for(LINE.held.is_set, 20, "an upload to be held back", 0.02)
    write_on_server(title, LOCATION="Their room")
    LINE.release()
    thread.join(120)
    wanted = [(new, "Their room")]
    try:
        seam.wait_for(lambda: on_desktop() == on_server() == wanted, 15, "both to be the same", 0.3)
        good = True
    except seam.Failure:
        good = False
    tap.report(f"{number}: the place that another program sets just before our title reaches the server is seen", good,
               f"desktop {on_desktop()}, server {on_server()}")
    LINE.disarm()
    LINE.down()
    WITNESS.clear()
    WITNESS.tick()
    LINE.up()
    seam.wait_for(DESKTOP.empty, 40, "an empty calendar", 0.3)


def uid_of(title):
    return next((uid for uid, components in DESKTOP.groups().items() if components[0].value("SUMMARY") == title), None)


DESKTOP.uid_of = uid_of


def main():
    try:
        for number in range(1, (OPTIONS.count or 3) + 1):
            run(number)
    finally:
        DESKTOP.close()
        LINE.close()
    return tap.finish()


if __name__ == "__main__":
    sys.exit(main())
