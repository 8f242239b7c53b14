/* SPDX-License-Identifier: Apache-2.0 */
/* One client that calls one method as fast as the bus lets it, and another one who wants a list. */
#include "tests/service/hostile.h"

#define CALLS 10000
#define LISTS_MEANWHILE 20
#define MEMBERS 200

static void list_all(sd_bus *bus, G_GNUC_UNUSED const HostileTarget *target)
{
    hostile_send(bus, "List", "a{sv}", 0);
}

static void kill_nobody(sd_bus *bus, G_GNUC_UNUSED const HostileTarget *target)
{
    hostile_send(bus, "Kill", "ssa{sv}", "single", "1", 0);
}

static void kill_for_show(sd_bus *bus, G_GNUC_UNUSED const HostileTarget *target)
{
    hostile_send(bus, "Kill", "ssa{sv}", "all", "", 1, "dry_run", "b", 1);
}

static void kill_wrongly(sd_bus *bus, G_GNUC_UNUSED const HostileTarget *target)
{
    hostile_send(bus, "Kill", "ssa{sv}", "everybody", "", 0);
}

static void register_again(sd_bus *bus, const HostileTarget *target)
{
    hostile_send(bus, "RegisterProcess", "su", target->execution, (guint32)target->pid);
}

static void subscribe(sd_bus *bus, G_GNUC_UNUSED const HostileTarget *target)
{
    hostile_send(bus, "Subscribe", "");
    hostile_send(bus, "Unsubscribe", "");
}

static void call_nothing(sd_bus *bus, G_GNUC_UNUSED const HostileTarget *target)
{
    hostile_send(bus, "Shutdown", "");
}

static const struct {
    const char *name;
    HostileCall call;
} floods[] = {
    {"List", list_all},
    {"Kill of nobody", kill_nobody},
    {"Kill for show", kill_for_show},
    {"Kill in wrong words", kill_wrongly},
    {"RegisterProcess", register_again},
    {"Subscribe and Unsubscribe", subscribe},
    {"an unknown method", call_nothing},
};

/* Returns one of them. */
static pid_t spawn_members(Fixture *fixture)
{
    pid_t pid = 0;
    for (guint i = 0; i < MEMBERS; i++)
        pid = fixture_spawn_member(fixture, 21, "name worker idle");
    vkp_family_settle(fixture->family, MEMBERS);
    return pid;
}

static void serve_beside(Fixture *fixture, const char *name, HostileCall call,
                         const HostileTarget *target)
{
    Waits waits = hostile_waits_new();
    HostileFlood *flood = hostile_flood_start(fixture, call, target, CALLS);
    for (guint i = 0; i < LISTS_MEANWHILE || !hostile_flood_is_over(flood); i++)
        hostile_wait_once(&waits, fixture);
    g_autofree char *what = g_strdup_printf("beside a flood of %s", name);
    hostile_waits_end(&waits, what);
    hostile_flood_end(flood);
}

static void test_each(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *execution = fixture_id(31);
    HostileTarget target = {execution, spawn_members(fixture)};
    for (guint i = 0; i < G_N_ELEMENTS(floods); i++)
        serve_beside(fixture, floods[i].name, floods[i].call, &target);
}

static void add_tests(void)
{
    fixture_add("/service/hostile/no-method-called-without-end-slows-others", test_each);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
