/* SPDX-License-Identifier: Apache-2.0 */
/* Hostile and unusual processes: the worst that may come of them is missing evidence. */
#include <signal.h>

#include "tests/roster/zoo.h"

/* Registers what the script starts as the execution 1 of the attempt 1. */
static void stage(Zoo *zoo, const char *script, guint n, const char *awaited)
{
    pid_t first = zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    if (awaited)
        vkp_family_find(zoo->family, awaited);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, first);
}

static void stage_zombie(Zoo *zoo)
{
    stage(zoo, "setpgid env {mark1} exec-as agent ( fork 1 ( name zombie settle exit 0 ) idle )", 2,
          NULL);
}

static void stage_threads(Zoo *zoo)
{
    stage(zoo, "setpgid run ( {beast} threads name agent )", 1, "agent");
}

static void stage_leaderless(Zoo *zoo)
{
    stage(zoo, "setpgid exec-as agent ( fork 1 ( name headless leaderless ) idle )", 2, NULL);
}

static void stage_names(Zoo *zoo)
{
    stage(zoo,
          "setpgid exec-as agent ( fork 1 ( name 'a) S 1 (b' idle ) fork 1 ( name '\nR 0 0' idle "
          ") fork 1 ( name '))' idle ) fork 1 ( name '   ' idle ) idle )",
          5, NULL);
}

static void stage_stranger_with_forged_name(Zoo *zoo)
{
    VkpRelative stranger;
    zoo_add_row(zoo, 1, 1, 0);
    pid_t agent = zoo_spawn(zoo, "setpgid exec-as agent ( idle )");
    zoo_settle(zoo, 1);
    zoo_register(zoo, 1, agent);
    /* As if it were a child of the agent, in its group. */
    g_autofree char *script =
        g_strdup_printf("setpgid exec-as x ( name 'x) S %d %d (' idle )", agent, agent);
    zoo_spawn(zoo, script);
    zoo_settle(zoo, 1);
    g_assert_true(vkp_relative_read(agent, &stranger));
}

static void stage_bad_utf8(Zoo *zoo)
{
    stage(zoo,
          "setpgid env {mark1} run ( sh -c 'exec {beast} \"$(printf \"\\377\\376\\303\\050\")\" "
          "name \"$(printf \"bad\")\"' )",
          1, "bad");
}

static void stage_huge_command(Zoo *zoo)
{
    stage(zoo,
          "setpgid env {mark1} run ( sh -c 'exec {beast} name huge $(yes 0123456789 | head -n "
          "20000)' )",
          1, "huge");
}

static void stage_huge_environment(Zoo *zoo)
{
    stage(zoo,
          "setpgid run ( sh -c 'A=$(yes 0123456789 | head -n 9000) B=$A C=$A; export A B C; exec "
          "env {mark1} {beast} name huge' )",
          1, "huge");
}

static void stage_wordless(Zoo *zoo)
{
    stage(zoo, "setpgid env {mark1} run ( {beast} no-words )", 1, "wordless");
}

static void stage_undumpable(Zoo *zoo)
{
    stage(zoo, "setpgid env {mark1} run ( {beast} name agent fork undumpable name hidden )", 1,
          "hidden");
}

/* Its marks have been seen; the board has no pid of it. */
static void stage_late_undumpable(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid env {mark1} run ( {beast} name open await undumpable name hidden )");
    zoo_settle(zoo, 1);
    VkpRelative process = vkp_family_find(zoo->family, "open");
    zoo_look(zoo);
    g_assert_no_errno(kill(process.pid, SIGUSR1));
    vkp_family_find(zoo->family, "hidden");
}

/* As agents shut their tools in; without marks it is known by where it comes from. */
static void stage_user_namespace(Zoo *zoo)
{
    g_autoptr(GError) error = NULL;
    int status = 0;
    if (!g_spawn_command_line_sync("unshare --user --map-root-user --pid --fork true", NULL, NULL,
                                   &status, &error) ||
        status != 0) {
        zoo_leave(zoo, "no user namespace to be had");
        return;
    }
    stage(zoo,
          "setpgid env {mark1} exec-as agent ( fork 1 ( run ( unshare --user --map-root-user --pid "
          "--fork env -i {beast} name inner-init fork setsid name between part setsid name orphan "
          ") ) "
          "idle )",
          2, "orphan");
}

static void stage_stopped(Zoo *zoo)
{
    stage(zoo, "setpgid exec-as agent ( fork 1 ( name stopped stop ) idle )", 2, NULL);
}

static void stage_empty_marks(Zoo *zoo)
{
    zoo_spawn(zoo, "setpgid env VK_WORKSPACE_ID= exec-as empty ( idle )");
    zoo_spawn(zoo, "setpgid env VK_WORKSPACE_ID=00000000-0000-0000-0000-000000000000 exec-as nil ( "
                   "idle )");
    zoo_settle(zoo, 2);
}

static void stage_namespace(Zoo *zoo)
{
    stage(zoo,
          "setpgid env {mark1} exec-as agent ( pid-namespace ( exec-as inner-init ( fork 1 ( "
          "unenv VK_WORKSPACE_ID exec-as inside ( idle ) ) idle ) ) idle )",
          3, NULL);
}

#define EXECUTOR "registered 100 executor"

static const ZooSituation situations[] = {
    {.name = "a-zombie-is-shown-and-dead",
     .stage = stage_zombie,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"zombie", "process_group 80", ZOO_SPARED}}},
    {.name = "threads-are-no-processes",
     .stage = stage_threads,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}}},
    {.name = "a-process-whose-first-thread-ended",
     .stage = stage_leaderless,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"headless", "process_group 80", ZOO_HIT}}},
    {.name = "names-with-parentheses-newlines-and-blanks",
     .stage = stage_names,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"a) S 1 (b", "process_group 80", ZOO_HIT},
                  {"\nR 0 0", "process_group 80", ZOO_HIT},
                  {"))", "process_group 80", ZOO_HIT},
                  {"   ", "process_group 80", ZOO_HIT}}},
    {.name = "a-name-that-forges-a-parent-and-a-group",
     .stage = stage_stranger_with_forged_name,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}}},
    {.name = "arguments-that-are-no-utf-8",
     .stage = stage_bad_utf8,
     .verdicts = {{"bad", EXECUTOR, ZOO_HIT}}},
    {.name = "a-command-line-of-200-kib",
     .stage = stage_huge_command,
     .verdicts = {{"huge", EXECUTOR, ZOO_HIT}}},
    {.name = "an-environment-of-300-kib",
     .stage = stage_huge_environment,
     .verdicts = {{"huge", EXECUTOR, ZOO_HIT}}},
    {.name = "a-process-without-a-command-line",
     .stage = stage_wordless,
     .verdicts = {{"wordless", EXECUTOR, ZOO_HIT}}},
    {.name = "an-undumpable-process-seen-by-root",
     .stage = stage_undumpable,
     .obstacle = zoo_needs_root,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"hidden", "environment 90", ZOO_HIT}}},
    {.name = "an-undumpable-process-seen-by-its-user",
     .stage = stage_undumpable,
     .obstacle = zoo_needs_ordinary_user,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"hidden", "process_group 80", ZOO_HIT}}},
    {.name = "a-process-that-turns-undumpable-seen-by-root",
     .stage = stage_late_undumpable,
     .obstacle = zoo_needs_root,
     .verdicts = {{"hidden", "environment 90 left: executor_exited", ZOO_HIT}}},
    {.name = "a-process-that-turns-undumpable-seen-by-its-user",
     .stage = stage_late_undumpable,
     .obstacle = zoo_needs_ordinary_user,
     .verdicts = {{"hidden", "remembered 60 left: executor_exited", ZOO_HIT}}},
    {.name = "a-user-namespace-with-pids-of-its-own",
     .stage = stage_user_namespace,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"unshare", "environment 90", ZOO_HIT},
                  {"inner-init", "process_group 80", ZOO_HIT},
                  {"orphan", "descendant 70", ZOO_HIT}}},
    {.name = "a-stopped-process",
     .stage = stage_stopped,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"stopped", "process_group 80", ZOO_HIT}}},
    {.name = "empty-and-nil-marks",
     .stage = stage_empty_marks,
     .scope = VKP_SCOPE_ALL,
     .include_weak = TRUE,
     .verdicts = {{"empty", "no member", ZOO_SPARED}, {"nil", "no member", ZOO_SPARED}}},
    {.name = "an-own-pid-namespace",
     .stage = stage_namespace,
     .obstacle = zoo_needs_root,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"inner-init", "environment 90", ZOO_HIT},
                  {"inside", "process_group 80", ZOO_HIT}}},
};

const ZooSituation *zoo_strange(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
