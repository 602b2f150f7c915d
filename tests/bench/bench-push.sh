#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# bench-push.sh [BENCH-PUSH-OPTION...]: from a change on the server to the client's signal
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export EAS_BUILD_DIR=${EAS_BUILD_DIR:-$here/../../_build}
session=$here/../functional/session.sh

status=0
"$session" --limit 900 "$here/bench-push.py" "$@" || status=1
if [ -n "${SOGO_ENV:-}" ]; then
  "$session" --limit 300 "$here/bench-push.py" --env "$SOGO_ENV" "$@" || status=1
else
  # shellcheck disable=SC2016
  "$here/../interop/with-sogo.sh" --limit 400 bash -c '"$@" --env "$SOGO_ENV"' - "$session" --limit 300 "$here/bench-push.py" "$@" || status=1
  # As Debian installs it.
  # shellcheck disable=SC2016
  MAX_PING=10 INTERNAL_SYNC=10 "$here/../interop/with-sogo.sh" --limit 500 bash -c '"$@" --env "$SOGO_ENV" --interval 10' - \
    "$session" --limit 400 "$here/bench-push.py" "$@" || status=1
fi
exit $status
