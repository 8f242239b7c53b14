#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How fast it is: tests/bench/run.sh [BUILDDIR] [--quick] [--large] [--minute]
#
# --quick leaves the busy and the threaded ones out; --large adds 5,000 processes; --minute watches the idle service for a minute a crowd instead of
# 10 s. Spawns its processes in a pid namespace of their own, as an ordinary user, so it needs a
# kernel that lets users make namespaces (or root).
set -eu

if [ -x "${1:-}" ] && [ -f "${1:-}" ]; then # from meson's "bench" target
    bench=$1
    service=$2
    shift 2
else
    case ${1:-} in
    "" | --*) build=build ;;
    *)
        build=$1
        shift
        ;;
    esac
    ninja -C "$build" tests/bench/vkp-bench service/vibekanban-processesd >/dev/null
    bench=$build/tests/bench/vkp-bench
    service=$(realpath "$build/service/vibekanban-processesd")
fi

# Root has shorter ways through the kernel's permission checks than those who will use this.
if [ "$(id -u)" = 0 ]; then
    set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$bench" "$@"
else
    set -- "$bench" "$@"
fi
VKP_BENCH_SERVICE=$service exec "$@"
