#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# on-mock.sh VERSION SCRIPT [SERVER-OPTION...] [-- SCRIPT-ARGUMENT...]
#
# Inside session.sh: runs a Python script of this folder against an embedded server
# of its own that offers VERSION ("14.1"). Where Microsoft's schemas are at hand
# (../shared/protocol/xsd beside the source), every answer is held against them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
version=$1 script=$2
shift 2
server=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  server+=("$1")
  shift
done
[ $# -eq 0 ] || shift

schemas=$here/../../../shared/protocol/xsd
[ ! -d "$schemas" ] || server+=(--schemas "$schemas")

coproc SERVER { exec "$EAS_BUILD_DIR/tests/server/eas-test-server" --user alice:secret --versions "$version" "${server[@]}" 2>"$EAS_SESSION/server.log"; }
server_pid=$SERVER_PID
read -r -t 30 word url <&"${SERVER[0]}" || { echo "Bail out! the server does not start: $(tail -1 "$EAS_SESSION/server.log")"; exit 99; }
[ "$word" = listening ] || { echo "Bail out! the server said $word"; exit 99; }

status=0
/usr/bin/python3 "$here/$script" --url "$url" --agent "$EAS_BUILD_DIR/tests/functional/cal-agent" "$@" || status=$?
if ! kill -0 "$server_pid" 2>/dev/null; then
  echo "# the server ended early: $(tail -3 "$EAS_SESSION/server.log")"
  status=1
else
  kill "$server_pid"
  wait "$server_pid" || true
fi
exit $status
