#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# check-format.sh [--fix] [FILE...]: do the C sources look as .clang-format says? TAP.
# Headers are left to their authors, who align prototypes by hand; so are tables,
# between "clang-format off" and "on". --fix rewrites the files.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

fix=no
if [ "${1-}" = --fix ]; then
  fix=yes
  shift
fi
if [ $# -gt 0 ]; then
  files=("$@")
else
  mapfile -t files < <(find src tests -name '*.c' | sort)
fi

# One version decides for everybody: they differ in details. 14 is Debian 12's.
formatter=
for candidate in clang-format-14 clang-format; do
  if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
    formatter=$candidate
    break
  fi
done
if [ -z "$formatter" ]; then
  echo '1..0 # SKIP clang-format 14 is not here'
  exit 0
fi

if [ $fix = yes ]; then
  [ ${#files[@]} -eq 0 ] || "$formatter" -i "${files[@]}"
  exit 0
fi

# One line a place, its file first; a few files a process.
wrong=$(printf '%s\0' "${files[@]}" | xargs -0 -P 2 -n 16 "$formatter" --dry-run 2>&1 |
  sed -n 's/^\([^:]*\):[0-9]*:[0-9]*: warning: code should be clang-formatted.*/\1/p' | sort | uniq -c)

echo "1..${#files[@]}"
number=0
status=0
for file in "${files[@]}"; do
  number=$((number + 1))
  places=$(awk -v file="$file" '$2 == file { print $1 }' <<<"$wrong")
  if [ -z "$places" ]; then
    echo "ok $number - $file"
  else
    echo "not ok $number - $file: $places places; tests/lint/check-format.sh --fix $file"
    status=1
  fi
done
exit $status
