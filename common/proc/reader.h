/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/base/mounts.h"
#include "common/proc/parse.h"
#include "common/proc/process.h"

/* Reads a proc file system, wherever it is mounted: our own, that of another pid namespace, a
 * test's. Every read may fail because the process has ended (VKP_ERROR_NOT_FOUND) or because we may
 * not look at it (VKP_ERROR_PERMISSION_DENIED). */
typedef struct VkpReader VkpReader;

/* Of a process with more open files the rest is not looked at. */
#define VKP_READER_MAX_DESCRIPTORS 65536u

/* Likewise for files that vkp_reader_list_files() finds by their paths. */
#define VKP_READER_MAX_FILES 64u

/* Opens `root` (NULL: "/proc"). NULL and error when it is not there. */
VkpReader *vkp_reader_open(const char *root, GError **error);
void vkp_reader_close(VkpReader *reader); /* takes NULL */

/* A copy for another thread, which closes it, and in which reads may block. NULL and error when out
 * of descriptors. */
VkpReader *vkp_reader_dup(const VkpReader *reader, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpReader, vkp_reader_close)

/* The mounts that we see, for code that touches files which may be remote. Borrowed; NULL for a
 * duplicate. */
VkpMounts *vkp_reader_mounts(VkpReader *reader);

/* All pids, ascending, as pid_t; without ids of threads. */
GArray *vkp_reader_list_pids(VkpReader *reader, GError **error);

/* NOT_FOUND also for a thread id, which is no process's pid. */
gboolean vkp_reader_read_stat(VkpReader *reader, pid_t pid, VkpStat *stat, GError **error);

/* Opens the stat of `pid` for repeated reading: it stays that of this process even if the pid is
 * reused. The caller closes it. -1 and error on failure. */
int vkp_reader_open_stat(VkpReader *reader, pid_t pid, GError **error);

/* Reads such a stat; `pid` is for the error message. NOT_FOUND once the process was reaped. */
gboolean vkp_reader_read_open_stat(int fd, pid_t pid, VkpStat *stat, GError **error);

/* The pid or thread id that was assigned last, and the highest one, after which they start again
 * from low numbers. FALSE when this proc file system does not show it, or is not of our pid
 * namespace. */
gboolean vkp_reader_read_newest_pid(VkpReader *reader, pid_t *pid);
gboolean vkp_reader_read_pid_max(VkpReader *reader, pid_t *pid_max);

/* Whether the CPU clocks of other processes can be read: the kernel must support it, and the pids
 * be those of our namespace. */
gboolean vkp_reader_has_cpu_clocks(VkpReader *reader);

/* CPU time of the whole process, to the nanosecond: if it is the same as before, the process has
 * not run, except perhaps in the last milliseconds: the kernel accounts for a running process only
 * at timer ticks and when it is switched out. FALSE when there is no such process, or only a
 * thread. */
gboolean vkp_reader_read_cpu_clock(pid_t pid, guint64 *nsec);

/* The owner of /proc/PID, which is the effective uid of the process. */
gboolean vkp_reader_read_uid(VkpReader *reader, pid_t pid, uid_t *uid, GError **error);

/* Command line and environment. An environment that cannot be read is noted in the image and is no
 * error. Both are in the process's memory, so for a process in disk sleep the call may block. */
VkpImage *vkp_reader_read_image(VkpReader *reader, pid_t pid, GError **error);

/* The kernel function that a process sleeps in; NULL when the kernel does not show it. */
char *vkp_reader_dup_wait_channel(VkpReader *reader, pid_t pid);

/* Whether a process in disk sleep merely waits for a child that it started by vfork(): then its
 * memory lock is free and it can be read. FALSE also when the kernel does not show where it waits.
 */
gboolean vkp_reader_waits_for_vfork(VkpReader *reader, pid_t pid);

/* A working directory as the kernel shows it at one moment. Two looks at the same folder are equal,
 * unless something was mounted or moved above it in between. */
typedef struct {
    char *link;       /* raw bytes, perhaps with " (deleted)"; "" if it is longer than a page */
    VkpInode inode;   /* unknown if it was not or could not be looked up, or did not respond */
    guint64 mount_id; /* 0: unknown */
} VkpFolderLook;

gboolean vkp_folder_look_equal(const VkpFolderLook *a, const VkpFolderLook *b);
void vkp_folder_look_clear(VkpFolderLook *look);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpFolderLook, vkp_folder_look_clear)

/* A cheap way to see whether the folder changed. Without `touch` only the link is read, which never
 * blocks on a file system; with it, the folder is looked up, for which 100 ms are waited at most.
 * *look is set only on success. */
gboolean vkp_reader_look_at_folder(VkpReader *reader, pid_t pid, gboolean touch,
                                   VkpFolderLook *look, GError **error);

/* The folder of that look with its chain, walked up to the root. The root of a mount leads up to
 * where it is mounted, so a bind mount of a part of a worktree does not lead to the worktree.
 * NOT_FOUND also when the process has changed its working directory since. A look without `touch`
 * gives a folder without a chain; *look is made such a look if a file system on the way up does not
 * respond within 100 ms. */
VkpFolder *vkp_reader_walk_folder(VkpReader *reader, pid_t pid, VkpFolderLook *look,
                                  GError **error);

/* The working directory with its chain: both steps in one. */
VkpFolder *vkp_reader_read_folder(VkpReader *reader, pid_t pid, GError **error);

/* A thread of the process other than its leader, 0 if there is none: when the leader has exited,
 * memory and working directory can only be read through another thread, whose id is passed as
 * `pid`. */
pid_t vkp_reader_find_thread(VkpReader *reader, pid_t pid);

/* Whether `pid` has one of these files open, under any path; standard streams (descriptors 0 to 2)
 * do not count, as SQLite, for whose databases this is, does not use them. Only the first
 * VKP_READER_MAX_DESCRIPTORS are looked at. FALSE and error when they can't be read. */
gboolean vkp_reader_check_files_open(VkpReader *reader, pid_t pid, const VkpInode *files,
                                     guint n_files, gboolean *is_open, GError **error);

/* A file that a process has open. `path` is the kernel's raw text, as the process sees it; in our
 * mount namespace it may lead elsewhere. */
typedef struct {
    char *path;
    VkpInode inode; /* unknown if it could not be looked up */
} VkpOpenFile;

void vkp_open_file_free(VkpOpenFile *file); /* takes NULL */

/* Selects paths that match any of these; all NULL-terminated, or NULL. */
typedef struct {
    const char *const *names; /* last components */
    const char *const *endings;
    const char *const *paths; /* whole ones */
} VkpPathPattern;

/* The files that `pid` has open under paths that match, each path once, as VkpOpenFile;
 * VKP_READER_MAX_FILES at most. NULL and error when its descriptors can't be read. */
GPtrArray *vkp_reader_list_files(VkpReader *reader, pid_t pid, const VkpPathPattern *pattern,
                                 GError **error);

/* The inodes of the sockets that `pid` holds, as guint64, in order of its descriptors; NULL and
 * error when they cannot be read. */
GArray *vkp_reader_list_sockets(VkpReader *reader, pid_t pid, GError **error);

/* A pidfd for the process that has `pid` now: the caller must check its identity afterwards. -1 and
 * error on failure; VKP_ERROR_SYSTEM if this proc file system is not of our pid namespace. */
int vkp_reader_open_pidfd(VkpReader *reader, pid_t pid, GError **error);

/* When the system booted, according to the wall clock of now: µs since the epoch. Start times are
 * computed from it, so they follow when the clock is set. */
guint64 vkp_reader_boot_time_usec(VkpReader *reader);

/* How long ago that was, suspend included: µs, on the clock of `start_ticks`. */
guint64 vkp_reader_uptime_usec(VkpReader *reader);

/* The same in whole ticks: a process that starts now has this as its `start_ticks`, or more. */
guint64 vkp_reader_uptime_ticks(VkpReader *reader);

/* Identifies this boot (/proc/sys/kernel/random/boot_id); nil when unreadable. */
VkpUuid vkp_reader_boot_id(VkpReader *reader);

/* Ticks per second, of `start_ticks` and `cpu_ticks`. */
guint vkp_reader_ticks_per_second(VkpReader *reader);
