/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/proc/process.h"

/* Parses texts of /proc; touches no file. */

/* The fields of /proc/PID/stat that we use, see proc(5). */
typedef struct {
    pid_t pid;
    char comm[65]; /* raw bytes: the kernel's own limit is 15, 63 for kernel threads */
    char state;
    pid_t parent_pid;
    pid_t group; /* process group; 0: none in our pid namespace (kernel threads, or just reaped) */
    pid_t session; /* likewise */
    guint flags;   /* PF_... of the kernel */
    guint64 user_ticks;
    guint64 system_ticks;
    guint threads;
    guint64 start_ticks;
    guint64 resident_pages;
    VkpMemoryPlace place; /* all 0 when hidden */
    gboolean is_thread;   /* not the leader of its thread group, and so no process */
} VkpStat;

/* Parses one line such as
 *   4242 (a) b) S 1 4242 4242 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9000 ...
 * where comm may hold anything but NUL. FALSE (and *stat untouched) for anything malformed. */
gboolean vkp_stat_parse(const char *text, gsize length, VkpStat *stat);

/* PF_KTHREAD: a thread of the kernel itself. */
#define VKP_STAT_FLAG_KERNEL_THREAD 0x00200000u

/* PF_RANDOMIZE: its last exec chose random addresses for its memory, so they differ from those
 * before. */
#define VKP_STAT_FLAG_RANDOMIZED 0x00400000u

/* The last field of /proc/loadavg ("0.00 0.01 0.05 1/123 4567"): the newest pid of our namespace.
 */
gboolean vkp_loadavg_parse_newest_pid(const char *text, pid_t *pid);

/* The line "btime 1700000000" of /proc/stat: when the system booted, in seconds since the epoch. */
gboolean vkp_boot_time_parse(const char *text, guint64 *seconds);

/* A name of /proc that is a pid: decimal, no sign, no leading zero. */
gboolean vkp_pid_parse(const char *name, pid_t *pid);
