#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every command of README's section "From a shell" as it is printed, against the demo's board
# and processes on a bus of its own. Each must succeed; what it should say stands in `expected`.
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

# What each block must print, in their order, as extended regular expressions.
expected=(
  '"task_title":\{"type":"s","data":"Add login page"\}'
  "would_kill.*'outcome': <'(exited|killed)'>"
  'is owned by'
  '^$'
)

# Prints the section's blocks, each ended by a NUL.
blocks() {
  awk '
    /^## / { inside = $0 == "## From a shell" }
    inside && /^```sh$/ { block = 1; next }
    inside && /^```$/ && block { printf "%c", 0; block = 0; next }
    block { print }
  ' "$root/README.md"
}

run_block() { # NUMBER TEXT
  local output status=0
  if [[ $2 == *'gdbus monitor'* ]]; then
    output=$(timeout 3 bash -c "$2" 2>&1) || status=$?
    [ $status -ne 124 ] || status=0
  else
    output=$(timeout 60 bash -euo pipefail -c "$2" 2>&1) || status=$?
  fi
  if [ $status -eq 0 ] && [[ $output =~ ${expected[$1 - 1]} ]]; then
    printf 'ok %d - block %d of README works as printed\n' "$1" "$1"
    return
  fi
  printf 'not ok %d - block %d of README (exit code %d)\n' "$1" "$1" "$status"
  printf '%s\n' "$2" "$output" | cut -c1-400 | sed 's/^/# /'
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
EXECUTION_ID=$(python3 -c 'import uuid; print(uuid.uuid4())')
sleep 600 &
PID=$!
export EXECUTION_ID PID

mapfile -d '' -t all < <(blocks)
printf '1..%d\n' "${#all[@]}"
[ "${#all[@]}" -eq "${#expected[@]}" ] || printf 'Bail out! README has %d blocks\n' "${#all[@]}"
for ((i = 0; i < ${#all[@]}; i++)); do
  run_block $((i + 1)) "${all[i]}"
done
