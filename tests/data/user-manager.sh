#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The installed unit under a real user manager with all its hardening: a call on the bus starts it,
# it sees what it must, and it ends a real leftover. The manager gets a control group, a runtime
# folder, a bus and a pid namespace of its own; root gives all that to an ordinary user.
# Usage: user-manager.sh CHECKOUT BUILD
set -uo pipefail

root=$1 build=$2 phase=${3:-prepare}
. "$root/tests/lib/tap.sh"
. "$root/tests/lib/install.sh"
systemd=/usr/lib/systemd/systemd
[ -x "$systemd" ] || systemd=/lib/systemd/systemd

# Prints our folder in each hierarchy that systemd keeps its units in.
cgroup_folders() {
  local path mount
  while IFS=: read -r _ controllers path; do
    case $controllers in
      '') mount=$(findmnt -n -o TARGET -t cgroup2 | head -n 1) ;;
      name=systemd) mount=$(findmnt -n -o TARGET -t cgroup -O name=systemd | head -n 1) ;;
      *) continue ;;
    esac
    [ -z "$mount" ] || printf '%s\n' "${mount%/}${path%/}"
  done </proc/self/cgroup
}

leave_cgroups() {
  local index
  for index in "${!made[@]}"; do
    echo $$ >"${above[index]}/cgroup.procs"
    find "${made[index]}" -depth -type d -exec rmdir {} \;
  done 2>/dev/null
}

# A folder of our own in each hierarchy, with us in it, which the user may divide up.
enter_cgroups() {
  local folder own
  made=() above=()
  for folder in $(cgroup_folders); do
    own=$folder/vkp-test-$$
    mkdir "$own" 2>/dev/null || return 1
    made+=("$own") above+=("$folder")
    [ "$account" = "$(id -un)" ] || chown -R "$account:" "$own" || return 1
    { echo $$ >"$own/cgroup.procs"; } 2>/dev/null || return 1
  done
  [ ${#made[@]} -gt 0 ]
}

# What the user may be unable to read where it is.
copy_needed() {
  mkdir -p "$folder"/{checkout/data,checkout/tests,build/data/demo,stage}
  cp -r "$root/data/demo" "$folder/checkout/data/" &&
    cp -r "$root/tests/lib" "$root/tests/data" "$folder/checkout/tests/" &&
    cp "$build/data/demo/demo-actor" "$folder/build/data/demo/" &&
    install_stage "$build" "$folder/stage"
}

prepare() {
  local tool status=0
  local -a words=(unshare --mount --pid --fork --kill-child --mount-proc)
  local -a become=()
  for tool in "$systemd" systemctl busctl dbus-daemon findmnt unshare git; do
    command -v "$tool" >/dev/null || tap_skip_all "$tool is not installed"
  done
  account=$(id -un)
  if [ "$(id -u)" -eq 0 ]; then
    account=nobody
    become=(setpriv --reuid="$account" --regid="$(id -g "$account")" --clear-groups)
  else
    words+=(--user --map-current-user)
  fi
  "${words[@]}" true 2>/dev/null || tap_skip_all 'this system gives no namespaces'
  folder=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/vkp-manager.XXXXXX")") || exit 1
  trap 'leave_cgroups; rm -rf "$folder"' EXIT
  trap 'exit 130' INT TERM HUP
  enter_cgroups || tap_skip_all 'no control group may be made here, which a user manager needs'
  copy_needed || { echo 'Bail out! the installation failed' && exit 1; }
  [ "$(id -u)" -ne 0 ] || chown -R "$account:" "$folder"
  # A manager of a user looks whether the system was booted with systemd.
  # shellcheck disable=SC2016 # for the inner shell
  "${words[@]}" bash -c '[ -d /run/systemd/system ] ||
      { mount -t tmpfs -o mode=755 run /run && mkdir -p /run/systemd/system; }
    exec "$@"' -- "${become[@]}" \
    bash "$folder/checkout/tests/data/user-manager.sh" "$folder/checkout" "$folder/build" run ||
    status=$?
  exit $status
}

# The unit and the activation file as installed, but for the folder that stands before all paths.
start_manager() {
  local file
  mkdir -p "$folder/units" "$folder/share/dbus-1/services" "$XDG_CONFIG_HOME"
  cp /usr/lib/systemd/user/{basic,exit,paths,shutdown,sockets,timers}.target \
    /usr/lib/systemd/user/{app,background,session}.slice "$folder/units/"
  for file in socket service; do
    cp "/usr/lib/systemd/user/dbus.$file" "$folder/units/" 2>/dev/null || write_"dbus_$file"
  done
  file=$(find "$folder/stage" -name 'vibekanban-processesd.service')
  sed "s,^ExecStart=,&$folder/stage," "$file" >"$folder/units/${file##*/}"
  cp "$(find "$folder/stage" -name "$bus_name.service")" "$folder/share/dbus-1/services/"
  export SYSTEMD_UNIT_PATH=$folder/units XDG_DATA_DIRS=$folder/share
  export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
  start manager "$systemd" --user --unit=basic.target
  await 20 systemctl --user is-active basic.target &&
    systemctl --user start dbus.socket
}

# As dbus-user-session has them.
write_dbus_socket() {
  printf '[Socket]\nListenStream=%%t/bus\n' >"$folder/units/dbus.socket"
}
write_dbus_service() {
  printf '[Unit]\nRequires=dbus.socket\n[Service]\nType=notify\nNotifyAccess=main\n%s\n' \
    "ExecStart=$(command -v dbus-daemon) --session --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only" \
    >"$folder/units/dbus.service"
}

call() { # METHOD ARGUMENT...
  busctl --user --json=short --timeout=60 call "$bus_name" /org/vibekanban/Processes "$bus_name" "$@"
}

property() { # NAME
  busctl --user --json=short get-property "$bus_name" /org/vibekanban/Processes "$bus_name" "$1" |
    jq -c .data
}

show() { # PROPERTY
  systemctl --user show --value -p "$1" "$unit"
}

# Like a test's assertion: what is compared is shown when it differs.
equals() { # EXPECTED COMMAND...
  local expected=$1 got
  shift
  got=$("$@")
  [ "$got" = "$expected" ] && return
  printf '%s: %s\n' "$*" "$got"
  return 1
}

first_call() {
  call List 'a{sv}' 0 | grep -q '"aa{sv}"' ||
    { systemctl --user status --no-pager "$unit" && cat "$folder/log/manager" && return 1; }
}

runs_as_unit() {
  equals active show ActiveState &&
    equals "$(realpath "$folder/stage"/usr*/{,local/}libexec/vibekanban-processesd 2>/dev/null)" \
      readlink "/proc/$(show MainPID)/exe"
}

# The kernel's own word for it, and that nothing came out as a namespace of its own.
is_hardened() {
  local pid namespace
  pid=$(show MainPID)
  grep -qP '^NoNewPrivs:\t1' "/proc/$pid/status" && grep -qP '^Seccomp:\t2' "/proc/$pid/status" ||
    return 1
  for namespace in user mnt pid; do
    [ "$(readlink "/proc/$pid/ns/$namespace")" = "$(readlink "/proc/self/ns/$namespace")" ] || return 1
  done
  equals 0077 show UMask && equals 0 show LimitCORE && equals yes show MemoryDenyWriteExecute
}

processes() { # JQ-CONDITION
  call List 'a{sv}' 0 | jq -c "[.data[0][] | map_values(.data) | select($1)]"
}

sees_marks() {
  processes '.evidence == "environment"' | jq -e 'length > 0'
}

sees_folders() {
  processes '.working_directory' | jq -e 'length > 0'
}

has_leftovers() {
  property LeftoverCount | grep -q '^[1-9]'
}

# Every process of the reply ended, and the kernel agrees.
kills() { # ARGUMENT...
  local reply pid
  reply=$(call Kill 'ssa{sv}' "$@") || return 1
  jq -e '.data[0] > 0 and .data[1] == 0' <<<"$reply" || { printf '%s\n' "$reply" && return 1; }
  for pid in $(jq '.data[2][].pid.data' <<<"$reply"); do
    ! is_alive "$pid" || { printf '%s lives\n' "$pid" && return 1; }
  done
}

survives_crash() {
  local pid
  pid=$(show MainPID)
  kill -KILL "$pid"
  await 20 is_other_than "$pid" && equals '[]' property Degraded
}
is_other_than() { # PID
  [ "$(show MainPID)" != "$1" ] && [ "$(show MainPID)" != 0 ] && property Version
}

stops_at_mistake() {
  printf '[Databas]\n' >"$XDG_CONFIG_HOME/vibekanban-processesd.conf"
  ! systemctl --user restart "$unit" && equals failed show ActiveState &&
    equals 78 show ExecMainStatus && equals exit-code show Result
}

run() {
  . "$root/data/demo/stage.sh"
  folder=${root%/checkout}
  bus_name=org.vibekanban.Processes
  unit=vibekanban-processesd.service
  unset "${!SYSTEMD_@}" LISTEN_FDS NOTIFY_SOCKET INVOCATION_ID 2>/dev/null
  enter_folder
  succeeds 'the user manager comes up' start_manager
  make_board || echo 'Bail out! the board could not be made'
  printf '[Database]\nPath=%s\n' "$folder/board.sqlite" >"$XDG_CONFIG_HOME/vibekanban-processesd.conf"
  start_board
  succeeds 'the first call on the bus starts the unit' first_call
  succeeds 'it runs the installed program' runs_as_unit
  succeeds 'it is hardened, in no namespace of its own' is_hardened
  succeeds 'nothing is degraded' equals '[]' property Degraded
  succeeds 'it reads the database that its configuration names' equals '"ok"' property DatabaseState
  succeeds 'it sees the marks in environments' sees_marks
  succeeds 'it sees folders' sees_folders
  succeeds 'it finds leftovers' await 20 has_leftovers
  succeeds 'it ends the leftovers' kills leftovers '' 1 escalate b true
  succeeds 'and finds none any more' equals 0 property LeftoverCount
  succeeds 'it ends all the others by force' kills all '' 1 force b true
  succeeds 'after a crash it is started again' survives_crash
  succeeds 'after a mistake in its configuration it is not' stops_at_mistake
  tap_end
}

"$phase"
