#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attachments of events, from the server, from the desktop and to a second device; below 16.0
their refusal. TAP.

	test-attachments.py VERSION [--only NAME,…]
"""

import argparse
import base64
import datetime
import os
import re
import stat
import sys
import time
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import seam  # noqa: E402
import tap  # noqa: E402
from desk import Desk  # noqa: E402
from seam import AgentError, Failure, wait_for  # noqa: E402

SOON = 30
NAMESPACES = 'xmlns="AirSync" xmlns:c="Calendar" xmlns:b="AirSyncBase" xmlns:g="urn:eas:golden"'


def check(condition, what):
    if not condition:
        raise Failure(what)


def item_xml(title, *files):
    adds = "".join(f'<b:Add><b:ClientId>{n}</b:ClientId><b:Content g:enc="opaque">{base64.b64encode(content).decode()}</b:Content>'
                   f"<b:DisplayName>{name}</b:DisplayName><b:Method>1</b:Method></b:Add>" for n, (name, content) in enumerate(files))
    return (f"<ApplicationData {NAMESPACES}><c:Subject>{title}</c:Subject><c:StartTime>20270301T090000Z</c:StartTime>"
            f"<c:EndTime>20270301T100000Z</c:EndTime><b:Location><b:DisplayName>Room</b:DisplayName></b:Location>"
            f"<b:Attachments>{adds}</b:Attachments></ApplicationData>")


def local_file(name, content):
    folder = os.path.join(os.environ["XDG_CACHE_HOME"], "picked")
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content)
    return "file://" + urllib.parse.quote(path)


def inline(name, content):
    return f"ATTACH;FILENAME={name};VALUE=BINARY;ENCODING=BASE64:{base64.b64encode(content).decode()}"


def shown(desk, title):
    """What a program sees of the attachments: (name, content), sorted."""
    event = desk.event(title)
    found = []
    for parameters, uri in event.properties.get("ATTACH", []):
        check(uri.startswith("file://"), f"no local file: {uri}")
        with urllib.request.urlopen(uri) as file:
            found.append((parameters.get("FILENAME"), file.read()))
    return sorted(found)


def there(desk, title):
    """Names and references of the attachments that the server has, sorted."""
    xml = next(item["xml"] for item in desk.ask("items", folder=desk.folder)["items"] if item["subject"] == title)
    pairs = []
    for part in re.findall(r"<(?:\w+:)?Attachment>(.*?)</(?:\w+:)?Attachment>", xml, re.S):
        pairs.append(tuple(re.search(rf"<(?:\w+:)?{tag}>(.*?)<", part).group(1) for tag in ("DisplayName", "FileReference")))
    return sorted(pairs)


def names(desk, title):
    return [name for name, _ in there(desk, title)]


def expect(desk, title, *files, seconds=SOON):
    try:
        wait_for(lambda: title in desk.here() and shown(desk, title) == sorted(files), seconds, "the attachments", 0.2)
    except Failure:
        raise Failure(f"“{title}” shows {shown(desk, title) if title in desk.here() else 'nothing'}, wanted {sorted(files)}; "
                      f"{desk.status_text()}") from None


def text_of(desk, title):
    return "\r\n".join(seam.unfold(base64.b64decode(desk.agent.ask("get", desk.event(title).value("UID"))[0]).decode()))


def without(text, name):
    return "\r\n".join(line for line in text.split("\r\n") if not (line.startswith("ATTACH") and name in line))


def with_line(text, line):
    return text.replace("END:VEVENT", f"{line}\r\nEND:VEVENT", 1)


def give(desk, title, *files):
    desk.ask("add", item_xml(title, *files), folder=desk.folder)
    desk.agent.refresh()
    expect(desk, title, *files)


def test_arrive(first, second):
    give(first, "arrived", ("plan.txt", b"the plan"), ("b\xc3\xbc.bin".encode("latin-1").decode(), bytes(range(256)) * 50))
    uri = first.event("arrived").properties["ATTACH"][0][1]
    mode = os.stat(urllib.parse.unquote(uri[7:])).st_mode
    check(not mode & (stat.S_IWUSR | stat.S_IRWXG | stat.S_IRWXO), f"mode {oct(mode)}")
    check(urllib.parse.unquote(uri[7:]).startswith(first.cache()), f"it lies in {uri}")


def test_other_edits_leave_them(first, second):
    give(first, "kept", ("plan.txt", b"the plan"))
    before = there(first, "kept")
    first.change("kept", summary="kept and edited")
    wait_for(lambda: "kept and edited" in first.there(), SOON, "the edit on the server")
    check(there(first, "kept and edited") == before, f"{there(first, 'kept and edited')}, was {before}")
    expect(first, "kept and edited", ("plan.txt", b"the plan"))


def test_added_and_removed(first, second):
    first.create("plain")
    uri = local_file("agenda.txt", b"first point")
    first.agent.modify(with_line(text_of(first, "plain"), f"ATTACH:{uri}"))
    wait_for(lambda: names(first, "plain") == ["agenda.txt"], SOON, lambda: f"the attachment; there {there(first, 'plain')}")
    expect(first, "plain", ("agenda.txt", b"first point"))
    second.agent.refresh()
    expect(second, "plain", ("agenda.txt", b"first point"))
    # One more, and the first leaves, on the other device.
    more = with_line(text_of(second, "plain"), inline("second.txt", b"second point"))
    second.agent.modify(more)
    wait_for(lambda: names(second, "plain") == ["agenda.txt", "second.txt"], SOON, lambda: f"both; there {there(second, 'plain')}")
    kept = dict(there(second, "plain"))["second.txt"]
    second.agent.modify(without(text_of(second, "plain"), "agenda.txt"))
    wait_for(lambda: there(second, "plain") == [("second.txt", kept)], SOON, lambda: f"one alone; there {there(second, 'plain')}")
    first.agent.refresh()
    expect(first, "plain", ("second.txt", b"second point"))
    expect(second, "plain", ("second.txt", b"second point"))
    time.sleep(1)
    check(there(first, "plain") == [("second.txt", kept)], f"it does not stay so: {there(first, 'plain')}")


def test_created_with_files(first, second):
    event = seam.make_event(seam.new_uid(), "made", extra=(inline("one.txt", b"1"), inline("two.txt", b"2")),
                            start=datetime.datetime(2027, 3, 2, 9))
    first.agent.create(event)
    wait_for(lambda: "made" in first.there(), SOON, "the event on the server")
    check(names(first, "made") == ["one.txt", "two.txt"], f"there {there(first, 'made')}")
    expect(first, "made", ("one.txt", b"1"), ("two.txt", b"2"))
    second.agent.refresh()
    expect(second, "made", ("one.txt", b"1"), ("two.txt", b"2"))
    # The server told what it calls them: one can go at once.
    first.agent.modify(without(text_of(first, "made"), "one.txt"))
    wait_for(lambda: names(first, "made") == ["two.txt"], SOON, lambda: f"one to go; there {there(first, 'made')}")


def test_opened_before_it_came(first, second):
    give(first, "early", ("late.txt", b"late"))
    text = without(text_of(first, "early"), "late.txt")
    text = "\r\n".join(line for line in text.split("\r\n") if not line.startswith("X-EVOLUTION-EAS-ATTACHED"))
    first.agent.modify(text.replace("SUMMARY:early", "SUMMARY:early edited"))
    wait_for(lambda: "early edited" in first.there(), SOON, "the edit on the server")
    check(names(first, "early edited") == ["late.txt"], f"there {there(first, 'early edited')}")
    expect(first, "early edited", ("late.txt", b"late"))


def test_offline(first, second):
    give(first, "far", ("old.txt", b"old"))
    first.line.down()
    first.agent.modify(with_line(without(text_of(first, "far"), "old.txt"), f"ATTACH:{local_file('new.txt', b'new')}"))
    first.line.up()
    wait_for(lambda: names(first, "far") == ["new.txt"], 60, lambda: f"the edits; there {there(first, 'far')}, {first.status_text()}")
    expect(first, "far", ("new.txt", b"new"))


def test_both_sides_edit(first, second):
    """The title is changed there and a file taken away here: both hold."""
    give(first, "shared", ("gone.txt", b"gone"), ("stays.txt", b"stays"))
    first.line.down()
    first.agent.modify(without(text_of(first, "shared"), "gone.txt"))
    first.ask("change", folder=first.folder, id=first.id_of("shared"), subject="shared, renamed")
    first.line.up()
    wait_for(lambda: names(first, "shared, renamed") == ["stays.txt"], 60,
             lambda: f"both edits; there {first.there()} {there(first, 'shared, renamed')}, {first.status_text()}")
    expect(first, "shared, renamed", ("stays.txt", b"stays"))


def test_survives_a_crash(first, second):
    give(first, "crashed", ("file.txt", b"content"))
    first.kill()
    first.open()
    second.open()
    expect(first, "crashed", ("file.txt", b"content"))
    first.change("crashed", summary="crashed, edited")
    wait_for(lambda: "crashed, edited" in first.there(), SOON, "the edit on the server")
    check(names(first, "crashed, edited") == ["file.txt"], f"there {there(first, 'crashed, edited')}")


def test_killed_before_they_came(first, second):
    """The item is stored, its file is not: after the start it is fetched, though nobody tells of the item again."""
    give(first, "there before")
    first.line.arm("refuse", "ItemOperations", 50)
    first.ask("add", item_xml("killed", ("late.txt", b"late")), folder=first.folder)
    first.agent.refresh()
    wait_for(lambda: "killed" in first.here(), SOON, "the event")
    first.kill()
    first.line.disarm()
    first.open()
    second.open()
    expect(first, "killed", ("late.txt", b"late"))


def test_removed_with_the_event(first, second):
    give(first, "over", ("over.txt", b"over"))
    path = urllib.parse.unquote(first.event("over").properties["ATTACH"][0][1][7:])
    first.remove("over")
    wait_for(lambda: "over" not in first.there(), SOON, "the removal")
    wait_for(lambda: not os.path.exists(path), SOON, f"{path} to go")


def test_a_link_is_no_file(first, second):
    event = seam.make_event(seam.new_uid(), "linked", extra=("ATTACH:https://files.example.org/plan.pdf",),
                            start=datetime.datetime(2027, 3, 3, 9))
    first.agent.create(event)
    wait_for(lambda: "linked" in first.there(), SOON, "the event on the server")
    check(there(first, "linked") == [], f"there {there(first, 'linked')}")


def test_refused_below_16(first, second):
    event = seam.make_event(seam.new_uid(), "refused", extra=(inline("one.txt", b"1"),),
                            start=datetime.datetime(2027, 3, 4, 9))
    try:
        first.agent.create(event)
    except AgentError as error:
        check("keeps no attachments" in str(error), str(error))
    else:
        raise Failure("it was taken")
    first.create("plain")
    try:
        first.agent.modify(with_line(text_of(first, "plain"), f"ATTACH:{local_file('agenda.txt', b'first')}"))
    except AgentError as error:
        check("keeps no attachments" in str(error), str(error))
    else:
        raise Failure("it was taken")
    check(first.here() == ["plain"] and first.there() == ["plain"], f"here {first.here()}, there {first.there()}")


SINCE_16 = [test_arrive, test_other_edits_leave_them, test_added_and_removed, test_created_with_files, test_opened_before_it_came,
            test_offline, test_both_sides_edit, test_survives_a_crash,
            test_killed_before_they_came, test_removed_with_the_event, test_a_link_is_no_file]
BELOW_16 = [test_refused_below_16, test_a_link_is_no_file]


def clear(first, second):
    first.line.up()
    first.ask("clear", folder=first.folder)
    for desk in (first, second):
        desk.agent.refresh()
    wait_for(lambda: not first.here() and not second.here(), SOON, lambda: f"empty calendars; {first.here()} {second.here()}, {first.status_text()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version")
    parser.add_argument("--only", type=lambda words: words.split(","))
    options = parser.parse_args()
    tests = [test for test in (SINCE_16 if options.version >= "16" else BELOW_16) if not options.only or test.__name__[5:] in options.only]
    schemas = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "protocol", "xsd")
    judged = ["--schemas", schemas] if os.path.isdir(schemas) else []

    with seam.TestServer("--user", "alice:secret", "--versions", options.version, *judged) as server, \
            Desk(server, "alice") as first, Desk(server, "alice", address="alice@second.test") as second:
        for test in tests:
            tap.attempt(test.__name__[5:], lambda: clear(first, second), lambda: test(first, second))
        invalid = server.control.ask("requests")["invalid"]
        tap.report("every answer obeys the schemas", invalid == 0, invalid)
    tap.finish()


if __name__ == "__main__":
    main()
