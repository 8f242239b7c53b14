/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/kill/situation.h"
#include "tests/kill/stuck.h"
#include "tests/lib/deadline.h"

#define POLITE .options = {.grace_ms = 3000}
#define ESCALATING .options = {.grace_ms = 200, .escalate = TRUE}
#define FORCED .options = {.grace_ms = 3000, .force = TRUE}

/* Leaves its folder and its environment; in a session of nobody's by then. */
#define SHED "chdir / unenv VK_ATTEMPT_ID exec-as daemon ( idle )"

static const char *need_root(void)
{
    return geteuid() == 0 ? NULL : "only root can start processes of other users";
}

static const char *need_user_namespaces(void)
{
    return geteuid() == 0 || g_file_test("/proc/self/ns/user", G_FILE_TEST_EXISTS)
               ? NULL
               : "there are no user namespaces";
}

static const char *need_fuse(void)
{
    return access("/dev/fuse", R_OK | W_OK) == 0 && geteuid() == 0
               ? NULL
               : "only root can mount FUSE here";
}

/* The executor ends by itself and leaves its server. */
static void end_executor(VkpRig *rig, gpointer *state)
{
    (void)state;
    VkpRelative executor = vkp_family_find(rig->family, "executor");
    vkp_family_kill(rig->family, executor.pid);
}

/* Seen once while it still carries its mark, then it sheds everything. */
static void see_then_let_go(VkpRig *rig, gpointer *state)
{
    (void)state;
    vkp_roster_unref(vkp_rig_look(rig));
    VkpRelative shedder = vkp_family_find(rig->family, "shedder");
    g_assert_no_errno(kill(shedder.pid, SIGTERM));
    vkp_family_find(rig->family, "daemon");
    vkp_family_settle(rig->family, 2 + 2);
}

typedef struct {
    VkpStuck *stuck;
    char *folder;
} Stuck;

static void get_stuck(VkpRig *rig, gpointer *state)
{
    Stuck *held = g_new0(Stuck, 1);
    const char *reason = NULL;
    held->folder = g_build_filename(rig->folder, "stuck", NULL);
    g_assert_no_errno(mkdir(held->folder, 0755));
    held->stuck = vkp_stuck_mount(held->folder, &reason);
    g_assert_cmpstr(reason, ==, NULL);
    g_autofree char *script = g_strdup_printf("open '%s/file' idle", held->folder);
    vkp_rig_spawn(rig, script);
    vkp_stuck_await(held->stuck);
    *state = held;
}

static void get_unstuck(gpointer state)
{
    Stuck *held = state;
    vkp_stuck_release(held->stuck);
    g_assert_no_errno(rmdir(held->folder));
    g_free(held->folder);
    g_free(held);
}

static const VkpSituation situations[] = {
    {.name = "plain-tree-of-10",
     .script = "fork 3 ( fork 2 ( idle ) idle ) idle",
     .n_settled = 10,
     .max_births = 10,
     POLITE},
    {.name = "term-ignored",
     .script = "ignore 15 idle",
     .n_settled = 1,
     .max_births = 1,
     ESCALATING},
    {.name = "term-ignored-without-escalation",
     .script = "ignore 15 idle",
     .n_settled = 1,
     .max_births = 1,
     .options = {.grace_ms = 50},
     .n_survivors = 1},
    {.name = "supervisor-restarts-its-child",
     .script = "supervise ( idle )",
     .n_settled = 2,
     .max_births = 60,
     POLITE},
    {.name = "supervisor-ignores-term",
     .script = "ignore 15 supervise ( idle )",
     .n_settled = 2,
     .max_births = 60,
     ESCALATING},
    {.name = "supervisor-and-child-ignore-term",
     .script = "ignore 15 supervise ( ignore 15 idle )",
     .n_settled = 2,
     .max_births = 60,
     ESCALATING},
    {.name = "shell-loop",
     .script = "run ( sh -c 'while :; do sleep 0.05; done' )",
     .n_settled = 1,
     .max_births = 1,
     POLITE},
    {.name = "shell-loop-with-trap",
     .script = "run ( sh -c 'trap : TERM; while :; do sleep 0.05; done' )",
     .n_settled = 1,
     .max_births = 1,
     ESCALATING},
    {.name = "double-fork-daemon",
     .script = "fork 1 ( setsid fork 1 ( name daemon idle ) exit 0 ) exit 0",
     .n_settled = 1,
     .max_births = 3,
     POLITE},
    {.name = "setsid-and-chdir-away",
     .script = "fork 1 ( setsid chdir / idle ) idle",
     .n_settled = 2,
     .max_births = 2,
     POLITE},
    {.name = "shed-everything-once-seen",
     .script = "fork 1 ( setsid fork 1 ( name shedder on-term ( " SHED " ) idle ) exit 0 ) exit 0",
     .n_settled = 1,
     .max_births = 3,
     POLITE,
     .prepare = see_then_let_go},
    {.name = "shed-everything-as-a-child",
     .script = "fork 1 ( setsid " SHED " ) idle",
     .n_settled = 2,
     .max_births = 2,
     POLITE},
    {.name = "shed-everything-unseen",
     .script = "fork 1 ( setsid fork 1 ( " SHED " ) exit 0 ) exit 0",
     .n_settled = 1,
     .max_births = 3,
     POLITE,
     .n_survivors = 1,
     .is_bystander = TRUE},
    {.name = "executor-dead-server-alive",
     .script = "setpgid fork 1 ( name executor fork 2 ( ignore 1 name server idle ) idle ) reap",
     .n_settled = 4,
     .max_births = 4,
     POLITE,
     .prepare = end_executor},
    {.name = "fork-storm-of-300",
     .script = "storm 299 0 idle",
     .n_settled = 300,
     .max_births = 300,
     POLITE},
    {.name = "fork-storm-going-on",
     .script = "storm 299 1 idle",
     .n_settled = 1,
     .max_births = 300,
     FORCED},
    {.name = "forks-and-exits-every-100-ms",
     .script = "hop 60 100",
     .n_settled = 1,
     .max_births = 60,
     FORCED},
    {.name = "forks-and-exits-every-100-ms-politely",
     .script = "hop 60 100",
     .n_settled = 1,
     .max_births = 60,
     POLITE},
    {.name = "changes-sessions-every-100-ms",
     .script = "hop-sessions 60 100",
     .n_settled = 1,
     .max_births = 60,
     FORCED},
    {.name = "forks-and-exits-every-5-ms",
     .script = "hop 400 5",
     .n_settled = 1,
     .max_births = 400,
     FORCED},
    {.name = "changes-sessions-every-5-ms",
     .script = "hop-sessions 400 5",
     .n_settled = 1,
     .max_births = 400,
     FORCED},
    {.name = "two-that-restart-each-other",
     .script = "twins",
     .n_settled = 2,
     .max_births = 200,
     POLITE},
    {.name = "two-that-restart-each-other-ignoring-term",
     .script = "ignore 15 twins",
     .n_settled = 2,
     .max_births = 200,
     ESCALATING},
    {.name = "hydra", .script = "hydra", .n_settled = 3, .max_births = 900, FORCED},
    {.name = "hydra-grown-to-900",
     .script = "hydra",
     .n_settled = 3,
     .max_births = 900,
     .options = {.grace_ms = 400, .escalate = TRUE}},
    {.name = "hydra-of-900-heads",
     .script = "name root fork 300 ( hydra ) idle",
     .n_settled = 901,
     .max_births = 1200,
     FORCED},
    {.name = "stopped",
     .script = "fork 2 ( stop idle ) idle",
     .n_settled = 3,
     .max_births = 3,
     POLITE},
    {.name = "ptrace-stopped",
     .script = "name tracer ignore 15 trace ( idle ) idle",
     .n_settled = 2,
     .max_births = 2,
     ESCALATING},
    {.name = "ptrace-stopped-and-left",
     .script = "name tracer trace ( idle ) idle",
     .n_settled = 2,
     .max_births = 2,
     POLITE},
    {.name = "init-of-a-pid-namespace",
     .script = "pid-namespace ( fork 3 ( idle ) idle ) idle",
     .n_settled = 5,
     .max_births = 5,
     ESCALATING,
     .obstacle = need_user_namespaces},
    {.name = "leader-thread-exited",
     .script = "fork 2 ( leaderless ) idle",
     .n_settled = 3,
     .max_births = 3,
     POLITE},
    {.name = "leader-thread-exited-by-force",
     .script = "fork 2 ( ignore 15 leaderless ) idle",
     .n_settled = 3,
     .max_births = 3,
     FORCED},
    {.name = "zombie-that-nobody-reaps",
     .script = "fork 3 ( idle ) ignore 15 idle",
     .n_settled = 4,
     .max_births = 4,
     ESCALATING},
    {.name = "vfork-parent", .script = "vfork idle", .n_settled = 2, .max_births = 2, POLITE},
    {.name = "vfork-parent-ignoring-term",
     .script = "ignore 15 vfork idle",
     .n_settled = 2,
     .max_births = 2,
     ESCALATING},
    {.name = "uninterruptible-sleep",
     .script = "fork 2 ( idle ) idle",
     .n_settled = 3,
     .max_births = 4,
     .options = {.grace_ms = 100, .escalate = TRUE},
     .n_survivors = 1,
     .prepare = get_stuck,
     .clean_up = get_unstuck,
     .obstacle = need_fuse},
    {.name = "another-users-child",
     .script = "fork 1 ( uid 1001 exec ( idle ) ) idle",
     .n_settled = 2,
     .max_births = 2,
     POLITE,
     .n_survivors = 1,
     .is_bystander = TRUE,
     .obstacle = need_root},
    {.name = "sibling-worktree-from-our-own-session",
     .script = "fork 2 ( idle ) fork 1 ( chdir ../tree-2 env VK_ATTEMPT_ID=@SIBLING@ "
               "exec-as innocent-child ( idle ) ) idle",
     .n_settled = 4,
     .max_births = 4,
     POLITE},
    {.name = "slow-clean-up",
     .script = "fork 3 ( on-term ( sleep 300 exit 0 ) idle ) idle",
     .n_settled = 4,
     .max_births = 4,
     POLITE},
    {.name = "born-during-the-kill",
     .script = "fork 4 ( on-term ( fork 2 ( on-term ( fork 1 ( idle ) exit 0 ) idle ) exit 0 ) "
               "idle ) idle",
     .n_settled = 5,
     .max_births = 30,
     POLITE},
    {.name = "executes-during-the-kill",
     .script = "fork 3 ( settle exec-again 1000 ) idle",
     .n_settled = 4,
     .max_births = 4,
     POLITE},
    {.name = "executes-during-the-kill-by-force",
     .script = "fork 3 ( settle exec-again 1000 ) idle",
     .n_settled = 4,
     .max_births = 4,
     FORCED},
};

const VkpSituation *vkp_situations(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}

VkpVerdict vkp_situation_run(const VkpSituation *situation)
{
    guint n_innocents = 2;
    g_autoptr(VkpRig) rig = vkp_rig_new(situation->max_births + n_innocents, 60);
    gpointer state = NULL;
    vkp_rig_spawn_sibling(rig, "name innocent fork 1 ( idle ) idle");
    vkp_family_settle(rig->family, n_innocents);
    vkp_rig_spawn(rig, situation->script);
    vkp_family_settle(rig->family, n_innocents + situation->n_settled);
    if (situation->prepare)
        situation->prepare(rig, &state);
    VkpVerdict verdict = vkp_rig_kill(rig, &situation->options);
    if (situation->clean_up)
        situation->clean_up(state);
    return verdict;
}
