/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/base/mounts.h"
#include "common/proc/parse.h"
#include "common/proc/process.h"

/* Reads a proc file system, wherever it is mounted: the real one, another host's, a test's. Every
 * read may meet a process that has ended (VKP_ERROR_NOT_FOUND) or that is not ours to look at
 * (VKP_ERROR_PERMISSION_DENIED). */
typedef struct VkpReader VkpReader;

/* A process with more open files than this keeps the rest to itself. */
#define VKP_READER_MAX_DESCRIPTORS 65536u

/* And one with more files that are asked for by their paths. */
#define VKP_READER_MAX_FILES 64u

/* Opens `root` (NULL: "/proc"). NULL and error when it is not there. */
VkpReader *vkp_reader_open(const char *root, GError **error);
void vkp_reader_close(VkpReader *reader); /* takes NULL */

/* The same for another thread, which closes it and which may be kept waiting. NULL and error when
 * out of descriptors. */
VkpReader *vkp_reader_dup(const VkpReader *reader, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpReader, vkp_reader_close)

/* Ours, for whoever touches files that may be on them. Borrowed; NULL for a duplicate. */
VkpMounts *vkp_reader_mounts(VkpReader *reader);

/* All pids there, ascending, as pid_t. Threads are no processes and are not looked at. */
GArray *vkp_reader_list_pids(VkpReader *reader, GError **error);

/* NOT_FOUND also for the number of a thread: no process has it. */
gboolean vkp_reader_read_stat(VkpReader *reader, pid_t pid, VkpStat *stat, GError **error);

/* The stat of `pid` for repeated reading: it stays this process's whoever gets the number later.
 * The caller closes it. -1 and error on failure. */
int vkp_reader_open_stat(VkpReader *reader, pid_t pid, GError **error);

/* What such a stat says now; `pid` is for the message. NOT_FOUND once the process was collected. */
gboolean vkp_reader_read_open_stat(int fd, pid_t pid, VkpStat *stat, GError **error);

/* The pid or thread id given out last, and the number after which they begin again. FALSE when this
 * proc file system does not tell, or tells of another pid namespace than ours. */
gboolean vkp_reader_read_newest_pid(VkpReader *reader, pid_t *pid);
gboolean vkp_reader_read_pid_max(VkpReader *reader, pid_t *pid_max);

/* Whether the CPU clocks of others can be read: the pids are ours, and the kernel does it. */
gboolean vkp_reader_has_cpu_clocks(VkpReader *reader);

/* CPU time of the whole process, to the nanosecond: who has the same as before has not run, except
 * since it was last put on a CPU and that CPU's clock ticked (some milliseconds). FALSE when no
 * process leads that number: nobody has it, or a mere thread. */
gboolean vkp_reader_read_cpu_clock(pid_t pid, guint64 *nsec);

/* Whose process it is: the owner of /proc/PID, which is its effective uid. */
gboolean vkp_reader_read_uid(VkpReader *reader, pid_t pid, uid_t *uid, GError **error);

/* Command line and environment. An unreadable environment is part of the image, not an error. Both
 * live in the process's memory, so a process in disk sleep may keep the caller waiting. */
VkpImage *vkp_reader_read_image(VkpReader *reader, pid_t pid, GError **error);

/* The kernel's function that a process sleeps in; NULL when the kernel does not say. */
char *vkp_reader_dup_wait_channel(VkpReader *reader, pid_t pid);

/* Whether a process in disk sleep just waits for a vfork()ed child: then nobody has the lock of its
 * memory. FALSE also when the kernel does not say where it waits. */
gboolean vkp_reader_waits_for_vfork(VkpReader *reader, pid_t pid);

/* What the kernel says of a working directory at one moment. Two looks at one folder are equal in
 * everything, except where something was mounted or moved above it. */
typedef struct {
    char *link;       /* raw bytes, perhaps with " (deleted)"; "" if it is longer than a page */
    VkpInode inode;   /* unknown if it was not, or could not be, touched, or did not answer */
    guint64 mount_id; /* 0: unknown */
} VkpFolderLook;

gboolean vkp_folder_look_equal(const VkpFolderLook *a, const VkpFolderLook *b);
void vkp_folder_look_clear(VkpFolderLook *look);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpFolderLook, vkp_folder_look_clear)

/* Cheap enough to see whether the folder changed. Without `touch` only the link is read: that never
 * waits for a file system, with it at most a moment. *look is set only on success. */
gboolean vkp_reader_look_at_folder(VkpReader *reader, pid_t pid, gboolean touch,
                                   VkpFolderLook *look, GError **error);

/* The folder of that look, walked up to the root; over a mount the way leads up from where it is
 * mounted, so a bind mount of a part of a worktree does not lead to the worktree. NOT_FOUND also
 * when the process has moved away from there meanwhile. A look without touching makes a folder
 * without a chain; it becomes one when a file system on the way does not answer in a moment. */
VkpFolder *vkp_reader_walk_folder(VkpReader *reader, pid_t pid, VkpFolderLook *look,
                                  GError **error);

/* The working directory with its chain of ancestors: a look and the walk. */
VkpFolder *vkp_reader_read_folder(VkpReader *reader, pid_t pid, GError **error);

/* Another thread of the process than its leader, 0 if there is none: for a leader that has exited,
 * whose memory and folder can only be seen through a thread. Its id serves as `pid` for those. */
pid_t vkp_reader_find_thread(VkpReader *reader, pid_t pid);

/* Whether `pid` has one of these files open, by any path, other than as a standard stream: SQLite,
 * for whose databases this is, keeps off those. Of its descriptors only the first
 * VKP_READER_MAX_DESCRIPTORS are looked at. FALSE and error when they can't be read. */
gboolean vkp_reader_check_files_open(VkpReader *reader, pid_t pid, const VkpInode *files,
                                     guint n_files, gboolean *is_open, GError **error);

/* A file that a process has open. `path` is the kernel's raw text: where the process sees it, which
 * need not lead there from here. */
typedef struct {
    char *path;
    VkpInode inode; /* unknown if it could not be touched */
} VkpOpenFile;

void vkp_open_file_free(VkpOpenFile *file); /* takes NULL */

/* Which paths are asked for: those that fit any of these; all NULL-terminated, or NULL. */
typedef struct {
    const char *const *names; /* last components */
    const char *const *endings;
    const char *const *paths; /* whole ones */
} VkpPathPattern;

/* What `pid` has open under paths that fit, each path once, as VkpOpenFile; VKP_READER_MAX_FILES at
 * most. NULL and error when its descriptors can't be read. */
GPtrArray *vkp_reader_list_files(VkpReader *reader, pid_t pid, const VkpPathPattern *pattern,
                                 GError **error);

/* The inodes of the sockets that `pid` holds, as guint64, in order of its descriptors; NULL and
 * error when they cannot be read. */
GArray *vkp_reader_list_sockets(VkpReader *reader, pid_t pid, GError **error);

/* A pidfd for `pid`, whoever that is now: the caller checks the identity after opening. -1 and
 * error on failure. Only our own /proc numbers processes as we do; elsewhere VKP_ERROR_SYSTEM. */
int vkp_reader_open_pidfd(VkpReader *reader, pid_t pid, GError **error);

/* When the system booted, by the wall clock now: µs since the epoch. Start times are this plus
 * their ticks, so they follow a corrected clock. */
guint64 vkp_reader_boot_time_usec(VkpReader *reader);

/* How long ago that was, sleep included: µs, on the clock of `start_ticks`. */
guint64 vkp_reader_uptime_usec(VkpReader *reader);

/* The same in whole ticks: whoever is born now has this as its `start_ticks`, or more. */
guint64 vkp_reader_uptime_ticks(VkpReader *reader);

/* Identifies this boot (/proc/sys/kernel/random/boot_id); nil when unreadable. */
VkpUuid vkp_reader_boot_id(VkpReader *reader);

/* Ticks of `start_ticks` and `cpu_ticks` a second. */
guint vkp_reader_ticks_per_second(VkpReader *reader);
