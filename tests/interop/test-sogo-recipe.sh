#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Is the SOGo the other suites stand on whole? Runs under with-sogo.sh; TAP.
set -u
login=alice:$SOGO_PASSWORD
# shellcheck source=tests/tools/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tools/tap.sh"
scratch=$(mktemp -d "$EAS_SOGO/recipe-XXXXXX")

ask() { curl --silent --show-error --fail --max-time 10 --user "$login" "$@"; }

offers_versions() { ask --include --request OPTIONS "$1" | grep -i '^MS-ASProtocolVersions:.*12\.1.*14\.1'; }
put_event() {
  cat >"$scratch/event.ics" <<-ICS
	BEGIN:VCALENDAR
	VERSION:2.0
	PRODID:-//evolution-eas//tests//EN
	BEGIN:VEVENT
	UID:recipe-1
	DTSTAMP:20260101T000000Z
	DTSTART:20261203T090000Z
	DTEND:20261203T100000Z
	SUMMARY:Seen over CalDAV
	END:VEVENT
	END:VCALENDAR
	ICS
  ask --upload-file "$scratch/event.ics" --header 'Content-Type: text/calendar' \
    "${SOGO_DAV_URL}alice/Calendar/personal/recipe-1.ics"
}
get_event() { ask "${SOGO_DAV_URL}alice/Calendar/personal/recipe-1.ics" | grep 'SUMMARY:Seen over CalDAV'; }
refuses_wrong_password() {
  [ "$(curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' --user alice:wrong \
    --request OPTIONS "$SOGO_EAS_URL")" = 401 ]
}
front_verifies() { ask --cacert "$SOGO_FRONT_CA" --request OPTIONS "$SOGO_FRONT_HTTPS"; }
front_is_self_signed() { ! ask --request OPTIONS "$SOGO_FRONT_HTTPS"; }

check "OPTIONS names the versions" offers_versions "$SOGO_EAS_URL"
check "a wrong password is refused" refuses_wrong_password
check "CalDAV takes an event" put_event
check "CalDAV gives it back" get_event
check "the front speaks HTTP" offers_versions "$SOGO_FRONT_HTTP"
check "the front's certificate is good for who trusts it" front_verifies
check "and for nobody else" front_is_self_signed
plan
