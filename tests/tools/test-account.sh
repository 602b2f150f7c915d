#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# "evolution-eas account" in a private session, on the embedded server. TAP. Runs
# inside session.sh, which ends what is started here.
set -u
number=0
SERVER_USER=alice SERVER_PASSWORD=secret
"$EAS_BUILD_DIR/tests/server/eas-test-server" --sample --user "$SERVER_USER:$SERVER_PASSWORD" >"$EAS_SESSION/server" &
for _ in $(seq 100); do
  SERVER_URL=$(sed -n 's/^listening //p' "$EAS_SESSION/server")
  [ -z "$SERVER_URL" ] || break
  sleep 0.1
done
export SERVER_URL SERVER_USER SERVER_PASSWORD
address=$SERVER_USER@example.test

check() { # check NAME COMMAND...: one TAP line
  local name=$1
  shift
  number=$((number + 1))
  if "$@" >"$EAS_SESSION/output" 2>&1; then
    echo "ok $number - $name"
  else
    echo "not ok $number - $name"
    head -30 "$EAS_SESSION/output" | sed 's/^/# /'
  fi
}
ends_with() { # ends_with STATUS COMMAND...
  local wanted=$1 status
  shift
  timeout 60 "$@"
  status=$?
  [ $status -eq "$wanted" ] || { echo "status $status, wanted $wanted"; return 1; }
}
add() { # add PASSWORD
  printf '%s\n' "$1" |
    timeout 60 evolution-eas account add --server "$SERVER_URL" --user "$SERVER_USER" --password-stdin "$address"
}
says() { # says TEXT COMMAND...
  timeout 60 "${@:2}" | tee -a "$EAS_SESSION/said" | grep -qF -- "$1"
}
calendar_appears() { # the collection backend makes the calendar's source
  local tries=0
  until evolution-eas account status | grep -q ' items, \| not opened yet'; do
    [ $((tries += 1)) -lt 60 ] || { evolution-eas account status; return 1; }
    sleep 0.5
  done
}
nothing_listed() { [ -z "$(evolution-eas account list)" ]; }
no_password_left() { ! secret-tool search --all xdg:schema org.gnome.Evolution.Data.Source 2>&1 | grep -q 'secret ='; }

check "no account at first" nothing_listed
check "a command without an account says what to do" ends_with 9 evolution-eas folders
check "a wrong password adds nothing" ends_with 3 bash -c "$(declare -f add); address=$address; add wrong"
check "and the list stays empty" nothing_listed
check "an address without a domain is refused" ends_with 2 evolution-eas account add --password-stdin nobody </dev/null
check "an account is added" add "$SERVER_PASSWORD"
check "it is listed" says "$address" evolution-eas account list
check "twice is once too often" ends_with 1 bash -c "$(declare -f add); address=$address; add '$SERVER_PASSWORD'"
check "its calendar appears" calendar_appears
check "its folders, with the password from the keyring" says calendar evolution-eas folders
check "the account can be named" says calendar evolution-eas folders --account "$address"
check "an account that is not there" ends_with 9 evolution-eas folders --account nobody@example.test
check "status names the server" says "${SERVER_URL%/Microsoft*}" evolution-eas account status "$address"
check "status as JSON" says '"access":"allowed"' evolution-eas account status --json
check "it is removed" ends_with 0 evolution-eas account remove "$address"
check "and gone" nothing_listed
check "its password too" no_password_left
echo "1..$number"
