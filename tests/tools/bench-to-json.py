#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench-to-json.py OUTPUT BENCH.json: collects the "bench ..." lines of a run.

A figure already in BENCH.json is replaced, all others stay.
"""
import json
import os
import sys


def number(text):
    try:
        return float(text)
    except ValueError:
        return text


def main():
    source, target = sys.argv[1:3]
    figures = {}
    if os.path.exists(target):
        with open(target, encoding='utf-8') as file:
            figures = json.load(file)
    with open(source, encoding='utf-8') as file:
        for line in file:
            words = line.split()
            if len(words) < 4 or words[0] != 'bench':
                continue
            entry = figures.setdefault(words[1], {})[words[2]] = {}
            rest = words[3:]
            while len(rest) >= 2 and rest[0] in ('ours', 'peer', 'ratio'):
                entry[rest[0]] = number(rest[1])
                rest = rest[2:]
            if rest:
                entry['unit'] = ' '.join(rest)
    with open(target, 'w', encoding='utf-8') as file:
        json.dump(figures, file, indent=2, sort_keys=True)
        file.write('\n')


main()
