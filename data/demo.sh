#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows the whole thing at work on a board of its own; see usage below.
set -euo pipefail

usage() {
  cat <<END
Usage: data/demo.sh [--check] [--build DIR] [--screenshot FILE]

Installs what is missing (Debian and its kin, through sudo if need be), builds, and starts a demo: a
board with two projects, real processes as agents leave them behind, the service and the applet, all
on a bus of their own. Your board, your registry, your session and your processes are not touched.

In a terminal it stays up until Enter or Ctrl-C and tells what to try. Otherwise, or with --check, it
lists, kills what was left over, kills one task, proves that the neighbours live, cleans up, and exits
with 0 if everything was as it should be. Without a display the applet runs on an invisible one and
its picture is saved.

  --check            don't stay up, check
  --build DIR        the build directory (default: \$BUILD, else build in the checkout)
  --screenshot FILE  where the picture goes (default: demo.png in the build directory)
END
}

die() {
  printf 'data/demo.sh: %s\n' "$*" >&2
  exit 1
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/tests/lib/build.sh"
. "$root/tests/lib/packages.sh"
check=no
screenshot=
[ -t 0 ] && [ -t 1 ] || check=yes

while [ $# -gt 0 ]; do
  case $1 in
    --check) check=yes ;;
    --build) BUILD=${2:?--build wants a directory} && shift ;;
    --build=*) BUILD=${1#*=} ;;
    --screenshot) screenshot=${2:?--screenshot wants a file} && shift ;;
    --screenshot=*) screenshot=${1#*=} ;;
    -h | --help) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done

build=$(build_choose "$root")
screenshot=$(realpath -m "${screenshot:-$build/demo.png}")
cd "$root"
packages_ensure build demo headless || die 'cannot go on without these'
build_set_up "$root" "$build"
build_product "$build"
exec /usr/bin/python3 "$root/data/demo/supervise.py" bash "$root/data/demo/play.sh" "$root" "$build" \
  "$check" "$screenshot"
