# SPDX-License-Identifier: LGPL-2.1-or-later
"""TAP for the functional tests: a broken test is one failure, not the end."""

import sys
import time
import traceback

_number = 0
_failed = 0


def report(name, good, detail=""):
    global _number, _failed
    _number += 1
    _failed += not good
    print(f"{'ok' if good else 'not ok'} {_number} - {name}")
    if not good and detail != "":
        print("\n".join("# " + line for line in str(detail).splitlines()[:20]))
    sys.stdout.flush()
    return good


def run(*tests):
    """Each test by its name: what it takes is said, what it raises is reported."""
    for test in tests:
        began = time.monotonic()
        try:
            test()
        except Exception as error:
            report(f"{test.__name__}: {type(error).__name__}", False, f"{error}\n{traceback.format_exc()}")
        print(f"# {test.__name__}: {time.monotonic() - began:.1f} s", flush=True)


def finish():
    print(f"1..{_number}")
    sys.exit(_failed > 0)
