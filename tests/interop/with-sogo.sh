#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# with-sogo.sh [--limit SECONDS] COMMAND [ARGUMENT...]
#
# Runs COMMAND beside a SOGo of its own (sogo/README.md) on free loopback ports.
# COMMAND finds SOGO_EAS_URL, SOGO_DAV_URL and the like in its environment, as
# sogo/up prints them. Server and data are gone when COMMAND ends.
# Settings of sogo/up (MAX_PING, WORKERS, ...) pass through.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

if [ -z "${EAS_SOGO_STAGE:-}" ]; then
  limit=()
  if [ "${1-}" = --limit ]; then
    limit=(--limit "$2")
    shift 2
  fi
  [ $# -gt 0 ] || { echo "usage: with-sogo.sh [--limit SECONDS] COMMAND [ARGUMENT...]" >&2; exit 2; }
  export EAS_SOGO_STAGE=inside
  exec python3 "$here/../tools/contained.py" "${limit[@]}" --scratch EAS_SOGO -- "$here/with-sogo.sh" "$@"
fi
unset EAS_SOGO_STAGE
chmod 755 "$EAS_SOGO" # SOGo's own user works below it

# Between the look at a port and its use by a server there are seconds: who holds this one has the block.
holder='import socket, sys, time
held = socket.socket()
held.bind(("127.0.0.1", int(sys.argv[1])))
held.listen()
print("held", flush=True)
time.sleep(1e6)'
hold() { # hold PORT: until holder_pid ends
  local word=''
  coproc HOLDER { exec python3 -c "$holder" "$1" 2>/dev/null; }
  holder_pid=$HOLDER_PID
  read -r -t 60 word <&"${HOLDER[0]}" || true
  [ "$word" = held ]
}
release() {
  kill "$holder_pid" 2>/dev/null || true
  wait "$holder_pid" 2>/dev/null || true
}

started=no
for attempt in 1 2 3 4 5 6 7 8; do
  # Blocks of 500 ports below the kernel's own range; a block in use is refused by up.
  base=$((20500 + RANDOM % 23 * 500))
  hold $((base + 1)) || { echo "the ports from $base on are another's" >"$EAS_SOGO/up.out"; release; continue; }
  if PORT_BASE=$base "$here/sogo/up" "$EAS_SOGO/$attempt" >"$EAS_SOGO/up.out" 2>&1; then
    started=yes
    break
  fi
  [ ! -d "$EAS_SOGO/$attempt/defaults" ] || "$here/sogo/down" "$EAS_SOGO/$attempt" --purge
  release
done
if [ $started = no ]; then
  echo "with-sogo.sh: SOGo does not start: $(tail -1 "$EAS_SOGO/up.out")" >&2
  exit 99 # a hard error for meson, never a skip
fi
SOGO_ENV=$EAS_SOGO/$attempt/env # the same as a file
set -a
export SOGO_ENV
# shellcheck disable=SC1090,SC1091
. "$EAS_SOGO/$attempt/env"
set +a

status=0
"$@" || status=$?
"$here/sogo/down" "$EAS_SOGO/$attempt" --purge
release
exit $status
