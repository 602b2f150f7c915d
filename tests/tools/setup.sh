# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What ./check and ./demo share: the packages each part needs, and the build.
# To be sourced with $top set to the top of the source.

packages_build='build-essential meson ninja-build pkg-config gettext python3 libglib2.0-dev libsoup-3.0-dev
  libxml2-dev evolution-data-server-dev libedataserver1.2-dev libebackend1.2-dev libecal2.0-dev libedata-cal2.0-dev
  libebook1.2-dev libedata-book1.2-dev libcamel1.2-dev libwbxml2-dev libsecret-1-dev'
# What the tests call: TLS for libsoup, the schemas' judge, a second WBXML decoder, time zones.
packages_unit='glib-networking libxml2-utils libwbxml2-utils openssl ca-certificates tzdata git procps'
packages_lint='clang-format git'
packages_session='evolution-data-server dbus gnome-keyring libsecret-tools libglib2.0-bin shared-mime-info
  dconf-gsettings-backend glib-networking openssl ca-certificates tzdata sqlite3 procps'
packages_clang='clang libclang-rt-dev llvm'
packages_sogo='sogo sogo-activesync postgresql memcached dovecot-imapd dovecot-lmtpd nginx-light openssl curl'
packages_desktop='gnome-calendar xvfb imagemagick xdotool openbox adwaita-icon-theme fonts-dejavu-core at-spi2-core
  python3-pyatspi python3-gi gir1.2-atspi-2.0'
packages_distros='debootstrap'

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

missing_packages() { # missing_packages PACKAGE...: those not installed, one a line
  local package
  for package in "$@"; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
    installed) ;;
    *) echo "$package" ;;
    esac
  done
}

# Installing a server package would start it; the tests run their own instances,
# so services are held back while packages are installed.
hold_services() {
  services_held=no
  if [ "$(id -u)" = 0 ] && [ ! -e /usr/sbin/policy-rc.d ]; then
    printf '#!/bin/sh\n# evolution-eas: while its test packages are installed\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    services_held=yes
  fi
}
release_services() { [ "${services_held:-no}" = no ] || rm -f /usr/sbin/policy-rc.d; }

need() { # need GROUP...: installs what is missing of packages_GROUP
  local group wanted=() missing root=()
  for group in "$@"; do
    local list=packages_$group
    # shellcheck disable=SC2206
    wanted+=(${!list})
  done
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    # Not Debian: say it once, then let meson or the tests name what they miss.
    case " ${named_groups:-} " in
    *" $* "*) ;;
    *) say "This is not Debian or Ubuntu: please see that what these packages of theirs hold is installed:"
       say "  ${wanted[*]}" ;;
    esac
    named_groups="${named_groups:-} $*"
    return 0
  fi
  mapfile -t missing < <(missing_packages "${wanted[@]}")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing; install them as root: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "Installing ${missing[*]}"
  local log
  log=$(mktemp)
  hold_services
  trap 'release_services; exit 130' INT TERM HUP
  if ! { "${root[@]}" timeout 600 apt-get -o DPkg::Lock::Timeout=300 update &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 1800 apt-get -o DPkg::Lock::Timeout=300 \
      install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
    release_services
    trap - INT TERM HUP
    tail -20 "$log" >&2
    rm -f "$log"
    fail "apt-get could not install ${missing[*]}"
  fi
  release_services
  trap - INT TERM HUP
  rm -f "$log"
}

build() { # build DIRECTORY [MESON_OPTION...]: configures once, then compiles; quiet unless it fails
  local directory=$top/$1 log
  shift
  log=$(mktemp)
  if [ ! -e "$directory/build.ninja" ]; then
    say "Configuring ${directory##*/}"
    rm -rf "$directory" # half a configuration cannot be used again
    if ! timeout 300 meson setup "$directory" "$top" "$@" >"$log" 2>&1; then
      tail -30 "$log" >&2
      rm -f "$log"
      fail "meson setup failed"
    fi
  fi
  # A layer that came since is no change of a file meson knows.
  if [ -n "$(find "$top/src" "$top/tests" -name meson.build -newer "$directory/build.ninja" -print -quit)" ]; then
    timeout 300 meson setup --reconfigure "$directory" "$top" >"$log" 2>&1 || true # ninja tells what is wrong
  fi
  say "Building ${directory##*/}"
  if ! timeout 1800 ninja -C "$directory" >"$log" 2>&1; then
    grep -vE '^\[[0-9]+/[0-9]+\] (Compiling|Linking|Generating)' "$log" | head -80 >&2
    rm -f "$log"
    fail "the build failed"
  fi
  rm -f "$log"
}
