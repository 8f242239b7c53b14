#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every command and program of README's sections "From a shell" and "From other programs" as it
# is printed, but for the number of the port that is freed, against the demo's board and processes on
# a bus of its own. Each must succeed; what it should say stands in `expected`.
# Usage: readme.sh CHECKOUT BUILD
set -uo pipefail

root=$1 build=$2

# README's commands kill by group scopes: they must see none of the developer's own agents, so they
# run in a pid namespace of their own, which also ends with us whatever was started in it.
if [ -z "${VKP_IS_ISOLATED:-}" ]; then
  words=(unshare --pid --fork --kill-child --mount-proc)
  [ "$(id -u)" -eq 0 ] || words+=(--user --map-current-user)
  if ! "${words[@]}" true 2>/dev/null; then
    echo '1..0 # SKIP this system gives no pid namespace'
    exit 0
  fi
  VKP_IS_ISOLATED=1 exec "${words[@]}" bash "$0" "$@"
fi

. "$root/data/demo/stage.sh"
bus_name=org.vibekanban.Processes # for start_service

folder=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/vkp-readme.XXXXXX")") || exit 1
trap 'trap "" INT TERM; cd /; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP

# What each block is in, what is done with it, and what it must print, in their order, as an extended
# regular expression. Those that watch never end: they are ended when they have said it.
expected=(
  'sh run "task_title":\{"type":"s","data":"Add login page"\}'
  "sh run would_kill.*'outcome': <'(exited|killed)'>"
  'sh watch is owned by'
  'sh run vkp-listener exited'
  'sh watch added [0-9]+:[0-9]+ vkp-newcomer Add login page'
  'python watch Add login page.*port 3000: vkp-listener exited.*added [0-9]+:[0-9]+ vkp-newcomer'
  'js watch Add login page.*port 3000: vkp-listener exited.*added [0-9]+:[0-9]+ vkp-newcomer'
  'sh launch registered'
)

declare -A interpreters=(
  [sh]='bash -euo pipefail'
  [python]='/usr/bin/python3 -u'
  [js]='gjs -m'
)

# Prints the sections' blocks, each as its language, a line, and its text, ended by a NUL.
blocks() {
  awk '
    /^## / { inside = $0 == "## From a shell" || $0 == "## From other programs" }
    inside && /^```[a-z]+$/ { block = 1; print substr($0, 4); next }
    inside && /^```$/ && block { printf "%c", 0; block = 0; next }
    block { print }
  ' "$root/README.md"
}

list() { # JQ-FILTER ARGUMENT...
  busctl --user --json=short call "$bus_name" /org/vibekanban/Processes "$bus_name" List 'a{sv}' 0 |
    jq -r "$@"
}

# A process of the login task. Python's name would be python3.
start_member() { # NAME PROGRAM
  VK_WORKSPACE_ID=$attempt /usr/bin/python3 -c "open('/proc/self/comm', 'w').write('$1')
$2" >"$folder/$1" &
}

# Sets `port` to one that a member listens on, and the service knows it.
start_listener() {
  rm -f "$folder/vkp-listener"
  start_member vkp-listener 'import socket, time
server = socket.create_server(("", 0))
print(server.getsockname()[1], flush=True)
time.sleep(600)'
  await 10 test -s "$folder/vkp-listener" || return 1
  port=$(cat "$folder/vkp-listener")
  await 10 is_listed "$port"
}
# shellcheck disable=SC2016 # a variable of jq
is_listed() { # PORT
  list --argjson port "$1" '.data[0][].ports.data // [] | index($port) | values' | grep -q .
}

has_said() { # WORDS
  tr '\n' ' ' <"$folder/said" | sed "s/$port/3000/g" | grep -qE -e "$1"
}

run_block() { # INTERPRETER... FILE
  timeout 60 "$@" >"$folder/said" 2>&1
}

# Members come until the program says so: it may take a while until it listens.
watch_block() { # WORDS INTERPRETER... FILE
  local expression=$1 watcher status=1 deadline=$((SECONDS + 30))
  shift
  timeout 60 "$@" >"$folder/said" 2>&1 &
  watcher=$!
  while [ $SECONDS -lt $deadline ] && kill -0 $watcher; do
    start_member vkp-newcomer 'import time; time.sleep(1)'
    sleep 0.5
    ! has_said "$expression" || { status=0 && break; }
  done
  kill $watcher 2>/dev/null
  return $status
}

# The launcher's block is a script of its own.
launch_block() { # INTERPRETER... FILE
  "$@" "$(cat /proc/sys/kernel/random/uuid)" sleep 600 >"$folder/said" 2>&1 &
  await 10 is_registered $! && echo registered >>"$folder/said"
}
# shellcheck disable=SC2016
is_registered() { # PID
  list --argjson pid "$1" '.data[0][] | select(.pid.data == $pid) | "\(.name.data) \(.evidence.data)"' |
    grep -qx 'sleep registered'
}

check_block() { # NUMBER BLOCK
  local language=${2%%$'\n'*} text=${2#*$'\n'} kind words status=0
  local -a interpreter
  read -r wanted kind words <<<"${expected[$1 - 1]}"
  read -r -a interpreter <<<"${interpreters[$language]:-false}"
  if ! command -v "${interpreter[0]}" >/dev/null; then
    printf 'ok %d - block %d # SKIP %s is not installed\n' "$1" "$1" "${interpreter[0]}"
    return
  fi
  port=3000
  [[ $text != *3000* ]] || start_listener || status=1
  printf '%s' "${text//3000/$port}" >"$folder/block.$language"
  interpreter+=("$folder/block.$language")
  case $kind in
    watch) watch_block "$words" "${interpreter[@]}" || status=$? ;;
    *) "${kind}_block" "${interpreter[@]}" || status=$? ;;
  esac
  if [ "$status" -eq 0 ] && [ "$language" = "$wanted" ] && has_said "$words"; then
    printf 'ok %d - block %d of README works as printed (%s)\n' "$1" "$1" "$language"
    return
  fi
  printf 'not ok %d - block %d of README (%s, exit code %d)\n' "$1" "$1" "$language" "$status"
  cat "$folder/block.$language" "$folder/said" | cut -c1-400 | sed 's/^/# /'
}

has_leftovers() {
  busctl --user get-property "$bus_name" /org/vibekanban/Processes "$bus_name" LeftoverCount |
    grep -q 'u [1-9]'
}

enter_folder
mkdir -p "$folder/installed"
service=$build/service/vibekanban-processesd
start_bus
make_board || die 'the board could not be made'
start_board
start_service
await 20 has_leftovers || die 'the demo has no leftovers'
attempt=$(list '[.data[0][] | select(.task_title.data == "Add login page") | .task_attempt_id.data][0]')

mapfile -d '' -t all < <(blocks)
printf '1..%d\n' "${#all[@]}"
[ "${#all[@]}" -eq "${#expected[@]}" ] || printf 'Bail out! README has %d blocks\n' "${#all[@]}"
for ((i = 0; i < ${#all[@]}; i++)); do
  check_block $((i + 1)) "${all[i]}"
done
