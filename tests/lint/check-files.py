#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""House rules a machine can see. check-files.py [--functions] [TOP]; TAP.

Licence line in every file we write, no file over 900 lines, no line over 120
columns in C, no stray white space, no unfinished work left in comments.
--functions only reports: the functions of src over 60 lines, longest first.
"""
import os
import re
import subprocess
import sys

LICENCE = 'SPDX-License-Identifier: LGPL-2.1-or-later'
METAINFO_LICENCE = 'SPDX-License-Identifier: CC0-1.0'  # software centres copy it
MAX_LINES = 900
MAX_COLUMNS = 120
LONG_FUNCTION = 60
TAB = 8

# Formats without comments, texts, and data that others wrote.
NO_LICENCE = ('.md', '.wbxml', '.hex', '.tsv', '.json', '.ics', '.vcf', '.eml', '.po', '.png', '.pem', '.bin', '.txt',
              '.urls', 'LINGUAS', '.gitignore', '.editorconfig', '.clang-format', 'windows-zones.xml')
BINARY = ('.wbxml', '.png', '.bin')
FIXTURES = ('/fixtures/', '/corpus/', '/golden/')
# Tables may be long (design 4.1): the .def is data.
LONG_FILES = ('.def', '.po', '.md', '.tsv', '.json', '.xml')
UNFINISHED = re.compile(r'\b(TODO|FIXME|XXX)\b')


def tracked(top):
    """Files of the project: what git knows, else everything but build trees."""
    try:
        names = subprocess.run(['git', '-C', top, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                               check=True, capture_output=True).stdout.decode().split('\0')
        return sorted(name for name in set(names) if name and os.path.isfile(os.path.join(top, name)))
    except (OSError, subprocess.CalledProcessError):
        found = []
        for folder, folders, names in os.walk(top):
            folders[:] = [name for name in folders if not name.startswith(('_build', '.git', '__pycache__'))]
            found += [os.path.relpath(os.path.join(folder, name), top) for name in names]
        return sorted(found)


def is_fixture(path):
    return any(mark in '/' + path for mark in FIXTURES)


def check_licence(path, text):
    wanted = METAINFO_LICENCE if path.endswith('.metainfo.xml.in') else LICENCE
    if not path.endswith(NO_LICENCE) and text and wanted not in text[:600]:
        yield 'no licence line: ' + wanted


def check_length(path, text):
    lines = text.count('\n')
    if not path.endswith(LONG_FILES) and lines > MAX_LINES:
        yield f'{lines} lines, more than {MAX_LINES}: two concepts in one file?'


def check_lines(path, text):
    if path.endswith(('.md', '.po')):
        return
    if text and not text.endswith('\n'):
        yield 'no newline at the end'
    if '\r' in text:
        yield 'carriage return'
    for number, line in enumerate(text.split('\n'), 1):
        if line != line.rstrip():
            yield f'line {number}: white space at the end'
        if path.endswith(('.c', '.h')) and len(line.expandtabs(TAB)) > MAX_COLUMNS + 30:
            yield f'line {number}: {len(line.expandtabs(TAB))} columns'


def check_finished(path, text):
    if path.endswith(('check-files.py', 'count-tests.py', '.md')):  # they name the words
        return
    for number, line in enumerate(text.split('\n'), 1):
        if UNFINISHED.search(line):
            yield f'line {number}: unfinished: {line.strip()[:60]}'


def functions(text):
    """(name, lines) of each C function: a body starts with a brace alone in column 0."""
    name, start = None, None
    lines = text.split('\n')
    for number, line in enumerate(lines):
        if re.match(r'^[A-Za-z_][A-Za-z0-9_]* \(', line):
            name = line.split(' ', 1)[0]
        elif line == '{' and name:
            start = number
        elif line == '}' and start is not None:
            yield name, number - start - 1
            name, start = None, None


def report_functions(top, paths):
    found = []
    for path in paths:
        if path.startswith('src/') and path.endswith('.c'):
            with open(os.path.join(top, path), encoding='utf-8') as file:
                found += [(lines, name, path) for name, lines in functions(file.read())]
    long_ones = sorted((entry for entry in found if entry[0] > LONG_FUNCTION), reverse=True)
    for lines, name, path in long_ones:
        print(f'# {lines:4} lines  {name}  {path}')
    if found:
        median = sorted(entry[0] for entry in found)[len(found) // 2]
        print(f'# {len(found)} functions, median {median} lines, {len(long_ones)} over {LONG_FUNCTION}')


RULES = (
    ('every file names its licence', check_licence),
    ('no file is too long', check_length),
    ('lines end where their text ends', check_lines),
    ('nothing is left unfinished', check_finished),
)


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != '--functions']
    top = arguments[0] if arguments else os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    paths = [path for path in tracked(top) if not path.endswith(BINARY) and not is_fixture(path)]
    if '--functions' in sys.argv:
        report_functions(top, paths)
        return 0

    faults = {name: [] for name, _ in RULES}
    for path in paths:
        try:
            with open(os.path.join(top, path), encoding='utf-8', newline='') as file:
                text = file.read()
        except UnicodeDecodeError:
            faults[RULES[2][0]].append(f'{path}: not UTF-8')
            continue
        for name, rule in RULES:
            faults[name] += [f'{path}: {fault}' for fault in rule(path, text)]

    print(f'1..{len(RULES)}')
    for number, (name, _) in enumerate(RULES, 1):
        print(f"{'not ok' if faults[name] else 'ok'} {number} - {name}")
        for fault in faults[name][:40]:
            print(f'# {fault}')
    report_functions(top, paths)
    return 1 if any(faults.values()) else 0


sys.exit(main())
