/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/build.h"

/* Snapshots and boards made by hand, for tests of vkp_roster_build(). Boards are numbers here:
 * attempt 1 of task 1 of project 1, and so on. Time is in seconds since the boot. */
typedef struct Scene Scene;

/* Project 1 with the attempts 1 and 2 of the tasks 1 and 2; nothing runs but pid 1. Rows are found
 * current at second 100000. */
Scene *scene_new(void);
void scene_free(Scene *scene);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scene, scene_free)

/* The user of the scene. */
#define SCENE_UID 1000

/* What is left out: parent 1, a group and session of its own, started at second `pid`, named
 * "program". */
typedef struct {
    pid_t pid;
    pid_t parent;
    pid_t group;
    pid_t session;
    double start;
    const char *name;
    const char *command;     /* words with a space between, none in them */
    const char *environment; /* variables with a space between */
    const char *folder;      /* must exist unless is_lost */
    gboolean is_folder_deleted;
    gboolean is_hidden; /* neither environment nor folder can be read */
    uid_t uid;          /* 0: the user */
    char state;         /* 0: sleeping */
    guint threads;
    gboolean is_kernel_thread;
} SceneProcess;

void scene_add(Scene *scene, const SceneProcess *process);
void scene_end(Scene *scene, pid_t pid); /* its children go to init */
#define SCENE_ADD(scene, ...) scene_add(scene, &(SceneProcess){__VA_ARGS__})

typedef struct {
    guint number;
    guint attempt;
    VkpKind kind; /* UNKNOWN: a coding agent */
    gboolean has_unknown_kind;
    VkpExecutionStatus status; /* UNKNOWN: running */
    double start;
    double completed; /* 0: not */
    pid_t pid;
    const char *agent;
} SceneExecution;

void scene_add_execution(Scene *scene, const SceneExecution *execution);
#define SCENE_EXECUTION(scene, ...) scene_add_execution(scene, &(SceneExecution){__VA_ARGS__})

/* One more attempt, of the task and project of its number. The folder need not exist. */
void scene_add_attempt(Scene *scene, guint number, const char *folder);
void scene_delete_worktree(Scene *scene, guint number); /* as the row says */

void scene_register(Scene *scene, pid_t pid, double start, guint execution);
void scene_remember(Scene *scene, pid_t pid, double start, guint attempt, guint execution);
void scene_add_server(Scene *scene, pid_t pid); /* protects it as well, with its ancestors */
void scene_add_other_server(Scene *scene, pid_t pid);
void scene_add_foreign(Scene *scene, VkpUuid id);
void scene_spare(Scene *scene, pid_t pid); /* with its ancestors, as this service */
void scene_add_bus(Scene *scene, pid_t pid);
void scene_set_applet(Scene *scene, pid_t pid);
void scene_set_board_current(Scene *scene, double second); /* below 0: never */

/* The board, open until the first build. */
VkpBoard *scene_board(Scene *scene);

/* A folder of the test's own, removed with the scene. */
const char *scene_folder(Scene *scene);
char *scene_make_folder(Scene *scene, const char *name);

/* The ids of the numbers, and as variables: VK_WORKSPACE_ID=... The text lives as the scene. */
VkpUuid scene_attempt_id(guint number);
VkpUuid scene_task_id(guint number);
VkpUuid scene_project_id(guint number);
VkpUuid scene_execution_id(guint number);
const char *scene_mark(Scene *scene, const char *variable, VkpUuid id);
const char *scene_attempt_mark(Scene *scene, guint number);

/* Builds anew with what was added since; the last roster is borrowed until then. */
VkpRoster *scene_build(Scene *scene);

/* How long vkp_roster_build() itself took the last time. */
/* The next build remembers what the last one saw. */
void scene_learn(Scene *scene);
double scene_build_ms(const Scene *scene);

/* Checks on the last roster. `attempt` or `execution` 0: none. */
void scene_expect(Scene *scene, pid_t pid, VkpEvidence evidence, guint confidence, guint attempt,
                  guint execution);
void scene_expect_none(Scene *scene, pid_t pid);
const VkpTie *scene_tie(Scene *scene, pid_t pid); /* must be a member */
