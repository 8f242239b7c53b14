/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

static void test_keys(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *id = fixture_id(21);
    g_autofree char *task_id = fixture_id(11);
    g_autofree char *project_id = fixture_id(1);
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent chdir /usr listen 0 idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *identity = fixture_identity(pid);

    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 1);
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    g_assert_nonnull(process);
    const char *const texts[][2] = {
        {"id", identity},
        {"name", "agent"},
        {"evidence", "environment"},
        {"task_attempt_id", id},
        {"task_id", task_id},
        {"project_id", project_id},
        {"project_name", "Alpha"},
        {"task_title", "Login"},
        {"attempt_name", "login"},
        {"branch", "login"},
        {"working_directory", "/usr"},
        {"state", "sleeping"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_cmpstr(fixture_text(process, texts[i][0]), ==, texts[i][1]);

    const struct {
        const char *key;
        const char *type;
    } numbers[] = {
        {"pid", "u"},          {"parent_pid", "u"},   {"start_time", "t"}, {"command", "as"},
        {"memory_bytes", "t"}, {"cpu_percent", "d"},  {"threads", "u"},    {"is_executor", "b"},
        {"is_leftover", "b"},  {"is_protected", "b"}, {"confidence", "u"}, {"kind", "s"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(process, numbers[i].key, NULL);
        g_assert_nonnull(value);
        g_assert_cmpstr(g_variant_get_type_string(value), ==, numbers[i].type);
    }
    guint64 start_time = 0;
    guint64 memory_bytes = 0;
    g_variant_lookup(process, "start_time", "t", &start_time);
    g_variant_lookup(process, "memory_bytes", "t", &memory_bytes);
    g_assert_cmpint(ABS((gint64)start_time - g_get_real_time()), <, 60 * G_USEC_PER_SEC);
    g_assert_cmpuint(memory_bytes, >, 0);
}

static void test_order(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < 5; i++)
        fixture_spawn_member(fixture, 21 + i % 3, "name worker idle");
    vkp_family_settle(fixture->family, 5);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 5);
    guint64 last_start = 0;
    guint32 last_pid = 0;
    for (gsize i = 0; i < 5; i++) {
        g_autoptr(GVariant) process = g_variant_get_child_value(processes, i);
        guint64 start = 0;
        guint32 pid = 0;
        g_assert_true(g_variant_lookup(process, "start_time", "t", &start));
        g_assert_true(g_variant_lookup(process, "pid", "u", &pid));
        g_assert_true(start > last_start || (start == last_start && pid > last_pid));
        last_start = start;
        last_pid = pid;
    }
}

static void assert_lists(Fixture *fixture, const char *filter, const pid_t *pids, guint n_pids)
{
    g_autoptr(GVariant) processes = fixture_list(fixture, filter);
    g_autofree char *text = g_variant_print(processes, FALSE);
    g_test_message("List %s: %s", filter, text);
    g_assert_cmpuint(g_variant_n_children(processes), ==, n_pids);
    for (guint i = 0; i < n_pids; i++) {
        g_autoptr(GVariant) process = fixture_find(processes, pids[i]);
        g_assert_nonnull(process);
    }
}

static void test_filters(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *worktree = g_build_filename(fixture->folder, "worktrees", "search", NULL);
    g_autofree char *script = g_strdup_printf("name second chdir %s idle", worktree);
    pid_t login = fixture_spawn_member(fixture, 21, "name first fork 1 ( name inner idle ) idle");
    pid_t search = fixture_spawn_member(fixture, 22, script);
    pid_t import = fixture_spawn_member(fixture, 23, "name third idle");
    vkp_family_settle(fixture->family, 4);
    pid_t inner = vkp_family_find(fixture->family, "inner").pid;

    g_autofree char *alpha = fixture_id(1);
    g_autofree char *task = fixture_id(13);
    g_autofree char *attempt = fixture_id(22);
    g_autofree char *nobodys = fixture_id(99);
    g_autofree char *by_project = g_strdup_printf("{'project_id': <'%s'>}", alpha);
    g_autofree char *by_task = g_strdup_printf("{'task_id': <'%s'>}", task);
    g_autofree char *by_attempt = g_strdup_printf("{'task_attempt_id': <'%s'>}", attempt);
    g_autofree char *by_nobody = g_strdup_printf("{'execution_process_id': <'%s'>}", nobodys);
    const char *by_nil = "{'task_id': <'00000000-0000-0000-0000-000000000000'>}";
    g_autofree char *by_pid = g_strdup_printf("{'pid': <uint32 %d>}", login);
    g_autofree char *by_folder = g_strdup_printf("{'working_directory': <'%s/'>}", worktree);
    g_autofree char *by_half_folder =
        g_strdup_printf("{'working_directory': <'%.*s'>}", (int)strlen(worktree) - 2, worktree);
    g_autofree char *by_both =
        g_strdup_printf("{'project_id': <'%s'>, 'pid': <uint32 %d>}", alpha, import);

    assert_lists(fixture, by_project, (pid_t[]){login, inner, search}, 3);
    assert_lists(fixture, by_task, &import, 1);
    assert_lists(fixture, by_attempt, &search, 1);
    assert_lists(fixture, by_nobody, NULL, 0);
    assert_lists(fixture, by_nil, NULL, 0);
    assert_lists(fixture, by_pid, (pid_t[]){login, inner}, 2);
    assert_lists(fixture, by_folder, &search, 1);
    assert_lists(fixture, by_half_folder, NULL, 0);
    assert_lists(fixture, by_both, NULL, 0);
}

/* A shell of the user's, somebody in between, and only then the agent. */
static void test_descendants_behind_strangers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *id = fixture_id(21);
    pid_t shell = vkp_family_run(fixture->family,
                                 "name shell fork 1 ( name between fork 1 ( env VK_WORKSPACE_ID=%s "
                                 "exec-as agent ( name agent idle ) ) idle ) idle",
                                 id);
    pid_t beside = fixture_spawn_member(fixture, 22, "name beside idle");
    vkp_family_settle(fixture->family, 4);
    pid_t agent = vkp_family_find(fixture->family, "agent").pid;
    g_autofree char *by_shell = g_strdup_printf("{'pid': <uint32 %d>}", shell);
    g_autofree char *by_nobody = g_strdup_printf("{'pid': <uint32 %d>}", G_MAXINT);
    assert_lists(fixture, by_shell, &agent, 1);
    assert_lists(fixture, "{'pid': <uint32 1>}", (pid_t[]){agent, beside}, 2);
    assert_lists(fixture, by_nobody, NULL, 0);
}

static void test_executors_and_leftovers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *execution = fixture_id(31);
    pid_t agent = fixture_spawn_member(fixture, 21, "setpgid name agent idle");
    pid_t leftover = fixture_spawn_member(fixture, 22, "name old idle");
    vkp_family_settle(fixture->family, 2);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = fixture_call(
        fixture, "RegisterProcess", g_variant_new("(su)", execution, (guint32)agent), &error);
    g_assert_no_error(error);

    assert_lists(fixture, "{'executors_only': <true>}", &agent, 1);
    fixture_wait_leftovers(fixture, 1);
    assert_lists(fixture, "{'leftovers_only': <true>}", &leftover, 1);
    assert_lists(fixture, "{'executors_only': <false>, 'leftovers_only': <false>}",
                 (pid_t[]){agent, leftover}, 2);
    g_autofree char *filter = g_strdup_printf("{'execution_process_id': <'%s'>}", execution);
    assert_lists(fixture, filter, &agent, 1);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, agent);
    g_assert_cmpstr(fixture_text(process, "evidence"), ==, "registered");
    g_assert_cmpstr(fixture_text(process, "execution_status"), ==, "running");
    g_autoptr(GVariant) old = fixture_find(processes, leftover);
    g_assert_nonnull(fixture_text(old, "leftover_reason"));
    g_assert_null(fixture_text(process, "leftover_reason"));
}

static void test_bad_filters(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const struct {
        const char *filter;
        const char *word;
    } cases[] = {
        {"{'colour': <'red'>}", "colour"},
        {"{'pid': <'42'>}", "pid"},
        {"{'pid': <uint32 0>}", "pid"},
        {"{'task_id': <'42'>}", "task_id"},
        {"{'working_directory': <'relative'>}", "relative"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        GVariant *filter =
            g_variant_parse(G_VARIANT_TYPE_VARDICT, cases[i].filter, NULL, NULL, NULL);
        g_assert_nonnull(filter);
        fixture_assert_refused(fixture, "List", g_variant_new("(@a{sv})", filter), "InvalidFilter",
                               FIXTURE_WORDS(cases[i].word));
        g_variant_unref(filter);
    }
}

/* A newborn is there at once: a List looks before it answers. */
static void test_newborn(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 1; i <= 5; i++) {
        pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
        vkp_family_settle(fixture->family, i);
        g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
        g_autoptr(GVariant) process = fixture_find(processes, pid);
        g_assert_nonnull(process);
    }
}

typedef struct {
    pid_t pid;
    char state;
} Awaited;

static gboolean has_state(gpointer data)
{
    const Awaited *awaited = data;
    VkpRelative relative;
    return vkp_relative_read(awaited->pid, &relative) && relative.state == awaited->state;
}

/* Whatever makes the list be put together anew says nothing about who is in it: they are as they
 * are now, and nobody hears that they were otherwise. */
static void test_board_changes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    for (guint i = 0; i < 3; i++) {
        gboolean is_stopped = i % 2 == 0;
        g_assert_no_errno(kill(pid, is_stopped ? SIGSTOP : SIGCONT));
        g_assert_true(vkp_deadline_wait(10000, has_state, &(Awaited){pid, is_stopped ? 'T' : 'S'}));
        fake_board_add_task(fixture->board, fake_id(40 + i), fake_id(1), "Another", NULL);
        g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
        g_autoptr(GVariant) process = fixture_find(processes, pid);
        g_assert_cmpstr(fixture_text(process, "state"), ==, is_stopped ? "stopped" : "sleeping");
    }
}

static void test_strangers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stranger = vkp_family_run(fixture->family, "name stranger idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 0);
    g_autofree char *filter = g_strdup_printf("{'pid': <uint32 %d>}", stranger);
    assert_lists(fixture, filter, NULL, 0);
}

static void test_ports(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = fixture_spawn_member(fixture, 21, "name server listen 0 idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    g_autoptr(GVariant) ports = g_variant_lookup_value(process, "ports", G_VARIANT_TYPE("aq"));
    g_assert_nonnull(ports);
    g_assert_cmpuint(g_variant_n_children(ports), ==, 1);
}

/* 300 with a command line of 4 KiB each are more than a reply may hold. */
static void test_too_large(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *id = fixture_id(21);
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", id);
    g_autofree char *filling = g_strnfill(8000, 'x');
    filling[1] = '=';
    const char *const environment[] = {mark, NULL};
    const char *const words[] = {"env", filling, "idle", NULL};
    pid_t root = vkp_family_spawn(
        fixture->family,
        &(VkpActor){.script = "fork 300 ( idle )", .words = words, .environment = environment});
    vkp_family_settle(fixture->family, 301);
    fixture_assert_refused(fixture, "List", g_variant_new("(a{sv})", NULL), "LimitsExceeded",
                           FIXTURE_WORDS("301", "filter", "task_id"));

    pid_t single = fixture_spawn_member(fixture, 22, "name single idle");
    vkp_family_settle(fixture->family, 302);
    g_autofree char *filter = g_strdup_printf("{'pid': <uint32 %d>}", single);
    assert_lists(fixture, filter, &single, 1);
    g_autofree char *task = fixture_id(11);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{}");
    fixture_assert_counts(reply, 301, 0);
    g_assert_cmpstr(fixture_outcome(reply, root), ==, "exited");
}

static void add_tests(void)
{
    fixture_add("/service/list/a-process-has-the-keys-of-the-contract", test_keys);
    fixture_add("/service/list/processes-come-by-start-time-then-pid", test_order);
    fixture_add("/service/list/each-filter-narrows-and-all-hold-together", test_filters);
    fixture_add("/service/list/descendants-behind-strangers", test_descendants_behind_strangers);
    fixture_add("/service/list/executors-and-leftovers-are-told-apart",
                test_executors_and_leftovers);
    fixture_add("/service/list/a-bad-filter-is-named", test_bad_filters);
    fixture_add("/service/list/a-newborn-is-there-at-once", test_newborn);
    fixture_add("/service/list/states-are-fresh-when-the-board-is-another", test_board_changes);
    fixture_add("/service/list/strangers-are-not-listed", test_strangers);
    fixture_add("/service/list/too-large-a-reply-is-refused-and-a-filter-helps", test_too_large);
    fixture_add("/service/list/listening-ports-are-told", test_ports);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
