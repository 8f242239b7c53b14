/* SPDX-License-Identifier: Apache-2.0 */
/* Who is near an agent, or looks like one, and must never be hit by a group scope. */
#include <glib/gstdio.h>

#include "tests/roster/zoo.h"

static pid_t spawn(Zoo *zoo, const char *script, guint n)
{
    pid_t pid = zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    return pid;
}

static void stage_shell_and_editor(Zoo *zoo)
{
    spawn(zoo,
          "setsid chdir {one} exec-as bash ( fork 1 ( setpgid exec-as vim ( fork 1 ( exec-as "
          "lsp-server ( idle ) ) idle ) ) idle )",
          3);
}

static void stage_sibling(Zoo *zoo)
{
    spawn(zoo, "setsid chdir {two} exec-as sibling ( idle )", 1);
    spawn(zoo, "setsid chdir {folder}/w exec-as above ( idle )", 1);
}

static void stage_tmux(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} env TMUX_TMPDIR={home} env SHELL=/bin/sh chdir "
                        "{one} run ( sh -c 'tmux -f /dev/null new-session -d \"exec {beast} name "
                        "pane\"; {beast} name agent; :' )",
                        1);
    zoo_add_row(zoo, 1, 1, agent);
    vkp_family_find(zoo->family, "pane");
    vkp_family_find(zoo->family, "agent");
}

static void stage_users_tmux(Zoo *zoo)
{
    spawn(zoo,
          "setsid env TMUX_TMPDIR={home} env SHELL=/bin/sh chdir {one} run ( tmux -f /dev/null "
          "new-session -d 'exec {beast} name pane' )",
          1);
    vkp_family_find(zoo->family, "pane");
}

/* The second pane is asked for by somebody who has marks of his own. */
static void stage_daemons(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( setsid exec-as ssh-agent ( "
                        "fork 1 ( exec-as users-git ( idle ) ) fork 1 ( env {mark2} exec-as "
                        "marked ( idle ) ) idle ) ) idle )",
                        4);
    zoo_add_row(zoo, 1, 1, agent);
}

static void stage_gradle(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( setsid exec-as java ( name "
                        "java env org.gradle.launcher.daemon.bootstrap.GradleDaemon=1 fork 1 ( "
                        "setpgid exec-as worker ( idle ) ) idle ) ) idle )",
                        3);
    zoo_add_row(zoo, 1, 1, agent);
}

static void stage_terminal(Zoo *zoo)
{
    spawn(zoo,
          "setsid exec-as vibe-kanban ( open {db} fork 1 ( setsid chdir {one} env "
          "VIBE_KANBAN_TERMINAL=1 exec-as terminal ( fork 1 ( setpgid exec-as its-job ( idle ) ) "
          "idle ) ) idle )",
          3);
    zoo_add_row(zoo, 1, 1, 0);
}

/* Everything that is not exactly a mark. */
static void stage_malformed_marks(Zoo *zoo)
{
    VkpUuid id = zoo_attempt_id(1);
    char text[VKP_UUID_TEXT_SIZE];
    vkp_uuid_to_text(&id, text);
    const char *const formats[] = {
        "setpgid env VK_WORKSPACE_ID=%sx exec-as long ( idle )",
        "setpgid env VK_WORKSPACE_ID=x%s exec-as before ( idle )",
        "setpgid env vk_workspace_id=%s exec-as lower ( idle )",
        "setpgid env XVK_WORKSPACE_ID=%s exec-as prefixed ( idle )",
        "setpgid env VK_WORKSPACE_ID_OLD=%s exec-as suffixed ( idle )",
        "setpgid env NOTE=VK_WORKSPACE_ID=%s exec-as quoted ( idle )",
        "setpgid env VK_TASK_ID=%s exec-as taskless ( idle )",
        "setpgid run ( {beast} name in-words VK_WORKSPACE_ID=%s )",
    };
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_auto(GStrv) parts = g_strsplit(formats[i], "%s", 2);
        g_autofree char *script = g_strjoinv(text, parts);
        spawn(zoo, script, 1);
    }
    vkp_family_find(zoo->family, "in-words");
}

static void stage_other_user(Zoo *zoo)
{
    spawn(zoo, "setpgid env {mark1} uid 1234 exec-as theirs ( idle )", 1);
    spawn(zoo, "setpgid env {mark1} exec-as ours ( idle )", 1);
}

static void stage_home_as_folder(Zoo *zoo)
{
    zoo_add_attempt(zoo, 3, "{home}");
    zoo_add_attempt(zoo, 4, "/");
    zoo_add_attempt(zoo, 5, "{folder}");
    zoo_make_folder(zoo, "{home}/project");
    spawn(zoo, "setsid chdir {home} exec-as at-home ( idle )", 1);
    spawn(zoo, "setsid chdir {home}/project exec-as in-project ( idle )", 1);
    spawn(zoo, "setsid chdir / exec-as at-root ( idle )", 1);
    spawn(zoo, "setsid chdir {one} exec-as in-worktree ( idle )", 1);
}

static void stage_pipeline_partner(Zoo *zoo)
{
    spawn(zoo,
          "setsid run ( bash -c 'set -m; VK_WORKSPACE_ID=\"$(echo {mark1} | cut -d= -f2)\" "
          "{beast} name marked | {beast} name less; :' )",
          1);
    vkp_family_find(zoo->family, "marked");
    vkp_family_find(zoo->family, "less");
}

static void stage_weak_asked_for(Zoo *zoo)
{
    stage_shell_and_editor(zoo);
    stage_sibling(zoo);
}

static void stage_users_browser(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( setsid exec-as firefox ( "
                        "fork 1 ( exec-as tab ( idle ) ) idle ) ) fork 1 ( setsid run ( {beast} "
                        "name chrome --headless --user-data-dir=/tmp/x ) ) idle )",
                        4);
    zoo_add_row(zoo, 1, 1, agent);
    vkp_family_find(zoo->family, "chrome");
}

#define EXECUTOR "registered 100 executor"
#define NOBODY(name)                                                                               \
    {                                                                                              \
        name, "no member", ZOO_SPARED                                                              \
    }

static const ZooSituation situations[] = {
    {.name = "the-users-shell-and-editor-in-a-worktree",
     .stage = stage_shell_and_editor,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {{"bash", "working_directory 30", ZOO_SPARED},
                  {"vim", "working_directory 30", ZOO_SPARED},
                  {"lsp-server", "working_directory 30", ZOO_SPARED}}},
    {.name = "the-weak-are-hit-when-asked-for",
     .stage = stage_weak_asked_for,
     .include_weak = TRUE,
     .verdicts = {{"bash", "working_directory 30", ZOO_HIT},
                  {"vim", "working_directory 30", ZOO_HIT},
                  {"lsp-server", "working_directory 30", ZOO_HIT},
                  {"sibling", "working_directory 30 of 2", ZOO_SPARED},
                  NOBODY("above")}},
    {.name = "a-sibling-worktree-with-a-common-beginning",
     .stage = stage_sibling,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {{"sibling", "working_directory 30 of 2", ZOO_SPARED}, NOBODY("above")}},
    {.name = "a-real-tmux-that-the-agent-started-first",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_tmux,
     .obstacle = zoo_needs_tmux,
     .verdicts = {{"sh", EXECUTOR, ZOO_HIT},
                  {"agent", "environment 90 executor", ZOO_HIT},
                  {"tmux: server", "environment 50 shared", ZOO_SPARED},
                  {"pane", "environment 50", ZOO_SPARED}}},
    {.name = "the-users-own-tmux-in-a-worktree",
     .stage = stage_users_tmux,
     .scope = VKP_SCOPE_ALL,
     .obstacle = zoo_needs_tmux,
     .verdicts = {{"tmux: server", "working_directory 30 shared", ZOO_SPARED},
                  {"pane", "working_directory 30", ZOO_SPARED}}},
    {.name = "a-daemon-for-all-and-what-others-ask-of-it",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_daemons,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"ssh-agent", "environment 50 shared", ZOO_SPARED},
                  {"users-git", "environment 50", ZOO_SPARED},
                  {"marked", "environment 90 of 2 left: executor_exited", ZOO_SPARED}}},
    {.name = "a-gradle-daemon",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_gradle,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"java", "environment 50 shared", ZOO_SPARED},
                  {"worker", "environment 50", ZOO_SPARED}}},
    {.name = "a-terminal-of-the-board",
     .stage = stage_terminal,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {NOBODY("vibe-kanban"),
                  {"terminal", "working_directory 30", ZOO_SPARED},
                  {"its-job", "working_directory 30", ZOO_SPARED}}},
    {.name = "what-is-not-exactly-a-mark",
     .stage = stage_malformed_marks,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {NOBODY("long"), NOBODY("before"), NOBODY("lower"), NOBODY("prefixed"),
                  NOBODY("suffixed"), NOBODY("quoted"), NOBODY("taskless"), NOBODY("in-words")}},
    {.name = "another-users-process-with-our-mark",
     .stage = stage_other_user,
     .obstacle = zoo_needs_root,
     .verdicts = {NOBODY("theirs"), {"ours", "environment 90 left: executor_exited", ZOO_HIT}}},
    {.name = "the-home-and-the-root-as-folders-of-attempts",
     .stage = stage_home_as_folder,
     .scope = VKP_SCOPE_ALL,
     .include_weak = TRUE,
     .verdicts = {NOBODY("at-home"),
                  NOBODY("in-project"),
                  NOBODY("at-root"),
                  {"in-worktree", "working_directory 30", ZOO_HIT}}},
    {.name = "a-partner-in-a-pipeline",
     .stage = stage_pipeline_partner,
     .verdicts = {{"marked", "environment 90 left: executor_exited", ZOO_HIT},
                  NOBODY("less"),
                  NOBODY("bash")}},
    {.name = "the-users-browser-and-a-browser-for-tests",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_users_browser,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"firefox", "environment 50 shared", ZOO_SPARED},
                  {"tab", "environment 50", ZOO_SPARED},
                  {"chrome", "environment 90", ZOO_HIT}}},
};

const ZooSituation *zoo_bystanders(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
