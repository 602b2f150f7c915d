#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs test-full-disk.py in a session whose cache is a disk of its own, small enough
# to be filled. That takes a mount namespace; without one the test is skipped.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ "${1-}" != --inside ]; then
  for options in -m -Urm; do
    if unshare $options sh -c 'mount -t tmpfs -o size=64k tmpfs /mnt' 2>/dev/null; then
      exec unshare $options "$here/full-disk.sh" --inside "$@"
    fi
  done
  echo "1..0 # SKIP no mount namespace here"
  exit 0
fi
shift
exec "$here/session.sh" "$@" "$here/test-full-disk.py"
