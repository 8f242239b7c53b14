/* SPDX-License-Identifier: Apache-2.0 */
/* The bus ends in the middle of a kill: so does the service, and nobody stays frozen. */
#include <sys/wait.h>

#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

#define MEMBERS 20
#define ROUNDS 12
#define STEP_USEC 1500

static guint count_frozen(Fixture *fixture)
{
    guint n_frozen = 0;
    g_autoptr(GArray) all = vkp_family_list(fixture->family, FALSE);
    for (guint i = 0; i < all->len; i++)
        n_frozen += g_array_index(all, VkpRelative, i).state == 'T';
    return n_frozen;
}

static gboolean is_nobody_frozen(gpointer data)
{
    return count_frozen(data) == 0;
}

static void on_nothing(G_GNUC_UNUSED GDBusConnection *connection, G_GNUC_UNUSED const char *sender,
                       G_GNUC_UNUSED const char *path, G_GNUC_UNUSED const char *interface,
                       G_GNUC_UNUSED const char *name, G_GNUC_UNUSED GVariant *arguments,
                       G_GNUC_UNUSED gpointer data)
{
}

/* Another bus at another address, with its client. */
static void renew_bus(Fixture *fixture)
{
    g_dbus_connection_signal_unsubscribe(fixture->client, fixture->subscription);
    fixture->subscription = 0;
    g_object_unref(fixture->client);
    vkp_test_bus_free(fixture->bus);
    fixture->bus = vkp_test_bus_new((const char *const *)fixture->environment);
    fixture->environment = g_environ_setenv(fixture->environment, "DBUS_SESSION_BUS_ADDRESS",
                                            vkp_test_bus_address(fixture->bus), TRUE);
    fixture->client = fixture_connect(fixture);
    fixture->subscription =
        g_dbus_connection_signal_subscribe(fixture->client, VKP_BUS_NAME, NULL, "Nothing", NULL,
                                           NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_nothing, NULL, NULL);
}

static void end_bus_after(Fixture *fixture, gint64 delay_usec)
{
    gint64 end = g_get_monotonic_time() + delay_usec;
    while (g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, FALSE);
    vkp_test_bus_end(fixture->bus);
}

static void test_every_moment(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t innocent = fixture_spawn_member(fixture, 22, "name neighbour idle");
    vkp_family_settle(fixture->family, 1);
    for (guint round = 0; round < ROUNDS; round++) {
        guint n_births = vkp_family_n_births(fixture->family);
        for (guint i = 0; i < MEMBERS; i++)
            fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
        vkp_family_settle(fixture->family, n_births + MEMBERS);
        FixtureCall call = {0};
        fixture_start_kill(fixture->client, &call, "task", task, "{'force': <true>}");
        g_assert_true(g_dbus_connection_flush_sync(fixture->client, NULL, NULL));
        end_bus_after(fixture, round * STEP_USEC);

        int status = fixture_reap(fixture->service);
        fixture->service = 0;
        g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
        fixture_await(&call);
        fixture_call_clear(&call);
        renew_bus(fixture);
        fixture_start_service(fixture, NULL);
        g_assert_true(vkp_deadline_wait(10000, is_nobody_frozen, fixture));
        g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{'force': <true>}");
        g_assert_cmpuint(vkp_family_n_living(fixture->family), ==, 1);
    }
    VkpRelative relative;
    g_assert_true(vkp_relative_read(innocent, &relative) && vkp_relative_is_alive(&relative));
}

static void add_tests(void)
{
    fixture_add("/service/hostile/a-bus-that-ends-in-mid-kill-leaves-nobody-frozen",
                test_every_moment);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
