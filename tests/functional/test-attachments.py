#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Attachments of events, from the server, from the desktop and to a second device; below 16.0
their refusal. TAP.

	test-attachments.py VERSION [--only NAME,…]
"""

import argparse
import base64
import contextlib
import datetime
import hashlib
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
LONG = 120
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


def files_below(desk):
    """Names of all files among the attachments in the cache."""
    return [name for _, _, files in os.walk(os.path.join(desk.cache(), "attachments")) for name in files]


def written(desk, name):
    """Paths of the file of that name, and of what is to become it."""
    return [os.path.join(folder, found) for folder, _, files in os.walk(os.path.join(desk.cache(), "attachments"))
            for found in files if found.startswith(name)]


def forget_peak():
    """Counts anew, and returns what it holds now, MB."""
    with open(f"/proc/{seam.pid_of(seam.CALENDAR_FACTORY)}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    return peak()


def peak():
    """What the factory has held of memory at most since, MB."""
    with open(f"/proc/{seam.pid_of(seam.CALENDAR_FACTORY)}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)) // 1024


def bound_peak(done, before, content, times):
    most = peak() - before
    print(f"# {done}: {most} MB on top of {before}")
    check(most * 1024 * 1024 < times * len(content), f"{done}: {most} MB for {len(content) // 1024 // 1024}")


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


def test_killed_while_it_comes(first, second):
    """The answer is on its way when the factory is killed: nothing of it is there, and all of it after the start."""
    content = os.urandom(300_000)
    give(first, "there before")
    first.line.arm("late", "ItemOperations")
    first.ask("add", item_xml("halfway", ("half.bin", content)), folder=first.folder)
    first.agent.refresh()
    check(first.line.held.wait(LONG), "the file was not asked for")
    expect(first, "halfway")
    first.kill()
    first.line.release()
    check("half.bin" not in files_below(first), f"a file that never came: {files_below(first)}")
    first.open()
    second.open()
    expect(first, "halfway", ("half.bin", content))


def test_killed_before_it_was_shown(first, second):
    """The file is written, and the factory killed before the event links to it: after the start it does."""
    give(first, "there before")
    first.line.arm("refuse", "ItemOperations", 50)
    first.ask("add", item_xml("unseen", ("late.txt", b"late")), folder=first.folder)
    first.agent.refresh()
    wait_for(lambda: "unseen" in first.here(), SOON, "the event")
    first.kill()
    first.line.disarm()
    reference = dict(there(first, "unseen"))["late.txt"]
    folder = os.path.join(first.cache(), "attachments", hashlib.sha1(reference.encode()).hexdigest())
    os.makedirs(folder)
    with open(os.path.join(folder, "late.txt"), "wb") as file:
        file.write(b"late")
    first.open()
    second.open()
    expect(first, "unseen", ("late.txt", b"late"))


def test_one_of_two_refused(first, second):
    """The other one comes all the same; the one that was refused, after the next start."""
    second.line.down()
    try:
        first.ask("fault", kind="status", command="ItemOperations", value=15, times=1)
        first.ask("add", item_xml("two", ("one.txt", b"1"), ("two.txt", b"2")), folder=first.folder)
        first.agent.refresh()
        wait_for(lambda: "two" in first.here() and len(shown(first, "two")) == 1, SOON, lambda: f"one of them; {first.status_text()}")
    finally:
        second.line.up()
    first.kill()
    first.open()
    second.open()
    expect(first, "two", ("one.txt", b"1"), ("two.txt", b"2"))


def test_large(first, second):
    """The largest there may be: whole on the server and on the second device, though that one is killed while it is written."""
    content = os.urandom(1 << 20) * 25
    first.create("large")
    text = with_line(text_of(first, "large"), f"ATTACH:{local_file('large.bin', content)}")
    second.line.arm("hold", "ItemOperations")
    before = forget_peak()
    first.agent.modify(text)
    wait_for(lambda: names(first, "large") == ["large.bin"], LONG, lambda: f"the attachment; there {there(first, 'large')}, {first.status_text()}")
    check(shown(first, "large") == [("large.bin", content)], "it is another file here")
    bound_peak("saved and sent", before, content, 8)  # EDS's copies as text included
    # In a fresh process, as what the first one has let go of is used again.
    check(second.line.held.wait(LONG), "the file was not asked for")
    first.kill()
    second.line.release()
    second.line.arm("hold", "ItemOperations")
    first.open()
    second.open()
    check(second.line.held.wait(LONG), "the file was not asked for anew")
    before = forget_peak()
    second.line.release()
    wait_for(lambda: written(second, "large.bin"), LONG, lambda: f"the file to be written; {second.status_text()}", 0.001)
    bound_peak("fetched", before, content, 4)
    first.kill()
    for path in written(second, "large.bin"):
        print(f"# killed over {os.path.basename(path)}")
        if os.path.basename(path) == "large.bin":
            with open(path, "rb") as file:
                check(file.read() == content, f"half a file: {path}")
    first.open()
    second.open()
    wait_for(lambda: shown(second, "large"), LONG, lambda: f"the file; {second.status_text()}")
    check(shown(second, "large") == [("large.bin", content)], "it is another file on the second device")


def test_asked_again_after_a_start(first, second):
    """The server refuses a file to both devices: it is asked for again after the next start, though nobody tells of the item again."""
    give(first, "there before")
    first.ask("fault", kind="status", command="ItemOperations", value=14, times=2)
    first.ask("reset")
    first.ask("add", item_xml("refused", ("later.txt", b"later")), folder=first.folder)
    first.agent.refresh()
    second.agent.refresh()
    wait_for(lambda: len(first.requests("ItemOperations")) >= 2, SOON, "the file to be asked for by both")
    seam.wait_for_silence(first.server.control, 1)
    expect(first, "refused")
    first.kill()
    first.open()
    second.open()
    for desk in (first, second):
        expect(desk, "refused", ("later.txt", b"later"))


@contextlib.contextmanager
def policy(first, second, attachments=1, most=0):
    """The administrator's rules, as both devices have accepted them."""
    try:
        demand(first, second, attachments, most)
        yield
    finally:
        demand(first, second, 1, 0)


def demand(first, second, attachments, most):
    first.ask("set", policy=1, policy_attachments=attachments, policy_max_attachment=most)
    first.ask("forget", what="policy")
    for desk in (first, second):
        desk.agent.refresh()
        wait_for(lambda: (desk.status()["attachments"], desk.status().get("maxAttachmentSize", 0)) == (bool(attachments), most), SOON,
                 lambda: f"the rules to be accepted: {desk.status_text()}")


def test_policy_forbids(first, second):
    with policy(first, second, attachments=0):
        first.ask("reset")
        first.ask("add", item_xml("forbidden", ("plan.txt", b"the plan")), folder=first.folder)
        first.agent.refresh()
        wait_for(lambda: "forbidden" in first.here(), SOON, "the event")
        seam.wait_for_silence(first.server.control, 1)
        expect(first, "forbidden")
        check(not first.requests("ItemOperations"), "the file was asked for all the same")
        said = first.status_text()
        check("administrator does not allow" in said and "plan.txt" not in files_below(first), said)
        first.change("forbidden", summary="forbidden, edited")
        wait_for(lambda: "forbidden, edited" in first.there(), SOON, "the edit on the server")
        check(names(first, "forbidden, edited") == ["plan.txt"], f"there {there(first, 'forbidden, edited')}")
    # Allowed again: it comes after the next start.
    check("administrator does not allow" not in first.status_text(), first.status_text())
    first.kill()
    first.open()
    second.open()
    expect(first, "forbidden, edited", ("plan.txt", b"the plan"))


def test_policy_limits(first, second):
    with policy(first, second, most=1000):
        first.ask("add", item_xml("limited", ("large.txt", b"l" * 1001), ("small.txt", b"s" * 1000)), folder=first.folder)
        first.agent.refresh()
        expect(first, "limited", ("small.txt", b"s" * 1000))
        seam.wait_for_silence(first.server.control, 1)
        check("large.txt" not in files_below(first), f"{files_below(first)}")
        check("at most 1.0 kB" in first.status_text().replace("\u00a0", " "), first.status_text())
    first.kill()
    first.open()
    second.open()
    expect(first, "limited", ("large.txt", b"l" * 1001), ("small.txt", b"s" * 1000))


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
            test_killed_before_they_came, test_killed_while_it_comes, test_killed_before_it_was_shown,
            test_asked_again_after_a_start, test_one_of_two_refused,
            test_policy_forbids, test_policy_limits, test_removed_with_the_event, test_a_link_is_no_file]
ON_NEWEST = [test_large]
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
    tests = (SINCE_16 if options.version >= "16" else BELOW_16) + (ON_NEWEST if options.version == "16.1" else [])
    tests = [test for test in tests if not options.only or test.__name__[5:] in options.only]
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
