/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/proc/reader.h"
#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

static gboolean is_alive(pid_t pid)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) && vkp_relative_is_alive(&relative);
}

static gboolean is_dead(gpointer data)
{
    return !is_alive(*(const pid_t *)data);
}

static guint n_results(GVariant *reply)
{
    g_autoptr(GVariant) results = g_variant_get_child_value(reply, 2);
    return (guint)g_variant_n_children(results);
}

static GVariant *kill_single(Fixture *fixture, pid_t pid, const char *options)
{
    g_autofree char *identity = fixture_identity(pid);
    return fixture_kill(fixture, "single", identity, options);
}

static void assert_kill_refused(Fixture *fixture, const char *scope, const char *target,
                                const char *options, const char *error_name,
                                const char *const *words)
{
    fixture_assert_refused(fixture, "Kill", fixture_kill_arguments(scope, target, options),
                           error_name, words);
}

static void test_dry_run(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent fork 1 ( name child idle ) idle");
    vkp_family_settle(fixture->family, 2);
    pid_t child = vkp_family_find(fixture->family, "child").pid;

    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{'dry_run': <true>}");
    fixture_assert_counts(reply, 0, 0);
    g_assert_cmpuint(n_results(reply), ==, 2);
    g_assert_cmpstr(fixture_outcome(reply, agent), ==, "would_kill");
    g_assert_cmpstr(fixture_outcome(reply, child), ==, "would_kill");
    g_assert_true(is_alive(agent) && is_alive(child));
}

static void test_task(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t agent = fixture_spawn_member(
        fixture, 21, "setpgid name agent fork 2 ( name child fork 1 ( setsid idle ) idle ) wait");
    pid_t neighbour =
        fixture_spawn_member(fixture, 22, "name neighbour fork 1 ( name inner idle ) idle");
    vkp_family_settle(fixture->family, 7);

    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{}");
    fixture_assert_counts(reply, 5, 0);
    g_assert_cmpstr(fixture_outcome(reply, agent), ==, "exited");
    g_assert_null(fixture_outcome(reply, neighbour));
    g_assert_cmpuint(vkp_family_n_living(fixture->family), ==, 2);
    g_assert_true(is_alive(neighbour));
}

static void test_scopes(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *execution = fixture_id(31);
    g_autofree char *attempt = fixture_id(22);
    g_autofree char *project = fixture_id(2);
    pid_t agent = fixture_spawn_member(fixture, 21, "setpgid name agent idle");
    pid_t server = fixture_spawn_member(fixture, 21, "name server idle");
    pid_t other = fixture_spawn_member(fixture, 22, "name other idle");
    pid_t third = fixture_spawn_member(fixture, 23, "name third idle");
    vkp_family_settle(fixture->family, 4);
    g_autoptr(GVariant) registered = fixture_call(
        fixture, "RegisterProcess", g_variant_new("(su)", execution, (guint32)agent), NULL);
    g_assert_nonnull(registered);

    const struct {
        const char *scope;
        const char *target;
        guint n;
        pid_t one;
    } cases[] = {
        {"execution", execution, 1, agent},
        {"attempt", attempt, 1, other},
        {"project", project, 1, third},
        {"all_except_executors", "", 3, server},
        {"all", "", 4, agent},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GVariant) reply =
            fixture_kill(fixture, cases[i].scope, cases[i].target, "{'dry_run': <true>}");
        g_assert_cmpuint(n_results(reply), ==, cases[i].n);
        g_assert_cmpstr(fixture_outcome(reply, cases[i].one), ==, "would_kill");
    }
    g_autoptr(GVariant) reply = fixture_kill(fixture, "all_except_executors", "", "{}");
    fixture_assert_counts(reply, 3, 0);
    g_assert_true(is_alive(agent));
}

static void test_leftovers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *execution = fixture_id(31);
    pid_t agent = fixture_spawn_member(fixture, 21, "setpgid name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) registered = fixture_call(
        fixture, "RegisterProcess", g_variant_new("(su)", execution, (guint32)agent), NULL);
    g_assert_nonnull(registered);
    pid_t old = fixture_spawn_member(fixture, 22, "name old idle");
    vkp_family_settle(fixture->family, 2);
    fixture_wait_leftovers(fixture, 1);

    g_autoptr(GVariant) reply = fixture_kill(fixture, "leftovers", "", "{}");
    fixture_assert_counts(reply, 1, 0);
    g_assert_cmpstr(fixture_outcome(reply, old), ==, "exited");
    g_assert_true(is_alive(agent));
}

static void test_strangers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stranger = vkp_family_run(fixture->family, "name stranger idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *pid = g_strdup_printf("%d", stranger);
    assert_kill_refused(fixture, "single", pid, "{}", "NotManaged", FIXTURE_WORDS(pid));
    assert_kill_refused(fixture, "single", "1", "{'force': <true>, 'include_weak': <true>}",
                        "NotManaged", FIXTURE_WORDS("1"));
    g_autofree char *service = g_strdup_printf("%d", fixture->service);
    assert_kill_refused(fixture, "single", service, "{'force': <true>}", "NotManaged",
                        FIXTURE_WORDS(service));
    g_assert_true(is_alive(stranger) && is_alive(fixture->service));
}

static void test_identity(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    pid_t stranger = vkp_family_run(fixture->family, "name stranger idle");
    vkp_family_settle(fixture->family, 2);
    g_autofree char *stale = g_strdup_printf("%d:1", agent);
    g_autofree char *stale_stranger = g_strdup_printf("%d:1", stranger);
    g_autofree char *pid = g_strdup_printf("%d", agent);
    assert_kill_refused(fixture, "single", stale, "{}", "IdentityChanged", FIXTURE_WORDS(pid));
    assert_kill_refused(fixture, "single", stale_stranger, "{}", "IdentityChanged",
                        FIXTURE_WORDS("another"));
    assert_kill_refused(fixture, "single", "4000000", "{}", "NoSuchProcess",
                        FIXTURE_WORDS("4000000"));
    g_assert_true(is_alive(agent) && is_alive(stranger));
    g_autoptr(GVariant) reply = fixture_kill(fixture, "single", pid, "{}");
    fixture_assert_counts(reply, 1, 0);
}

/* /proc shows it to whoever asks for its number. */
static void test_thread(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent leaderless");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    pid_t thread = vkp_reader_find_thread(reader, agent);
    g_autofree char *target = g_strdup_printf("%d", thread);
    g_autofree char *message = g_strdup_printf("There is no process %d", thread);
    g_assert_cmpint(thread, >, 0);
    assert_kill_refused(fixture, "single", target, "{}", "NoSuchProcess", FIXTURE_WORDS(message));
    g_assert_true(is_alive(agent));
}

static void test_bad_arguments(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    assert_kill_refused(fixture, "everyone", "", "{}", "InvalidScope",
                        FIXTURE_WORDS("everyone", "single", "all_except_executors"));
    assert_kill_refused(fixture, "task", "42", "{}", "InvalidTarget", FIXTURE_WORDS("42"));
    assert_kill_refused(fixture, "single", "-1", "{}", "InvalidTarget", FIXTURE_WORDS("-1"));
    assert_kill_refused(fixture, "all", "42", "{}", "InvalidTarget", FIXTURE_WORDS("42"));
    assert_kill_refused(fixture, "all", "", "{'fource': <true>}", "InvalidOption",
                        FIXTURE_WORDS("fource", "force"));
    assert_kill_refused(fixture, "all", "", "{'timeout_ms': <uint32 60001>}", "InvalidOption",
                        FIXTURE_WORDS("60001", "60000"));
}

static void test_nobody(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *nobodys = fixture_id(99);
    g_autofree char *idle = fixture_id(12);
    g_autoptr(GVariant) unknown = fixture_kill(fixture, "task", nobodys, "{'force': <true>}");
    g_autoptr(GVariant) empty = fixture_kill(fixture, "task", idle, "{}");
    g_autoptr(GVariant) leftovers = fixture_kill(fixture, "leftovers", "", "{}");
    g_autoptr(GVariant) nil = fixture_kill(
        fixture, "execution", "00000000-0000-0000-0000-000000000000", "{'force': <true>}");
    fixture_assert_counts(unknown, 0, 0);
    fixture_assert_counts(nil, 0, 0);
    fixture_assert_counts(empty, 0, 0);
    fixture_assert_counts(leftovers, 0, 0);
}

/* A server started from within an attempt has marks, and holds the board's database open. */
static void test_protected(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *script = g_strdup_printf(
        "name server open %s fork 1 ( name helper idle ) idle", fixture->database_path);
    pid_t server = fixture_spawn_member(fixture, 21, script);
    vkp_family_settle(fixture->family, 2);
    g_autofree char *pid = g_strdup_printf("%d", server);
    g_autofree char *task = fixture_id(11);

    g_autoptr(GVariant) by_task = fixture_kill(fixture, "task", task, "{'force': <true>}");
    g_autoptr(GVariant) everything =
        fixture_kill(fixture, "all", "", "{'force': <true>, 'include_weak': <true>}");
    g_assert_null(fixture_outcome(by_task, fixture->service));
    g_assert_null(fixture_outcome(everything, fixture->service));
    g_assert_true(is_alive(server));
    g_assert_true(is_alive(vkp_family_warden(fixture->family)));
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) single =
        fixture_call(fixture, "Kill", fixture_kill_arguments("single", pid, "{}"), &error);
    if (single)
        g_assert_cmpstr(fixture_outcome(single, server), ==, "protected");
    g_assert_true(is_alive(server));
}

static void test_expected_ids(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t confirmed = fixture_spawn_member(fixture, 21, "name confirmed idle");
    pid_t unseen = fixture_spawn_member(fixture, 21, "name unseen idle");
    vkp_family_settle(fixture->family, 2);
    g_autofree char *task = fixture_id(11);
    g_autofree char *identity = fixture_identity(confirmed);
    g_autofree char *options = g_strdup_printf("{'expected_ids': <['%s', '4000000:7']>}", identity);

    g_autoptr(GVariant) nobody =
        fixture_kill(fixture, "task", task, "{'expected_ids': <@as []>, 'force': <true>}");
    fixture_assert_counts(nobody, 0, 0);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, options);
    fixture_assert_counts(reply, 2, 0);
    g_assert_cmpstr(fixture_outcome(reply, confirmed), ==, "exited");
    g_assert_cmpstr(fixture_outcome(reply, 4000000), ==, "gone");
    g_assert_null(fixture_outcome(reply, unseen));
    g_assert_true(is_alive(unseen));
}

static void test_survivor(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) polite = kill_single(fixture, stubborn, "{'timeout_ms': <uint32 200>}");
    fixture_assert_counts(polite, 0, 1);
    g_assert_cmpstr(fixture_outcome(polite, stubborn), ==, "survived");
    g_assert_true(is_alive(stubborn));
    g_autoptr(GVariant) forced = kill_single(fixture, stubborn, "{'force': <true>}");
    fixture_assert_counts(forced, 1, 0);
    g_assert_cmpstr(fixture_outcome(forced, stubborn), ==, "killed");
}

static void test_escalation(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) reply =
        kill_single(fixture, stubborn, "{'timeout_ms': <uint32 100>, 'escalate': <true>}");
    fixture_assert_counts(reply, 1, 0);
    g_assert_cmpstr(fixture_outcome(reply, stubborn), ==, "killed");
}

static void test_weak(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *worktree = g_build_filename(fixture->folder, "worktrees", "login", NULL);
    pid_t shell = vkp_family_run(fixture->family, "chdir %s name shell idle", worktree);
    vkp_family_settle(fixture->family, 1);
    g_autofree char *task = fixture_id(11);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, shell);
    g_assert_cmpstr(fixture_text(process, "evidence"), ==, "working_directory");

    g_autoptr(GVariant) spared = fixture_kill(fixture, "task", task, "{}");
    fixture_assert_counts(spared, 0, 0);
    g_assert_true(is_alive(shell));
    g_autoptr(GVariant) meant = fixture_kill(fixture, "task", task, "{'include_weak': <true>}");
    fixture_assert_counts(meant, 1, 0);
    g_assert_false(is_alive(shell));
}

static void test_journal(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *identity = fixture_identity(agent);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{}");
    fixture_assert_counts(reply, 1, 0);
    assert_kill_refused(fixture, "bad\nscope", "", "{}", "InvalidScope", FIXTURE_WORDS("scope"));

    g_autofree char *log = fixture_log(fixture);
    g_autofree char *done = g_strdup_printf("Kill task %s asked by %s (pid ", task,
                                            g_dbus_connection_get_unique_name(fixture->client));
    g_autofree char *outcome = g_strdup_printf("%s agent exited", identity);
    g_assert_nonnull(strstr(log, done));
    g_assert_nonnull(strstr(log, outcome));
    g_assert_nonnull(strstr(log, "Kill bad\\x0ascope asked by"));
    g_assert_nonnull(strstr(log, "not done: "));
}

static gboolean was_asked(gpointer data)
{
    return vkp_family_n_handled(((Fixture *)data)->family) > 0;
}

/* Signals were sent: who asked for them and who got them is on record all the same. */
static void test_service_ends(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn on-term ( idle ) idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *identity = fixture_identity(stubborn);
    FixtureCall call = {0};
    fixture_start_kill(fixture->client, &call, "task", task, "{'timeout_ms': <uint32 60000>}");
    g_assert_true(g_dbus_connection_flush_sync(fixture->client, NULL, NULL));
    g_assert_true(vkp_deadline_wait(10000, was_asked, fixture));
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    fixture_await(&call);
    g_autofree char *name = g_dbus_error_get_remote_error(call.error);
    g_assert_cmpstr(name, ==, "org.vibekanban.Processes.Error.KillFailed");
    fixture_call_clear(&call);

    g_autofree char *log = fixture_log(fixture);
    g_autofree char *given_up = g_strdup_printf("given up: %s stubborn was signalled\n", identity);
    g_assert_nonnull(strstr(log, given_up));
    g_assert_null(strstr(log, "not done"));
}

/* It leaves once its request is under way: whoever leaves before we know who it is gets nothing. */
static void test_vanished_caller(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn on-term ( idle ) idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GDBusConnection) other = fixture_connect(fixture);
    g_dbus_connection_call(
        other, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, "Kill",
        fixture_kill_arguments("task", task, "{'timeout_ms': <uint32 300>, 'escalate': <true>}"),
        NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL, NULL);
    g_assert_true(vkp_deadline_wait(10000, was_asked, fixture));
    g_assert_true(g_dbus_connection_close_sync(other, NULL, NULL));
    g_assert_true(vkp_deadline_wait(10000, is_dead, &stubborn));
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_nonnull(processes);
}

static void add_tests(void)
{
    fixture_add("/service/kill/a-dry-run-names-victims-and-spares-them", test_dry_run);
    fixture_add("/service/kill/a-task-is-gone-and-its-neighbour-untouched", test_task);
    fixture_add("/service/kill/each-scope-hits-whom-it-names", test_scopes);
    fixture_add("/service/kill/leftovers-go-and-agents-stay", test_leftovers);
    fixture_add("/service/kill/strangers-are-not-managed", test_strangers);
    fixture_add("/service/kill/a-stale-identity-is-refused", test_identity);
    fixture_add("/service/kill/a-thread-is-no-process", test_thread);
    fixture_add("/service/kill/bad-arguments-are-named", test_bad_arguments);
    fixture_add("/service/kill/nobody-there-is-nothing-done", test_nobody);
    fixture_add("/service/kill/the-holder-of-the-database-is-never-hit", test_protected);
    fixture_add("/service/kill/only-who-was-expected-is-hit", test_expected_ids);
    fixture_add("/service/kill/who-ignores-TERM-survives-until-forced", test_survivor);
    fixture_add("/service/kill/escalation-ends-who-ignores-TERM", test_escalation);
    fixture_add("/service/kill/a-bystander-in-the-worktree-is-spared", test_weak);
    fixture_add("/service/kill/every-request-is-a-line-in-the-journal", test_journal);
    fixture_add("/service/kill/a-request-that-is-given-up-names-its-targets", test_service_ends);
    fixture_add("/service/kill/a-job-goes-on-when-its-caller-vanishes", test_vanished_caller);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
