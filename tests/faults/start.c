/* SPDX-License-Identifier: Apache-2.0 */
/* The start of the service while the Nth call of a kind fails: it comes up, or says why it doesn't.
 * Somebody is on the list of the frozen then; whoever starts well next lets him go on. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/faults/rig.h"
#include "tests/lib/deadline.h"

typedef struct {
    Fixture *fixture;
    int status;
    gboolean has_ended;
} Start;

/* Up, or ended. */
static gboolean is_decided(gpointer data)
{
    Start *start = data;
    g_autoptr(GError) error = NULL;
    start->has_ended =
        waitpid(start->fixture->service, &start->status, WNOHANG) == start->fixture->service;
    if (start->has_ended)
        return TRUE;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(start->fixture->client, VKP_BUS_NAME, VKP_BUS_PATH,
                                    VKP_BUS_INTERFACE, "List", g_variant_new_parsed("(@a{sv} {},)"),
                                    NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, 10000, NULL, &error);
    return reply != NULL;
}

static void freeze(Fixture *fixture, pid_t pid)
{
    g_autofree char *boot = NULL;
    g_autofree char *identity = fixture_identity(pid);
    g_assert_true(g_file_get_contents("/proc/sys/kernel/random/boot_id", &boot, NULL, NULL));
    g_autofree char *list = g_strdup_printf("vibe-kanban-processes frozen 1\nboot %s\n%s\nend 1\n",
                                            g_strstrip(boot), identity);
    g_assert_true(g_file_set_contents(fixture->frozen_path, list, -1, NULL));
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
}

static void assert_clean_end(const Start *start, const Fault *fault, long n)
{
    g_autofree char *log = fixture_log(start->fixture);
    gboolean is_abort = WIFSIGNALED(start->status) &&
                        (WTERMSIG(start->status) == SIGTRAP || WTERMSIG(start->status) == SIGABRT);
    gboolean is_refusal = WIFEXITED(start->status) && WEXITSTATUS(start->status) != 0;
    if (!is_refusal && !(is_abort && fault->kind == FAULT_MEMORY))
        g_error("%s %ld: ended with status %#x: %s", fault->name, n, (guint)start->status, log);
}

/* Returns whether the service came up. */
static gboolean start_once(Rig *rig, const Fault *fault, long n)
{
    Fixture *fixture = rig->fixture;
    rig_stop_service(rig);
    freeze(fixture, rig->innocents[1]);
    rig_arm(rig, fault, n);
    fixture->service = fixture_spawn_service(fixture, NULL);
    Start start = {.fixture = fixture};
    if (!vkp_deadline_wait(10000, is_decided, &start))
        g_error("%s %ld: neither up nor ended", fault->name, n);
    rig_disarm(rig);
    if (!start.has_ended)
        return TRUE;
    fixture->service = 0;
    g_assert_true(vkp_deadline_wait(10000, rig_is_name_free, fixture));
    rig_check_end(fixture, fault, n);
    assert_clean_end(&start, fault, n);
    fixture_start_service(fixture, NULL);
    return FALSE;
}

static void test_start(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Rig rig;
    rig_set_up(&rig, fixture);
    for (guint i = 0; i < rig_n_faults; i++) {
        const Fault *fault = &rig_faults[i];
        if (fault->is_answer || !rig_is_wanted(fault))
            continue;
        g_assert_true(start_once(&rig, fault, 0));
        long n_calls = atomic_load(&rig.control->n_calls);
        g_autoptr(GArray) chosen = rig_choose(n_calls);
        guint n_up = 0;
        for (guint j = 0; j < chosen->len; j++) {
            long n = g_array_index(chosen, long, j);
            gboolean is_up = start_once(&rig, fault, n);
            n_up += is_up;
            rig_revive(&rig, fault, n);
            /* What could not be opened may be done without until the next start. */
            if (is_up) {
                rig_stop_service(&rig);
                fixture_start_service(fixture, NULL);
            }
            rig_check(&rig, fault, n);
        }
        g_test_message("%-16s %5ld calls, %u tried, %u came up", fault->name, n_calls, chosen->len,
                       n_up);
    }
    rig_tear_down(&rig);
}

static void add_tests(void)
{
    fixture_add("/faults/start/comes-up-or-says-why-from-nothing", test_start);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
