# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# What ./check and ./demo share: the packages each part needs, and the build.
# To be sourced with $top set to the top of the source.

packages_build='build-essential meson ninja-build pkg-config gettext python3 libglib2.0-dev libsoup-3.0-dev
  libxml2-dev evolution-data-server-dev libedataserver1.2-dev libebackend1.2-dev libecal2.0-dev libedata-cal2.0-dev
  libebook1.2-dev libedata-book1.2-dev libcamel1.2-dev libwbxml2-dev libsecret-1-dev libgdk-pixbuf-2.0-dev'
# What the tests call: TLS for libsoup, the schemas' judge, a second WBXML decoder, time zones.
packages_unit='glib-networking libxml2-utils libwbxml2-utils openssl ca-certificates tzdata git procps'
packages_lint='clang-format git'
packages_session='evolution-data-server dbus gnome-keyring libsecret-tools libglib2.0-bin shared-mime-info
  dconf-gsettings-backend glib-networking openssl ca-certificates tzdata sqlite3 procps'
packages_clang='clang libclang-rt-dev llvm'
packages_sogo='sogo sogo-activesync postgresql memcached dovecot-imapd dovecot-lmtpd nginx-light openssl curl'
packages_desktop='gnome-calendar gnome-contacts xvfb imagemagick xdotool openbox adwaita-icon-theme fonts-dejavu-core at-spi2-core
  python3-pyatspi python3-gi gir1.2-atspi-2.0'
packages_evolution='evolution adwaita-icon-theme fonts-dejavu-core'
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
release_services() {
  [ "${services_held:-no}" = no ] || rm -f /usr/sbin/policy-rc.d
  services_held=no
}

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
  make_log
  hold_services
  interruptible "${root[@]}" timeout 600 apt-get -o DPkg::Lock::Timeout=300 update &&
    interruptible "${root[@]}" timeout 1800 apt-get -o DPkg::Lock::Timeout=300 \
      install -y --no-install-recommends --download-only "${missing[@]}" &&
    whole "${root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 1800 apt-get -o DPkg::Lock::Timeout=300 \
      install -y --no-install-recommends "${missing[@]}" || give_up 20 "apt-get could not install ${missing[*]}"
  release_services
  drop_log
}

# ---- what a Ctrl-C, a SIGTERM or a closed terminal may come across -------------
make_log() {
  log=
  trap 'tidy; exit 129' HUP
  trap 'tidy; exit 130' INT
  trap 'tidy; exit 143' TERM
  log=$(mktemp)
}
drop_log() {
  rm -f "$log"
  trap - INT TERM HUP
}
tidy() {
  local job
  for job in $(jobs -p); do
    kill "$job" 2>/dev/null || true
    wait "$job" || true
  done
  release_services
  [ -z "$log" ] || rm -f "$log"
}
give_up() { # give_up LINES MESSAGE: shows the end of the log
  tail -"$1" "$log" >&2
  tidy
  fail "$2"
}

# In the background and waited for: a trap of this shell comes at once, not after the command. One
# behind timeout or sudo would not hear a Ctrl-C itself.
interruptible() { # interruptible COMMAND...: to the log
  local status=0
  "$@" >>"$log" 2>&1 </dev/null &
  wait $! || status=$?
  return $status
}

# Half-configured packages help nobody: dpkg is let finish.
whole() { # whole COMMAND...: to the log
  local stop='' status=0
  trap 'stop=129' HUP
  trap 'stop=130; say "Stopping when the packages are in their places"' INT
  trap 'stop=143' TERM
  "$@" >>"$log" 2>&1 </dev/null &
  local pid=$!
  while kill -0 $pid 2>/dev/null; do
    wait $pid
    status=$?
  done
  if [ -n "$stop" ]; then
    tidy
    exit "$stop"
  fi
  return $status
}

build() { # build DIRECTORY [MESON_OPTION...]: configures once, then compiles; quiet unless it fails
  local directory=$top/$1
  shift
  make_log
  if [ ! -e "$directory/build.ninja" ]; then
    say "Configuring ${directory##*/}"
    rm -rf "$directory" # half a configuration cannot be used again
    contained_build 300 meson setup "$directory" "$top" "$@" || give_up 30 "meson setup failed"
  fi
  # A layer that came since is no change of a file meson knows.
  if [ -n "$(find "$top/src" "$top/tests" -name meson.build -newer "$directory/build.ninja" -print -quit)" ]; then
    contained_build 300 meson setup --reconfigure "$directory" "$top" || true # ninja tells what is wrong
  fi
  say "Building ${directory##*/}"
  : >"$log"
  if ! contained_build 1800 ninja -C "$directory"; then
    grep -vE '^\[[0-9]+/[0-9]+\] (Compiling|Linking|Generating)' "$log" | head -80 >&2 || true
    tidy
    fail "the build failed"
  fi
  drop_log
}
contained_build() { # contained_build SECONDS COMMAND...: no compiler stays behind
  interruptible python3 "$top/tests/tools/contained.py" --limit "$1" -- "${@:2}"
}
