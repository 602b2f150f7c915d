#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The command-line tool on a real SOGo, CalDAV as the witness. Runs under with-sogo.sh; TAP.
set -u
tool=$EAS_BUILD_DIR/src/tools/evolution-eas
# shellcheck source=tests/tools/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/tap.sh"
scratch=$(mktemp -d "$EAS_SOGO/tool-XXXXXX")

eas() { printf '%s\n' "$SOGO_PASSWORD" | timeout 180 "$tool" --server "$SOGO_EAS_URL" --user alice --password-stdin "$@"; }
put() { # put UID SUMMARY DTSTART [LINE...]: an event by CalDAV
  {
    printf '%s\r\n' BEGIN:VCALENDAR VERSION:2.0 'PRODID:-//evolution-eas//tests//EN' BEGIN:VEVENT "UID:$1" \
      DTSTAMP:20260101T000000Z "SUMMARY:$2" "DTSTART$3" "${@:4}" END:VEVENT END:VCALENDAR
  } >"$scratch/$1.ics"
  curl --silent --show-error --fail --max-time 10 --user "alice:$SOGO_PASSWORD" --header 'Content-Type: text/calendar' \
    --upload-file "$scratch/$1.ics" "${SOGO_DAV_URL}alice/Calendar/personal/$1.ics"
}

probe() { # probe VERSION: all of this project's commands that are offered work
  printf '%s\n' "$SOGO_PASSWORD" |
    timeout 120 "$tool" probe --protocol "$1" --user alice --password-stdin "$SOGO_EAS_URL" >"$scratch/probe" 2>&1
  local status=$?
  cat "$scratch/probe"
  [ $status -eq 0 ] && [ "$(grep -cE '^[A-Za-z]+ +(works|not offered) ' "$scratch/probe")" -ge 11 ] &&
    ! grep -q ' refused ' "$scratch/probe"
}
nothing_left() { eas folders >"$scratch/tree" && ! grep 'evolution-eas probe' "$scratch/tree"; }
shows_tree() { eas folders >"$scratch/tree" && grep -qi 'inbox' "$scratch/tree" && grep -q 'calendar' "$scratch/tree"; }
shows_event() { eas items --brief calendar | tee "$scratch/items" && grep -q 'Planning' "$scratch/items"; }
shows_series() { grep 'Standup' "$scratch/items" | grep repeats; }
as_json() {
  eas items --json calendar >"$scratch/items.json" &&
    python3 - "$scratch/items.json" <<'PY'
import json, sys
items = json.load(open(sys.argv[1]))
event = next(i for i in items if i["properties"]["Calendar:Subject"] == "Planning")
assert event["properties"]["Calendar:StartTime"] == "20261203T090000Z", event
assert event["class"] == "Calendar"
PY
}
exported() {
  eas export calendar >"$scratch/export.ics" && grep -q '^SUMMARY:Planning' "$scratch/export.ics" &&
    grep -q '^RRULE:.*FREQ=WEEKLY' "$scratch/export.ics" && grep -q '^DTSTART;VALUE=DATE:20261224' "$scratch/export.ics"
}
pushed() { # an event put while the tool watches is told of
  local watcher tries=0 status
  eas watch --json --count 1 --timeout 150 calendar >"$scratch/watched" 2>"$scratch/watching" &
  watcher=$!
  until grep -q Watching "$scratch/watching" || [ $((tries += 1)) -gt 900 ]; do sleep 0.1; done
  sleep 1.5 # SOGo forgets a change made in the second of its last answer
  put pushed 'Just now' ':20261210T090000Z'
  wait $watcher
  status=$?
  cat "$scratch/watched" "$scratch/watching"
  [ $status -eq 0 ] && grep -q '"change":"added".*Just now' "$scratch/watched"
}
wrong_password() {
  echo wrong | timeout 180 "$tool" --server "$SOGO_EAS_URL" --user alice --password-stdin folders
  [ $? -eq 3 ]
}
not_eas() { # SOGo's log-in page answers 200 to everything
  echo x | timeout 180 "$tool" --server "${SOGO_EAS_URL%/SOGo/*}/Microsoft-Server-ActiveSync" --user alice --password-stdin folders
  [ $? -eq 7 ]
}
trusted() {
  printf '%s\n' "$SOGO_PASSWORD" | timeout 180 "$tool" --server "$SOGO_FRONT_HTTPS" --ca-file "$SOGO_FRONT_CA" --user alice \
    --password-stdin folders
}
untrusted() {
  printf '%s\n' "$SOGO_PASSWORD" | timeout 180 "$tool" --server "$SOGO_FRONT_HTTPS" --user alice --password-stdin folders
  [ $? -eq 6 ]
}

put planning Planning ':20261203T090000Z' 'DTEND:20261203T100000Z' 'LOCATION:Room 1'
put standup Standup ':20261201T080000Z' 'DTEND:20261201T081500Z' 'RRULE:FREQ=WEEKLY;COUNT=5'
put holiday Holiday ';VALUE=DATE:20261224'
sleep 1.1

check "probe at 14.1: every command offered works" probe 14.1
check "probe at 12.1: every command offered works" probe 12.1
check "the probe leaves nothing" nothing_left
check "folders" shows_tree
check "items shows an event put by CalDAV" shows_event
check "items tells a series" shows_series
check "items as JSON" as_json
check "export writes a series and an all-day event" exported
check "watch tells of an event put meanwhile" pushed
check "a wrong password ends with 3" wrong_password
check "the log-in page ends with 7" not_eas
check "HTTPS with the server's certificate trusted" trusted
check "HTTPS with a certificate nobody vouches for ends with 6" untrusted
plan
