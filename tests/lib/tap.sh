# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Tests written in bash: each case is a command. To be sourced.

tap_n=0

# Passes if the command succeeds; else shows what it said.
succeeds() { # NAME COMMAND...
  local name=$1 output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  tap_result "$status" "$name" "$output"
}

# Passes if the command succeeds and prints nothing at all.
silent() { # NAME COMMAND...
  local name=$1 output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  [ -z "$output" ] || [ $status -ne 0 ] || status=output
  tap_result "$status" "$name" "$output"
}

tap_result() { # STATUS NAME OUTPUT
  tap_n=$((tap_n + 1))
  if [ "$1" = 0 ]; then
    printf 'ok %d - %s\n' "$tap_n" "$2"
  else
    printf 'not ok %d - %s (%s)\n' "$tap_n" "$2" "$1"
    printf '%s\n' "$3" | head -n 60 | cut -c1-400 | sed 's/^/# /'
  fi
}

tap_end() {
  printf '1..%d\n' "$tap_n"
}

tap_skip_all() { # REASON
  printf '1..0 # SKIP %s\n' "$*"
  exit 0
}

# Runs the command again and again until it succeeds.
await() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.05
  done
}
