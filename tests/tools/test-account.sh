#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# "evolution-eas account" in a private session, on the embedded server. TAP. Runs
# inside session.sh, which ends what is started here.
set -u
# shellcheck source=tests/tools/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/tap.sh"
SERVER_USER=alice SERVER_PASSWORD=secret
start_server() { # start_server NAME OPTION...: its address is in server_url
  "$EAS_BUILD_DIR/tests/server/eas-test-server" --sample --user "$SERVER_USER:$SERVER_PASSWORD" "${@:2}" >"$EAS_SESSION/$1" &
  for _ in $(seq 600); do
    server_url=$(sed -n 's/^listening //p' "$EAS_SESSION/$1")
    [ -z "$server_url" ] || break
    sleep 0.1
  done
}
start_server server
SERVER_URL=$server_url
export SERVER_URL SERVER_USER SERVER_PASSWORD
address=$SERVER_USER@example.test

ends_with() { # ends_with STATUS COMMAND...
  local wanted=$1 status
  shift
  timeout 180 "$@"
  status=$?
  [ $status -eq "$wanted" ] || { echo "status $status, wanted $wanted"; return 1; }
}
add() { # add PASSWORD [OPTION...]
  printf '%s\n' "$1" |
    timeout 180 evolution-eas account add --server "$SERVER_URL" --user "$SERVER_USER" --password-stdin "${@:2}" "$address"
}
says() { # says TEXT COMMAND...
  timeout 180 "${@:2}" | tee -a "$EAS_SESSION/said" | grep -qF -- "$1"
}
calendar_appears() { # the collection backend makes the calendar's source
  local tries=0
  until evolution-eas account status | grep -q ' items, \| not opened yet'; do
    [ $((tries += 1)) -lt 240 ] || { evolution-eas account status; return 1; }
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
# A certificate that was trusted when the account was made stays trusted for it.
start_server secure --tls
secure_url=$server_url
check "a certificate nobody vouches for adds nothing" \
  ends_with 6 bash -c "$(declare -f add); address=bob@example.test SERVER_URL=$secure_url; add '$SERVER_PASSWORD'"
certificate=$EAS_SESSION/secure.pem
openssl s_client -connect "$(sed 's|https://||; s|/.*||' <<<"$secure_url")" </dev/null 2>/dev/null |
  openssl x509 >"$certificate"
check "with --ca-file it does" \
  bash -c "$(declare -f add); address=bob@example.test SERVER_URL=$secure_url; add '$SERVER_PASSWORD' --ca-file '$certificate'"
check "and the account trusts it from then on" says calendar evolution-eas folders --account bob@example.test
check "two accounts: which one has to be said" ends_with 2 evolution-eas folders
check "one is removed" ends_with 0 evolution-eas account remove bob@example.test

check "it is removed" ends_with 0 evolution-eas account remove "$address"
check "and gone" nothing_listed
check "its password too" no_password_left
plan
