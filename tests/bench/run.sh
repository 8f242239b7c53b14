#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How fast it is: tests/bench/run.sh [BUILDDIR] [--quick] [--large] [--patient]
#
# --quick leaves the busy and the threaded ones out; --large adds 5,000 processes; --patient watches
# the idle service for a minute a crowd instead of 10 s, and its memory over a million ticks. The applet's part needs what its tests need
# (Xvfb and so on), psutil's the package python3-psutil; without them theirs is left out. Spawns
# its processes in a pid namespace of their own, as an ordinary user, so it needs a
# kernel that lets users make namespaces (or root).
set -eu

here=$(dirname "$(realpath "$0")")
if [ -x "${1:-}" ] && [ -f "${1:-}" ]; then # from meson's "bench" target
    bench=$1
    service=$2
    build=$(dirname "$(dirname "$service")")
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
VKP_BENCH_SERVICE=$service "$@"

if command -v Xvfb >/dev/null; then
    rows=tests/applet/bench-applet-rows
    applet=applet/vibekanban-processes-applet
    ninja -C "$build" "$rows" "$applet" >/dev/null
    printf '\nThe applet, 2,000 rows of which every figure changes, ms of processor time (16 or less):\n'
    GSETTINGS_SCHEMA_DIR=$(realpath "$build/data/applet") \
        "$here/../applet/bench.py" "$(realpath "$build/$rows")" "$(realpath "$build/$applet")"
fi
