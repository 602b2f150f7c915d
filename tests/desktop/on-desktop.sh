#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# on-desktop.sh SCRIPT
#
# Beside a SOGo (with-sogo.sh): a test of this folder in a desktop session of its own.
# EAS_PICTURES keeps the pictures there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec "$here/../functional/session.sh" /usr/bin/python3 "$here/$1" \
  --env "$(dirname "$(dirname "$SOGO_LOG")")/env" --agent "$EAS_BUILD_DIR/tests/functional/cal-agent" \
  ${EAS_PICTURES:+--pictures "$EAS_PICTURES"}
