# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# TAP for tests in shell; to be sourced. The plan comes last: plan.

number=0

check() { # check NAME COMMAND...: one line; what COMMAND said, where it fails
  local name=$1 said
  shift
  number=$((number + 1))
  said=$(mktemp)
  if "$@" >"$said" 2>&1; then
    echo "ok $number - $name"
  else
    echo "not ok $number - $name"
    head -30 "$said" | sed 's/^/# /'
  fi
  rm -f "$said"
}

plan() { echo "1..$number"; }
