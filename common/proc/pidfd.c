/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/pidfd.h"

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

int vkp_pidfd_signal(int pidfd, int signal_number)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0) == 0 ? 0 : errno;
}

gboolean vkp_pidfd_is_dead(int pidfd)
{
    /* Readable means dead with all threads, and a zombie that nobody reaps counts: poll(2) on a
     * pidfd does not wait for the parent. */
    struct pollfd entry = {.fd = pidfd, .events = POLLIN};
    return poll(&entry, 1, 0) > 0 && (entry.revents & POLLIN);
}
