#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# on-sogo.sh SCRIPT [ARGUMENT...]
#
# Beside a SOGo (with-sogo.sh), in a desktop session of its own: runs a Python
# script of ../functional against it, with CalDAV as the witness.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=$1
shift
exec "$here/../functional/session.sh" /usr/bin/python3 "$here/../functional/$script" --server sogo \
  --url "$SOGO_FRONT_HTTP" --dav "$SOGO_DAV_URL" --agent "$EAS_BUILD_DIR/tests/functional/cal-agent" --patience 60 "$@"
