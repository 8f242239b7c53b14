/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/base/file.h"
#include "common/base/identity.h"
#include "common/base/uuid.h"

/* Whether the pid is among these (pid_t). FALSE for NULL. */
gboolean vkp_pids_contain(const GArray *pids, pid_t pid);

/* The marks that vibe-kanban leaves in the environment of what it starts, see image.c. An id that
 * is not there is nil. `branch` may be NULL. */
typedef struct {
    VkpUuid attempt_id;       /* VK_WORKSPACE_ID, VK_ATTEMPT_ID or VK_TASK_ATTEMPT_ID */
    VkpUuid other_attempt_id; /* a different id under another of these names: boards within boards,
                                 and the order does not tell which is the inner one */
    VkpUuid task_id;
    VkpUuid project_id;
    VkpUuid execution_id;
    VkpUuid session_id;
    char *project_name;
    char *branch;
    gboolean is_terminal; /* VIBE_KANBAN_TERMINAL=1 */
    pid_t tmux;           /* not vibe-kanban's: in a pane of whose server it was started (TMUX), */
    pid_t screen;         /* ... and in a window of which screen (STY); 0: in none */
    pid_t service;        /* from the first process of which service of systemd it has its
                             environment (SYSTEMD_EXEC_PID); 0: of none, or it is not said */
} VkpMarks;

/* Where a process's arguments and environment lie in its memory: at other addresses after every
 * exec. All 0: not known. */
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

/* What an exec leaves behind and what stays until the next one. Shared and immutable. */
typedef struct {
    GStrv command;              /* valid UTF-8; empty for kernel threads and some that hide it */
    gboolean command_cut;       /* there was more than VKP_COMMAND_MAX_BYTES */
    gboolean environment_known; /* FALSE: could not be read, the marks say nothing */
    VkpMarks marks;
    VkpMemoryPlace place; /* where it was read */
    gboolean is_certain;  /* and not before the clock tick of the process's start was over: nobody
                             else can have had its pid and start, then or later */
} VkpImage;

VkpImage *vkp_image_ref(VkpImage *image);
void vkp_image_unref(VkpImage *image); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpImage, vkp_image_unref)

/* A working directory as seen from its process. `chain` holds the folder itself and all its
 * ancestors, innermost first, by device and inode: that way a symlink, a bind mount or a mount
 * namespace cannot mislead. It ends early where a folder must not be searched, and is empty when
 * nothing of it could be seen. Shared and immutable. */
typedef struct {
    char *path; /* as the kernel shows it, valid UTF-8, without " (deleted)"; "" if too long */
    gboolean deleted; /* the folder is gone, though its inode (and so the chain) is not */
    guint n_chain;
    VkpInode *chain;
} VkpFolder;

VkpFolder *vkp_folder_ref(VkpFolder *folder);
void vkp_folder_unref(VkpFolder *folder); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpFolder, vkp_folder_unref)

/* Whether the folder is `place` or lies inside it; by inode, FALSE for what cannot be told so. */
gboolean vkp_folder_is_within(const VkpFolder *folder, VkpInode place);

/* The facts about one process at one moment. Shared and immutable once built. What could not be
 * read is missing evidence, never an error: image and folder may be NULL. */
typedef struct {
    VkpIdentity identity;
    pid_t parent_pid;
    pid_t group;
    pid_t session;
    uid_t uid;
    char state; /* the letter in /proc/PID/stat */
    gboolean is_kernel_thread;
    guint threads;
    guint64 memory_bytes;    /* resident */
    guint64 cpu_ticks;       /* user and system, since its start */
    double cpu_percent;      /* of one core, over the last sample interval */
    guint64 start_time_usec; /* since the epoch; G_MAXINT64 at most */
    char *name;              /* comm, valid UTF-8 */
    VkpImage *image;
    VkpFolder *folder;
} VkpProcess;

/* A process with all facts unset; the caller fills it before sharing it. */
VkpProcess *vkp_process_new(void);
VkpProcess *vkp_process_ref(VkpProcess *process);
void vkp_process_unref(VkpProcess *process); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpProcess, vkp_process_unref)

/* Dead: state Z or X with one thread at most. A zombie leader whose other threads still run is
 * alive. */
gboolean vkp_process_is_dead(const VkpProcess *process);

/* Borrowed; NULL: its environment is not known. */
const VkpMarks *vkp_process_marks(const VkpProcess *process);

static inline gboolean vkp_state_is_dead(char state, guint threads)
{
    return (state == 'Z' || state == 'X') && threads <= 1;
}

/* Clock ticks in microseconds, rounded down; G_MAXUINT64 when they do not fit. */
guint64 vkp_ticks_to_usec(guint64 ticks, guint ticks_per_second);
