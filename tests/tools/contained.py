#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Run a command so that nothing of it stays behind.

contained.py [--limit SECONDS] [--scratch VARIABLE] [--] COMMAND [ARGUMENT...]

Whatever COMMAND starts, daemons that detach themselves included, becomes a
descendant of this process (a "child subreaper") and is ended, by process id,
when COMMAND ends, when SECONDS have passed or when a signal arrives. With
--scratch a new directory is made, named in the environment by VARIABLE, and
removed at the very end.

Exit status: COMMAND's; 124 after the limit; 128 + N after signal N.
"""
import signal

# First of all: from here on a signal waits until it is asked for, so that there is no moment at
# which it ends this process and leaves something behind.
ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
MASK = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING | {signal.SIGCHLD})

import argparse  # noqa: E402
import ctypes  # noqa: E402
import os  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE = 5.0  # seconds between asking and killing
FOREVER = 3600.0  # asked again after that
LIBC = ctypes.CDLL(None, use_errno=True)


def descendants():
    """Process ids below this process, parents before children."""
    children = {}
    for name in os.listdir('/proc'):
        if not name.isdigit():
            continue
        try:
            with open(f'/proc/{name}/stat', 'rb') as stat:
                parent = int(stat.read().rpartition(b')')[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue  # gone in between
        children.setdefault(parent, []).append(int(name))
    found, queue = [], [os.getpid()]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def reap():
    """Collect what has ended, without waiting."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return


def signal_all(number):
    for pid in descendants():
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass


def end_all():
    """Asks everything below to end, then kills what did not."""
    deadline = time.monotonic() + GRACE
    signal_all(signal.SIGTERM)
    while True:
        reap()
        if not descendants():
            return
        if time.monotonic() > deadline:
            signal_all(signal.SIGKILL)
        time.sleep(0.02)


def prepare_child():
    # If this process is itself killed hard, its command at least goes with it.
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job would ignore it
    signal.pthread_sigmask(signal.SIG_SETMASK, MASK)


def run(command, limit):
    """Waits for the command, the limit or a signal; the exit status."""
    try:
        child = subprocess.Popen(command, preexec_fn=prepare_child)
    except OSError as error:
        print(f'{command[0]}: {error.strerror}', file=sys.stderr)
        return 127
    deadline = time.monotonic() + limit if limit else None
    while child.poll() is None:
        left = max(0, deadline - time.monotonic()) if limit else FOREVER
        came = signal.sigtimedwait(ENDING | {signal.SIGCHLD}, left)
        if came is None and limit:
            print(f'{command[0]}: ended after its limit of {limit:g} s', file=sys.stderr)
            return 124
        if came is not None and came.si_signo in ENDING:
            return 128 + came.si_signo
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def main():
    parser = argparse.ArgumentParser(usage=__doc__.splitlines()[2])
    parser.add_argument('--limit', type=float)
    parser.add_argument('--scratch', metavar='VARIABLE')
    parser.add_argument('command', nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ['--'] else options.command
    if not command:
        parser.error('no command')

    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    scratch = None
    if options.scratch:
        scratch = tempfile.mkdtemp(prefix='evolution-eas-')
        os.environ[options.scratch] = scratch
    try:
        status = run(command, options.limit)
    finally:
        end_all()
        if scratch:
            shutil.rmtree(scratch, ignore_errors=True)
    return status


sys.exit(main())
