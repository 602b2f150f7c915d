#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Windows' names of time zones as a table of C. make-windows-zones.py XML OUTPUT

A row: Windows' name, the IANA zone. The first row of a name is its representative
(territory 001). Left out are zones that say no place: Etc/..., and names people
do not choose, see INSTEAD.
"""
import sys
import xml.etree.ElementTree as ElementTree

# CLDR keeps the first name a zone ever had.
RENAMED = {
    'Africa/Asmera': 'Africa/Asmara',
    'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
    'America/Catamarca': 'America/Argentina/Catamarca',
    'America/Coral_Harbour': 'America/Atikokan',
    'America/Cordoba': 'America/Argentina/Cordoba',
    'America/Godthab': 'America/Nuuk',
    'America/Indianapolis': 'America/Indiana/Indianapolis',
    'America/Jujuy': 'America/Argentina/Jujuy',
    'America/Louisville': 'America/Kentucky/Louisville',
    'America/Mendoza': 'America/Argentina/Mendoza',
    'Asia/Calcutta': 'Asia/Kolkata',
    'Asia/Katmandu': 'Asia/Kathmandu',
    'Asia/Rangoon': 'Asia/Yangon',
    'Asia/Saigon': 'Asia/Ho_Chi_Minh',
    'Atlantic/Faeroe': 'Atlantic/Faroe',
    'Europe/Kiev': 'Europe/Kyiv',
    'Pacific/Enderbury': 'Pacific/Kanton',
    'Pacific/Ponape': 'Pacific/Pohnpei',
    'Pacific/Truk': 'Pacific/Chuuk',
}
# Pitfall 12: right by its rules, wrong for nearly everybody who has these rules.
INSTEAD = {'Atlantic/Reykjavik': 'Africa/Abidjan'}


def rows(path):
    seen = set()
    for zone in ElementTree.parse(path).iter('mapZone'):
        for name in zone.get('type').split():
            name = INSTEAD.get(name) or RENAMED.get(name, name)
            row = (zone.get('other'), name)
            if '/' in name and not name.startswith(('Etc/', 'Antarctica/')) and row not in seen:
                seen.add(row)
                yield row


def main(source, output):
    with open(output, 'w', encoding='utf-8') as stream:
        stream.write('#include "eas-windows-zones.h"\n\nconst EasWindowsZone eas_windows_zones[] = {\n')
        for windows, iana in rows(source):
            stream.write(f'\t{{ "{windows}", "{iana}" }},\n')
        stream.write('\t{ NULL, NULL }\n};\n')


main(*sys.argv[1:])
