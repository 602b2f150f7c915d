#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""./demo is stopped at many moments and ways: no process and no file of it is left. TAP.

test-demo.py TOP-OF-THE-SOURCE [SECONDS...]

Each try is a terminal of its own, as a person has it: Ctrl-C is typed, the terminal is
closed, or the program is asked to end. Processes are known by a mark in their
environment, files by the temporary directory. EAS_SOAK: every moment from 0.2 s to the
demo's end; SECONDS: these moments alone.
"""
import fcntl
import os
import pty
import secrets
import select
import signal
import sys
import tempfile
import time

import tap

TOP = sys.argv[1]
MARK = 'EAS_DEMO_MARK'
PATIENCE = 180  # seconds, until a demo that was asked to end has ended; the machine may be busy
LONGEST = 720  # seconds, for a whole demo
SLICE = ((0.2, 'Ctrl-C'), (1.5, 'Ctrl-C'), (3.0, 'closed'), (4.5, 'SIGTERM'), (6.0, 'Ctrl-C twice'))


def processes(mark):
    """What still has the mark: process ids and names."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{name}/environ', 'rb') as environment:
                marked = mark.encode() in environment.read()
            with open(f'/proc/{name}/cmdline', 'rb') as command:
                line = command.read().replace(b'\0', b' ').decode(errors='replace')
        except OSError:
            continue  # gone in between
        if marked and int(name) != os.getpid():
            found.append(f'{name}: {line}')
    return found


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, command, environment):
        self.text = b''
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)  # a background job's child would ignore Ctrl-C
            os.chdir(TOP)
            os.execvpe(command[0], command, environment)
        fcntl.fcntl(self.master, fcntl.F_SETFL, os.O_NONBLOCK)
        self.status = None

    def read(self, seconds):
        """What comes meanwhile; TRUE when it has ended."""
        until = time.monotonic() + seconds
        while self.status is None and time.monotonic() < until:
            if self.master is not None:
                ready, _, _ = select.select([self.master], [], [], 0.02)
                try:
                    self.text += os.read(self.master, 65536) if ready else b''
                except OSError:
                    pass  # the other side is closed
            else:
                time.sleep(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def stop(self, how):
        try:
            self.end(how)
        except OSError:
            pass  # it has ended at this moment

    def end(self, how):
        if how.startswith('Ctrl-C'):
            os.write(self.master, b'\x03')
            if how == 'Ctrl-C twice' and not self.read(0.3):
                os.write(self.master, b'\x03')
        elif how == 'SIGTERM':
            os.kill(self.pid, signal.SIGTERM)
        else:
            self.close()

    def close(self):
        if self.master is not None:
            os.close(self.master)
            self.master = None


def attempt(command, seconds, how):
    """Runs it, stops it, and says what was left; '' is well."""
    with tempfile.TemporaryDirectory(prefix='eas-demo-') as top:
        mark = f'{MARK}={secrets.token_hex(16)}'
        name, value = mark.split('=')
        folders = {variable: os.path.join(top, variable) for variable in ('HOME', 'TMPDIR', 'XDG_RUNTIME_DIR')}
        for folder in folders.values():
            os.mkdir(folder, 0o700)
        environment = {variable: text for variable, text in os.environ.items()
                       if not variable.startswith(('XDG_', 'EAS_', 'DBUS_', 'MESON'))}
        terminal = Terminal(command, {**environment, **folders, name: value, 'TERM': 'xterm'})
        ended = terminal.read(seconds)
        if not ended:
            terminal.stop(how)
            ended = terminal.read(PATIENCE)
        left = []
        if not ended:
            left.append(f'it still runs {PATIENCE} s after it was stopped')
        left += processes(mark)
        left += [os.path.join(folder, entry) for folder in folders.values() for entry in os.listdir(folder)]
        if ended and how is not None and terminal.status == 1:
            left.append('it failed: ' + terminal.text.decode(errors='replace')[-600:])
        for line in processes(mark):  # nothing of it may trouble the next try
            os.kill(int(line.partition(':')[0]), signal.SIGKILL)
        if not ended:
            terminal.read(PATIENCE)
        terminal.close()
        return '\n'.join(left)


def moments(demo):
    """The slice, or every moment of a whole demo."""
    if len(sys.argv) > 2:
        return [(float(seconds), 'Ctrl-C') for seconds in sys.argv[2:]]
    if not os.environ.get('EAS_SOAK'):
        return SLICE
    started = time.monotonic()
    report('a whole demo leaves nothing', attempt(demo, LONGEST, None))
    took = time.monotonic() - started
    every = [(0.2 * step, how) for step in range(1, int(took / 0.2) + 2) for how in ('Ctrl-C', 'SIGTERM', 'closed')]
    return every + [(0.5 * step, 'Ctrl-C twice') for step in range(1, int(took / 0.5) + 2)]


# What a machine that has nothing yet does first, with stand-ins that would take for ever.
STAND_IN = '''#!/bin/bash
[ "${1-}" = --version ] && echo 1.10.2 && exit
exec sleep 300
'''


def building(folder):
    """./demo's build, in a source tree that has only a slow ninja."""
    os.makedirs(os.path.join(folder, 'bin'))
    os.makedirs(os.path.join(folder, '_build'))
    for name in ('ninja', 'meson'):
        path = os.path.join(folder, 'bin', name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(STAND_IN)
        os.chmod(path, 0o755)
    open(os.path.join(folder, '_build', 'build.ninja'), 'w', encoding='utf-8').close()
    for name in ('src', 'tests'):
        os.symlink(os.path.join(TOP, name), os.path.join(folder, name))
    return ['bash', '-c', f'set -euo pipefail; top={folder}; PATH=$top/bin:$PATH; . $top/tests/tools/setup.sh; build _build']


def report(name, left):
    tap.report(name, not left, left)


def main():
    demo = [os.path.join(TOP, 'demo')]
    for seconds, how in moments(demo):
        report(f'{how} after {seconds:.1f} s leaves nothing', attempt(demo, seconds, how))
    with tempfile.TemporaryDirectory(prefix='eas-demo-build-') as folder:
        command = building(folder)
        for how in ('Ctrl-C', 'SIGTERM', 'closed'):
            report(f'{how} while it builds leaves nothing', attempt(command, 1.0, how))
    tap.finish()


main()
