/* SPDX-License-Identifier: Apache-2.0 */
/* What outlives its agent, its server, its worktree, its attempt; and what only looks like it. */
#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/roster/zoo.h"

static pid_t spawn(Zoo *zoo, const char *script, guint n)
{
    pid_t pid = zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    return pid;
}

/* An agent of the attempt 2 that is at work, with a tool. */
static void add_living_neighbour(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark2} exec-as neighbour ( fork 1 ( setsid exec-as "
                        "its-tool ( idle ) ) idle )",
                        2);
    zoo_add_row(zoo, 9, 2, 0);
    zoo_register(zoo, 9, agent);
}

#define NEIGHBOURS                                                                                 \
    {"neighbour", "registered 100 of 2 executor", ZOO_SPARED},                                     \
    {                                                                                              \
        "its-tool", "environment 90 of 2", ZOO_SPARED                                              \
    }

static void stage_agent_exited(Zoo *zoo)
{
    add_living_neighbour(zoo);
    zoo_add_row(zoo, 1, 1, 0);
    spawn(zoo,
          "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as dev-server ( fork 1 ( exec-as "
          "worker ( idle ) ) idle ) ) settle exit 0 )",
          3);
}

static void stage_agent_exited_without_marks(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid exec-as agent ( fork 1 ( exec-as dev-server ( idle ) ) settle "
                        "exit 0 )",
                        2);
    zoo_add_row(zoo, 1, 1, agent);
}

static gboolean is_zombie(gpointer data)
{
    VkpRelative relative;
    return vkp_relative_read(*(pid_t *)data, &relative) && relative.state == 'Z';
}

static void stage_agent_became_a_zombie(Zoo *zoo)
{
    pid_t parent = spawn(zoo,
                         "exec-as shell ( fork 1 ( setpgid exec-as agent ( fork 1 ( exec-as "
                         "dev-server ( idle ) ) settle sleep 50 exit 0 ) ) idle )",
                         3);
    (void)parent;
    VkpRelative agent = vkp_family_find(zoo->family, "agent");
    zoo_add_row(zoo, 1, 1, agent.pid);
    g_assert_true(vkp_deadline_wait(5000, is_zombie, &agent.pid));
}

static void stage_server_killed(Zoo *zoo, const char *first_step)
{
    zoo_add_row(zoo, 1, 1, 0);
    g_autofree char *script =
        g_strconcat(first_step,
                    " exec-as vibe-kanban ( open {db} fork 1 ( setpgid env {mark1} "
                    "exec-as agent ( fork 1 ( exec-as tool ( idle ) ) idle ) ) idle )",
                    NULL);
    spawn(zoo, script, 3);
    zoo_look(zoo);
    zoo_end(zoo, "vibe-kanban");
}

static void stage_server_with_session_killed(Zoo *zoo)
{
    stage_server_killed(zoo, "setsid");
}

static void stage_server_in_our_session_killed(Zoo *zoo)
{
    stage_server_killed(zoo, "setpgid");
}

static void stage_new_server_after_a_crash(Zoo *zoo)
{
    stage_server_killed(zoo, "setsid");
    fake_board_run(zoo->board, "UPDATE execution_processes SET status = 'failed'");
    spawn(zoo, "setsid exec-as vibe-kanban ( open {db} idle )", 1);
}

static void stage_running_row_without_process(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    spawn(zoo, "setpgid exec-as stranger ( idle )", 1);
}

static void stage_follow_up(Zoo *zoo)
{
    stage_agent_exited(zoo);
    pid_t next = spawn(zoo, "setpgid env {mark1} exec-as next-agent ( idle )", 1);
    zoo_add_row(zoo, 2, 1, 0);
    zoo_register(zoo, 2, next);
}

#define COPY "{home}/.local/share/vibe-kanban/db.sqlite"

/* The new release has gone on with a copy of our board, which the old one still has open. */
static void stage_copy_with_a_server(Zoo *zoo)
{
    zoo_make_folder(zoo, "{home}/.local/share/vibe-kanban");
    g_autofree char *path = zoo_fill(zoo, COPY);
    g_autoptr(FakeBoard) copy = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    for (guint i = 1; i <= 2; i++)
        fake_board_add_attempt(copy, &(FakeAttempt){.id = zoo_attempt_id(i), .folder = "/nowhere"});
    fake_board_add_execution(
        copy, &(FakeExecution){.id = zoo_execution_id(7), .attempt_id = zoo_attempt_id(1)});
    spawn(zoo, "setsid exec-as vibe-kanban ( open {db} idle )", 1);
    spawn(zoo,
          "setsid exec-as vibe-kanban-tau ( open " COPY
          " fork 1 ( setpgid env {mark1} exec-as their-agent ( fork 1 ( fork 1 ( setsid exec-as "
          "their-tool ( idle ) ) exit 0 ) idle ) ) idle )",
          3);
    spawn(zoo, "setsid env {mark2} exec-as ours ( idle )", 1);
}

/* An id that the board has never had, or has no more. */
#define LOST_MARK "VK_WORKSPACE_ID=99999999-aaaa-4bbb-8ccc-dddddddddddd"

static void stage_deleted_attempt(Zoo *zoo)
{
    add_living_neighbour(zoo);
    spawn(zoo,
          "setpgid env " LOST_MARK " exec-as forgotten ( fork 1 ( unenv VK_WORKSPACE_ID exec-as "
          "its-child ( idle ) ) idle )",
          2);
    zoo_look_until(zoo, "forgotten", "environment 90 left: attempt_deleted", 5000);
}

static void stage_attempt_deleted_meanwhile(Zoo *zoo)
{
    spawn(zoo, "setpgid env {mark1} exec-as forgotten ( idle )", 1);
    zoo_look(zoo);
    VkpUuid id = zoo_attempt_id(1);
    g_autofree char *sql = fake_id_to_sql(id);
    fake_board_run(zoo->board, "DELETE FROM workspaces WHERE id = %s", sql);
    zoo_look_until(zoo, "forgotten", "environment 90 left: attempt_deleted", 5000);
}

/* Another board where the service looks for such; the caller frees it. */
static FakeBoard *make_other_board(Zoo *zoo)
{
    zoo_make_folder(zoo, "{home}/.local/share/vibe-kanban");
    g_autofree char *path = zoo_fill(zoo, "{home}/.local/share/vibe-kanban/db.v2.sqlite");
    return fake_board_new(path, FAKE_LAYOUT_E_LATE);
}

static void stage_deleted_while_another_server_lives(Zoo *zoo)
{
    fake_board_free(make_other_board(zoo));
    spawn(zoo,
          "setsid exec-as vibe-kanban ( open {home}/.local/share/vibe-kanban/db.v2.sqlite idle )",
          1);
    spawn(zoo, "setpgid env " LOST_MARK " exec-as whose ( idle )", 1);
    zoo_look_until(zoo, "whose", "environment 50 left: attempt_deleted", 5000);
}

/* ... below an agent of ours, and so does its child, which has shed the marks. */
static void stage_unknown_below_an_agent(Zoo *zoo)
{
    stage_deleted_while_another_server_lives(zoo);
    pid_t agent =
        spawn(zoo,
              "setpgid env {mark1} exec-as agent ( fork 1 ( setsid env " LOST_MARK
              " exec-as inner ( fork 1 ( unenv VK_WORKSPACE_ID exec-as its-child ( idle ) "
              ") idle ) ) idle )",
              3);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, agent);
    zoo_look_until(zoo, "inner", "environment 50 left: attempt_deleted", 5000);
}

static void stage_id_of_another_board(Zoo *zoo)
{
    g_autoptr(FakeBoard) other = make_other_board(zoo);
    fake_board_add_attempt(other,
                           &(FakeAttempt){.id = zoo_attempt_id(7), .folder = "/nonexistent"});
    VkpUuid id = zoo_attempt_id(7);
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *script =
        g_strdup_printf("setpgid env VK_WORKSPACE_ID=%s chdir {one} exec-as theirs ( idle )",
                        vkp_uuid_to_text(&id, text));
    spawn(zoo, script, 1);
}

static void stage_worktree_deleted(Zoo *zoo)
{
    spawn(zoo, "setpgid env {mark1} chdir {one} exec-as watcher ( idle )", 1);
    g_autofree char *worktree = zoo_fill(zoo, "{one}");
    g_rmdir(worktree);
}

static void stage_worktree_made_anew(Zoo *zoo)
{
    stage_worktree_deleted(zoo);
    zoo_make_folder(zoo, "{one}");
    spawn(zoo, "setpgid env {mark1} chdir {one} exec-as newcomer ( idle )", 1);
}

static void stage_worktree_expired(Zoo *zoo)
{
    spawn(zoo, "setpgid env {mark1} exec-as watcher ( idle )", 1);
    fake_board_run(zoo->board, "UPDATE workspaces SET worktree_deleted = 1");
}

static void stage_folder_set_to_null(Zoo *zoo)
{
    spawn(zoo, "setpgid env {mark1} chdir {one} exec-as watcher ( idle )", 1);
    spawn(zoo, "setpgid chdir {one} exec-as bystander ( idle )", 1);
    fake_board_run(zoo->board, "UPDATE workspaces SET container_ref = NULL");
}

static void stage_shell_in_a_finished_worktree(Zoo *zoo)
{
    stage_agent_exited(zoo);
    spawn(zoo,
          "setsid chdir {one} exec-as users-shell ( fork 1 ( setpgid exec-as users-editor ( "
          "idle ) ) idle )",
          2);
}

static void stage_no_database(Zoo *zoo)
{
    spawn(zoo, "setpgid env {mark1} exec-as agent ( idle )", 1);
    g_unlink(zoo->database);
}

/* Its server has written the row, but a long commit keeps us from reading it. */
static void stage_locked_database(Zoo *zoo)
{
    add_living_neighbour(zoo);
    zoo_look(zoo);
    zoo_add_attempt(zoo, 3, NULL);
    zoo->locker = fake_board_open(zoo->database, zoo->layout);
    fake_board_begin(zoo->locker);
    fake_board_run(zoo->locker, "COMMIT; BEGIN EXCLUSIVE");
    g_autofree char *mark = zoo_dup_mark(zoo, 3);
    g_autofree char *script = g_strdup_printf("setpgid env %s exec-as new-agent ( idle )", mark);
    spawn(zoo, script, 1);
    zoo_look_until(zoo, "new-agent", "environment 90 of 3 left: attempt_deleted", 100);
}

static void stage_damaged_database(Zoo *zoo)
{
    add_living_neighbour(zoo);
    zoo_look(zoo);
    g_assert_true(g_file_set_contents(zoo->database, "no database", -1, NULL));
    spawn(zoo, "setpgid env " LOST_MARK " exec-as new-agent ( idle )", 1);
}

#define EXITED "environment 90 left: executor_exited"

static const ZooSituation situations[] = {
    {.name = "what-the-server-of-a-copy-of-our-board-has-left",
     .stage = stage_copy_with_a_server,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"vibe-kanban", "no member", ZOO_SPARED},
                  {"vibe-kanban-tau", "no member", ZOO_SPARED},
                  {"their-agent", "no member", ZOO_SPARED},
                  {"their-tool", "environment 50", ZOO_SPARED},
                  {"ours", "environment 90 of 2 left: executor_exited", ZOO_HIT}}},
    {.name = "the-agent-exited",
     .stage = stage_agent_exited,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {NEIGHBOURS, {"dev-server", EXITED, ZOO_HIT}, {"worker", EXITED, ZOO_HIT}}},
    {.name = "the-agent-exited-and-nothing-is-marked",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_agent_exited_without_marks,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"dev-server", "process_group 80 left: executor_exited", ZOO_HIT}}},
    {.name = "the-agent-is-a-zombie",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_agent_became_a_zombie,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"agent", "registered 100", ZOO_SPARED},
                  {"dev-server", "process_group 80 left: executor_exited", ZOO_HIT},
                  {"shell", "no member", ZOO_SPARED}}},
    {.name = "the-server-was-killed",
     .stage = stage_server_with_session_killed,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"agent", "registered 100 executor left: server_gone", ZOO_HIT},
                  {"tool", "environment 90 left: server_gone", ZOO_HIT}}},
    {.name = "the-server-was-killed-in-a-session-that-goes-on",
     .stage = stage_server_in_our_session_killed,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"agent", "registered 100 executor left: server_gone", ZOO_HIT},
                  {"tool", "environment 90 left: server_gone", ZOO_HIT}}},
    {.name = "a-new-server-after-a-crash",
     .stage = stage_new_server_after_a_crash,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"agent", "registered 100 executor left: server_gone", ZOO_HIT},
                  {"tool", "environment 90 left: server_gone", ZOO_HIT},
                  {"vibe-kanban", "no member", ZOO_SPARED}}},
    {.name = "a-running-row-without-a-process",
     .stage = stage_running_row_without_process,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {{"stranger", "no member", ZOO_SPARED}}},
    {.name = "the-next-agent-covers-what-the-last-one-left",
     .stage = stage_follow_up,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {NEIGHBOURS,
                  {"next-agent", "registered 100 executor", ZOO_SPARED},
                  {"dev-server", "environment 90", ZOO_SPARED},
                  {"worker", "environment 90", ZOO_SPARED}}},
    {.name = "a-deleted-attempt",
     .stage = stage_deleted_attempt,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {NEIGHBOURS,
                  {"forgotten", "environment 90 left: attempt_deleted", ZOO_HIT},
                  {"its-child", "descendant 70 left: attempt_deleted", ZOO_HIT}}},
    {.name = "an-attempt-deleted-meanwhile",
     .stage = stage_attempt_deleted_meanwhile,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"forgotten", "environment 90 left: attempt_deleted", ZOO_HIT}}},
    {.name = "an-unknown-id-while-another-server-lives",
     .stage = stage_deleted_while_another_server_lives,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {{"whose", "environment 50 left: attempt_deleted", ZOO_SPARED},
                  {"vibe-kanban", "no member", ZOO_SPARED}}},
    {.name = "an-id-that-may-be-another-boards-below-an-agent",
     .stage = stage_unknown_below_an_agent,
     .verdicts = {{"agent", "registered 100 executor", ZOO_HIT},
                  {"inner", "environment 50 left: attempt_deleted", ZOO_SPARED},
                  {"its-child", "descendant 50 left: attempt_deleted", ZOO_SPARED},
                  {"whose", "environment 50 left: attempt_deleted", ZOO_SPARED}}},
    {.name = "an-id-of-another-board",
     .stage = stage_id_of_another_board,
     .scope = VKP_SCOPE_ALL,
     .include_weak = TRUE,
     .verdicts = {{"theirs", "no member", ZOO_SPARED}}},
    {.name = "the-worktree-was-deleted",
     .stage = stage_worktree_deleted,
     .verdicts = {{"watcher", "environment 90 left: worktree_deleted", ZOO_HIT}}},
    {.name = "the-worktree-was-made-anew",
     .stage = stage_worktree_made_anew,
     .verdicts = {{"watcher", "environment 90 left: worktree_deleted", ZOO_HIT},
                  {"newcomer", EXITED, ZOO_HIT}}},
    {.name = "the-row-says-that-the-worktree-expired",
     .stage = stage_worktree_expired,
     .verdicts = {{"watcher", "environment 90 left: worktree_deleted", ZOO_HIT}}},
    {.name = "the-folder-of-an-expired-attempt-is-null",
     .stage = stage_folder_set_to_null,
     .verdicts = {{"watcher", EXITED, ZOO_HIT}, {"bystander", "no member", ZOO_SPARED}}},
    {.name = "the-users-shell-in-a-finished-worktree",
     .stage = stage_shell_in_a_finished_worktree,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {NEIGHBOURS,
                  {"dev-server", EXITED, ZOO_HIT},
                  {"worker", EXITED, ZOO_HIT},
                  {"users-shell", "working_directory 30", ZOO_SPARED},
                  {"users-editor", "working_directory 30", ZOO_SPARED}}},
    {.name = "no-database-no-verdict",
     .stage = stage_no_database,
     .scope = VKP_SCOPE_ALL,
     .verdicts = {{"agent", "environment 50", ZOO_SPARED}}},
    {.name = "a-new-agent-while-the-database-is-locked",
     .stage = stage_locked_database,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {NEIGHBOURS, {"new-agent", "environment 50 of 3", ZOO_SPARED}}},
    {.name = "a-new-agent-after-the-database-broke",
     .stage = stage_damaged_database,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {NEIGHBOURS, {"new-agent", "environment 50", ZOO_SPARED}}},
};

const ZooSituation *zoo_leftovers(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
