#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the fuzz targets with clang and runs them; see usage below.
set -uo pipefail

usage() {
  cat <<END
Usage: tests/fuzz/run.sh [--seconds] [--jobs N] TIME [TARGET...]

Runs each target (all of tests/fuzz/meson.build, or those named) for TIME minutes, or seconds, N at a
time (as many as there are processors, unless said). Prints the executions and crashes of each; an input that
crashes one is kept, and belongs into tests/fuzz/seeds/TARGET once that is mended. The exit code is 0
only if none was found.

What was learned (corpus), logs and crashes are kept in the build directory: \$BUILD, else build-fuzz
in the checkout.
END
}

unit=60
jobs=$(nproc)
while [[ ${1:-} == -* ]]; do
  case $1 in
    --seconds) unit=1 ;;
    --jobs) jobs=${2:?--jobs wants a number} && shift ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
[[ ${1:-} =~ ^[1-9][0-9]*$ && $jobs =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit 2; }
seconds=$(($1 * unit))
shift

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$root/tests/lib/build.sh"
. "$root/tests/lib/packages.sh"
build=$(realpath -m "${BUILD:-$root/build-fuzz}")
cd "$root" || exit 1

packages_ensure build check || exit 1
mkdir -p "$(dirname "$build")"
CC=clang build_set_up "$root" "$build" -Db_sanitize=address,undefined -Db_lundef=false \
  -Dc_args=-fsanitize=fuzzer-no-link >"$build.log" 2>&1 || { cat "$build.log" && exit 1; }
mapfile -t targets < <(meson introspect --targets "$build" |
  jq -r '.[] | select(.name | startswith("fuzz-")) | .name | ltrimstr("fuzz-")' | sort)
if [ $# -gt 0 ]; then
  for target; do
    printf '%s\n' "${targets[@]}" | grep -qx -- "$target" ||
      { printf 'No target is called %s; there are: %s\n' "$target" "${targets[*]}" >&2 && exit 2; }
  done
  targets=("$@")
fi
ninja -C "$build" "${targets[@]/#/tests/fuzz/fuzz-}" >"$build/ninja.log" 2>&1 ||
  { cat "$build/ninja.log" && exit 1; }

export ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export G_SLICE=always-malloc G_DEBUG=fatal-criticals

run_target() { # TARGET
  local target=$1 corpus=$build/corpus/$1 crashes=$build/crashes/$1
  mkdir -p "$corpus" "$crashes" "$build/logs"
  rm -f "$crashes"/*
  "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=8192 -print_final_stats=1 -artifact_prefix="$crashes/" -verbosity=1 \
    "$corpus" "tests/fuzz/seeds/$target" >"$build/logs/$target.log" 2>&1
}

# Prints the line of a target that has run; fails if anything was found.
report() { # TARGET
  local log=$build/logs/$1.log runs crashes
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  crashes=$(find "$build/crashes/$1" -type f | wc -l)
  printf '%-12s %12s executions %4s crashes\n' "$1" "${runs:-?}" "$crashes"
  [ "$crashes" -eq 0 ] && [ -n "$runs" ]
}

for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
    wait -n
  done
  run_target "$target" &
done
wait

status=0
for target in "${targets[@]}"; do
  report "$target" && continue
  status=1
  tail -n 40 "$build/logs/$target.log"
  printf 'See %s\n' "$build/crashes/$target"
done
exit $status
