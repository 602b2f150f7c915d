#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A person whose language is German: what the tool says, and what saving says in the
programs of the desktop, where it is a daemon of EDS that speaks. TAP.

Inside session.sh, with LANGUAGE=de and EAS_LOCALE_DIR at the translations of the build tree.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import book as books  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from desk import START, Desk, tool  # noqa: E402
from person import Person  # noqa: E402

LIST = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Team\r\nX-EVOLUTION-LIST:TRUE\r\nEND:VCARD\r\n"
HOURLY = seam.make_event("hourly", "Drink", START, rrule="FREQ=HOURLY;INTERVAL=3")


def holds(name, wanted, text):
    tap.report(f"{name}: {wanted}", wanted in text, text)


def without_an_account():
    said = tool("--help").stdout
    holds("help", "Befehle:", said)
    columns = {line.index("Zeigt") for line in said.splitlines() if line.startswith(("  items ", "  watch "))}
    tap.report("what stands in columns is counted in characters, not in bytes", len(columns) == 1, said)
    holds("no account", "Dieser Schreibtisch hat kein ActiveSync-Konto", tool("folders").stderr)


def refusal(work):
    try:
        work()
    except seam.AgentError as error:
        return str(error)
    return "it was taken"


def eds_is_german():
    """GLib translates no library's texts in a program that has none of its own in that language."""
    found = subprocess.run(["gettext", "--domain=evolution-data-server", "Cancelled"], capture_output=True, text=True, timeout=120)
    return found.stdout not in ("", "Cancelled")


def with_an_account(desk):
    def the_tool():
        desk.add("Einer")
        desk.settle("Einer")
        holds("status", "1 Eintrag, 0 Änderungen warten", desk.status_text())
        holds("status", "Adressbuch", desk.status_text())

    def a_calendar():
        holds("an odd rule", "Der Server kann einen Termin so nicht wiederholen: alle 3 Stunden", refusal(lambda: desk.agent.create(HOURLY)))

    def an_address_book():
        agent = books.BookAgent(books.AGENT)
        agent.open(next(source[0] for source in agent.sources() if source[1] == "eas"))
        holds("a list among people", "Dieses Adressbuch kann keine Kontaktlisten enthalten", refusal(lambda: agent.create(LIST)))
        agent.close()

    def the_registry():
        with Person() as person:
            holds("a folder without a name", "Der Ordner braucht einen Namen", refusal(lambda: person.make(desk.uid, "calendar", " ")))

    daemons = (a_calendar, an_address_book, the_registry)
    if not eds_is_german():
        print("# skipped: EDS has no German here, so its daemons speak English")
        daemons = ()
    tap.run(the_tool, *daemons)


def main():
    tap.run(without_an_account)
    with seam.TestServer("--user", "alice:secret") as server, Desk(server, "alice") as desk:
        with_an_account(desk)
    tap.finish()


if __name__ == "__main__":
    main()
