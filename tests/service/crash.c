/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

/* The service killed without warning in the middle of ending others: after its next start nobody is
 * frozen, nothing else is lost. */

#define MEMBERS 20
#define STEPS 20
#define STEP_USEC 2000

static gboolean is_nobody_frozen(gpointer data)
{
    Fixture *fixture = data;
    g_autoptr(GArray) all = vkp_family_list(fixture->family, FALSE);
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, VkpRelative, i).state == 'T')
            return FALSE;
    return TRUE;
}

static guint count_frozen(Fixture *fixture)
{
    guint n_frozen = 0;
    g_autoptr(GArray) all = vkp_family_list(fixture->family, FALSE);
    for (guint i = 0; i < all->len; i++)
        n_frozen += g_array_index(all, VkpRelative, i).state == 'T';
    return n_frozen;
}

static void crash_after(Fixture *fixture, gint64 delay_usec)
{
    gint64 end = g_get_monotonic_time() + delay_usec;
    while (g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, FALSE);
    g_assert_cmpint(kill(fixture->service, SIGKILL), ==, 0);
    g_assert_true(WIFSIGNALED(fixture_reap(fixture->service)));
    fixture->service = 0;
}

static void test_every_step(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    guint n_frozen = 0;
    for (guint step = 0; step < STEPS; step++) {
        guint n_births = vkp_family_n_births(fixture->family);
        for (guint i = 0; i < MEMBERS; i++)
            fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
        vkp_family_settle(fixture->family, n_births + MEMBERS);

        FixtureCall call = {0};
        fixture_start_kill(fixture->client, &call, "task", task, "{'force': <true>}");
        g_assert_true(g_dbus_connection_flush_sync(fixture->client, NULL, NULL));
        crash_after(fixture, step * STEP_USEC);
        n_frozen += count_frozen(fixture);
        fixture_start_service(fixture, NULL);
        g_assert_true(vkp_deadline_wait(10000, is_nobody_frozen, fixture));
        g_assert_false(g_file_test(fixture->frozen_path, G_FILE_TEST_EXISTS));
        fixture_await(&call);
        fixture_call_clear(&call);

        g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{'force': <true>}");
        g_assert_nonnull(reply);
        g_assert_cmpuint(vkp_family_n_living(fixture->family), ==, 0);
    }
    g_test_message("%u processes were frozen when the service was killed", n_frozen);
}

static void add_tests(void)
{
    fixture_add("/service/crash/killed-at-any-step-it-leaves-nobody-frozen", test_every_step);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
