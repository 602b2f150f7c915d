#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may include whom. check-includes.py [TOP]; TAP, one line a layer.

A layer is a folder of src. LAYERS is the whole rule: a file of a layer may
include headers of its own layer, of the layers named here, and system headers
that start with one of the prefixes. EXCEPTIONS are single files; each says why.
"""
import os
import re
import sys

C = ('assert.h', 'ctype.h', 'errno.h', 'fcntl.h', 'inttypes.h', 'locale.h', 'math.h', 'signal.h', 'stdarg.h',
     'stdbool.h', 'stddef.h', 'stdint.h', 'stdio.h', 'stdlib.h', 'string.h', 'time.h', 'unistd.h', 'sys/')
GLIB = C + ('glib.h', 'glib/')
GOBJECT = GLIB + ('glib-object.h',)
GIO = GOBJECT + ('gio/',)
SOUP = GIO + ('libsoup/',)
EDS = SOUP + ('libedataserver/', 'libebackend/', 'libecal/', 'libical/', 'libical-glib/', 'libebook/',
              'libebook-contacts/', 'libedata-cal/', 'libedata-book/', 'camel/', 'libsecret/')
CONVERT = GOBJECT + ('libecal/', 'libical/', 'libical-glib/', 'libebook-contacts/', 'camel/')

ENGINE = ('wbxml', 'eas/core', 'eas/item', 'eas/command', 'eas/flow', 'eas/net', 'eas')
PLUGIN = ENGINE + ('convert', 'common')

# layer: (layers it may include, prefixes of system headers)
LAYERS = {
    'wbxml':       ((), GLIB),
    'eas/core':    (('wbxml',), GLIB),
    'eas/item':    (('eas/core', 'wbxml'), GLIB),
    'eas/command': (('eas/item', 'eas/core', 'wbxml'), GLIB),
    # GIO for its error domains: a lost connection is told from a refused one
    'eas/flow':    (('eas/command', 'eas/item', 'eas/core', 'wbxml'), GIO),
    'eas/net':     (('eas/flow', 'eas/command', 'eas/item', 'eas/core', 'wbxml'), SOUP),
    'eas':         (ENGINE, GLIB),
    'convert':     (('eas/item', 'eas/core', 'wbxml'), CONVERT),
    'common':      (ENGINE, EDS),
    'calendar':    (PLUGIN, EDS),
    'addressbook': (PLUGIN, EDS),
    'camel':       (PLUGIN, EDS),
    'registry':    (PLUGIN, EDS),
    'evolution':   (PLUGIN, EDS + ('e-util/', 'mail/', 'shell/', 'gtk/')),
    'tools':       (ENGINE, GIO),
}

# file: (further headers of ours, further system prefixes)
EXCEPTIONS = {
    # our tables beside EDS's in its database; its API cuts values at NUL
    'src/common/e-eas-cache.c': ((), ('sqlite3.h',)),
    'src/common/e-eas-cache-rescue.c': ((), ('sqlite3.h',)),
    'src/common/e-eas-wipe.c': ((), ('sqlite3.h',)),
    # the XML form of a document, for people and for golden files
    'src/wbxml/eas-wbxml-xml.c': ((), ('libxml/',)),
    # Autodiscover answers in XML, not WBXML
    'src/eas/command/eas-cmd-autodiscover.c': ((), ('libxml/',)),
    # pictures are made to fit
    'src/convert/eas-map-contact-picture.c': ((), ('gdk-pixbuf/',)),
    # a password is asked for without showing it
    'src/tools/tool-connect.c': ((), ('termios.h',)),
    # what EDS knows of an account, and components to write out
    'src/tools/tool-account.c': (('common',), EDS),
    'src/tools/tool-account.h': ((), EDS),
    'src/tools/tool-export.c': (('convert',), EDS),
    'src/tools/tool-status.c': (('common',), ()),
}

# header of ours that a whole layer may include beyond the table
HEADERS = {
    # a map's result is a list of changes, and their struct is the Sync command's
    'convert': ('eas-cmd-sync.h',),
}

# wbxml is the whole of it, but core needs names only
CORE_TAGS = 'eas-wbxml-tags.h'

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)


def layer_of(path):
    """'src/eas/net/x.c' is in 'eas/net'."""
    folder = os.path.dirname(path)[len('src/'):]
    while folder and folder not in LAYERS:
        folder = os.path.dirname(folder)
    return folder or None


def sources(top):
    for folder, _, names in sorted(os.walk(os.path.join(top, 'src'))):
        for name in sorted(names):
            if name.endswith(('.c', '.h')):
                yield os.path.relpath(os.path.join(folder, name), top)


def starts(name, prefixes):
    return any(name == prefix or (prefix.endswith('/') and name.startswith(prefix)) for prefix in prefixes)


def judge(path, layer, kind, name, owners):
    """Why this include is forbidden, or None."""
    more_layers, more_system = EXCEPTIONS.get(path, ((), ()))
    layers, system = LAYERS[layer]
    if kind == '<':
        if not starts(name, system + more_system):
            return f'system header <{name}> is not for {layer}'
        return None
    owner = owners.get(os.path.basename(name))
    if owner is None:
        return None if name in ('config.h',) or name.endswith('.def') else f'"{name}" is nowhere in src'
    if '/' in name:
        return f'"{name}": headers are included by their name alone'
    if layer == 'eas/core' and owner == 'wbxml' and name != CORE_TAGS:
        return f'"{name}": core may know the names of wbxml, nothing else'
    if owner == layer or owner in layers + more_layers or name in HEADERS.get(layer, ()):
        return None
    return f'"{name}" is of {owner}, which {layer} may not include'


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), '..', '..')
    owners, files, faults = {}, {}, {}
    for path in sources(top):
        layer = layer_of(path)
        if layer is None:
            faults.setdefault('src', []).append(f'{path}: its folder is no layer')
            continue
        files.setdefault(layer, []).append(path)
        if path.endswith('.h'):
            name = os.path.basename(path)
            if name in owners:
                faults.setdefault(layer, []).append(f'{path}: there is another {name}')
            owners[name] = layer
    for layer, paths in files.items():
        for path in paths:
            with open(os.path.join(top, path), encoding='utf-8') as file:
                text = file.read()
            for kind, name in INCLUDE.findall(text):
                why = judge(path, layer, kind, name, owners)
                if why:
                    faults.setdefault(layer, []).append(f'{path}: {why}')

    layers = sorted(set(files) | set(faults))
    print(f'1..{len(layers)}')
    for number, layer in enumerate(layers, 1):
        print(f"{'not ok' if layer in faults else 'ok'} {number} - {layer} includes only what lies below it")
        for fault in faults.get(layer, ()):
            print(f'# {fault}')
    return 1 if faults else 0


sys.exit(main())
