#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A chroot in which tests/lib/real-root.c makes "/" a mount point.
# Usage: real-root.sh CHECKOUT PROGRAM
set -uo pipefail

root=$1 program=$2
. "$root/tests/lib/tap.sh"

# In a mount namespace of our own, so that nothing has to be unmounted.
if [ -z "${VKP_IS_ISOLATED:-}" ]; then
  [ "$(id -u)" -eq 0 ] || tap_skip_all 'it takes root to make a chroot'
  unshare --mount true 2>/dev/null || tap_skip_all 'this system gives no mount namespace'
  VKP_IS_ISOLATED=1 exec unshare --mount bash "$0" "$@"
fi

folder=$(realpath "$(mktemp -d "${TMPDIR:-/tmp}/vkp-real-root.XXXXXX")") || exit 1
trap 'umount -l "$folder/usr" "$folder/proc" && rm -r "$folder"' EXIT
mkdir "$folder"/{usr,proc,work} && cp "$program" "$folder/work/real-root" &&
  ln -s usr/{bin,lib,lib64} "$folder" && mount --bind /usr "$folder/usr" &&
  mount -t proc proc "$folder/proc" || exit 1

within() { chroot "$folder" "$@"; }
within_real() { within /work/real-root "$@"; }
fails() { ! "$@"; }
prints() { # TEXT COMMAND...
  [ "$("${@:2}" 2>&1)" = "$1" ]
}
mounts() { cut -d' ' -f1-5 /proc/self/mountinfo; }

# As on most systems: what is mounted in one namespace shows in its copies.
mount --make-rshared /
before=$(mounts)
succeeds 'a chroot is refused namespaces' fails within unshare --user --mount true
succeeds 'with a real root it is not' within_real unshare --user --mount true
succeeds 'the root is the same folder' prints work within_real sh -c 'cd / && echo wor[k]'
succeeds 'mounts in it are there' within_real test -e /proc/self -a -e /usr/bin/env
succeeds 'the working directory is kept' prints /work \
  within sh -c 'cd work && exec ./real-root pwd'
succeeds 'who may not leave the chroot stays in it' prints work \
  within setpriv --bounding-set=-sys_chroot sh -c 'cd / && work/real-root echo wor[k] 2>&-'
succeeds 'nobody else sees a mount of it' prints "$before" mounts
succeeds 'without a chroot nothing is changed' prints "$(readlink /proc/self/ns/mnt)" \
  "$program" readlink /proc/self/ns/mnt
within_real sh -c 'exit 7'
succeeds 'the status is the command'"'"'s' test $? = 7
tap_end
