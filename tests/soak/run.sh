#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Lets the service work for long and compares what it costs at the end with what it cost at first; see
# usage below.
set -euo pipefail

usage() {
  cat <<END
Usage: tests/soak/run.sh [MINUTES]

Runs the service for MINUTES (30) among 1,000 processes, 50 births a second, 20 clients and a board
that is written to, all in a pid namespace of their own. Prints memory, descriptors, CPU and the times
of List at the start and at the end, beside those of plain arithmetic that takes as long as a List
when nothing comes between. Fails if memory has grown by a tenth, if descriptors have, or if 99 of 100
lists are not there within 10 ms, nor within twice the time that 99 of 100 calculations take.

Builds in \$BUILD, else in build.
END
}

minutes=${1:-30}
[[ $minutes =~ ^[1-9][0-9]*$ ]] || { usage >&2 && exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
. "$root/tests/lib/build.sh"
build=$(build_choose "$root")
build_set_up "$root" "$build" >/dev/null
ninja -C "$build" tests/soak/vkp-soak service/vibekanban-processesd >/dev/null
export VKP_TEST_SERVICE=$build/service/vibekanban-processesd
export VKP_SOAK_SECONDS=$((minutes * 60))
export VKP_TEST_LIFETIME_SECONDS=$((minutes * 60 + 120))
cd /
exec "$build/tests/soak/vkp-soak" </dev/null
