# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # shared with play.sh
#
# Asks the service over the bus and compares what it claims with what is. To be sourced by play.sh.

readonly bus_name=org.vibekanban.Processes bus_path=/org/vibekanban/Processes
readonly login_task=7a5c0000-0000-4000-8000-000000000001
n_wrong=0

# Prints what is listed as an array of plain objects. Extra words are the filter, for busctl. Only the
# demo's attempts, all of whose ids begin alike: without a pid namespace of our own the user's real
# agents may be listed too, and they are none of our business.
list() { # [COUNT KEY TYPE VALUE...]
  [ $# -gt 0 ] || set -- 0
  busctl --user --json=short call "$bus_name" "$bus_path" "$bus_name" List 'a{sv}' "$@" |
    jq '[.data[0][] | map_values(.data)
      | select(.task_attempt_id // "" | startswith("30c50000-0000-4000-8000-0000000000"))]'
}

# Calls Kill and prints the reply. Nothing but these members can be hit.
kill_members() { # SCOPE TARGET MEMBERS
  local ids
  ids=$(jq -r '[.[].id | "'\''\(.)'\''"] | join(", ")' <<<"$3")
  gdbus call --session --timeout 30 --dest "$bus_name" --object-path "$bus_path" \
    --method "$bus_name.Kill" "$1" "$2" "{'escalate': <true>, 'timeout_ms': <uint32 3000>,
      'expected_ids': <@as [$ids]>}"
}

# Without a pid namespace of our own the scope may hit others' members, too: these are left out.
dry_run() { # SCOPE TARGET
  local ours=null
  [ "$is_isolated" = yes ] || ours=$(list | jq -c '[.[].pid]')
  busctl --user --json=short call "$bus_name" "$bus_path" "$bus_name" Kill 'ssa{sv}' "$1" "$2" \
    1 dry_run b true | jq -r --argjson ours "$ours" '.data[2][] | map_values(.data)
      | select($ours == null or (.pid | IN($ours[]?))) | "\(.outcome) \(.pid)"' | sort
}

print_members() { # MEMBERS
  printf '  %7s  %-16s %-11s %-22s %-6s %s\n' PID NAME PROJECT TASK PORTS WHY
  jq -r '.[] | [.pid, .name, .project_name, .task_title, ((.ports // []) | join(",")),
    .evidence + (if .is_leftover then ", left over: " + .leftover_reason else "" end)
      + (if .is_executor then ", agent or script itself" else "" end)] | join("\u001f")' <<<"$1" |
    while IFS=$'\x1f' read -r pid name project task ports why; do
      printf '  %7s  %-16s %-11s %-22s %-6s %s\n' "$pid" "$name" "$project" "$task" "$ports" "$why"
    done
}

expect() { # SENTENCE COMMAND...
  local sentence=$1
  shift
  if "$@"; then
    printf '  ok      %s\n' "$sentence"
  else
    printf '  WRONG   %s\n' "$sentence"
    n_wrong=$((n_wrong + 1))
  fi
}

pids_of() { # MEMBERS
  jq -r '.[].pid' <<<"$1"
}

where() { # JQ-CONDITION MEMBERS
  jq "map(select($1))" <<<"$2"
}

# What the board of server.py must look like: project, task, attempt, program, remark.
expected_members() {
  cat <<'END'
Alpha Shop|Add login page|1|bash|weak
Alpha Shop|Add login page|1|claude|executor
Alpha Shop|Add login page|1|node|
Alpha Shop|Add login page|1|node|executor
Alpha Shop|Add login page|1|npm exec @anthr|executor
Alpha Shop|Add login page|1|npm run dev|executor
Alpha Shop|Add login page|1|sh|executor
Alpha Shop|Add login page|1|sh|executor
Alpha Shop|Add login page|1|vibe-kanban-mcp|
Alpha Shop|Faster product search|2|esbuild|leftover
Alpha Shop|Faster product search|2|node|leftover
Beta Notes|Dark mode|4|node|executor
Beta Notes|Dark mode|4|npm run dev|executor
Beta Notes|Dark mode|4|sh|executor
Beta Notes|Sync notes offline|3|codex|executor
Beta Notes|Sync notes offline|3|npm exec @opena|executor
Beta Notes|Sync notes offline|3|sh|executor
Beta Notes|Sync notes offline|3|tail|
END
}

members_are_as_expected() { # MEMBERS
  diff <(expected_members | sort) <(jq -r '.[] | [.project_name, .task_title,
    (.task_attempt_id | ltrimstr("30c50000-0000-4000-8000-") | tonumber | tostring), .name,
    (if .is_leftover then "leftover" elif .confidence < 60 then "weak"
      elif .is_executor then "executor" else "" end)] | join("|")' <<<"$1" | sort)
}

are_gone() { # PIDS, one a line
  local pid
  for pid in $1; do
    ! is_alive "$pid" || return 1
  done
}

are_alive() { # PIDS, one a line
  # shellcheck disable=SC2086 # one word each
  is_alive $1
}

is_port_open() { # PORT
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

is_port_free() { # PORT
  ! is_port_open "$1"
}

# A refusal is the named error, or for what the service protects that outcome.
is_refused() { # PID
  local reply
  reply=$(kill_members single "$1" '[]' 2>&1)
  [[ $reply == *"$bus_name.Error.NotManaged"* || $reply == *"'protected'"* ]] && is_alive "$1"
}

check_list() {
  members=$(list)
  printf '\nList\n'
  print_members "$members"
  expect 'each process is at its project, task and attempt' members_are_as_expected "$members"
  expect 'the port of the leftover is known' test "$(where .is_leftover "$members" |
    jq -c '[.[].ports // empty] | add')" = "[$(cat "$folder/ports/search")]"
  expect 'leftovers_only lists just these' test \
    "$(pids_of "$(list 1 leftovers_only b true)")" = "$(pids_of "$(where .is_leftover "$members")")"
}

check_refusals() {
  printf '\nKill, refused\n'
  expect "a stranger's pid" is_refused "$stranger"
  expect 'the server that holds the board open' is_refused "$server"
}

check_dry_runs() {
  local leftovers executors
  leftovers=$(pids_of "$(where .is_leftover "$members")")
  executors=$(pids_of "$(where '.is_executor and .kind == "coding_agent"' "$members")")
  printf '\nKill, dry run\n'
  dry_run leftovers '' | sed 's/^/  /'
  # shellcheck disable=SC2086 # one word each
  expect 'leftovers: would hit them all and nobody else' test \
    "$(dry_run leftovers '')" = "$(printf 'would_kill %s\n' $leftovers | sort)"
  expect 'all_except_executors: would spare the agents' test -z \
    "$(dry_run all_except_executors '' | sed -n 's/^would_kill //p' | grep -Fx "$executors")"
  expect 'nobody was hurt' are_alive "$(pids_of "$members")"
}

check_kill_leftovers() {
  local leftovers others port reply
  leftovers=$(where .is_leftover "$members")
  others=$(where '.is_leftover | not' "$members")
  port=$(cat "$folder/ports/search")
  printf '\nKill leftovers\n'
  expect "port $port is taken" is_port_open "$port"
  reply=$(kill_members leftovers '' "$leftovers")
  printf '  %s\n' "$reply"
  expect 'the service says that both ended' test "${reply#(uint32 2, uint32 0,}" != "$reply"
  expect 'so they did' are_gone "$(pids_of "$leftovers")"
  expect "port $port is free" is_port_free "$port"
  expect 'all others live' are_alive "$(pids_of "$others")"
}

check_kill_task() {
  local victims groups neighbours
  victims=$(where ".task_id == \"$login_task\" and .confidence >= 60" "$members")
  neighbours=$(where '.project_name == "Beta Notes"' "$members")
  groups=$(ps -o pgid= -p "$(pids_of "$victims" | paste -sd,)" | tr -d ' ' | sort -u)
  printf '\nKill the task "Add login page"\n'
  kill_members task "$login_task" "$victims" | sed 's/^/  /'
  expect 'all of it ended' are_gone "$(pids_of "$victims")"
  expect 'its process groups are gone' test -z \
    "$(ps -e -o pgid=,stat= | awk '$2 !~ /^Z/ { print $1 }' | grep -Fx "$groups")"
  expect "the neighbour project's processes live" are_alive "$(pids_of "$neighbours")"
  expect 'the shell in its worktree lives' is_alive "$bystander"
  expect 'the server on the board lives' is_alive "$server"
}

check_end() {
  local left
  left=$(list)
  printf '\nList\n'
  print_members "$left"
  expect 'the neighbours and the shell are left' test \
    "$(jq -r '[.[].task_title] | unique | join(", ")' <<<"$left")" = \
    'Add login page, Dark mode, Sync notes offline'
  expect 'the database is byte for byte unchanged' test \
    "$(sha256sum <"$folder/board.sqlite")" = "$database_sum"
  expect 'and has no journal beside it' test -z "$(find "$folder" -name 'board.sqlite?*')"
}
