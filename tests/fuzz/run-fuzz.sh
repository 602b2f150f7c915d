#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run-fuzz.sh PROGRAM CORPUS...: one libFuzzer target for EAS_FUZZ_SECONDS (default 5). TAP.
# An input that breaks it stays beside the program as crash-TARGET-*; running PROGRAM with
# that file shows it again.
set -euo pipefail

program=$1
shift
target=$(basename "$program")
seconds=${EAS_FUZZ_SECONDS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/eas-fuzz.XXXXXX")
trap 'rm -rf "$work"' EXIT

# One flat folder: libFuzzer keeps what it finds in the first, and takes folders only.
mkdir "$work/found" "$work/corpus"
for file in "$@"; do
  cp "$file" "$work/corpus/"
done

# EDS's parser loses what it cannot read of a broken vCard (tests/lsan.supp).
leaks=1
[ "$target" != fuzz-vcard ] || leaks=0 ASAN_OPTIONS=${ASAN_OPTIONS:-}${ASAN_OPTIONS:+:}detect_leaks=0
export ASAN_OPTIONS

echo 1..1
status=0
"$program" -detect_leaks=$leaks -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=32768 -print_final_stats=1 \
  -artifact_prefix="$(dirname "$program")/crash-$target-" "$work/found" "$work/corpus" >"$work/log" 2>&1 || status=$?
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
if [ $status -eq 0 ] && [ -n "$runs" ]; then
  echo "ok 1 - $target: $runs inputs in $seconds s"
else
  echo "not ok 1 - $target"
  tail -n 60 "$work/log" | sed 's/^/# /'
  exit 1
fi
