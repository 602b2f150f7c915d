# SPDX-License-Identifier: LGPL-2.1-or-later
"""TAP for the functional tests: a broken test is one failure, not the end."""

import sys
import time
import traceback

from seam import Failure

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


def attempt(name, *works):
    """One report of all that works do, one after another: what a test found in a line, what broke it with its place."""
    began = time.monotonic()
    try:
        for work in works:
            work()
    except Failure as failure:
        return report(name, False, failure)
    except Exception:
        return report(name, False, traceback.format_exc())
    return report(f"{name} ({time.monotonic() - began:.1f} s)", True)


def tests_in(module, only=None):
    """{name: function} of a module's globals(), or of those only names."""
    tests = {name[5:]: function for name, function in module.items() if name.startswith("test_")}
    return {name: function for name, function in tests.items() if not only or name in only}


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
