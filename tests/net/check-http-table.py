#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/http.md names tests that exist, and a test for each behaviour. TAP.

check-http-table.py DOCUMENT PROGRAM...
"""
import re
import subprocess
import sys


def tests_of(program):
    done = subprocess.run([program, '-l'], capture_output=True, text=True, timeout=60, check=True)
    # GLib of 2.84 lists them as remarks of TAP.
    return {line.removeprefix('# ').strip() for line in done.stdout.splitlines() if line.removeprefix('# ').startswith('/')}


def main():
    with open(sys.argv[1], encoding='utf-8') as file:
        rows = [line for line in file if line.startswith('|')][2:]
    known = set().union(*(tests_of(program) for program in sys.argv[2:]))
    failed = 0
    print(f'1..{len(rows)}')
    for number, row in enumerate(rows, 1):
        behaviour = row.split('|')[1].strip()
        named = re.findall(r'`(/[^`]+)`', row)
        missing = [name for name in named if name not in known]
        good = bool(named) and not missing
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {behaviour}")
        if not good:
            print(f'# no such test: {missing}' if named else '# no test is named')
    return failed > 0


sys.exit(main())
