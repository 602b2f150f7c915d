#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command-line tool without a desktop: golden files through decode and encode, and
what it says when the other side is not what it should be. TAP.

test-tool.py EVOLUTION-EAS GOLDEN-DIRECTORY
"""
import csv
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'functional'))
import tap  # noqa: E402
from lying_server import Server, make_certificate  # noqa: E402
from tap import report  # noqa: E402

TOOL, GOLDEN = sys.argv[1:3]
LIMIT = 120  # seconds for any one call


def tool(*arguments, data=b''):
    environment = {name: value for name, value in os.environ.items()
                   if name not in ('DBUS_SESSION_BUS_ADDRESS', 'http_proxy', 'https_proxy')}
    return subprocess.run([TOOL, *arguments], input=data, capture_output=True, timeout=LIMIT, env=environment)


def expect(name, done, status, *words):
    """The exit status, exactly one line on standard error, and words in it."""
    lines = done.stderr.decode().strip().splitlines()
    good = done.returncode == status and len(lines) == 1 and all(word in lines[0] for word in words)
    report(name, good, f'status {done.returncode}, wanted {status}\n{done.stderr.decode()}')


# WBXML and its XML

def read(name):
    with open(os.path.join(GOLDEN, name), 'rb') as file:
        return file.read()


def golden():
    with open(os.path.join(GOLDEN, 'INDEX.tsv'), encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file, delimiter='\t', quoting=csv.QUOTE_NONE))


def test_golden():
    for vector in golden():
        name, use = vector['name'], vector['use']
        wbxml = os.path.join(GOLDEN, name + '.wbxml')
        decoded = tool('decode', wbxml)
        if use == 'refuse':
            expect(f'decode refuses {name}', decoded, 10)
            continue
        report(f'decode {name}', decoded.returncode == 0 and decoded.stdout == read(name + '.xml'), decoded.stderr.decode())
        if use == 'both':
            encoded = tool('encode', data=read(name + '.xml'))
            report(f'encode {name}', encoded.returncode == 0 and encoded.stdout == read(name + '.wbxml'),
                   encoded.stderr.decode())


def test_input():
    whole = read('foldersync-rsp.wbxml')
    expect('a cut document is refused with its place', tool('decode', data=whole[:-3]), 10, 'byte', 'FolderSync')
    expect('text is no WBXML', tool('decode', data=b'<html>'), 10)
    expect('WBXML is no XML', tool('encode', data=whole), 10)
    expect('a file that is not there', tool('decode', '/nonexistent/file'), 9)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (('empty', b''), ('garbage', b'\x01\xff?')):
            path = os.path.join(folder, name)
            with open(path, 'wb') as file:
                file.write(content)
            for command in ('decode', 'encode'):
                expect(f'{command}: the file with the mistake is named ({name})', tool(command, path), 10, path)
    with open('/dev/full', 'wb') as full:
        done = subprocess.run([TOOL, 'decode', os.path.join(GOLDEN, 'foldersync-rsp.wbxml')], stdout=full,
                              stderr=subprocess.PIPE, timeout=LIMIT)
    expect('a full disk is told', done, 11)


# Options

def test_usage():
    expect('an unknown command', tool('frobnicate'), 2)
    expect('an unknown option', tool('--frobnicate'), 2)
    expect('too few arguments', tool('items'), 2)
    expect('a server without a user', tool('--server', 'localhost', 'folders'), 2, '--user')
    expect('an unknown version', tool('probe', '--user', 'a', '--password-stdin', '--protocol', '3.0', 'localhost', data=b'x\n'), 2)
    expect('a password longer than any', tool('folders', '--user', 'a', '--password-stdin', '--server', 'http://127.0.0.1:1/', data=b'x' * 3000 + b'\n'), 2, 'too long')
    expect('no password at all', tool('probe', '--user', 'a', '--password-stdin', 'localhost'), 2)
    version = tool('--version')
    report('--version', version.returncode == 0 and version.stdout.startswith(b'evolution-eas '))
    listed = tool('--help').stdout.decode()
    report('--help names every command',
           all(command in listed for command in ('probe', 'decode', 'encode', 'folders', 'items', 'export', 'watch', 'account')))


# A person at a terminal

def minds_ctrl_c(pid):
    """Whether the process has come to where it waits for SIGINT, on a thread of its own."""
    with open(f'/proc/{pid}/status', encoding='utf-8') as file:
        blocked = next(line.split()[1] for line in file if line.startswith('SigBlk:'))
    return int(blocked, 16) >> (signal.SIGINT - 1) & 1


def at_terminal(words, keys, limit=LIMIT):
    """Types each of the keys after half a second of silence, when it waits; exit status (None: it hung), whether the terminal echoes, what
    it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(TOOL, [TOOL, *words])
    shown, status, end = b'', None, time.monotonic() + limit
    keys = list(keys)
    while status is None and time.monotonic() < end:
        if select.select([terminal], [], [], 0.5)[0]:
            try:
                shown += os.read(terminal, 4096)
            except OSError:
                pass
        elif keys and (shown or minds_ctrl_c(pid)):
            os.write(terminal, keys.pop(0))
        ended, code = os.waitpid(pid, os.WNOHANG)
        status = os.waitstatus_to_exitcode(code) if ended else None
    if status is None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    echoes = bool(termios.tcgetattr(terminal)[3] & termios.ECHO)
    os.close(terminal)
    return status, echoes, shown.decode()


def test_terminal():
    there = ('folders', '--server', 'http://127.0.0.1:1/', '--user', 'alice')
    status, echoes, shown = at_terminal(there, [b'\x03'])
    report('Ctrl-C at the password ends the tool', status == 130, (status, shown))
    report('and the terminal shows again what is typed', echoes)
    status, echoes, shown = at_terminal(there, [b'Xyzzy-4711\n'])
    report('a password is typed unseen, and used', status == 5 and echoes and 'Xyzzy' not in shown, (status, echoes, shown))
    report('Ctrl-C ends who waits for input', at_terminal(('decode',), [b'\x03'])[0] == 130)
    report('and who waits for a password there', at_terminal((*there, '--password-stdin'), [b'\x03'])[0] == 130)


# The two commands

def test_commands():
    top = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    for command, words in (('check', ('frobnicate',)), ('check', ('--frobnicate',)), ('demo', ('--frobnicate',)), ('demo', ('frobnicate',)),
                           ('check', ('unit', 'frobnicate')), ('demo', ('--account',)), ('demo', ('--sogo', 'frobnicate'))):
        done = subprocess.run([os.path.join(top, command), *words], capture_output=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
        expect(f'./{command} {" ".join(words)}: what is wrong, and where to read more', done, 2, words[-1], f'./{command} --help')


# Servers that are none

def probe(url, *options):
    return tool('probe', '--user', 'alice', '--password-stdin', *options, url, data=b'Xyzzy-4711\n')


VERSIONS = {'MS-ASProtocolVersions': '12.1,14.1', 'MS-ASProtocolCommands': 'Sync,FolderSync,Provision'}


def test_servers():
    with Server(200, {'Content-Type': 'text/html'}, b'<html><form>Log in</form></html>') as url:
        expect('an HTML log-in page is no ActiveSync server', probe(url), 7)
    with Server(401, {'WWW-Authenticate': 'Basic realm="x"'}, b'') as url:
        done = probe(url)
        expect('a wrong password', done, 3)
        report('and the password is not repeated', b'Xyzzy' not in done.stderr + done.stdout)
        machine = probe(url, '--json')
        report('--json tells errors to programs', json.loads(machine.stdout)['error']['code'] == 'authentication')
    with Server(403, {}, b'') as url:
        expect('a user who may not', probe(url), 4)
    with Server(404, {'Content-Type': 'text/html'}, b'<html>not here</html>') as url:
        expect('a web server without ActiveSync', probe(url), 7)
    with Server(200, {'MS-ASProtocolVersions': '1.0,2.0'}, b'') as url:
        expect('no version in common', probe(url), 7)
    with Server(503, {'Retry-After': '3600'}, b'') as url:
        expect('a busy server', probe(url), 5, '3600')
    with Server(200, {**VERSIONS, 'Content-Type': 'application/vnd.ms-sync.wbxml'}, b'\x03\x01\x6a\x00\x47') as url:
        expect('an answer that is cut off', probe(url), 8)


def test_connections():
    with socket.socket() as unused:
        unused.bind(('127.0.0.1', 0))
        port = unused.getsockname()[1]
        expect('nobody listens', probe(f'http://127.0.0.1:{port}/'), 5)
    expect('a host that does not exist', probe('https://no-such-host.invalid/'), 5)


# TLS

def test_certificates():
    with tempfile.TemporaryDirectory() as folder:
        good = make_certificate(folder, 'good')
        expired = make_certificate(folder, 'expired', end='20200201000000Z')
        refusal = (401, {'WWW-Authenticate': 'Basic realm="x"'}, b'')
        with Server(*refusal, certificate=good) as url:
            expect('a certificate nobody vouches for', probe(url), 6)
            expect('with --ca-file it is good, and the password is what is wrong', probe(url, '--ca-file', good[0]), 3)
        with Server(*refusal, certificate=expired) as url:
            expect('an expired certificate', probe(url, '--ca-file', expired[0]), 6)


for test in (test_usage, test_terminal, test_commands, test_golden, test_input, test_servers, test_connections, test_certificates):
    try:
        test()
    except subprocess.TimeoutExpired as hung:
        report(f'{test.__name__}: {hung.cmd[1:]} hung', False)
tap.finish()
