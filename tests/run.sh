#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds everything with warnings as errors and runs the tests; see usage below.
set -euo pipefail

usage() {
  cat <<END
Usage: tests/run.sh [--build DIR] [NAME...]

Installs what is missing (Debian and its kin, through sudo if need be), builds with warnings as
errors and runs all tests, or those of the suites and with the names given. The last line tells how
many passed, failed and were skipped; the exit code is 0 only if none failed.

  --build DIR   the build directory (default: \$BUILD, else build in the checkout)
  --list        print the suites and tests instead
END
}

die() {
  printf 'tests/run.sh: %s\n' "$*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/tests/lib/build.sh"
. "$root/tests/lib/packages.sh"
list=no
names=()

while [ $# -gt 0 ]; do
  case $1 in
    --build) BUILD=${2:?--build wants a directory} && shift ;;
    --build=*) BUILD=${1#*=} ;;
    --list) list=yes ;;
    -h | --help) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) names+=("$1") ;;
  esac
  shift
done

# Prints "SUITE NAME" of each test; one test may be in several suites.
list_tests() {
  meson introspect --tests "$build" </dev/null |
    jq -r '.[] | .name as $name | .suite[] | sub("^[^:]*:"; "") + " " + $name'
}

# Puts the names of the tests to run, suites resolved, into `chosen`.
choose_tests() {
  local name found
  chosen=()
  for name in "${names[@]}"; do
    found=$(list_tests | awk -v name="$name" '$1 == name || $2 == name { print $2 }' | sort -u)
    [ -n "$found" ] || die "no suite and no test is called $name; --list shows what there is"
    mapfile -t -O "${#chosen[@]}" chosen <<<"$found"
  done
}

# The developer's own session, display and board must be out of reach of the tests, and no mark of an
# agent that happens to run us may be inherited by the processes they start.
leave_session() {
  local name
  unset DISPLAY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS DBUS_STARTER_ADDRESS SESSION_MANAGER
  for name in "${!VK_@}" "${!VIBE_KANBAN_@}"; do
    unset "$name"
  done
}

build=$(build_choose "$root")
cd "$root"
packages_ensure build test || die 'cannot go on without these'
build_set_up "$root" "$build" -Dwerror=true
if [ "$list" = yes ]; then
  list_tests
  exit 0
fi
meson compile -C "$build" </dev/null
choose_tests
leave_session
status=0
rm -f "$build/meson-logs/testlog.json"
"$build/tests/lib/vkp-test-real-root" meson test -C "$build" --no-rebuild "${chosen[@]}" \
  </dev/null || status=$?
python3 "$root/tests/lib/summary.py" "$build/meson-logs/testlog.json" || status=1
exit "$status"
