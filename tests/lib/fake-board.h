/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/base/uuid.h"

/* Small databases as vibe-kanban and its forks have written them, one layout a generation and
 * spelling. The tables are our own retelling: the columns that matter, some that do not, and the
 * constraints that a reader could trip over. Whatever SQLite refuses ends the test. */

typedef enum {
    FAKE_LAYOUT_A,
    FAKE_LAYOUT_B_EXECUTOR,          /* task_attempts.executor */
    FAKE_LAYOUT_B_BASE_CODING_AGENT, /* task_attempts.base_coding_agent */
    FAKE_LAYOUT_B_PROFILE,           /* task_attempts.profile */
    FAKE_LAYOUT_FACTORY,             /* as B, never marked, no `dropped` */
    FAKE_LAYOUT_SWARM,               /* as B, with pid, in WAL mode */
    FAKE_LAYOUT_C,
    FAKE_LAYOUT_D_EARLY, /* no name, archived, pinned */
    FAKE_LAYOUT_D_LATE,
    FAKE_LAYOUT_E_EARLY, /* no worktree_deleted, agent_working_dir */
    FAKE_LAYOUT_E_LATE,
    FAKE_LAYOUT_DK, /* as late E, in WAL mode */
} FakeLayout;

#define FAKE_N_LAYOUTS (FAKE_LAYOUT_DK + 1)

typedef struct FakeBoard FakeBoard;

/* Makes the file (which must not be there) in the journal mode of its time. It is opened for each
 * call only, so that nobody holds it in between. */
FakeBoard *fake_board_new(const char *path, FakeLayout layout);
void fake_board_free(FakeBoard *board); /* takes NULL; the file stays */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FakeBoard, fake_board_free)

/* One that is there already, of a known layout. */
FakeBoard *fake_board_open(const char *path, FakeLayout layout);

/* "A", "B (executor)" ... Static. */
const char *fake_layout_to_string(FakeLayout layout);
/* D and E: workspaces and sessions. E: a workspace needs no task. C to E: several repositories. */
gboolean fake_layout_has_sessions(FakeLayout layout);
gboolean fake_layout_has_loose_workspaces(FakeLayout layout);
gboolean fake_layout_has_repos(FakeLayout layout);

/* "DELETE" or "WAL". */
void fake_board_set_journal_mode(FakeBoard *board, const char *mode);

/* One transaction around many calls; the file is held open meanwhile. */
void fake_board_begin(FakeBoard *board);
void fake_board_commit(FakeBoard *board);

/* Any SQL, formatted as by sqlite3_mprintf (%Q, %d, %lld, %s ...). */
void fake_board_run(FakeBoard *board, const char *format, ...);

/* A well-formed id from a number, always the same; and as an SQL literal, X'...' or NULL for nil.
 * The caller frees that. */
VkpUuid fake_id(guint number);
char *fake_id_to_sql(VkpUuid id);

/* The two formats in which times are written; the caller frees them. */
char *fake_time_rfc3339(gint64 usec); /* 2026-01-10T03:00:00.123456789+00:00 */
char *fake_time_plain(gint64 usec);   /* 2026-01-10 03:00:00.123 */

void fake_board_add_project(FakeBoard *board, VkpUuid id, const char *name);
/* `status` NULL: inprogress. */
void fake_board_add_task(FakeBoard *board, VkpUuid id, VkpUuid project_id, const char *title,
                         const char *status);

/* An attempt or a workspace. What the layout has no column for is left out. */
typedef struct {
    VkpUuid id;
    VkpUuid task_id;    /* nil: NULL, where that is allowed */
    const char *folder; /* the worktree, or the folder that holds the worktrees */
    const char *branch; /* NULL: NULL, where that is allowed, else "" */
    const char *name;
    const char *agent; /* NULL: NULL; in D and E for the sessions that are made for it */
    gboolean is_worktree_deleted;
    gboolean is_archived;
} FakeAttempt;

void fake_board_add_attempt(FakeBoard *board, const FakeAttempt *attempt);

/* C to E only. `display_name` NULL: the name. */
void fake_board_add_repo(FakeBoard *board, VkpUuid id, const char *name, const char *display_name);
void fake_board_link_repo(FakeBoard *board, VkpUuid attempt_id, VkpUuid repo_id);

/* D and E only. */
void fake_board_add_session(FakeBoard *board, VkpUuid id, VkpUuid attempt_id, const char *agent);

typedef struct {
    VkpUuid id;
    VkpUuid attempt_id;       /* in D and E: a session of this attempt is found or made */
    VkpUuid session_id;       /* D and E: this session instead */
    const char *run_reason;   /* NULL: codingagent */
    const char *status;       /* NULL: running */
    const char *started_at;   /* the text as it stands; NULL: from started_usec */
    gint64 started_usec;      /* 0: now */
    const char *completed_at; /* NULL: NULL */
    pid_t pid;                /* 0: NULL */
    gboolean is_dropped;
    const char *action; /* executor_action; NULL: one of the layout's time, with `agent` in it */
    const char *agent;  /* NULL: the action names none */
} FakeExecution;

void fake_board_add_execution(FakeBoard *board, const FakeExecution *execution);

/* An executor_action as the layout's time wrote it; `agent` NULL: a script. The caller frees it. */
char *fake_action_dup(FakeLayout layout, const char *agent);

/* What upstream's migration of 2026-02-18 does to a database of layout B, or of a fork that is as
 * B, on its way to E, in place: attempts become workspaces, each gets a session. The board's layout
 * is late E afterwards. */
void fake_board_upgrade_to_e(FakeBoard *board);
