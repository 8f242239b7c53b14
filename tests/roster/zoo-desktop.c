/* SPDX-License-Identifier: Apache-2.0 */
/* What serves the user's whole session, though it was a task that happened to start it, or from
 * which it has its marks. */
#include "tests/roster/zoo.h"

/* An agent whose pid the board knows. `n` actors settle. */
static void stage_agent(Zoo *zoo, const char *script, guint n)
{
    pid_t agent = zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    zoo_add_row(zoo, 1, 1, agent);
}

/* As flatpak runs it: the inner one is the init of a pid namespace, whose end is the end of all. */
static void stage_browser_in_a_sandbox(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( setsid exec-as bwrap ( pid-namespace "
                "( exec-as bwrap ( fork 1 ( exec-as firefox ( fork 1 ( exec-as tab ( idle ) ) idle "
                ") ) idle ) ) idle ) ) idle )",
                5);
}

/* The daemon was started within and has lost its parent. */
static void stage_agent_in_a_sandbox(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( setsid exec-as bwrap ( fork 1 ( "
                "exec-as helper ( idle ) ) fork 1 ( setsid exec-as ssh-agent ( idle ) ) idle ) ) "
                "idle )",
                4);
}

static void stage_registered_agent(Zoo *zoo, const char *script, guint n)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    zoo_look(zoo);
    zoo_register(zoo, 1, vkp_family_find(zoo->family, "agent").pid);
}

/* The browser has not left its starter's group. Its server, or a launcher, is in the same session.
 */
static void stage_browser_in_the_agents_group(Zoo *zoo)
{
    stage_registered_agent(
        zoo,
        "setsid exec-as shell ( fork 1 ( setpgid env {mark1} exec-as agent ( fork 1 ( "
        "exec-as firefox ( idle ) ) fork 120 ( exec-as tool ( idle ) ) idle ) ) idle )",
        123);
}

/* The same in the group of a job that a tool of the agent runs, and the tool keeps no group. */
static void stage_browser_in_a_jobs_group(Zoo *zoo)
{
    stage_registered_agent(
        zoo,
        "setsid exec-as shell ( fork 1 ( setpgid env {mark1} exec-as agent ( fork 120 ( "
        "exec-as tool ( idle ) ) sleep 50 fork 1 ( exec-as runner ( fork 1 ( setpgid exec-as "
        "job ( fork 1 ( exec-as firefox ( idle ) ) idle ) ) idle ) ) idle ) ) idle )",
        125);
}

static void stage_newer_firefox(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( setsid exec-as GeckoMain ( fork 1 ( "
                "exec-as tab ( idle ) ) idle ) ) idle )",
                3);
}

/* A shell of the task has handed its environment to the user's systemd. That has started a terminal
 * since, where the user has a shell, and a job that has lost its parent. */
static void stage_service_of_systemd(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid env {mark1} run ( sh -c 'SYSTEMD_EXEC_PID=$$ exec {beast} name terminal "
                   "fork setsid name shell fork name between part setsid name job' )");
    zoo_spawn(zoo, "setsid env {mark1} exec-as left ( idle )");
    zoo_settle(zoo, 2);
    vkp_family_find(zoo->family, "job");
}

/* ... and to the bus, which has started somebody since. */
static void stage_service_of_the_bus(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid exec-as dbus-daemon ( fork 1 ( env {mark1} exec-as notes ( fork 1 ( "
                   "exec-as its-helper ( idle ) ) idle ) ) idle )");
    zoo_spawn(zoo, "setsid env {mark1} exec-as left ( idle )");
    zoo_settle(zoo, 4);
}

/* The server is a service of the user's systemd, as people set it up who have it always on; what it
 * has started names it in the same way. */
static void stage_server_that_was_a_service(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo,
              "setsid run ( sh -c 'export SYSTEMD_EXEC_PID=$$; {mark1} setsid {beast} name agent "
              "fork setsid name tool & exec {beast} name vibe-kanban open {db}' )");
    zoo_settle(zoo, 1);
    vkp_family_find(zoo->family, "tool");
    vkp_family_find(zoo->family, "vibe-kanban");
    zoo_look(zoo);
    zoo_end(zoo, "vibe-kanban");
}

#define EXECUTOR "registered 100 executor"
#define WEAK "environment 50"
#define LEFT "environment 90 left: executor_exited"

static const ZooSituation situations[] = {
    {.name = "the-users-browser-in-a-sandbox",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_browser_in_a_sandbox,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"bwrap", WEAK " shared", ZOO_SPARED},
                  {"firefox", WEAK " shared", ZOO_SPARED},
                  {"tab", WEAK, ZOO_SPARED}}},
    {.name = "a-tasks-own-sandbox-with-a-daemon-in-it",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_agent_in_a_sandbox,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"bwrap", "environment 90", ZOO_HIT},
                  {"helper", "environment 90", ZOO_HIT},
                  {"ssh-agent", WEAK " shared", ZOO_SPARED}}},
    {.name = "the-users-browser-in-an-agents-group",
     .stage = stage_browser_in_the_agents_group,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"firefox", WEAK " shared", ZOO_SPARED},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "the-users-browser-in-a-jobs-group",
     .stage = stage_browser_in_a_jobs_group,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"firefox", WEAK " shared", ZOO_SPARED},
                  {"job", "environment 90", ZOO_HIT},
                  {"runner", "environment 90", ZOO_HIT},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "a-firefox-by-the-name-of-its-first-thread",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_newer_firefox,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"GeckoMain", WEAK " shared", ZOO_SPARED},
                  {"tab", WEAK, ZOO_SPARED}}},
    {.name = "marks-that-the-users-systemd-hands-out",
     .stage = stage_service_of_systemd,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"terminal", WEAK " shared", ZOO_SPARED},
                  {"shell", WEAK, ZOO_SPARED},
                  {"job", WEAK, ZOO_SPARED},
                  {"left", LEFT, ZOO_HIT}}},
    {.name = "what-a-server-has-left-that-was-a-service-of-systemd",
     .stage = stage_server_that_was_a_service,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"agent", EXECUTOR " left: server_gone", ZOO_HIT},
                  {"tool", "environment 90 left: server_gone", ZOO_HIT}}},
    {.name = "marks-that-the-bus-hands-out",
     .stage = stage_service_of_the_bus,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"dbus-daemon", "no member", ZOO_SPARED},
                  {"notes", WEAK " shared", ZOO_SPARED},
                  {"its-helper", WEAK, ZOO_SPARED},
                  {"left", LEFT, ZOO_HIT}}},
};

const ZooSituation *zoo_desktop(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
