/* SPDX-License-Identifier: Apache-2.0 */
/* Kill, with freezing, while the Nth call of a kind fails. */
#include "tests/faults/rig.h"

#include "tests/lib/deadline.h"

#define VICTIMS 3

typedef struct {
    Rig *rig;
    FixtureCall call;
} Attack;

static void spawn_victims(Rig *rig)
{
    guint n_births = vkp_family_n_births(rig->fixture->family);
    for (guint i = 0; i < VICTIMS; i++)
        fixture_spawn_member(rig->fixture, 21, "name victim ignore 15 idle");
    vkp_family_settle(rig->fixture->family, n_births + VICTIMS);
}

/* Reply, error, or the end of the service, which is an error too: within fixture_await()'s time. */
static void kill_somehow(Rig *rig)
{
    FixtureCall call = {0};
    g_autofree char *task = fixture_id(11);
    fixture_start_kill(rig->fixture->client, &call, "task", task, "{'force': <true>}");
    fixture_await(&call);
    fixture_call_clear(&call);
}

/* What is left of the victims goes as if nothing had been. */
static gboolean is_rest_gone(gpointer data)
{
    Rig *rig = data;
    kill_somehow(rig);
    return vkp_family_n_living(rig->fixture->family) == G_N_ELEMENTS(rig->innocents);
}

static void kill_once(Rig *rig, const Fault *fault, long n)
{
    spawn_victims(rig);
    rig_arm(rig, fault, n);
    kill_somehow(rig);
}

static void test_kill(Fixture *fixture, gconstpointer data)
{
    (void)data;
    Rig rig;
    rig_set_up(&rig, fixture);
    for (guint i = 0; i < rig_n_faults; i++) {
        const Fault *fault = &rig_faults[i];
        if (!rig_is_wanted(fault))
            continue;
        kill_once(&rig, fault, 0);
        long n_calls = rig_disarm(&rig);
        g_autoptr(GArray) chosen = rig_choose(n_calls);
        guint n_fired = 0;
        for (guint j = 0; j < chosen->len; j++) {
            long n = g_array_index(chosen, long, j);
            kill_once(&rig, fault, n);
            rig_disarm(&rig);
            n_fired += (guint)atomic_load(&rig.control->n_fired);
            rig_revive(&rig, fault, n);
            rig_forget_lies(&rig, fault);
            rig_check(&rig, fault, n);
            g_assert_true(vkp_deadline_wait(10000, is_rest_gone, &rig));
        }
        g_test_message("%-16s %5ld calls, %u tried, %u failed", fault->name, n_calls, chosen->len,
                       n_fired);
    }
    rig_tear_down(&rig);
}

static void add_tests(void)
{
    fixture_add("/faults/kill/hits-nobody-else-and-leaves-nobody-frozen-from-nothing", test_kill);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
