#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The demo itself, run by ../demo.sh through supervise.py.
set -uo pipefail

root=$1 build=$2 check=$3 screenshot=$4 is_isolated=${DEMO_ISOLATED:-no}
. "$root/data/demo/stage.sh"
. "$root/data/demo/checks.sh"

user_runtime=${XDG_RUNTIME_DIR:-/run/user/$(id -u)} user_home=$HOME
folder=$(mktemp -d "${TMPDIR:-/tmp}/vkp-demo.XXXXXX") || exit 1
folder=$(realpath "$folder")

clean_up() {
  trap '' INT TERM HUP
  end_all
  cd /
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

tell_what_to_try() {
  cat <<END

The demo is up. Things to try, in the window or here:

  busctl --user --json=short call $bus_name $bus_path $bus_name List 'a{sv}' 0 | jq .
  busctl --user call $bus_name $bus_path $bus_name Kill 'ssa{sv}' leftovers '' 1 dry_run b true
  gdbus call -e -d $bus_name -o $bus_path -m $bus_name.Kill leftovers '' '{}'
  gdbus call -e -d $bus_name -o $bus_path -m $bus_name.Kill task $login_task '{}'
  gdbus monitor -e -d $bus_name

END
  if [ "$is_isolated" = yes ]; then
    cat <<END
The demo has a pid namespace of its own and sees none of your processes.
END
  else
    cat <<END
This system gives the demo no pid namespace: agents of your real board would be listed too, so mind
what you kill. From another terminal the same works after

  export DBUS_SESSION_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS
END
  fi
}

# Runs lines as they are typed; an empty one, the end of input or Ctrl-C at the prompt ends it.
prompt() {
  local line
  printf '\nType a command, or Enter alone to end the demo.\n'
  while read -e -r -p 'demo> ' line && [ -n "$line" ]; do
    history -s "$line"
    # Ctrl-C ends the command only.
    trap : INT
    bash -c "$line"
    trap 'exit 130' INT
  done
}

check_all() {
  check_list
  check_refusals
  check_dry_runs
  check_kill_leftovers
  check_kill_task
  check_end
}

enter_folder
install_product
start_bus
make_board || die 'the board could not be made'
start_board
database_sum=$(sha256sum <"$folder/board.sqlite")
start_bystanders
start_service
if has_display "$user_runtime" "$user_home"; then
  start_applet
else
  start_screen
  start_applet
  save_screenshot "$screenshot" || die "the applet shows no window: $(cat "$folder/log/applet")"
  printf 'The window is in %s\n' "$screenshot"
fi

if [ "$check" = no ]; then
  print_members "$(list)"
  tell_what_to_try
  prompt
  exit 0
fi
check_all
expect 'the applet lives' is_alive "$applet_pid"
if [ "$n_wrong" -gt 0 ]; then
  printf '\nThe service said:\n'
  cat "$folder/log/service"
  printf '\n%d things were not as they should be.\n' "$n_wrong"
  exit 1
fi
printf '\nEverything was as it should be.\n'
