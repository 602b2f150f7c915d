#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tour of ./demo. Runs inside tests/functional/session.sh.

demo-tour.py mock | sogo | evolution | account ADDRESS [TOOL-OPTION...]
"""
import datetime
import os
import shutil
import signal
import smtplib
import subprocess
import sys
import threading
import time
from email.message import EmailMessage

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, '..', 'functional'))
import book as books  # noqa: E402
import person_meaning  # noqa: E402
import seam  # noqa: E402

BUILD = os.environ['EAS_BUILD_DIR']
AGENT = os.path.join(BUILD, 'tests', 'functional', 'cal-agent')
SHOWN = 12         # lines of each folder
PATIENCE = 90      # seconds for what is to arrive
WIDTH = shutil.get_terminal_size((100, 24)).columns
LIVELY = sys.stdout.isatty()


def heading(text):
    print(f'\n\033[1m{text}\033[0m' if LIVELY else f'\n{text}', flush=True)


class Progress:
    """A line that says what is being waited for; gone when it is there. On a terminal only."""

    def __init__(self, text):
        self.text, self.over = text, threading.Event()
        self.thread = threading.Thread(target=self.turn, daemon=True)

    def turn(self):
        started = time.monotonic()
        while not self.over.wait(0.2):
            print(f'\r\033[K{self.text} {time.monotonic() - started:.0f} s', end='', flush=True)
        print('\r\033[K', end='', flush=True)

    def __enter__(self):
        if LIVELY:
            self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        if LIVELY:
            self.thread.join()


def show(lines):
    for line in lines[:SHOWN]:
        print('  ' + line[:max(40, WIDTH - 3)])
    if len(lines) > SHOWN:
        print(f'  … and {len(lines) - SHOWN} more')
    if not lines:
        print('  (empty)')
    sys.stdout.flush()


# What can be on the other side

class Mock:
    """The embedded test server with its sample mailbox."""
    name = 'the embedded test server'
    user, password, address = 'alice', 'secret', 'alice@example.test'
    folders = ('inbox',)
    options = ()

    def start(self):
        program = os.path.join(BUILD, 'tests', 'server', 'eas-test-server')
        self.process = subprocess.Popen([program, '--sample', '--user', f'{self.user}:{self.password}'],
                                        stdout=subprocess.PIPE, text=True)
        word, _, self.url = self.process.stdout.readline().strip().partition(' ')
        if word != 'listening':
            raise seam.Failure('the embedded test server does not start')
        self.control = seam.Control(self.url)

    def add_event(self, uid, title, start):
        end = start + datetime.timedelta(hours=1)
        self.control.ask('add', folder='Calendar', subject=title, uid=uid, start=start.strftime('%Y%m%dT%H%M%SZ'),
                         end=end.strftime('%Y%m%dT%H%M%SZ'))

    def add_person(self, person):
        self.control.ask('add', person_meaning.to_elements(person), folder='Contacts')

    def add_task(self, title):
        self.control.ask('add', folder='Tasks', subject=title)

    def add_note(self, title):
        self.control.ask('add', '<a:ApplicationData xmlns:a="AirSync" xmlns:b="AirSyncBase" xmlns:n="Notes">'
                         f'<n:Subject>{title}</n:Subject><b:Body><b:Type>1</b:Type><b:Data>From another device</b:Data></b:Body>'
                         '<n:MessageClass>IPM.StickyNote</n:MessageClass></a:ApplicationData>', folder='Notes')


class Sogo:
    """SOGo, filled by the protocols it speaks beside ActiveSync."""
    name = 'SOGo'
    user, password, address = 'alice', os.environ.get('SOGO_PASSWORD', ''), 'alice@example.test'
    folders = ('inbox',)
    options = ()

    def start(self):
        self.url = os.environ['SOGO_EAS_URL']
        self.dav = seam.Dav(os.environ['SOGO_DAV_URL'], self.user, self.password)
        monday = datetime.datetime.combine(datetime.date.today(), datetime.time(9)) + datetime.timedelta(days=7)
        self.dav.put('team.ics', [seam.make_event('demo-team', 'Team meeting', monday, rrule='FREQ=WEEKLY;COUNT=8')])
        self.dav.put('review.ics', [seam.make_event('demo-review', 'Design review', monday + datetime.timedelta(days=1, hours=5),
                                                    location='Room 12')])
        day = (monday + datetime.timedelta(days=3)).strftime('%Y%m%d')
        self.dav.put('fair.ics', ['BEGIN:VEVENT\r\nUID:demo-fair\r\nDTSTAMP:20260101T000000Z\r\n'
                                  f'DTSTART;VALUE=DATE:{day}\r\nSUMMARY:Trade fair\r\nEND:VEVENT\r\n'])
        self.put_contacts()
        self.add_task('Write the report')
        self.send_mails()
        time.sleep(1.1)  # SOGo forgets a change made in the second of its last answer

    def put(self, path, text, kind):
        status, _ = self.dav.request('PUT', path, text.encode(), Content_Type=kind)
        if status not in (200, 201, 204):
            raise seam.Failure(f'PUT {path} answered {status}')

    def put_contacts(self):
        for given, family in (('Ada', 'Lovelace'), ('Grace', 'Hopper'), ('Alan', 'Turing')):
            self.add_person({'given': given, 'family': family, 'emails': [f'{given.lower()}@example.test']})

    def add_person(self, person):
        uid = seam.new_uid()
        self.put(self.dav.collection.replace('/Calendar/', '/Contacts/') + uid + '.vcf', person_meaning.to_card(person, uid), 'text/vcard')

    def add_task(self, title):
        uid = seam.new_uid()
        self.put(f'{self.dav.collection}{uid}.ics',
                 f'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//demo//EN\r\nBEGIN:VTODO\r\nUID:{uid}\r\n'
                 f'DTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n', 'text/calendar')

    def send_mails(self):
        host, _, port = os.environ['SOGO_SMTP'].partition(':')
        with smtplib.SMTP(host, int(port), timeout=30) as smtp:
            for subject in ('Welcome', 'Minutes of the meeting'):
                message = EmailMessage()
                message['From'], message['To'], message['Subject'] = 'Bob <bob@example.test>', self.address, subject
                message['Date'] = datetime.datetime.now(datetime.timezone.utc)
                message.set_content(f'{subject}, with best regards from Bob.\n')
                smtp.send_message(message)

    def add_event(self, uid, title, start):
        self.dav.put(f'{uid}.ics', [seam.make_event(uid, title, start)])


class Account:
    """A person's own; what is in it is only looked at."""
    name = 'your server'
    user = password = url = None
    folders = ('inbox',)

    def __init__(self, address, options):
        self.address, self.options = address, tuple(options)

    def start(self):
        pass


# The tour

def tool(*arguments, password=None):
    """Standard output of the tool; its one-line error ends the tour."""
    done = subprocess.run(['evolution-eas', *arguments], input=None if password is None else password + '\n',
                          stdout=subprocess.PIPE, text=True, timeout=300)
    if done.returncode != 0:
        raise seam.Failure(f'evolution-eas {arguments[0]} ended with status {done.returncode}')
    return done.stdout


def add_account(server):
    arguments = ['account', 'add', *server.options]
    if server.url:
        arguments += ['--server', server.url, '--user', server.user, '--password-stdin']
    print('  ' + tool(*arguments, server.address, password=server.password).strip())


def open_first(agent, what, *kind):
    """The account's calendar, address book or list, once the registry has made it."""
    def find():
        return next((source for source in agent.sources(*kind) if source[1] == 'eas'), None)
    with Progress(f'waiting for the {what}'):
        source = seam.wait_for(find, PATIENCE, f"the account's {what} to appear")
        agent.open(source[0], **({'kind': kind[0]} if kind else {}))
    return source[3]


def wait_until_filled(agent, patience=PATIENCE):
    """Items arrive in windows: the number has to stand still for a while."""
    def settled():
        count = len(agent.ask('list'))
        time.sleep(1)
        return count > 0 and count == len(agent.ask('list'))
    with Progress('arriving'):
        started = time.monotonic()
        try:
            seam.wait_for(settled, patience, 'them to arrive')
        except seam.Failure:
            pass  # it may be empty
        return time.monotonic() - started - 1


def describe(event):
    start = event.value('DTSTART', '')
    when = f'{start[0:4]}-{start[4:6]}-{start[6:8]}'
    when += f' {start[9:11]}:{start[11:13]}' if 'T' in start else '      '
    notes = []
    if event.value('RRULE'):
        notes.append('repeats')
    if event.value('RECURRENCE-ID'):
        notes.append('moved')
    if event.value('LOCATION'):
        notes.append(event.value('LOCATION'))
    return f"{when}  {event.value('SUMMARY', '(no title)')}" + (f"  ({', '.join(notes)})" if notes else '')


def await_push(add, find, describe_one):
    """Adds something on the server and shows it here as soon as it has come."""
    time.sleep(2)  # let the long poll begin, as it would have in real life
    with Progress('waiting'):
        add()
        added = time.monotonic()
        found = seam.wait_for(find, PATIENCE, 'it to arrive', pause=0.02)
        latency = time.monotonic() - added
    show([describe_one(item) for item in found])
    print(f'  arrived by itself after {latency:.2f} s')


def show_push(server, agent):
    title = 'Added on the server just now'
    start = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, minute=0, second=0, microsecond=0)
    start += datetime.timedelta(days=2)
    heading('An event is added on the server; nobody asks for it')
    await_push(lambda: server.add_event(seam.new_uid(), title, start),
               lambda: [event for event in agent.events() if event.value('SUMMARY') == title], describe)


def describe_task(task):
    due = task.value('DUE', '')
    when = f'due {due[0:4]}-{due[4:6]}-{due[6:8]}' if due else ' ' * 14
    done = 'x' if task.value('STATUS') == 'COMPLETED' else ' '
    return f"{when}  [{done}] {task.value('SUMMARY', '(no title)')}" + ('  (repeats)' if task.value('RRULE') else '')


def describe_note(note):
    first = note.value('DESCRIPTION', '').split('\n')[0]
    return f"{note.value('SUMMARY', '(no title)'):30}  {first}"


def show_list(server, kind, what, add, describe_one):
    """Tasks or notes, where the server has them on ActiveSync."""
    agent = seam.Agent(AGENT)
    try:
        if not any(source[1] == 'eas' for source in agent.sources(kind)):
            return
        name = open_first(agent, what, kind)
        heading(f'{what.capitalize()} “{name}”, through Evolution Data Server')
        wait_until_filled(agent, patience=20)
        show([describe_one(one) for one in sorted(agent.events(), key=lambda one: (one.value('DUE', '~'), one.value('SUMMARY', '')))])
        if hasattr(server, add):
            title = f'Another of the {what}, just now'
            heading(f'One more is added to the {what} on the server; nobody asks for it')
            await_push(lambda: getattr(server, add)(title),
                       lambda: [one for one in agent.events() if one.value('SUMMARY') == title], describe_one)
    finally:
        agent.close()


def describe_person(card):
    said = person_meaning.of_card(card)
    notes = [*said.get('emails', ())[:1], *(number for kind in ('cell', 'work', 'home') for number in said.get('phone ' + kind, ()))][:2]
    notes += ['with a picture'] if 'photo' in said else []
    return f"{card.value('FN', '(no name)'):24}" + ', '.join(notes)


def show_people(server):
    agent = books.BookAgent(books.AGENT)
    try:
        name = open_first(agent, 'address book')
        heading(f'Address book “{name}”, through Evolution Data Server')
        wait_until_filled(agent)
        cards = sorted(agent.cards(), key=lambda card: card.value('X-EVOLUTION-FILE-AS', ''))
        show([describe_person(card) for card in cards])
        if hasattr(server, 'add_person'):
            heading('A contact is added on the server; nobody asks for it')
            person = {'given': 'Nora', 'family': 'Newcomer', 'file as': 'Newcomer, Nora', 'emails': ['nora@example.test']}
            await_push(lambda: server.add_person(person),
                       lambda: [card for card in agent.cards() if card.value('FN') == 'Nora Newcomer'], describe_person)
    finally:
        agent.close()


def tour(server):
    with Progress(f'starting {server.name}'):
        server.start()
    heading(f'An account on {server.name}')
    add_account(server)
    print(tool('account', 'list').rstrip())

    heading('Its folders, through the engine')
    show(tool('folders').rstrip('\n').split('\n'))
    for folder in server.folders:
        heading(f'{folder.capitalize()}, through the engine')
        with Progress('reading'):
            text = tool('items', '--brief', folder)
        show(text.rstrip('\n').split('\n') if text else [])

    agent = seam.Agent(AGENT)
    try:
        name = open_first(agent, 'calendar')
        heading(f'Calendar “{name}”, through Evolution Data Server')
        took = wait_until_filled(agent)
        events = sorted(agent.events(), key=lambda event: event.value('DTSTART', ''))
        show([describe(event) for event in events])
        print(f'  {len(events)} events after {max(took, 0):.1f} s')
        if hasattr(server, 'add_event'):
            show_push(server, agent)
    finally:
        agent.close()
    show_people(server)
    show_list(server, 'tasks', 'tasks', 'add_task', describe_task)
    show_list(server, 'notes', 'notes', 'add_note', describe_note)

    heading('How the account is')
    print(tool('account', 'status').rstrip())
    print('\nThat was the tour; everything it started and wrote is being removed.')


def show_evolution(server):
    """The account as Evolution shows it, until its window is closed."""
    with Progress(f'starting {server.name}'):
        server.start()
    add_account(server)
    print('Evolution opens on its calendar. Its own pages for such an account, for setting it up and for out of office,\n'
          'are not there yet. When you close it, everything is removed.', flush=True)
    # WebKit's sandbox takes no folder that is not there.
    os.makedirs(os.path.join(os.environ['XDG_DATA_HOME'], 'evolution', 'preview-plugins'), exist_ok=True)
    with open(os.path.join(os.environ['EAS_SESSION'], 'evolution.log'), 'w', encoding='utf-8') as log:
        status = subprocess.run(['evolution', '--component=calendar'], stdout=log, stderr=log).returncode
    if status != 0:
        raise seam.Failure(f'Evolution ended with status {status}')


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback; contained.py cleans up
    kind = sys.argv[1]
    server = {'sogo': Sogo}.get(kind, Mock)() if kind != 'account' else Account(sys.argv[2], sys.argv[3:])
    try:
        (show_evolution if kind == 'evolution' else tour)(server)
    except seam.Failure as failure:
        print(f'demo: {failure}', file=sys.stderr)
        return 1
    return 0


sys.exit(main())
