#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The command-line tool on the embedded server: every command at every version, and
what it does when the server is in trouble. TAP.

test-tool-server.py EVOLUTION-EAS EAS-TEST-SERVER
"""
import json
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'functional'))
import seam  # noqa: E402
import tap  # noqa: E402
from tap import report  # noqa: E402

TOOL, SERVER = sys.argv[1:3]
LIMIT = 180
VERSIONS = ('12.0', '12.1', '14.0', '14.1', '16.0', '16.1')


class Server:
    """An embedded server of its own for a few tests."""

    def __init__(self, *options):
        self.process = subprocess.Popen([SERVER, '--sample', '--user', 'alice:secret', *options], stdout=subprocess.PIPE, text=True)
        word, _, self.url = self.process.stdout.readline().strip().partition(' ')
        assert word == 'listening'
        self.control = seam.Control(self.url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)

    def arguments(self, *words):
        """probe names its server as an argument."""
        where = [] if words[0] == 'probe' else ['--server', self.url]
        return [TOOL, '--user', 'alice', '--password-stdin', *where, *words, *([self.url] if words[0] == 'probe' else [])]

    def tool(self, *words):
        return subprocess.run(self.arguments(*words), input='secret\n', capture_output=True, text=True, timeout=LIMIT)

    def start(self, *words):
        process = subprocess.Popen(self.arguments(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        process.stdin.write('secret\n')
        process.stdin.close()
        return process


def expect(name, done, status):
    lines = done.stderr.strip().splitlines()
    report(name, done.returncode == status and len(lines) == 1, f'status {done.returncode}, wanted {status}\n{done.stderr}')


def test_probe():
    line = re.compile(r'^(\w+) +(works|not offered|refused|skipped)  ?.*$')
    for version in VERSIONS:
        with Server() as server:
            done = server.tool('probe', '--protocol', version)
            results = dict(match.groups() for match in map(line.match, done.stdout.splitlines()) if match)
            names = {'OPTIONS', 'Provision', 'FolderSync', 'FolderCreate', 'FolderUpdate', 'FolderDelete', 'Sync',
                     'GetItemEstimate', 'Ping', 'ItemOperations', 'MoveItems', 'Settings'}
            report(f'at {version} every command works',
                   done.returncode == 0 and set(results) == names and set(results.values()) == {'works'},
                   done.stdout + done.stderr)
            report(f'at {version} the probe says what it speaks and where',
                   re.search(rf'^OPTIONS +works +version {re.escape(version)} at {re.escape(server.url)}$', done.stdout, re.M),
                   done.stdout)
            left = [folder['name'] for folder in server.control.ask('folders')['folders'] if 'probe' in folder['name']]
            report(f'at {version} the probe leaves no folder', not left, left)
    with Server('--policy') as server:
        report('where there is a policy it is accepted', 'rules are accepted' in server.tool('probe').stdout)
        server.control.ask('set', commands='FolderSync,Sync,Provision')
        done = server.tool('probe', '--read-only', '--json')
        results = {entry['name']: entry['result'] for entry in json.loads(done.stdout)}
        report('what is not offered is said so', results['Ping'] == 'not offered' and results['FolderCreate'] == 'not offered'
               and results['Sync'] == 'works' and done.returncode == 0, done.stdout)
    with Server() as server:
        server.control.ask('fault', kind='status', command='GetItemEstimate', value=4, times=-1)
        done = server.tool('probe')
        report('what is refused is said so, with a status of its own', done.returncode not in (0, 2) and
               re.search(r'^GetItemEstimate +refused +\S', done.stdout, re.M), done.stdout)


def test_reading():
    with Server() as server:
        folders = json.loads(server.tool('folders', '--json').stdout)
        report('folders: a path for each', any(folder['path'] == 'Inbox/Projects' for folder in folders), folders)
        for word, element in (('inbox', 'Email:Subject'), ('calendar', 'Calendar:Subject'), ('contacts', 'Contacts:FirstName'),
                              ('tasks', 'Tasks:Subject'), ('notes', 'Notes:Subject')):
            items = json.loads(server.tool('items', '--json', word).stdout)
            there = server.control.ask('items', folder=next(f['id'] for f in folders if f['type'] in (2, 7, 8, 9, 10)
                                                            and f['name'].lower() == word))['items']
            report(f'items: all of {word}', {item['id'] for item in items} == {item['id'] for item in there} and
                   any(element in item['properties'] for item in items), f'{len(items)} of {len(there)}')
        plain = server.tool('items', 'contacts')
        report('items: readable, a photo by its size', 'Contacts:Picture' in plain.stdout and 'bytes)' in plain.stdout)
        report('items: by path', server.tool('items', '--brief', 'Inbox/Projects').returncode == 0)
        expect('items: no such folder', server.tool('items', 'Nowhere'), 9)
        exported = server.tool('export', 'calendar').stdout
        events = seam.parse_events(exported)
        report('export: series, moved occurrence, all-day event', any(e.value('RRULE') for e in events) and
               any(e.value('RECURRENCE-ID') for e in events) and 'DTSTART;VALUE=DATE' in exported and 'VTIMEZONE' in exported)
        tasks = seam.parse_events(server.tool('export', 'tasks').stdout, 'tasks')
        report('export: tasks, open and done', any(t.value('STATUS') == 'COMPLETED' for t in tasks) and
               any(t.value('DUE') and not t.value('STATUS') for t in tasks), len(tasks))
        notes = seam.parse_events(server.tool('export', 'notes').stdout, 'notes')
        report('export: notes', notes and all(n.value('SUMMARY') for n in notes), len(notes))
        cards = server.tool('export', 'contacts').stdout
        there = server.control.ask('items', folder=next(f['id'] for f in folders if f['type'] == 9))['items']
        report('export: contacts, one card each, with a photo', cards.count('BEGIN:VCARD\n') == len(there) == cards.count('END:VCARD\n') and
               'FN:Ana Kovač' in cards and 'PHOTO;' in cards, cards[:2000])
        expect('export: not a calendar', server.tool('export', 'inbox'), 9)
        server.control.ask('generate', folder='Calendar', count=1500, seed=1)
        many = json.loads(server.tool('items', '--json', 'calendar').stdout)
        report('items: more than one window', len(many) > 1500, len(many))


def test_watch():
    with Server() as server:
        watch = server.start('watch', '--json', '--count', '2', '--timeout', '150')
        ready = watch.stderr.readline()
        server.control.ask('add', folder='Calendar', subject='Pushed', start='20261201T090000Z', end='20261201T100000Z')
        first = json.loads(watch.stdout.readline())
        report('watch tells of a new event', 'Watching' in ready and first['change'] == 'added' and 'Pushed' in first['title'], first)
        server.control.ask('delete', id=first['id'])
        second = json.loads(watch.stdout.readline())
        report('and of its end', second['change'] == 'removed' and second['id'] == first['id'], second)
        report('and ends after its count', watch.wait(60) == 0)
        twice = server.tool('watch', '--timeout', '1', 'calendar', 'Calendar')
        report('a folder named twice is watched once', 'Watching 1 folder.' in twice.stderr, twice.stderr)
        report('--timeout ends it as well', server.tool('watch', '--timeout', '2', 'calendar').returncode == 0)


def test_old_version():
    with Server() as server:
        for words in (('items', 'notes'), ('export', 'notes'), ('watch', '--timeout', '1', 'notes')):
            done = server.tool(*words, '--protocol', '12.1')
            expect(f'{words[0]}: notes of a version that has none', done, 9)
            report('said as it is', '12.1' in done.stderr and 'Notes' in done.stderr, done.stderr)


def test_trouble():
    with Server() as server:
        server.control.ask('fault', kind='drop', command='FolderSync', times=-1)
        expect('a server that hangs up', server.tool('folders'), 5)
        server.control.ask('faults', clear=1)
        server.control.ask('fault', kind='garbage', command='FolderSync', times=-1)
        expect('bytes that are no WBXML', server.tool('folders'), 8)
        server.control.ask('faults', clear=1)
        server.control.ask('fault', kind='html', command='FolderSync', times=-1)
        expect('a log-in page in the middle', server.tool('folders'), 7)
        server.control.ask('faults', clear=1)
        for kind in ('reorder', 'unknown'):
            server.control.ask('fault', kind=kind, times=-1)
        done = server.tool('items', '--brief', 'calendar')
        report('unknown and reordered elements do no harm', done.returncode == 0 and len(done.stdout.splitlines()) > 5, done.stderr)
        server.control.ask('faults', clear=1)
        server.control.ask('fault', kind='delay', command='FolderSync', value=100000, times=-1)
        server.control.ask('reset')
        slow = server.start('folders')
        seam.wait_for(lambda: server.control.ask('requests', command='FolderSync')['count'], 20, 'the request', 0.05)
        slow.send_signal(signal.SIGINT)
        report('Ctrl-C ends it before the answer, with 130', slow.wait(60) == 130, slow.returncode)


for test in (test_probe, test_reading, test_watch, test_old_version, test_trouble):
    try:
        test()
    except Exception as error:  # one broken test is one failure, not the end
        report(f'{test.__name__}: {type(error).__name__}: {error}', False)
tap.finish()
