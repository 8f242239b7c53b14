/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "common/proc/reader-private.h"

/* What costs a microsecond or less and tells whether anything needs to be read at all. */

#define LINE_MAX_BYTES 128

gboolean vkp_reader_read_newest_pid(VkpReader *reader, pid_t *pid)
{
    if (!reader->is_own)
        return FALSE;
    if (reader->loadavg < 0)
        reader->loadavg = openat(reader->root, "loadavg", O_RDONLY | O_CLOEXEC);
    char line[LINE_MAX_BYTES];
    gssize length = reader->loadavg < 0 ? -1 : pread(reader->loadavg, line, sizeof line - 1, 0);
    if (length <= 0)
        return FALSE;
    line[length] = '\0';
    return vkp_loadavg_parse_newest_pid(line, pid);
}

gboolean vkp_reader_read_pid_max(VkpReader *reader, pid_t *pid_max)
{
    gsize length = 0;
    g_autofree char *text =
        vkp_file_read(reader->root, "sys/kernel/pid_max", LINE_MAX_BYTES, &length, NULL, NULL);
    return text && vkp_pid_parse(g_strchomp(text), pid_max);
}

/* MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of the kernel's posix-timers.h. clock_getcpuclockid()
 * makes the same after a system call of its own. */
static clockid_t cpu_clock_of(pid_t pid)
{
    return (clockid_t)(~(guint)pid << 3 | 2u);
}

gboolean vkp_reader_read_cpu_clock(pid_t pid, guint64 *nsec)
{
    struct timespec used;
    if (clock_gettime(cpu_clock_of(pid), &used) < 0)
        return FALSE;
    *nsec = (guint64)used.tv_sec * 1000000000u + (guint64)used.tv_nsec;
    return TRUE;
}

/* Pid 1 is there in every namespace, and mostly somebody else's. */
gboolean vkp_reader_has_cpu_clocks(VkpReader *reader)
{
    guint64 nsec;
    return reader->is_own && vkp_reader_read_cpu_clock(1, &nsec);
}
