#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check-potfiles.sh [--fix]: is every file with texts for people in po/POTFILES.in,
# and nothing else? TAP. --fix writes the list anew.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

head_lines='# SPDX-License-Identifier: LGPL-2.1-or-later
# tests/lint/check-potfiles.sh --fix writes this list.'
# A call of _(), N_(), C_(), NC_() or ngettext() on a literal, with or without a space.
wanted=$({
  grep -rlE --include='*.c' --include='*.h' '(^|[^A-Za-z0-9_])(_|N_|C_|NC_|Q_|g_dngettext|ngettext) ?\("' src || true
  find data -name '*.metainfo.xml.in'
} | sort)

if [ "${1-}" = --fix ]; then
  printf '%s\n' "$head_lines" $wanted >po/POTFILES.in
  exit 0
fi

listed=$(grep -v '^#' po/POTFILES.in | sort)
missing=$(comm -23 <(echo "$wanted") <(echo "$listed"))
surplus=$(comm -13 <(echo "$wanted") <(echo "$listed"))

status=0
report() { # report NUMBER NAME FILES
  if [ -z "$3" ]; then
    echo "ok $1 - $2"
  else
    echo "not ok $1 - $2"
    echo "$3" | sed 's/^/# /'
    echo "# tests/lint/check-potfiles.sh --fix"
    status=1
  fi
}
echo 1..2
report 1 "every file with texts for people is listed" "$missing"
report 2 "every file listed has some" "$surplus"
exit $status
