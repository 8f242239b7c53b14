#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What an installation puts where, that it works there without systemd, and that it can be undone.
# Usage: install.sh CHECKOUT BUILD LIST LOCALEDIR
set -uo pipefail
export LC_ALL=C.UTF-8

root=$1 build=$2 list=$3 localedir=$4
. "$root/tests/lib/tap.sh"
. "$root/tests/lib/install.sh"

bus_name=org.vibekanban.Processes
bus_path=/org/vibekanban/Processes
folder=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/vkp-install.XXXXXX")") || exit 1
stage=$folder/stage
bus_address=unix:path=$folder/bus
# A case runs in a shell of its own, so what it starts is known by what it wrote down.
finish() {
  local bus
  if bus=$(cat "$folder/pid" 2>/dev/null); then
    kill "$bus"
    await 10 is_gone "$bus"
  fi
  rm -rf "$folder"
}
is_gone() { # PID
  ! kill -0 "$1"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

expected() {
  cat "$list"
  grep -v '^#' "$root/po/LINGUAS" | tr -s ' ' '\n' | grep . |
    sed "s,.*,$localedir/&/LC_MESSAGES/vibekanban-processes.mo,"
}

installed() {
  find "$stage" ! -type d | sed "s,^$stage,,"
}

nothing_is_open_to_others() {
  find "$stage" ! -type l -perm /7022
}

residue() {
  find "$stage" 2>/dev/null || true
}

uninstall() {
  install_into "$build" "$stage" && compare && DESTDIR=$stage ninja -C "$build" uninstall </dev/null
}

compare() {
  diff <(expected | LC_ALL=C sort) <(installed | LC_ALL=C sort)
}

# The bus gets the activation file as it was installed, but for the folder that stands before all
# paths here. It knows no systemd.
start_bus() {
  local installed_file program
  installed_file=$(find "$stage" -name "$bus_name.service")
  program=$(sed -n 's/^Exec=//p' "$installed_file")
  [ -x "$stage$program" ] || return 1
  mkdir "$folder/services" "$folder/home" "$folder/run"
  chmod 700 "$folder/run"
  sed "s,^Exec=,&$stage," "$installed_file" >"$folder/services/$bus_name.service"
  cat >"$folder/bus.conf" <<END
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
  "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=$folder/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$folder/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
  env -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_DATA_HOME -u VK_DATABASE_PATH \
    HOME="$folder/home" XDG_RUNTIME_DIR="$folder/run" \
    dbus-daemon --config-file="$folder/bus.conf" --nofork --nopidfile >"$folder/log" 2>&1 &
  printf '%s\n' $! >"$folder/pid"
  await 10 test -S "$folder/bus"
}

call() { # METHOD ARGUMENT...
  busctl --address="$bus_address" --json=short call "$bus_name" "$bus_path" "$bus_name" "$@"
}

first_call() {
  call List 'a{sv}' 0 | grep '"type":"aa{sv}"' || { cat "$folder/log" && return 1; }
}

# Who answers is what was installed.
serves_from_stage() {
  local pid
  pid=$(busctl --address="$bus_address" --json=short call org.freedesktop.DBus / \
    org.freedesktop.DBus GetConnectionUnixProcessID s "$bus_name" | jq '.data[0]') &&
    [[ $(readlink "/proc/$pid/exe") == "$stage"/* ]]
}

# What systemd makes of the autostart file: a unit that starts the applet with the session.
autostart() {
  mkdir "$folder/units"
  PATH=$(dirname "$(find "$stage" -name vibekanban-processes-applet -perm -1)"):$PATH \
    XDG_CONFIG_HOME=$folder/none XDG_CONFIG_DIRS=$(dirname "$(find "$stage" -type d -name autostart)") \
    "$generator" "$folder/units" "$folder/units" "$folder/units" &&
    grep '^ExecStart=.*vibekanban-processes-applet.* --hidden' \
      "$folder/units/app-org.vibekanban.Processes.Applet@autostart.service"
}

generator=/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator
mkdir "$stage"
succeeds 'it installs into a folder' install_stage "$build" "$stage"
silent 'everything is in its place, and nothing else' compare
silent 'nothing installed is writable by others, or privileged' nothing_is_open_to_others
succeeds 'a bus takes the activation file' start_bus
succeeds 'the first call starts the service, without systemd' first_call
succeeds 'it is the installed one' serves_from_stage
[ ! -x "$generator" ] || succeeds 'the applet starts with the session' autostart
rm -rf "$stage"
succeeds 'what is installed can be uninstalled' install_with_log "$build" uninstall
silent 'and nothing is left of it' residue
tap_end
