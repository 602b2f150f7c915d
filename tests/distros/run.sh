#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.sh RELEASE    builds this tree on another release, and runs its unit tests there
# run.sh --list     the releases worth it: those whose EDS, compiler or GLib differ
#
# A fresh minimal root in a scratch directory, removed at the end. Exit status 77:
# skipped, and the line before says why.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/tools/setup.sh
. "$top/tests/tools/setup.sh"

if [ "${1-}" = --list ]; then
  echo trixie # Debian 13: EDS 3.56, GCC 14, GLib 2.84
  exit 0
fi
release=${1:?usage: run.sh RELEASE}
mirror=${EAS_MIRROR:-http://deb.debian.org/debian}

skip() { echo "$release: skipped: $*"; exit 77; }
[ "$(id -u)" = 0 ] || skip "a root directory can be made by root only"
command -v debootstrap >/dev/null || skip "debootstrap is not here"

root=$(mktemp -d /var/tmp/evolution-eas-XXXXXX)
# shellcheck disable=SC2329 # called by the trap
leave() {
  local mount
  for mount in dev/pts proc; do
    umount "$root/$mount" 2>/dev/null || umount -l "$root/$mount" 2>/dev/null || true
    # Never through a mount that would not go.
    ! mountpoint -q "$root/$mount" || return
  done
  rm -rf --one-file-system "$root"
}
trap leave EXIT
trap 'exit 130' INT TERM HUP

inside() { timeout "$1" chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
  DEBIAN_FRONTEND=noninteractive TMPDIR=/tmp "${@:2}"; }
quiet() { "$@" >"$root.log" 2>&1 || { tail -30 "$root.log"; rm -f "$root.log"; return 1; }; rm -f "$root.log"; }

timeout 900 debootstrap --variant=minbase "$release" "$root" "$mirror" >"$root.log" 2>&1 || {
  reason=$(tail -1 "$root.log")
  rm -f "$root.log"
  skip "no root could be made from $mirror: $reason"
}
rm -f "$root.log"
mount -t proc proc "$root/proc" || skip "/proc cannot be mounted in it"
mkdir -p "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" || skip "/dev/pts cannot be mounted in it"
[ -e "$root/dev/ptmx" ] || ln -s pts/ptmx "$root/dev/ptmx"
cp /etc/resolv.conf "$root/etc/resolv.conf" 2>/dev/null || true
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

# shellcheck disable=SC2086,SC2154
quiet inside 1200 apt-get install -y --no-install-recommends $packages_build $packages_unit
mkdir -p "$root/source"
tar -C "$top" --exclude='./_build*' --exclude=./.git -cf - . | tar -C "$root/source" -xf -
[ ! -d "$top/../shared" ] || cp -rL "$top/../shared" "$root/shared"

quiet inside 300 meson setup /build /source -Dfunctional_tests=false
quiet inside 1800 ninja -C /build
quiet inside 1200 meson test -C /build --suite unit -t 4 --print-errorlogs
echo "$release: built with EDS $(inside 10 pkg-config --modversion libedataserver-1.2); its unit tests pass"
