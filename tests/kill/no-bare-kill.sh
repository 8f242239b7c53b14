#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Signals go through pidfds, never to a number: kill() and its kin must not occur in what we ship.
# Usage: no-bare-kill.sh SOURCE_ROOT
set -eu
cd "$1"

calls='(^|[^[:alnum:]_.>])(kill|killpg|tkill|tgkill|raise|sigqueue|pthread_kill|g_subprocess_(send_signal|force_exit))[[:space:]]*\('
numbers='SYS_(kill|tkill|tgkill|rt_sigqueueinfo|rt_tgsigqueueinfo)|__NR_(kill|tkill|tgkill)'
shells='(system|popen|g_spawn_[a-z_]*|execv[pe]*|execl[pe]*|posix_spawn[p]?)[[:space:]]*\('

# The code of a file without its comments and with its strings.
code() {
    "${CC:-cc}" -fpreprocessed -dD -E -P "$1" 2>/dev/null
}

offends() {
    grep -Eq "$calls|$numbers|$2" "$1"
}

# The test must be able to fail.
probe=$(mktemp)
trap 'rm -f "$probe"' EXIT
for bad in 'kill(pid, SIGTERM);' ' if (killpg (group, 9))' 'x = tgkill(1, 2, 3);' 'syscall(SYS_kill, 1, 9);'; do
    printf '%s\n' "$bad" >"$probe"
    offends "$probe" 'NOTHING_ELSE' || { echo "not found in: $bad"; exit 1; }
done
for good in 'vkp_kill_job_start(job);' 'job->kill(1);' 'pidfd_send_signal(fd);' 'static void on_kill(void)'; do
    printf '%s\n' "$good" >"$probe"
    ! offends "$probe" 'NOTHING_ELSE' || { echo "found in: $good"; exit 1; }
done

failed=0
n_files=0
for file in $(find common service applet -name '*.[ch]' | sort); do
    n_files=$((n_files + 1))
    # Only what ends processes must not start any either: no shell, no kill(1).
    case $file in
        common/*|service/*) also=$shells ;;
        *) also='NOTHING_ELSE' ;;
    esac
    code "$file" >"$probe" || { echo "$file: cannot be preprocessed"; failed=1; continue; }
    if offends "$probe" "$also"; then
        echo "$file:"
        grep -En "$calls|$numbers|$also" "$probe"
        failed=1
    fi
done
[ "$n_files" -gt 30 ] || { echo "only $n_files files found"; exit 1; }
exit $failed
