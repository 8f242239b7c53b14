#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The user unit: what systemd thinks of it, and what must and must not be in it.
# Usage: unit.sh CHECKOUT UNIT ACTIVATION-FILE SERVICE
set -uo pipefail
export LC_ALL=C.UTF-8

root=$1 unit=$2 activation=$3 service=$(realpath "$4")
. "$root/tests/lib/tap.sh"

folder=$(mktemp -d "${TMPDIR:-/tmp}/vkp-unit.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT

value() { # KEY FILE
  sed -n "s/^$1=//p" "$2"
}

# As it will be when the program is where the unit says.
verify() {
  mkdir -m 700 "$folder/run"
  sed "s,^ExecStart=.*,ExecStart=$service," "$unit" >"$folder/${unit##*/}"
  XDG_RUNTIME_DIR=$folder/run systemd-analyze --user --man=no verify "$folder/${unit##*/}"
}

# Prints lines of the service's section that have no comment above them, or above the lines that
# stand directly above them.
without_reason() {
  awk '/^\[Service\]/ { inside = 1; next }
    /^#/ { reason = 1; next }
    /^$/ { reason = 0; next }
    inside && /=/ && !reason' "$unit"
}

# Each would make a user namespace or hide /proc: the service could kill then, but not see whom.
hides_processes() {
  grep -E '^(PrivateUsers|PrivateTmp|PrivateMounts|Protect[A-Za-z]*|ProcSubset|ReadOnlyPaths|InaccessiblePaths|RootDirectory|TemporaryFileSystem|DynamicUser)=' \
    "$unit" || true
}

# Each guard has as many threads as it may give up; one is the loop's.
lacks_threads() {
  local guards stuck
  guards=$(grep -Ehr --include='*.c' '= vkp_(image_guard|mounts)_new\(' "$root/common" \
    "$root/service" | wc -l)
  stuck=$(sed -n 's/^#define VKP_GUARD_MAX_STUCK //p' "$root/common/base/guard.h")
  [ "$(value TasksMax "$unit")" -gt $((1 + guards * stuck)) ] ||
    printf 'more than %d threads wanted for %d guards\n' $((1 + guards * stuck)) "$guards"
}

agrees() {
  diff <(value Name "$activation") <(value BusName "$unit") &&
    diff <(value Exec "$activation") <(value ExecStart "$unit") &&
    diff <(value SystemdService "$activation") <(printf '%s\n' "${unit##*/}")
}

silent 'systemd finds nothing wrong with the unit' verify
silent 'each line has its reason' without_reason
silent 'nothing in it hides processes from the service' hides_processes
silent 'there is room for all threads that may be kept waiting' lacks_threads
silent 'the activation file means the same program, name and unit' agrees
tap_end
