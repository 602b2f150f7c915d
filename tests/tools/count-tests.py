#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Count what a meson test run did. count-tests.py TESTLOG.json EXIT_STATUS

Prints each failure with the end of its output, then "PASSED FAILED SKIPPED" as
the last line. In TAP programs each subtest counts; a program that crashed, ran
out of time or kept less than its plan is a failure of its own.
"""
import json
import re
import sys

LINE = re.compile(r'^(ok|not ok)\b\s*(\d+)?\s*(?:-\s*)?(.*)$')
PLAN = re.compile(r'^1\.\.(\d+)\s*(#.*)?$', re.MULTILINE)
GOOD = ('OK', 'EXPECTEDFAIL')
SKIP = 'SKIP'
TAIL = 30  # lines of a failed program's output
DETAIL = 20  # lines after each "not ok", which may be far from the end


def subtests(output):
    """[(passed, skipped, name)] of the top level of a TAP stream."""
    found = []
    for line in output.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        name = match.group(3)
        skipped = bool(re.search(r'#\s*(SKIP|TODO)\b', name, re.IGNORECASE))
        found.append((match.group(1) == 'ok' or skipped, skipped, name))
    return found


def judge(test):
    """(passed, failed, skipped, failed names) of one program."""
    result, output = test['result'], test.get('stdout') or ''
    results = subtests(output)
    if not results:
        if result in GOOD:
            return 1, 0, 0, []
        return (0, 0, 1, []) if result == SKIP else (0, 1, 0, [result])
    failed = [name for passed, _, name in results if not passed]
    skipped = sum(1 for passed, is_skipped, _ in results if passed and is_skipped)
    passed = len(results) - len(failed) - skipped
    if result not in GOOD and result != SKIP and not failed:
        failed.append(f'{result.lower()} after {results[-1][2]}')
    plan = PLAN.search(output)
    if plan and len(results) < int(plan.group(1)) and not failed:
        failed.append(f'{len(results)} of {plan.group(1)} subtests ran')
    return passed, len(failed), skipped, failed


def excerpt(output):
    """Of a failed program's output: each "not ok" with what it says of it, and the end; without what went well."""
    lines = [line for line in output.splitlines() if not line.startswith('ok ')]
    wanted = set(range(max(0, len(lines) - TAIL), len(lines)))
    for start, line in enumerate(lines):
        if not line.startswith('not ok'):
            continue
        end = start + 1
        while end < len(lines) and end <= start + DETAIL and lines[end].startswith('#'):
            end += 1
        wanted.update(range(start, end))
    return [lines[index] for index in sorted(wanted)]


def main():
    path, exit_status = sys.argv[1], int(sys.argv[2])
    totals = [0, 0, 0]
    try:
        with open(path, encoding='utf-8') as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except FileNotFoundError:
        tests = []
    for test in tests:
        passed, failed, skipped, names = judge(test)
        for index, value in enumerate((passed, failed, skipped)):
            totals[index] += value
        if failed:
            print(f"FAILED {test['name']} ({test['duration']:.1f} s): {'; '.join(names)[:400]}")
            output = (test.get('stdout') or '') + (test.get('stderr') or '')
            print('\n'.join('    ' + line[:600] for line in excerpt(output)))
    if exit_status != 0 and totals[1] == 0:
        print(f'FAILED: meson test ended with status {exit_status}')
        totals[1] += 1
    print(*totals)


main()
