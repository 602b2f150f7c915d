#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bench-pim.sh [BENCH-PIM-OPTION...]: first sync beside CalDAV and CardDAV, on a SOGo of its own
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${EAS_BUILD_DIR:-$here/../../_build}

if [ -z "${SOGO_LOG:-}" ]; then
  exec "$here/../interop/with-sogo.sh" --limit 2650 "$0" "$@"
fi
exec /usr/bin/python3 "$here/bench-pim.py" run --env "$(dirname "$(dirname "$SOGO_LOG")")/env" --build "$build" "$@"
