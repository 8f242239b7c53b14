/* SPDX-License-Identifier: Apache-2.0 */
/* The server of our board, wherever it was started, and servers of other boards. */
#include "tests/roster/zoo.h"

static pid_t spawn(Zoo *zoo, const char *script, guint n)
{
    pid_t pid = zoo_spawn(zoo, script);
    zoo_settle(zoo, n);
    return pid;
}

static void stage_server_in_a_worktree(Zoo *zoo)
{
    spawn(zoo, "setsid env {mark1} chdir {one} exec-as vibe-kanban ( open {db} idle )", 1);
}

static void stage_server_below_an_agent(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as npm ( fork 1 ( "
                        "exec-as vibe-kanban ( open {db} fork 1 ( exec-as editor ( idle ) ) idle "
                        ") ) idle ) ) fork 1 ( exec-as tool ( idle ) ) idle )",
                        5);
    zoo_add_row(zoo, 1, 1, agent);
}

/* The inner agent of attempt 2 inherits the marks of attempt 1 through the server. */
static void stage_unmarked_agent_of_a_marked_server(Zoo *zoo)
{
    spawn(zoo,
          "setsid env {mark1} exec-as vibe-kanban ( open {db} fork 1 ( setpgid chdir {two} "
          "exec-as dev-server ( fork 1 ( exec-as its-child ( idle ) ) idle ) ) idle )",
          3);
    VkpRelative dev_server = vkp_family_find(zoo->family, "dev-server");
    zoo_add_row(zoo, 2, 2, dev_server.pid);
}

/* ... and both the server and the execution end. */
static void stage_what_a_marked_server_left(Zoo *zoo)
{
    stage_unmarked_agent_of_a_marked_server(zoo);
    zoo_look(zoo);
    zoo_end(zoo, "vibe-kanban");
    zoo_look(zoo);
    zoo_end_and_reap(zoo, "dev-server");
}

static void stage_server_below_an_agent_ends(Zoo *zoo)
{
    stage_server_below_an_agent(zoo);
    zoo_look(zoo);
    zoo_end(zoo, "vibe-kanban");
}

#define OTHER_DB "{home}/.local/share/vibe-kanban/db.sqlite"

static void make_other_board(Zoo *zoo)
{
    zoo_make_folder(zoo, "{home}/.local/share/vibe-kanban");
    g_autofree char *path = zoo_fill(zoo, OTHER_DB);
    g_autoptr(FakeBoard) other = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    fake_board_add_attempt(other, &(FakeAttempt){.id = zoo_attempt_id(7), .folder = "/nowhere"});
}

static char *dup_foreign_mark(void)
{
    VkpUuid id = zoo_attempt_id(7);
    char text[VKP_UUID_TEXT_SIZE];
    return g_strconcat("VK_WORKSPACE_ID=", vkp_uuid_to_text(&id, text), NULL);
}

static void stage_nested_server(Zoo *zoo)
{
    make_other_board(zoo);
    g_autofree char *foreign = dup_foreign_mark();
    g_autofree char *script = g_strconcat(
        "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as vibe-kanban ( open " OTHER_DB
        " fork 1 ( setpgid env ",
        foreign,
        " exec-as their-agent ( fork 1 ( unenv VK_WORKSPACE_ID exec-as their-tool ( idle ) ) idle "
        ") ) "
        "idle ) ) idle )",
        NULL);
    pid_t agent = spawn(zoo, script, 4);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, agent);
}

/* Ids that stand nowhere yet: the other server runs, our board does not know them. */
static void stage_nested_server_with_new_ids(Zoo *zoo)
{
    make_other_board(zoo);
    pid_t agent =
        spawn(zoo,
              "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as vibe-kanban ( open " OTHER_DB
              " fork 1 ( setpgid env "
              "VK_WORKSPACE_ID=77777777-aaaa-4bbb-8ccc-dddddddddddd exec-as their-agent "
              "( idle ) ) idle ) ) idle )",
              3);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, agent);
}

/* A server by that name, with a board of which nobody has told us. One that it started has lost
 * it. */
static void stage_board_elsewhere(Zoo *zoo, const char *name, const char *place)
{
    zoo_make_folder(zoo, "{folder}/elsewhere");
    g_autofree char *path = zoo_fill(zoo, place);
    g_autoptr(FakeBoard) other = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    fake_board_add_attempt(other, &(FakeAttempt){.id = zoo_attempt_id(7), .folder = "/nowhere"});
    g_autofree char *foreign = dup_foreign_mark();
    g_autofree char *server = g_strconcat(
        "setsid exec-as ", name, " ( open ", place, " fork 1 ( setpgid env ", foreign,
        " exec-as their-agent ( fork 1 ( setsid exec-as their-tool ( idle ) ) idle ) ) idle )",
        NULL);
    g_autofree char *orphan =
        g_strconcat("setsid env ", foreign, " exec-as their-orphan ( idle )", NULL);
    spawn(zoo, server, 3);
    spawn(zoo, orphan, 1);
}

static void stage_debug_build_elsewhere(Zoo *zoo)
{
    stage_board_elsewhere(zoo, "server", "{folder}/elsewhere/db.v2.sqlite");
}

static void stage_board_by_a_name_of_its_own(Zoo *zoo)
{
    stage_board_elsewhere(zoo, "vks-node-server", "{folder}/elsewhere/board.db");
}

static void stage_two_servers_on_one_board(Zoo *zoo)
{
    spawn(zoo, "setsid env {mark1} exec-as vibe-kanban ( open {db} idle )", 1);
    spawn(zoo, "setsid env {mark1} exec-as second ( open {db} idle )", 1);
    spawn(zoo, "setpgid env {mark1} exec-as agent ( idle )", 1);
}

static void stage_helper_of_an_agent(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as vibe-kanban-mcp ( "
                        "idle ) ) idle )",
                        2);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, agent);
}

/* The first MCP server read the board by itself. */
static void stage_helper_with_our_board(Zoo *zoo)
{
    spawn(zoo, "setsid exec-as server ( open {db} idle )", 1);
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as npx ( fork 1 ( "
                        "exec-as mcp_task_server ( open {db} idle ) ) idle ) ) idle )",
                        3);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, agent);
}

static void stage_helper_of_an_ended_server(Zoo *zoo)
{
    stage_helper_with_our_board(zoo);
    zoo_look(zoo);
    zoo_end(zoo, "server");
}

static void stage_client_with_our_board(Zoo *zoo)
{
    pid_t agent = spawn(zoo,
                        "setpgid env {mark1} exec-as agent ( fork 1 ( exec-as sqlite3 ( open {db} "
                        "idle ) ) idle )",
                        2);
    zoo_add_row(zoo, 1, 1, 0);
    zoo_register(zoo, 1, agent);
}

/* Between two queries a server's pool may have nothing open. */
static void stage_server_that_closed_its_file(Zoo *zoo)
{
    spawn(zoo,
          "setsid env {mark1} exec-as vibe-kanban ( fork 1 ( name opener open {db} idle ) idle )",
          2);
    spawn(zoo,
          "setsid env {mark1} exec-as closer ( open {db} settle sleep 300 close name closed idle )",
          1);
    zoo_look(zoo);
    vkp_family_find(zoo->family, "closed");
}

/* Until it executes its program, a child of the server has the server's files open. */
static void stage_agent_seen_before_its_exec(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    spawn(zoo,
          "setsid exec-as server ( open {db} fork 1 ( setpgid env {mark1} settle sleep 300 "
          "exec-as agent ( idle ) ) idle )",
          2);
    zoo_look(zoo);
    vkp_family_find(zoo->family, "agent");
}

static void stage_shell_above_the_server(Zoo *zoo)
{
    spawn(zoo,
          "setsid env {mark1} chdir {one} exec-as bash ( fork 1 ( setpgid exec-as npm ( fork 1 ( "
          "exec-as sh ( fork 1 ( exec-as vibe-kanban ( open {db} idle ) ) idle ) ) idle ) ) fork 1 "
          "( setpgid exec-as users-job ( idle ) ) idle )",
          5);
}

/* What outlived an execution takes the server's name, and another one hides behind it. */
static void stage_namesake_of_the_server(Zoo *zoo)
{
    spawn(zoo, "setsid exec-as server ( open {db} idle )", 1);
    spawn(zoo,
          "setsid env {mark1} exec-as vibe-kanban ( fork 1 ( setpgid exec-as hidden ( idle ) ) "
          "idle )",
          2);
    spawn(zoo, "setsid env {mark1} exec-as other ( idle )", 1);
}

/* A server that may not be looked into, as one with capabilities of its own, below an agent. */
static void stage_hidden(Zoo *zoo, const char *words, const char *name)
{
    g_autofree char *script =
        g_strconcat("setpgid env {mark1} exec-as agent ( fork 1 ( run ( {beast} ", words,
                    " ) ) fork 1 ( exec-as tool ( idle ) ) idle )", NULL);
    pid_t agent = spawn(zoo, script, 2);
    vkp_family_find(zoo->family, name);
    zoo_add_row(zoo, 1, 1, agent);
}

static void stage_hidden_server(Zoo *zoo)
{
    stage_hidden(zoo, "open {db} undumpable name vibe-kanban", "vibe-kanban");
}

static void stage_hidden_server_with_a_lock(Zoo *zoo)
{
    spawn(zoo, "setsid exec-as vibe-kanban ( open {db} idle )", 1);
    stage_hidden(zoo, "lock {db} undumpable name second", "second");
}

static void stage_hidden_namesake(Zoo *zoo)
{
    spawn(zoo, "setsid exec-as server ( open {db} idle )", 1);
    stage_hidden(zoo, "undumpable name vibe-kanban", "vibe-kanban");
}

#define EXECUTOR "registered 100 executor"

static const ZooSituation situations[] = {
    {.name = "our-server-started-inside-a-worktree",
     .stage = stage_server_in_a_worktree,
     .scope = VKP_SCOPE_ALL,
     .include_weak = TRUE,
     .verdicts = {{"vibe-kanban", "environment 90 protected", ZOO_SPARED}}},
    {.name = "our-server-below-an-agent",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_server_below_an_agent,
     .verdicts = {{"agent", "registered 100 executor protected", ZOO_SPARED},
                  {"npm", "environment 90 protected", ZOO_SPARED},
                  {"vibe-kanban", "environment 90 protected", ZOO_SPARED},
                  {"editor", "no member", ZOO_SPARED},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "an-unmarked-execution-of-a-marked-server",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_unmarked_agent_of_a_marked_server,
     .verdicts = {{"vibe-kanban", "environment 90 protected", ZOO_SPARED},
                  {"dev-server", "registered 100 of 2 executor", ZOO_SPARED},
                  {"its-child", "process_group 80 of 2", ZOO_SPARED}}},
    {.name = "what-a-marked-server-has-left",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_what_a_marked_server_left,
     .verdicts = {{"its-child", "process_group 80 of 2 left: executor_exited", ZOO_SPARED}}},
    {.name = "an-editor-that-a-server-below-an-agent-has-left",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_server_below_an_agent_ends,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"npm", "environment 90", ZOO_HIT},
                  {"editor", "no member", ZOO_SPARED},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "a-nested-server-of-another-board",
     .stage = stage_nested_server,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"vibe-kanban", "environment 90", ZOO_HIT},
                  {"their-agent", "no member", ZOO_SPARED},
                  {"their-tool", "no member", ZOO_SPARED}}},
    {.name = "a-nested-server-with-ids-that-nobody-knows",
     .stage = stage_nested_server_with_new_ids,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"vibe-kanban", "environment 90", ZOO_HIT},
                  {"their-agent", "no member", ZOO_SPARED}}},
    {.name = "a-debug-build-with-a-board-elsewhere",
     .stage = stage_debug_build_elsewhere,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"server", "no member", ZOO_SPARED},
                  {"their-agent", "no member", ZOO_SPARED},
                  {"their-tool", "no member", ZOO_SPARED},
                  {"their-orphan", "no member", ZOO_SPARED}}},
    {.name = "a-board-by-a-name-of-its-own",
     .stage = stage_board_by_a_name_of_its_own,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"vks-node-server", "no member", ZOO_SPARED},
                  {"their-agent", "no member", ZOO_SPARED},
                  {"their-tool", "no member", ZOO_SPARED},
                  {"their-orphan", "no member", ZOO_SPARED}}},
    {.name = "two-servers-on-one-board",
     .stage = stage_two_servers_on_one_board,
     .verdicts = {{"vibe-kanban", "environment 90 protected", ZOO_SPARED},
                  {"second", "environment 90 protected", ZOO_SPARED},
                  {"agent", "environment 90 left: executor_exited", ZOO_HIT}}},
    {.name = "the-helper-of-an-agent-is-no-server",
     .stage = stage_helper_of_an_agent,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"vibe-kanban-mcp", "environment 90", ZOO_HIT}}},
    {.name = "the-helper-of-an-agent-has-our-board-open",
     .stage = stage_helper_with_our_board,
     .verdicts = {{"server", "no member", ZOO_SPARED},
                  {"agent", EXECUTOR, ZOO_HIT},
                  {"npx", "environment 90", ZOO_HIT},
                  {"mcp_task_server", "environment 90", ZOO_HIT}}},
    {.name = "the-helper-of-an-agent-outlives-our-server",
     .stage = stage_helper_of_an_ended_server,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT},
                  {"npx", "environment 90", ZOO_HIT},
                  {"mcp_task_server", "environment 90", ZOO_HIT}}},
    {.name = "an-agent-looks-into-our-board-with-sqlite3",
     .stage = stage_client_with_our_board,
     .verdicts = {{"agent", EXECUTOR, ZOO_HIT}, {"sqlite3", "environment 90", ZOO_HIT}}},
    {.name = "a-server-that-closed-its-file-for-a-moment",
     .stage = stage_server_that_closed_its_file,
     .verdicts = {{"vibe-kanban", "environment 90 protected", ZOO_SPARED},
                  {"opener", "environment 90 protected", ZOO_SPARED},
                  {"closed", "environment 90 protected", ZOO_SPARED}}},
    {.name = "an-agent-that-was-seen-before-its-exec",
     .stage = stage_agent_seen_before_its_exec,
     .verdicts = {{"server", "no member", ZOO_SPARED}, {"agent", EXECUTOR, ZOO_HIT}}},
    {.name = "the-shell-above-the-server",
     .stage = stage_shell_above_the_server,
     .verdicts = {{"bash", "environment 90 protected", ZOO_SPARED},
                  {"npm", "environment 90 protected", ZOO_SPARED},
                  {"sh", "environment 90 protected", ZOO_SPARED},
                  {"vibe-kanban", "environment 90 protected", ZOO_SPARED},
                  {"users-job", "environment 90 left: executor_exited", ZOO_HIT}}},
    {.name = "the-name-of-the-server-hides-nobody",
     .stage = stage_namesake_of_the_server,
     .scope = VKP_SCOPE_LEFTOVERS,
     .verdicts = {{"server", "no member", ZOO_SPARED},
                  {"vibe-kanban", "environment 90 left: executor_exited", ZOO_HIT},
                  {"hidden", "environment 90 left: executor_exited", ZOO_HIT},
                  {"other", "environment 90 left: executor_exited", ZOO_HIT}}},
    {.name = "our-server-that-cannot-be-looked-into",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_hidden_server,
     .obstacle = zoo_needs_ordinary_user,
     .verdicts = {{"agent", EXECUTOR " protected", ZOO_SPARED},
                  {"vibe-kanban", "process_group 80 protected", ZOO_SPARED},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "a-second-server-that-only-its-lock-shows",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_hidden_server_with_a_lock,
     .obstacle = zoo_needs_ordinary_user,
     .verdicts = {{"agent", EXECUTOR " protected", ZOO_SPARED},
                  {"second", "process_group 80 protected", ZOO_SPARED},
                  {"tool", "environment 90", ZOO_HIT}}},
    {.name = "nobody-escapes-by-the-name-of-the-server",
     .layout = FAKE_LAYOUT_SWARM,
     .stage = stage_hidden_namesake,
     .obstacle = zoo_needs_ordinary_user,
     .verdicts = {{"server", "no member", ZOO_SPARED},
                  {"agent", EXECUTOR, ZOO_HIT},
                  {"vibe-kanban", "process_group 80", ZOO_HIT},
                  {"tool", "environment 90", ZOO_HIT}}},
};

const ZooSituation *zoo_servers(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
