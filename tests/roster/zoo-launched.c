/* SPDX-License-Identifier: Apache-2.0 */
/* Executions' own processes, and the launchers before them. */
#include <glib/gstdio.h>

#include "tests/lib/deadline.h"
#include "tests/roster/zoo.h"

/* An agent with one tool, in a group of its own. */
#define AGENT "setpgid exec-as agent ( fork 1 ( exec-as tool ( idle ) ) idle )"
#define STRANGER "setpgid exec-as stranger ( idle )"

static pid_t spawn_agent_and_stranger(Zoo *zoo)
{
    pid_t agent = zoo_spawn(zoo, AGENT);
    zoo_spawn(zoo, STRANGER);
    zoo_settle(zoo, 3);
    return agent;
}

static void stage_pid_column(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, spawn_agent_and_stranger(zoo));
}

static void stage_row_long_before(Zoo *zoo)
{
    zoo_add_row_at(zoo, 1, 1, spawn_agent_and_stranger(zoo),
                   zoo->begin_usec - 40 * G_TIME_SPAN_SECOND);
}

static void stage_row_afterwards(Zoo *zoo)
{
    zoo_add_row_at(zoo, 1, 1, spawn_agent_and_stranger(zoo),
                   g_get_real_time() + 5 * G_TIME_SPAN_SECOND);
}

static void stage_registered(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, spawn_agent_and_stranger(zoo));
}

static void stage_registered_before_a_restart(Zoo *zoo)
{
    stage_registered(zoo);
    zoo_restart(zoo);
}

static gboolean is_reaped(gpointer data)
{
    VkpRelative dead;
    return !vkp_relative_read(*(pid_t *)data, &dead);
}

void zoo_end_and_reap(Zoo *zoo, const char *name)
{
    pid_t pid = vkp_family_find(zoo->family, name).pid;
    vkp_family_kill(zoo->family, pid);
    g_assert_true(vkp_deadline_wait(5000, is_reaped, &pid));
}

/* Root may say which pid is next. */
static gboolean choose_next_pid(pid_t pid)
{
    g_autofree char *before = g_strdup_printf("%d", pid - 1);
    FILE *file = g_fopen("/proc/sys/kernel/ns_last_pid", "w");
    if (!file)
        return FALSE;
    gboolean is_written = fputs(before, file) >= 0;
    return fclose(file) == 0 && is_written;
}

/* Ends the registered process and lets another one have its pid. Within one clock tick both would
 * be one and the same to anybody who knows pid and start time alone: then it is tried again. */
static void stage_reused_pid(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    pid_t pid = zoo_spawn(zoo, "setpgid exec-as agent ( idle )");
    zoo_settle(zoo, 1);
    zoo_register(zoo, 1, pid);
    VkpRelative agent = vkp_family_find(zoo->family, "agent");
    zoo_end_and_reap(zoo, "agent");
    for (guint i = 0; i < 100 && choose_next_pid(pid); i++) {
        zoo_spawn(zoo, "setpgid exec-as stranger ( idle )");
        zoo_settle(zoo, 1);
        VkpRelative stranger = vkp_family_find(zoo->family, "stranger");
        if (stranger.pid == pid && stranger.start_ticks != agent.start_ticks)
            return;
        zoo_end_and_reap(zoo, "stranger");
    }
    zoo_leave(zoo, "the next pid cannot be chosen here");
}

#define SERVER_OF(steps) "setsid exec-as vibe-kanban ( open {db} fork 1 ( " steps " ) idle )"

static void stage_child_of_the_server(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, SERVER_OF("setpgid env {mark1} exec-as agent ( fork 1 ( exec-as tool ( idle ) ) "
                             "idle )"));
    zoo_settle(zoo, 3);
}

static void stage_child_of_the_server_without_marks(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, SERVER_OF("setpgid chdir {one} exec-as agent ( fork 1 ( chdir / exec-as tool ( "
                             "idle ) ) idle )"));
    zoo_settle(zoo, 3);
}

static void stage_two_executions_of_one_attempt(Zoo *zoo)
{
    zoo_add_row_at(zoo, 1, 1, 0, zoo->begin_usec - 20 * G_TIME_SPAN_SECOND);
    zoo_add_row(zoo, 2, 2, 0);
    zoo_spawn(zoo, "setsid exec-as vibe-kanban ( open {db} "
                   "fork 1 ( setpgid env {mark1} exec-as agent ( idle ) ) "
                   "fork 1 ( setpgid env {mark2} exec-as other-agent ( idle ) ) idle )");
    zoo_settle(zoo, 3);
}

/* A package with a program of its own, so that npx needs no network. */
static void make_package(Zoo *zoo)
{
    zoo_make_folder(zoo, "{one}/node_modules/.bin");
    g_autofree char *package = zoo_fill(zoo, "{one}/package.json");
    g_autofree char *program = zoo_fill(zoo, "{one}/node_modules/.bin/zoo-agent");
    const char *script = "#!/usr/bin/env node\n"
                         "const child = require('child_process').spawn('sleep', ['60'],\n"
                         "    {argv0: 'tool', stdio: 'ignore'});\n"
                         "process.title = 'zoo-agent';\n"
                         "setInterval(() => {}, 1000);\n";
    g_file_set_contents(package, "{\"name\": \"zoo\", \"version\": \"1.0.0\"}", -1, NULL);
    g_file_set_contents(program, script, -1, NULL);
    g_chmod(program, 0755);
}

static void stage_npx(Zoo *zoo)
{
    make_package(zoo);
    pid_t npx = zoo_spawn(zoo, "setpgid chdir {one} env HOME={home} env {mark1} "
                               "run ( npx -y zoo-agent )");
    zoo_settle(zoo, 1);
    zoo_add_row(zoo, 1, 1, npx);
    vkp_family_find(zoo->family, "zoo-agent");
    vkp_family_find(zoo->family, "sleep");
}

static void stage_shell_chain(Zoo *zoo)
{
    pid_t first = zoo_spawn(zoo, "setpgid run ( sh -c 'timeout 60 nice -n 1 env A=b {beast} "
                                 "fork name tool; :' )");
    zoo_settle(zoo, 1);
    zoo_add_row(zoo, 1, 1, first);
    vkp_family_find(zoo->family, "tool");
}

static void stage_shell_with_two(Zoo *zoo)
{
    pid_t first =
        zoo_spawn(zoo, "setpgid run ( sh -c '{beast} name one & {beast} name two & wait' )");
    zoo_settle(zoo, 1);
    zoo_add_row(zoo, 1, 1, first);
    vkp_family_find(zoo->family, "one");
    vkp_family_find(zoo->family, "two");
}

/* As users wrap an agent to set up its environment, without exec. */
static void stage_script_before_an_agent(Zoo *zoo)
{
    g_autofree char *script = zoo_fill(zoo, "{one}/wrapper");
    g_autofree char *text = zoo_fill(zoo, "#!/bin/sh\nFOO=bar {beast} fork name tool\n:\n");
    g_assert_true(g_file_set_contents(script, text, -1, NULL));
    g_chmod(script, 0755);
    pid_t first = zoo_spawn(zoo, "setpgid run ( {one}/wrapper )");
    zoo_settle(zoo, 1);
    zoo_add_row(zoo, 1, 1, first);
    vkp_family_find(zoo->family, "tool");
}

static void stage_agent_beside_a_helper(Zoo *zoo)
{
    pid_t first = zoo_spawn(
        zoo, "setpgid run ( sh -c '{beast} name helper & {beast} fork name tool & wait' )");
    zoo_settle(zoo, 1);
    zoo_add_row(zoo, 1, 1, first);
    vkp_family_find(zoo->family, "helper");
    vkp_family_find(zoo->family, "tool");
}

static const ZooSituation situations[] = {
    {.name = "the-board-names-the-pid",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_pid_column,
     .verdicts = {{"agent", "registered 100 executor", ZOO_HIT},
                  {"tool", "process_group 80", ZOO_HIT},
                  {"stranger", "no member", ZOO_SPARED}}},
    {.name = "a-row-of-long-before-names-a-reused-pid",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_row_long_before,
     .verdicts = {{"agent", "no member", ZOO_SPARED}, {"tool", "no member", ZOO_SPARED}}},
    {.name = "a-process-older-than-the-row",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_row_afterwards,
     .verdicts = {{"agent", "no member", ZOO_SPARED}, {"tool", "no member", ZOO_SPARED}}},
    {.name = "registered-by-the-bus",
     .stage = stage_registered,
     .verdicts = {{"agent", "registered 100 executor", ZOO_HIT},
                  {"tool", "process_group 80", ZOO_HIT},
                  {"stranger", "no member", ZOO_SPARED}}},
    {.name = "registered-before-the-service-restarted",
     .stage = stage_registered_before_a_restart,
     .verdicts = {{"agent", "registered 100 executor", ZOO_HIT},
                  {"tool", "process_group 80", ZOO_HIT}}},
    {.name = "a-registered-pid-that-was-really-reused",
     .stage = stage_reused_pid,
     .obstacle = zoo_needs_root,
     .verdicts = {{"stranger", "no member", ZOO_SPARED}}},
    {.name = "a-child-of-the-server-with-the-mark",
     .stage = stage_child_of_the_server,
     .verdicts = {{"vibe-kanban", "no member", ZOO_SPARED},
                  {"agent", "registered 100 executor", ZOO_HIT},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "a-child-of-the-server-known-by-its-folder",
     .layout = FAKE_LAYOUT_FACTORY,
     .stage = stage_child_of_the_server_without_marks,
     .verdicts = {{"vibe-kanban", "no member", ZOO_SPARED},
                  {"agent", "registered 100 executor", ZOO_HIT},
                  {"tool", "process_group 80", ZOO_HIT}}},
    {.name = "agents-of-two-attempts-under-one-server",
     .stage = stage_two_executions_of_one_attempt,
     .verdicts = {{"vibe-kanban", "no member", ZOO_SPARED},
                  {"agent", "registered 100 executor", ZOO_HIT},
                  {"other-agent", "registered 100 of 2 executor", ZOO_SPARED}}},
    {.name = "a-real-npx-chain",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_npx,
     .obstacle = zoo_needs_npx,
     .verdicts = {{"npm exec zoo-ag", "registered 100 executor", ZOO_HIT},
                  {"sh", "environment 90 executor", ZOO_HIT},
                  {"zoo-agent", "environment 90 executor", ZOO_HIT},
                  {"sleep", "environment 90", ZOO_HIT}}},
    {.name = "all-except-executors-spares-a-real-npx-chain",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_npx,
     .scope = VKP_SCOPE_ALL_EXCEPT_EXECUTORS,
     .obstacle = zoo_needs_npx,
     .verdicts = {{"npm exec zoo-ag", "registered 100 executor", ZOO_SPARED},
                  {"sh", "environment 90 executor", ZOO_SPARED},
                  {"zoo-agent", "environment 90 executor", ZOO_SPARED},
                  {"sleep", "environment 90", ZOO_HIT}}},
    {.name = "shell-timeout-nice-env",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_shell_chain,
     .scope = VKP_SCOPE_ALL_EXCEPT_EXECUTORS,
     .verdicts = {{"sh", "registered 100 executor", ZOO_SPARED},
                  {"timeout", "descendant 70 executor", ZOO_SPARED},
                  {"zoo-beast", "descendant 70 executor", ZOO_SPARED},
                  {"tool", "descendant 70", ZOO_HIT}}},
    {.name = "a-shell-with-two-jobs-hides-neither",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_shell_with_two,
     .verdicts = {{"sh", "registered 100 executor", ZOO_HIT},
                  {"one", "process_group 80 executor", ZOO_HIT},
                  {"two", "process_group 80 executor", ZOO_HIT}}},
    {.name = "a-script-before-an-agent",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_script_before_an_agent,
     .scope = VKP_SCOPE_ALL_EXCEPT_EXECUTORS,
     .verdicts = {{"wrapper", "registered 100 executor", ZOO_SPARED},
                  {"zoo-beast", "process_group 80 executor", ZOO_SPARED},
                  {"tool", "process_group 80", ZOO_HIT}}},
    {.name = "an-agent-beside-a-helper",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_agent_beside_a_helper,
     .scope = VKP_SCOPE_ALL_EXCEPT_EXECUTORS,
     .verdicts = {{"sh", "registered 100 executor", ZOO_SPARED},
                  {"helper", "process_group 80 executor", ZOO_SPARED},
                  {"zoo-beast", "process_group 80 executor", ZOO_SPARED},
                  {"tool", "process_group 80", ZOO_HIT}}},
};

const ZooSituation *zoo_launched(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
