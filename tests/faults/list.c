/* SPDX-License-Identifier: Apache-2.0 */
/* List and the refresh behind it while the Nth call of a kind fails. */
#include "tests/faults/rig.h"

#define CALL_TIMEOUT_MS 10000

/* Somebody new, and another board, so that there is something to find out. The List may fail, but
 * is answered: anything but silence. */
static void list_somehow(Rig *rig, const Fault *fault, long n)
{
    static guint n_lists;
    g_autoptr(GError) error = NULL;
    g_autofree char *title = g_strdup_printf("Login %u", n_lists++);
    rig->title = g_intern_string(title);
    fake_board_run(rig->fixture->board, "UPDATE tasks SET title = %Q", title);
    guint n_births = vkp_family_n_births(rig->fixture->family);
    rig_arm(rig, fault, n);
    rig->newcomer = fixture_spawn_member(rig->fixture, 21, "name newcomer idle");
    vkp_family_settle(rig->fixture->family, n_births + 1);
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_sync(rig->fixture->client, VKP_BUS_NAME, VKP_BUS_PATH,
                                    VKP_BUS_INTERFACE, "List", g_variant_new_parsed("(@a{sv} {},)"),
                                    NULL, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        g_error("%s %ld: no answer", fault->name, n);
}

static void check_and_forget(Rig *rig, const Fault *fault, long n)
{
    rig_revive(rig, fault, n);
    rig_forget_lies(rig, fault);
    rig_check(rig, fault, n);
    vkp_family_kill(rig->fixture->family, rig->newcomer);
    rig->newcomer = 0;
}

static void test_fault(Rig *rig, const Fault *fault)
{
    list_somehow(rig, fault, 0);
    long n_calls = rig_disarm(rig);
    check_and_forget(rig, fault, 0);
    g_autoptr(GArray) chosen = rig_choose(n_calls);
    guint n_fired = 0;
    for (guint i = 0; i < chosen->len; i++) {
        long n = g_array_index(chosen, long, i);
        list_somehow(rig, fault, n);
        rig_disarm(rig);
        n_fired += (guint)atomic_load(&rig->control->n_fired);
        check_and_forget(rig, fault, n);
    }
    g_test_message("%-16s %5ld calls, %u tried, %u failed", fault->name, n_calls, chosen->len,
                   n_fired);
    if (fault->kind == FAULT_READ || fault->kind == FAULT_MEMORY || fault->kind == FAULT_SQLITE)
        g_assert_cmpuint(n_fired, >, 0);
}

static void test_list(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Rig rig;
    rig_set_up(&rig, fixture);
    for (guint i = 0; i < rig_n_faults; i++)
        if (rig_is_wanted(&rig_faults[i]))
            test_fault(&rig, &rig_faults[i]);
    rig_tear_down(&rig);
}

static void add_tests(void)
{
    fixture_add("/faults/list/is-answered-whatever-fails-from-nothing", test_list);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
