#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our libraries carry and load. check-linkage.py SHARED MODULE...; TAP, one line a file.

The engine is once in a process: in the shared library, and in no module beside it, or
its error domain would be two. And an address book loads no calendar: a library costs
memory in every process that names it, used or not.
"""
import os
import re
import subprocess
import sys

ENGINE = re.compile(r" [TDBR] eas_(error_quark|client_new|item_from_bytes|wbxml_reader_init|cmd_sync_build)$", re.M)
CALENDAR = ("libecal-", "libical-glib", "libedata-cal")
CONTACTS = ("libedata-book", "libgdk_pixbuf")
MAY_NOT_LOAD = {
    "libevolution-eas.so": CALENDAR + CONTACTS + ("libebook-",),
    "module-eas-backend.so": CALENDAR + CONTACTS + ("libebook-",),
    "libebookbackendeas.so": CALENDAR,
    "libecalbackendeas.so": CONTACTS,
}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def faults(path, shared):
    loaded = re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", path))
    found = [f"loads {name}" for name in loaded if name.startswith(MAY_NOT_LOAD.get(os.path.basename(path), ()))]
    carried = ENGINE.findall(output("nm", "--defined-only", path))
    if shared and not carried:
        found.append("the engine is not in it")
    if not shared and carried:
        found.append(f"brings the engine's {', '.join(carried)} again")
    return found


def main():
    paths = sys.argv[1:]
    print(f"1..{len(paths)}")
    for number, path in enumerate(paths, 1):
        found = faults(path, shared=number == 1)
        print(f"{'not ' if found else ''}ok {number} - {os.path.basename(path)}")
        for fault in found:
            print(f"# {fault}")
    return 0


sys.exit(main())
