/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/base/file.h"
#include "common/base/identity.h"
#include "common/base/uuid.h"

/* Whether the pid is in the array (pid_t). FALSE for NULL. */
gboolean vkp_pids_contain(const GArray *pids, pid_t pid);

/* The marks: ids and names that vibe-kanban puts into the environment of what it starts, see
 * image.c. An id that is not there is nil. `branch` may be NULL. */
typedef struct {
    VkpUuid attempt_id;       /* VK_WORKSPACE_ID, VK_ATTEMPT_ID or VK_TASK_ATTEMPT_ID */
    VkpUuid other_attempt_id; /* another of these variables has a different id: one board runs
                                 inside another, and it cannot be told which is the inner one */
    VkpUuid task_id;
    VkpUuid project_id;
    VkpUuid execution_id;
    VkpUuid session_id;
    char *project_name;
    char *branch;
    gboolean is_terminal; /* VIBE_KANBAN_TERMINAL=1 */
    pid_t tmux;           /* not vibe-kanban's: the tmux server in which it was started (TMUX) */
    pid_t screen;         /* ... and the screen in which it was (STY); 0: none */
    pid_t service;        /* the first process of the systemd service from which it has its
                             environment (SYSTEMD_EXEC_PID); 0: none, or not known */
} VkpMarks;

/* The addresses of a process's arguments and environment in its memory. They change at every exec,
 * unless address space randomization is off. All 0: not known. */
typedef struct {
    guint64 arguments_start;
    guint64 arguments_end;
    guint64 environment_start;
    guint64 environment_end;
} VkpMemoryPlace;

static inline gboolean vkp_memory_place_is_known(const VkpMemoryPlace *place)
{
    return place->environment_start != 0;
}

static inline gboolean vkp_memory_place_equal(const VkpMemoryPlace *a, const VkpMemoryPlace *b)
{
    return a->arguments_start == b->arguments_start && a->arguments_end == b->arguments_end &&
           a->environment_start == b->environment_start && a->environment_end == b->environment_end;
}

/* The image: what an exec determines and what stays the same until the next one. Shared and
 * immutable. */
typedef struct {
    GStrv command;              /* valid UTF-8; empty for kernel threads and some that hide it */
    gboolean command_cut;       /* there was more than VKP_COMMAND_MAX_BYTES */
    gboolean environment_known; /* FALSE: could not be read, the marks say nothing */
    VkpMarks marks;
    VkpMemoryPlace place; /* the addresses it was read from */
    gboolean is_certain;  /* read after the clock tick of the process's start was over, so that no
                             other process can have the same pid and start tick */
} VkpImage;

VkpImage *vkp_image_ref(VkpImage *image);
void vkp_image_unref(VkpImage *image); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpImage, vkp_image_unref)

/* A working directory as its process sees it. `chain` has the inodes of the folder itself and of
 * all folders above it, innermost first, so that a symlink, a bind mount or a mount namespace
 * cannot mislead. It ends early where we lack the permission to go up, and is empty when nothing
 * could be seen. Shared and immutable. */
typedef struct {
    char *path; /* as the kernel shows it, valid UTF-8, without " (deleted)"; "" if too long */
    gboolean deleted; /* the folder is gone, though its inode (and so the chain) is not */
    guint n_chain;
    VkpInode *chain;
} VkpFolder;

VkpFolder *vkp_folder_ref(VkpFolder *folder);
void vkp_folder_unref(VkpFolder *folder); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpFolder, vkp_folder_unref)

/* Whether the folder is `place` or inside it, compared by inode; FALSE if `chain` does not show it.
 */
gboolean vkp_folder_is_within(const VkpFolder *folder, VkpInode place);

/* The facts about one process at one moment. Shared and immutable once built. What could not be
 * read is missing evidence, never an error: image and folder may be NULL. */
typedef struct {
    VkpIdentity identity;
    pid_t parent_pid;
    pid_t group; /* process group */
    pid_t session;
    uid_t uid;
    char state; /* the letter in /proc/PID/stat */
    gboolean is_kernel_thread;
    guint threads;
    guint64 memory_bytes;    /* resident */
    guint64 cpu_ticks;       /* user and system, since its start */
    double cpu_percent;      /* of one core, over the last sample interval */
    guint64 start_time_usec; /* since the epoch; G_MAXINT64 at most */
    char *name;              /* valid UTF-8: comm, or the program's where comm is a thread's */
    VkpImage *image;
    VkpFolder *folder;
} VkpProcess;

/* A process with all facts unset; the caller fills it before sharing it. */
VkpProcess *vkp_process_new(void);
VkpProcess *vkp_process_ref(VkpProcess *process);
void vkp_process_unref(VkpProcess *process); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpProcess, vkp_process_unref)

/* Dead: state Z or X and no other thread. A zombie thread group leader whose other threads still
 * run is alive. */
gboolean vkp_process_is_dead(const VkpProcess *process);

/* Borrowed; NULL: its environment is not known. */
const VkpMarks *vkp_process_marks(const VkpProcess *process);

static inline gboolean vkp_state_is_dead(char state, guint threads)
{
    return (state == 'Z' || state == 'X') && threads <= 1;
}

/* Clock ticks in microseconds, rounded down; G_MAXUINT64 when they do not fit. */
guint64 vkp_ticks_to_usec(guint64 ticks, guint ticks_per_second);
