#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Setting an account up with everything wrong that can be: one clear line on standard
error, a documented exit code, an end within bounds, and nothing left: no account, no
password, no files. TAP; runs inside session.sh. What needs no desktop is in
tests/tools/test-tool.py."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools")]
import lying_server  # noqa: E402
import seam  # noqa: E402
import tap  # noqa: E402

BUILD = os.environ["EAS_BUILD_DIR"]
ADDRESS = "alice@example.test"
PASSWORD = "Xyzzy-4711"
LIMIT = 150          # seconds for any one call
SILENCE_LIMIT = 240  # for a server that takes the connection and says nothing
report = tap.report

# exit codes, evolution-eas.1
FAILED, USAGE, PASSWORD_WRONG, REFUSED, UNAVAILABLE, CERTIFICATE, NOT_EAS, SERVER, NOT_FOUND, DATA, LOCAL = range(1, 12)


def start(*words, data=PASSWORD + "\n", **environment):
    process = subprocess.Popen(["evolution-eas", *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, env={**os.environ, **environment})
    process.stdin.write(data)
    process.stdin.close()
    process.stdin = None
    return process


def finish(process, limit=LIMIT):
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        err = f"hung for {limit} s: {err}"
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def tool(*words, **more):
    return finish(start(*words, **more))


def add_words(url, *options):
    return ["account", "add", "--user", "alice", "--password-stdin", "--server", url, *options, ADDRESS]


def what_is_left():
    """Accounts, passwords and state on disk: nothing of it may outlive a failed set-up."""
    left = []
    listed = tool("account", "list")
    if listed.returncode != 0 or listed.stdout:
        left.append("accounts: " + listed.stdout + listed.stderr)
    found = subprocess.run(["secret-tool", "search", "--all", "xdg:schema", "org.gnome.Evolution.Data.Source"],
                           capture_output=True, text=True, timeout=LIMIT)
    if "secret =" in found.stdout + found.stderr:
        left.append("a password in the keyring")
    state = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "eas")
    if os.path.isdir(state) and os.listdir(state):
        left.append(f"state: {os.listdir(state)}")
    return left


def judge(name, done, status, *words, allowed=()):
    """The exit status, one line that names the words, no password in it; nothing left."""
    lines = done.stderr.strip().splitlines()
    wrong = []
    if done.returncode != status:
        wrong.append(f"exit {done.returncode}, wanted {status}")
    if len(lines) != 1:
        wrong.append(f"{len(lines)} lines on standard error")
    wrong += [f"“{word}” is not said" for word in words if word not in done.stderr]
    if PASSWORD in done.stderr + done.stdout:
        wrong.append("the password is repeated")
    wrong += [left for left in what_is_left() if left not in allowed]
    report(name, not wrong, "\n".join(wrong + [done.stderr]))


# What is typed

def test_typing():
    unused = "https://127.0.0.1:1/"
    for name, url in (("nothing", ""), ("blanks", "  "), ("no host", "https://"), ("a port that is none", "example.test:99999"),
                      ("half an IPv6 address", "https://[::1"), ("blanks within", "https://mail example.test/"),
                      ("a mail address's scheme", "mailto:alice@example.test"), ("a file", "file:///etc/passwd"),
                      ("plain http to another machine", "http://mail.example.test/Microsoft-Server-ActiveSync"),
                      ("ftp", "ftp://mail.example.test/")):
        judge(f"as server, {name}", tool(*add_words(url)), NOT_EAS, "Check the server’s address")
    for url in (f"https://alice:{PASSWORD}@127.0.0.1:1/", f"alice:{PASSWORD}@127.0.0.1:1", f"http://:{PASSWORD}@mail.example.test/"):
        judge("a password in the address is refused, and not repeated", tool(*add_words(url)), USAGE, "--password-stdin")
        judge("nor for a command on a server", tool("folders", "--user", "alice", "--password-stdin", "--server", url), USAGE)
        judge("nor by probe", tool("probe", "--user", "alice", "--password-stdin", url), USAGE)
    for address in ("alice", "alice@", "@example.test", "", "ali ce@example.test", "alice@exam ple.test", "alice@example.test\n", "Alice <alice@example.test>"):
        judge(f"{address!r} is no address", tool("account", "add", "--password-stdin", address), USAGE, "not a mail address")
    judge("a domain without a server: the places that were tried", tool("account", "add", "--password-stdin", "alice@nowhere.invalid", data=PASSWORD + "\n"),
          NOT_FOUND, "mail.nowhere.invalid", "--server")
    judge("no address at all", tool("account", "add", "--password-stdin"), USAGE, "?")
    judge("nothing on standard input", tool(*add_words(unused), data=""), USAGE, "No password")
    judge("an empty line on standard input", tool(*add_words(unused), data="\n"), USAGE, "No password")
    judge("neither a terminal nor --password-stdin", tool("account", "add", "--server", unused, ADDRESS), USAGE, "--password-stdin")
    judge("an unknown version", tool(*add_words(unused, "--protocol", "3.0")), USAGE, "16.1")
    judge("a certificate file that is not there", tool(*add_words(unused, "--ca-file", "/nonexistent.pem")), USAGE, "/nonexistent.pem")
    judge("a certificate file with none in it", tool(*add_words(unused, "--ca-file", "/etc/passwd")), USAGE, "/etc/passwd")
    judge("an unknown word", tool("account", "frobnicate"), USAGE)
    judge("a word too many", tool("account", "list", "frobnicate"), USAGE)
    judge("no account to list: said, and no failure", tool("account", "list"), 0, "account add")
    judge("nor to look at", tool("account", "status"), 0, "account add")
    report("and programs see an empty list", tool("account", "list", "--json").stdout == "[]\n")
    judge("an account that is not there: status", tool("account", "status", "bob@example.test"), NOT_FOUND)
    judge("an account that is not there: remove", tool("account", "remove", "bob@example.test"), NOT_FOUND)
    judge("an account that is not there: items", tool("items", "--account", "bob@example.test", "calendar"), NOT_FOUND)
    judge("a negative time", tool("watch", "--timeout", "-5"), USAGE, "--timeout")
    judge("a negative number", tool("watch", "--count", "-5"), USAGE, "--count")
    judge("a directory to decode", tool("decode", "/etc"), DATA, "/etc")


# The other side

def test_strangers():
    html = {"Content-Type": "text/html"}
    for name, answer, status, words in (
            ("a log-in page", (200, html, b"<html><form>Log in</form></html>"), NOT_EAS, ("address",)),
            ("a web server that knows no such page", (404, html, b"<html>no</html>"), NOT_EAS, ("address",)),
            ("another kind of server", (405, {"Allow": "GET"}, b""), NOT_EAS, ("address",)),
            ("a server of ancient versions", (200, {"MS-ASProtocolVersions": "1.0,2.0"}, b""), NOT_EAS, ()),
            ("a wrong password", (401, {"WWW-Authenticate": 'Basic realm="x"'}, b""), PASSWORD_WRONG, ("password",)),
            ("a user who may not", (403, {}, b""), REFUSED, ("administrator",)),
            ("a busy server", (503, {"Retry-After": "300"}, b""), UNAVAILABLE, ("300",))):
        with lying_server.Server(*answer) as url:
            judge(name, tool(*add_words(url)), status, *words)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        judge("nobody listens", tool(*add_words(f"https://127.0.0.1:{unused.getsockname()[1]}/")), UNAVAILABLE, "address")
    judge("a host that does not exist", tool(*add_words("https://no-such-host.invalid/")), UNAVAILABLE, "address")
    other = lying_server.Server(200, html, b"")
    with other as target:
        target = target.replace("127.0.0.1", "localhost")
        for code, header in ((302, "Location"), (307, "Location"), (451, "X-MS-Location")):
            with lying_server.Server(code, {header: target}, b"") as url:
                judge(f"a redirect to another host ({code}) needs consent (law 8)", tool(*add_words(url)), REFUSED, "--server", target)
        report("and that host was not asked", not other.seen, other.seen)
    with lying_server.Server(451, {"X-MS-Location": "http://mail.example.test/Microsoft-Server-ActiveSync"}, b"") as url:
        judge("a redirect to plain http", tool(*add_words(url)), REFUSED)


def test_certificates():
    with tempfile.TemporaryDirectory() as folder:
        expired = lying_server.make_certificate(folder, "expired", end="20200201000000Z")
        elsewhere = lying_server.make_certificate(folder, "elsewhere", host="DNS:mail.example.test")
        for name, options, trusted in (("signed by nobody known", ["--tls"], None),
                                       ("expired", ["--certificate", expired[0], "--key", expired[1]], expired[0]),
                                       ("of another host", ["--certificate", elsewhere[0], "--key", elsewhere[1]], elsewhere[0])):
            with seam.TestServer("--user", "alice:" + PASSWORD, *options) as server:
                judge(f"a certificate {name}", tool(*add_words(server.url, *(["--ca-file", trusted] if trusted else []))),
                      CERTIFICATE, "certificate")
                report("and the password was not sent", not server.control.ask("requests")["requests"])


def faults_of(server, **fault):
    server.control.ask("faults", clear=1)
    server.control.ask("fault", times=-1, **fault)


def test_trouble():
    with seam.TestServer("--user", "alice:" + PASSWORD) as server:
        for name, fault, status in (
                ("rules without end", {"kind": "http", "value": 449}, REFUSED),
                ("a mailbox that moves to nowhere", {"kind": "http", "value": 451}, UNAVAILABLE),
                ("not now", {"kind": "http", "value": 503}, UNAVAILABLE),
                ("too often", {"kind": "http", "value": 429, "text": "Retry-After: 60"}, UNAVAILABLE),
                ("a full mailbox", {"kind": "http", "value": 507}, REFUSED),
                ("a request nobody understood", {"kind": "http", "value": 400}, SERVER),
                ("a hierarchy that is forgotten each time", {"kind": "status", "value": 9}, SERVER),
                ("busy, in the document", {"kind": "status", "value": 111}, UNAVAILABLE),
                ("a user who may not", {"kind": "status", "value": 126}, REFUSED),
                ("a blocked device (pitfall 43)", {"kind": "status", "value": 129}, REFUSED),
                ("a device too many (pitfall 42)", {"kind": "status", "value": 177}, REFUSED),
                ("a status nobody knows", {"kind": "status", "value": 999}, SERVER),
                ("bytes that are no WBXML", {"kind": "garbage"}, SERVER),
                ("half an answer", {"kind": "cut", "value": 20}, UNAVAILABLE),
                ("no answer", {"kind": "lost"}, UNAVAILABLE),
                ("a server that hangs up", {"kind": "drop"}, UNAVAILABLE),
                ("an empty answer", {"kind": "empty"}, SERVER),
                ("a log-in page in the middle", {"kind": "html"}, NOT_EAS),
                ("a body that unpacks without end (pitfall 50)", {"kind": "bomb", "value": 300}, SERVER)):
            faults_of(server, command="FolderSync", **fault)
            judge(f"{name}: {fault['kind']} {fault.get('value', '')}".rstrip(), tool(*add_words(server.url)), status)
        server.control.ask("set", policy=1)
        for name, fault, status in (("rules that cannot be read", {"kind": "garbage"}, SERVER),
                                    ("rules that are refused", {"kind": "http", "value": 403}, REFUSED),
                                    ("rules asked for with 449 for ever", {"kind": "http", "value": 449}, REFUSED)):
            faults_of(server, command="Provision", **fault)
            judge(name, tool(*add_words(server.url)), status)
        server.control.ask("faults", clear=1)
        report("nobody has asked without bound", server.control.ask("requests")["count"] < 150,
               server.control.ask("requests")["count"])


# This machine

def test_machine():
    """A home that takes nothing: files stand where directories should be, which stops root as well."""
    config = os.environ["XDG_CONFIG_HOME"]
    sources = os.path.join(config, "evolution", "sources")
    aside = sources + ".aside"
    with seam.TestServer("--user", "alice:" + PASSWORD) as server:
        tool("account", "list")  # the registry runs, and has made its directories
        os.rename(sources, aside)
        open(sources, "w", encoding="utf-8").close()
        judge("a home directory that cannot be written", tool(*add_words(server.url)), LOCAL)
        os.remove(sources)
        os.rename(aside, sources)
        # a cache that cannot be written: the account works, and says why it cannot keep anything
        state = os.path.join(os.environ["XDG_CACHE_HOME"], "evolution", "eas")
        shutil.rmtree(state, ignore_errors=True)
        os.makedirs(os.path.dirname(state), exist_ok=True)
        open(state, "w", encoding="utf-8").close()
        done = tool(*add_words(server.url))
        report("a cache directory that cannot be written: the account is added", done.returncode == 0, done.stderr)
        status = tool("account", "status")
        report("and status answers", status.returncode in (0, LOCAL) and len((status.stdout + status.stderr).splitlines()) > 0,
               f"{status.returncode} {status.stderr}")
        report("and it can be removed", tool("account", "remove").returncode == USAGE and
               tool("account", "remove", ADDRESS).returncode == 0)
        report("with all that it had", seam.wait_for(lambda: not what_is_left(), 10, "nothing to be left"), what_is_left())
        os.remove(state)
        # no desktop at all
        judge("no session bus", tool("account", "list", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent"), UNAVAILABLE, "desktop session")
        report("a server needs neither home nor desktop",
               tool("folders", "--user", "alice", "--password-stdin", "--server", server.url, HOME="/nonexistent",
                    XDG_CACHE_HOME="/dev/null/x", XDG_CONFIG_HOME="/dev/null/x", XDG_DATA_HOME="/dev/null/x",
                    DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent").returncode == 0)


def main():
    # Waited for at the end: it takes the longest.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        waiting = start("folders", "--user", "alice", "--password-stdin", "--server", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        tap.run(test_typing, test_strangers, test_certificates, test_trouble, test_machine)
        judge("a server that takes the connection and says nothing", finish(waiting, max(1, SILENCE_LIMIT - (time.monotonic() - began))),
              UNAVAILABLE, "network")
    tap.finish()


main()
