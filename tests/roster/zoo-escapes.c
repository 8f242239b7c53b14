/* SPDX-License-Identifier: Apache-2.0 */
/* How descendants of an agent get away from it, on purpose or by bad habits. */
#include <signal.h>

#include "tests/roster/zoo.h"

/* Stages an agent whose pid the board knows, in a group of its own. `n` actors settle. */
static void stage_agent(Zoo *zoo, const char *script, guint n)
{
    pid_t agent = zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    zoo_add_row(zoo, 1, 1, agent);
}

/* The same with a shell command. */
static void stage_shell(Zoo *zoo, const char *script, const char *awaited)
{
    stage_agent(zoo, script, 1);
    vkp_family_find(zoo->family, awaited);
}

static void stage_setsid(Zoo *zoo)
{
    stage_agent(zoo, "setpgid exec-as agent ( fork 1 ( setsid exec-as escaped ( idle ) ) idle )",
                2);
}

static void stage_setsid_with_marks(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( setsid chdir / exec-as escaped ( "
                "idle ) ) idle )",
                2);
}

static void stage_daemon_with_marks(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( name between setsid fork 1 ( "
                "chdir / exec-as daemon ( idle ) ) exit 0 ) idle )",
                2);
}

static void stage_daemon_in_the_group(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid exec-as agent ( fork 1 ( name between fork 1 ( exec-as daemon ( idle ) "
                ") exit 0 ) idle )",
                2);
}

static void stage_daemon_that_shed_everything(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid exec-as agent ( fork 1 ( name between setsid fork 1 ( setsid "
                "exec-as daemon ( idle ) ) exit 0 ) idle )",
                2);
}

/* Seen while its ancestry still showed; then the agent ends. */
static void stage_daemon_seen_before(Zoo *zoo)
{
    stage_agent(zoo, "setpgid exec-as agent ( fork 1 ( setsid exec-as daemon ( idle ) ) idle )", 2);
    zoo_look(zoo);
    zoo_end(zoo, "agent");
}

static void stage_daemon_seen_before_a_restart(Zoo *zoo)
{
    stage_daemon_seen_before(zoo);
    zoo_look(zoo);
    zoo_restart(zoo);
}

static void stage_session_of_a_member(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid exec-as agent ( fork 1 ( setsid exec-as leader ( fork 1 ( name between "
                "fork 1 ( setpgid exec-as lost ( idle ) ) exit 0 ) idle ) ) idle )",
                3);
}

static void stage_env_i(Zoo *zoo)
{
    stage_shell(zoo,
                "setpgid env {mark1} run ( sh -c 'setsid -f env -i {beast} name hidden & "
                "env -i {beast} name cleared; :' )",
                "cleared");
    vkp_family_find(zoo->family, "hidden");
}

static void stage_nohup(Zoo *zoo)
{
    stage_shell(zoo,
                "setpgid env {mark1} run ( sh -c 'nohup {beast} name nohupped >/dev/null 2>&1 & "
                "sleep 60; :' )",
                "nohupped");
    vkp_family_find(zoo->family, "sleep");
}

static void stage_job_control(Zoo *zoo)
{
    stage_shell(zoo, "setpgid run ( bash -c 'set -m; {beast} name job & wait' )", "job");
}

static void stage_pipeline(Zoo *zoo)
{
    stage_shell(zoo, "setpgid run ( sh -c '{beast} name left | {beast} name right; :' )", "left");
    vkp_family_find(zoo->family, "right");
}

static void stage_subreaper(Zoo *zoo)
{
    stage_shell(zoo,
                "setpgid run ( {beast} name agent subreaper fork name between part setsid "
                "name daemon )",
                "daemon");
}

static void stage_exec(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as before ( settle sleep 200 "
                "unenv VK_ATTEMPT_ID exec-as after ( idle ) ) ) idle )",
                2);
    zoo_look(zoo);
    vkp_family_find(zoo->family, "after");
}

static void stage_title(Zoo *zoo)
{
    stage_shell(zoo, "setpgid env {mark1} run ( {beast} name agent fork setsid title name titled )",
                "titled");
}

/* Its marks are known by then. */
static void stage_late_title(Zoo *zoo)
{
    stage_shell(zoo,
                "setpgid env {mark1} run ( {beast} name agent fork setsid name untitled await "
                "title name titled )",
                "untitled");
    zoo_look(zoo);
    VkpRelative untitled = vkp_family_find(zoo->family, "untitled");
    g_assert_no_errno(kill(untitled.pid, SIGUSR1));
    vkp_family_find(zoo->family, "titled");
}

static void stage_deep(Zoo *zoo)
{
    stage_shell(zoo,
                "setpgid run ( {beast} name a1 fork name a2 fork name a3 fork name a4 fork name "
                "a5 fork setsid name a6 )",
                "a6");
}

static void stage_own_marks_of_another(Zoo *zoo)
{
    stage_agent(zoo,
                "setpgid env {mark1} exec-as agent ( fork 1 ( env {mark2} exec-as other ( fork "
                "1 ( unenv VK_ATTEMPT_ID exec-as others-child ( idle ) ) idle ) ) idle )",
                3);
}

static void stage_dropped_row(Zoo *zoo)
{
    pid_t agent = zoo_spawn(zoo, "setpgid exec-as agent ( idle )");
    zoo_settle(zoo, 1);
    fake_board_add_execution(zoo->board, &(FakeExecution){.id = zoo_execution_id(1),
                                                          .attempt_id = zoo_attempt_id(1),
                                                          .started_usec = zoo->begin_usec,
                                                          .pid = agent,
                                                          .is_dropped = TRUE});
}

static void stage_failed_row(Zoo *zoo)
{
    pid_t agent = zoo_spawn(zoo, "setpgid exec-as agent ( idle )");
    zoo_settle(zoo, 1);
    fake_board_add_execution(zoo->board, &(FakeExecution){.id = zoo_execution_id(1),
                                                          .attempt_id = zoo_attempt_id(1),
                                                          .started_usec = zoo->begin_usec,
                                                          .status = "failed",
                                                          .pid = agent});
}

#define EXECUTOR "registered 100 executor"

static const ZooSituation situations[] = {
    {.name = "setsid",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_setsid,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"escaped", "descendant 70", ZOO_HIT}}},
    {.name = "setsid-and-chdir-with-marks",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_setsid_with_marks,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"escaped", "environment 90", ZOO_HIT}}},
    {.name = "a-daemon-that-keeps-its-marks",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_daemon_with_marks,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"daemon", "environment 90", ZOO_HIT}}},
    {.name = "forked-twice-within-the-group",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_daemon_in_the_group,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"daemon", "process_group 80", ZOO_HIT}}},
    /* Impossible: parent, group, session, folder and environment all gone before the first look. */
    {.name = "a-daemon-that-shed-everything-before-the-first-look",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_daemon_that_shed_everything,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"daemon", "no member", ZOO_SPARED}}},
    {.name = "a-daemon-that-was-seen-before",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_daemon_seen_before,
     .verdicts = {{"daemon", "remembered 60 left: executor_exited", ZOO_HIT}}},
    {.name = "a-daemon-that-was-seen-before-a-restart",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_daemon_seen_before_a_restart,
     .verdicts = {{"daemon", "remembered 60 left: executor_exited", ZOO_HIT}}},
    {.name = "lost-in-the-session-of-a-member",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_session_of_a_member,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"leader", "descendant 70", ZOO_HIT},
                  {"lost", "descendant 70", ZOO_HIT}}},
    /* "hidden" is orphaned with nothing left. */
    {.name = "cleared-environments",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_env_i,
     .verdicts = {{"sh", EXECUTOR, ZOO_HIT},
                  {"cleared", "process_group 80 executor", ZOO_HIT},
                  {"hidden", "no member", ZOO_SPARED}}},
    {.name = "nohup-in-the-background",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_nohup,
     .verdicts = {{"sh", EXECUTOR, ZOO_HIT},
                  {"nohupped", "environment 90 executor", ZOO_HIT},
                  {"sleep", "environment 90 executor", ZOO_HIT}}},
    {.name = "a-shell-with-job-control",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_job_control,
     .verdicts = {{"bash", EXECUTOR, ZOO_HIT}, {"job", "descendant 70 executor", ZOO_HIT}}},
    {.name = "a-pipeline",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_pipeline,
     .verdicts = {{"sh", EXECUTOR, ZOO_HIT},
                  {"left", "process_group 80 executor", ZOO_HIT},
                  {"right", "process_group 80 executor", ZOO_HIT}}},
    {.name = "an-agent-that-adopts-its-orphans",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_subreaper,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"daemon", "descendant 70", ZOO_HIT}}},
    {.name = "an-exec-without-the-marks",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_exec,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"after", "process_group 80", ZOO_HIT}}},
    {.name = "a-title-over-the-environment",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_title,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"titled", "descendant 70", ZOO_HIT}}},
    {.name = "a-title-over-the-environment-that-was-seen",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_late_title,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"titled", "environment 90", ZOO_HIT}}},
    {.name = "six-generations",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_deep,
     .verdicts = {{"a1", EXECUTOR, ZOO_HIT},
                  {"a2", "process_group 80", ZOO_HIT},
                  {"a5", "process_group 80", ZOO_HIT},
                  {"a3", "process_group 80", ZOO_HIT},
                  {"a4", "process_group 80", ZOO_HIT},
                  {"a6", "descendant 70", ZOO_HIT}}},
    {.name = "an-inner-agent-of-another-attempt",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_own_marks_of_another,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"other", "environment 90 of 2 left: executor_exited", ZOO_SPARED},
                  {"others-child", "descendant 70 of 2 left: executor_exited", ZOO_SPARED}}},
    {.name = "a-dropped-row",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_dropped_row,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}}},
    {.name = "a-row-that-says-failed",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_failed_row,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}}},
};

const ZooSituation *zoo_escapes(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
