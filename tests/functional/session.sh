#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# session.sh [--limit SECONDS] COMMAND [ARGUMENT...]
#
# Runs COMMAND inside a private desktop session: its own D-Bus session bus, home
# and XDG directories, an unlocked keyring, and Evolution Data Server taking its
# modules from the build tree beside the stock ones. The EDS daemons start on
# demand. When COMMAND ends, nothing of the session is left: no process, no file.
#
# Environment:
#   EAS_BUILD_DIR     the build tree (default: _build at the top of the source)
#   EAS_SESSION_KEEP  a directory to use and keep instead of a scratch one
# COMMAND finds:
#   EAS_SESSION       the session's directory (home, config, data, cache, run, tmp below it);
#                     its bus.log holds what the bus and the daemons say
#   EAS_BUILD_DIR     absolute
#   PATH              with the built evolution-eas first
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)

# ---- outside: make sure that everything ends --------------------------------
if [ -z "${EAS_SESSION_STAGE:-}" ]; then
  limit=()
  if [ "${1-}" = --limit ]; then
    limit=(--limit "$2")
    shift 2
  fi
  [ $# -gt 0 ] || { echo "usage: session.sh [--limit SECONDS] COMMAND [ARGUMENT...]" >&2; exit 2; }
  for need in dbus-run-session gnome-keyring-daemon python3; do
    command -v "$need" >/dev/null || { echo "session.sh: $need is missing; ./check installs it" >&2; exit 127; }
  done
  scratch=(--scratch EAS_SESSION)
  if [ -n "${EAS_SESSION_KEEP:-}" ]; then
    mkdir -p "$EAS_SESSION_KEEP"
    EAS_SESSION=$(cd "$EAS_SESSION_KEEP" && pwd)
    export EAS_SESSION
    scratch=()
  fi
  EAS_BUILD_DIR=$(cd "${EAS_BUILD_DIR:-$top/_build}" && pwd)
  export EAS_BUILD_DIR EAS_SESSION_STAGE=environment
  exec python3 "$here/../tools/contained.py" "${limit[@]}" "${scratch[@]}" -- "$here/session.sh" "$@"
fi

# ---- a directory with the stock modules and ours ----------------------------
# EDS_*_MODULES replace the stock directory, so ours are linked in beside them.
join_modules() { # join_modules NAME STOCK_DIRECTORY BUILT...
  local directory=$EAS_SESSION/modules/$1 module
  mkdir -p "$directory"
  for module in "$2"/*; do
    [ ! -e "$module" ] || ln -sf "$module" "$directory/"
  done
  for module in "${@:3}"; do
    [ ! -e "$module" ] || ln -sf "$module" "$directory/"
  done
  echo "$directory"
}

stock() { # stock PACKAGE VARIABLE: where the distribution keeps its modules
  pkg-config --variable="$2" "$1"
}

# ---- inside, first the environment, then the bus ----------------------------
if [ "$EAS_SESSION_STAGE" = environment ]; then
  export HOME=$EAS_SESSION/home
  export XDG_CONFIG_HOME=$EAS_SESSION/config XDG_DATA_HOME=$EAS_SESSION/data
  export XDG_CACHE_HOME=$EAS_SESSION/cache XDG_STATE_HOME=$EAS_SESSION/state
  export XDG_RUNTIME_DIR=$EAS_SESSION/run
  export TMPDIR=$EAS_SESSION/tmp
  mkdir -p "$TMPDIR" "$HOME" "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME"
  mkdir -p -m 700 "$XDG_RUNTIME_DIR"
  unset DBUS_SESSION_BUS_ADDRESS DBUS_STARTER_ADDRESS DBUS_STARTER_BUS_TYPE GNOME_KEYRING_CONTROL

  built=$EAS_BUILD_DIR/src
  EDS_REGISTRY_MODULES=$(join_modules registry "$(stock libebackend-1.2 moduledir)" "$built"/registry/*.so)
  EDS_CALENDAR_MODULES=$(join_modules calendar "$(stock libedata-cal-2.0 backenddir)" "$built"/calendar/*.so)
  EDS_ADDRESS_BOOK_MODULES=$(join_modules addressbook "$(stock libedata-book-1.2 backenddir)" "$built"/addressbook/*.so)
  EDS_CAMEL_PROVIDER_DIR=$(join_modules camel "$(stock camel-1.2 camel_providerdir)" "$built"/camel/*.so "$top"/src/camel/*.urls)
  export EDS_REGISTRY_MODULES EDS_CALENDAR_MODULES EDS_ADDRESS_BOOK_MODULES EDS_CAMEL_PROVIDER_DIR
  # The modules are reached through links, where $ORIGIN in their RUNPATH leads nowhere.
  export LD_LIBRARY_PATH=$built/common${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  export PATH=$built/tools:$PATH

  # Nothing of the person's desktop, no settings daemon, no virtual file systems.
  export GSETTINGS_BACKEND=memory GIO_USE_VFS=local GIO_USE_VOLUME_MONITOR=unix
  export NO_AT_BRIDGE=${NO_AT_BRIDGE-1} LC_ALL=${LC_ALL:-C.UTF-8}
  export EAS_SESSION_STAGE=bus
  # What the bus starts says nothing on the standard output of a test.
  exec dbus-run-session -- "$here/session.sh" "$@" 8>&1 9>&2 >>"$EAS_SESSION/bus.log" 2>&1
fi

exec >&8 2>&9 8>&- 9>&-
unset EAS_SESSION_STAGE
# Unlocked with an empty password: a prompt nobody can answer would hang the tests.
printf '\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>"$EAS_SESSION/keyring.log" ||
  { echo "session.sh: the keyring does not start: $(tail -1 "$EAS_SESSION/keyring.log")" >&2; exit 1; }
status=0
"$@" || status=$?
if [ $status -ne 0 ] && [ -s "$EAS_SESSION/bus.log" ]; then
  echo "# the last words of the bus and the daemons:" >&2
  tail -n 12 "$EAS_SESSION/bus.log" | sed 's/^/#   /' >&2
fi
exit $status
