#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What other programs export, saved into the account's address book one card after
another (tests/corpus/vcf): each arrives on the server with what INDEX.tsv says, or the
program that saves it is told why not; nothing is left waiting. TAP.

	test-vcards.py --version 16.1
"""

import argparse
import base64
import csv
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import book as books  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402
from book import SOON  # noqa: E402
from seam import Failure, wait_for  # noqa: E402

CORPUS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../corpus/vcf")


def cards_of(name):
    with open(os.path.join(CORPUS, name), "rb") as file:
        data = file.read()
    starts = [match.start() for match in re.finditer(rb"(?im)^begin:vcard", data)] or [0]
    return [data[start:end] for start, end in zip(starts, starts[1:] + [len(data)])]


def says(elements, line):
    """Is a line of INDEX.tsv, "Name=value" or "Name{Child=value;...}", what the elements say?"""
    if line.startswith("Body{"):
        wanted = re.search(r"Data=(.*)}$", line, re.S).group(1).replace("\\r\\n", "\n")
        return elements.get("note", "").replace("\r\n", "\n") == wanted
    if "{" in line:
        name, inner = line[:-1].split("{", 1)
        return sorted(elements.get(name, [])) == sorted(part.split("=", 1)[1] for part in inner.split(";"))
    name, value = line.split("=", 1)
    return elements.get(name, "").replace("\r\n", "\n") == value.replace("\\r\\n", "\n")


def save(book, name):
    """How many cards of the file were saved, and why one was not."""
    saved, reason = 0, None
    for card in cards_of(name):
        try:
            book.agent.ask("create", base64.b64encode(card).decode())
            saved += 1
        except seam.AgentError as error:
            reason = str(error)
    return saved, reason


def try_file(book, name, outcome, line):
    before = {item["id"] for item in book.items()}
    saved, reason = save(book, name)
    if outcome == "refused":
        if saved or not reason or len(reason) < 20:
            raise Failure(f"{saved} saved, the reason is {reason!r}")
        return
    if reason is not None:
        raise Failure(reason)
    arrived = [item for item in book.items() if item["id"] not in before]
    if len(arrived) != saved:
        raise Failure(f"{saved} saved, {len(arrived)} arrived")
    if line and not any(says(books.elements_of(item["xml"]), line) for item in arrived):
        raise Failure(f"no {line} in {arrived[0]['xml']}")


def run(book):
    with open(os.path.join(CORPUS, "INDEX.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    for name, outcome, line in rows:
        try:
            try_file(book, name, outcome, line)
            tap.report(name, True)
        except Failure as error:
            tap.report(name, False, error)

    book.wake()
    book.wait_sent()
    wait_for(lambda: len(book.agent.cards()) == len(book.items()), SOON,
             f"{len(book.items())} contacts on the desktop, which has {len(book.agent.cards())}")
    tap.report("all are on both sides, none waits", book.parked() == [], book.parked())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--version", default="16.1")
    options = parser.parse_args()
    with seam.TestServer("--user", f"alice:{books.PASSWORD}", "--versions", options.version) as server:
        book = books.Book(server)
        try:
            run(book)
        finally:
            book.close()
    tap.finish()


if __name__ == "__main__":
    main()
