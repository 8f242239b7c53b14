#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything runs from the build folder, by `meson devenv`.
# Usage: devenv.sh CHECKOUT BUILD
set -uo pipefail
export LC_ALL=C.UTF-8

root=$1 build=$2
. "$root/tests/lib/tap.sh"

bus_name=org.vibekanban.Processes
folder=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/vkp-devenv.XXXXXX")") || exit 1
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/home" "$folder/run"
chmod 700 "$folder/run"

in_devenv() { # COMMAND...
  env -u XDG_CONFIG_HOME -u XDG_STATE_HOME -u XDG_DATA_HOME -u XDG_DATA_DIRS -u VK_DATABASE_PATH \
    -u GSETTINGS_SCHEMA_DIR -u TEXTDOMAINDIR -u DBUS_SESSION_BUS_ADDRESS \
    HOME="$folder/home" XDG_RUNTIME_DIR="$folder/run" \
    meson devenv -C "$build" "$@" </dev/null
}

activation() {
  # shellcheck disable=SC2016 # for the inner shell
  in_devenv dbus-run-session -- bash -euc '
    busctl --user call '"$bus_name /org/vibekanban/Processes $bus_name"' List "a{sv}" 0 | grep "^aa{sv} "
    pid=$(busctl --user --json=short call org.freedesktop.DBus / org.freedesktop.DBus \
      GetConnectionUnixProcessID s '"$bus_name"' | jq ".data[0]")
    [ "$(readlink "/proc/$pid/exe")" = "'"$build"'/service/vibekanban-processesd" ]'
}

settings() {
  in_devenv gsettings list-keys org.vibekanban.Processes.Applet | grep -x grace
}

applet_path() {
  in_devenv sh -c 'command -v vibekanban-processes-applet' |
    grep -Fx "$build/applet/vibekanban-processes-applet"
}

speaks() { # LANGUAGE SENTENCE
  LANGUAGE=$1 in_devenv vibekanban-processes-applet --help | grep -F "$2"
}

translation() {
  speaks en 'Print the version' && speaks de 'Die Version ausgeben'
}

succeeds 'its bus starts the service that was built' activation
succeeds 'it has the settings' settings
succeeds 'the applet is in the path' applet_path
succeeds 'and speaks other languages' translation
tap_end
