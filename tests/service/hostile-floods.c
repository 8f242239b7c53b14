/* SPDX-License-Identifier: Apache-2.0 */
/* One client that calls one method as fast as the bus lets it, and another one who wants a list. */
#include <string.h>

#include "tests/service/hostile.h"

#define CALLS 10000
#define LISTS_MEANWHILE 20
#define MEMBERS 200

static void list_all(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "List", "a{sv}", 0);
}

static void kill_nobody(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "Kill", "ssa{sv}", "single", "1", 0);
}

static void kill_for_show(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "Kill", "ssa{sv}", "all", "", 1, "dry_run", "b", 1);
}

static void kill_wrongly(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "Kill", "ssa{sv}", "everybody", "", 0);
}

static void register_again(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "RegisterProcess", "su", target->execution,
                    (guint32)target->pid);
}

static void subscribe(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "Subscribe", "");
    hostile_send_to(bus, target->name, "Unsubscribe", "");
}

static void call_nothing(sd_bus *bus, const HostileTarget *target)
{
    hostile_send_to(bus, target->name, "Shutdown", "");
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
                         const HostileTarget *target, HostileControl *control)
{
    Waits waits = hostile_waits_new(fixture, control);
    HostileFlood *flood = hostile_flood_start(fixture, call, target, CALLS);
    for (guint i = 0; i < LISTS_MEANWHILE || !hostile_flood_is_over(flood); i++)
        hostile_wait_once(&waits);
    g_autofree char *what = g_strdup_printf("beside a flood of %s", name);
    hostile_waits_end(&waits, what);
    hostile_flood_end(flood);
}

#define FLOODS 8

/* One of each, and so many calls all in all; and one of them has a connection more. */
static void serve_beside_all(Fixture *fixture, const HostileTarget *target, HostileControl *control)
{
    HostileFlood *begun[FLOODS];
    Waits waits = hostile_waits_new(fixture, control);
    for (guint i = 0; i < FLOODS; i++) {
        HostileCall call = floods[i % G_N_ELEMENTS(floods)].call;
        begun[i] = hostile_flood_start(fixture, call, target, CALLS / FLOODS);
    }
    for (guint i = 0; i < LISTS_MEANWHILE; i++)
        hostile_wait_once(&waits);
    hostile_waits_end(&waits, "beside floods of all of them");
    for (guint i = 0; i < FLOODS; i++)
        hostile_flood_end(begun[i]);
}

static void serve_beside_each(Fixture *fixture, const HostileTarget *target,
                              HostileControl *control)
{
    for (guint i = 0; i < G_N_ELEMENTS(floods); i++)
        serve_beside(fixture, floods[i].name, floods[i].call, target, control);
    serve_beside_all(fixture, target, control);
}

static guint count_refusals_in_log(Fixture *fixture)
{
    guint n = 0;
    g_autofree char *log = fixture_log(fixture);
    for (const char *line = log; (line = strstr(line, "not done: ")); line++)
        n++;
    return n;
}

static void test_each(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *execution = fixture_id(31);
    HostileTarget target = {VKP_BUS_NAME, execution, spawn_members(fixture)};
    /* Its list is also the first one, which looks at all the members anew: not what a flood does.
     */
    HostileControl *control = hostile_control_start(fixture);
    serve_beside_each(fixture, &target, NULL);
    target.name = hostile_control_name(control);
    serve_beside_each(fixture, &target, control);
    hostile_control_end(control, fixture);
    /* A few of each of those who had a kill refused. */
    g_assert_cmpuint(count_refusals_in_log(fixture), >, 0);
    g_assert_cmpuint(count_refusals_in_log(fixture), <, 500);
}

#define STUBBORN 128
#define PER_CALLER 16

/* Kills of one process each that wait a minute for it. */
static void test_waiting_kills(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    sd_bus *buses[STUBBORN / PER_CALLER];
    pid_t pids[STUBBORN];
    for (guint i = 0; i < STUBBORN; i++)
        pids[i] = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, STUBBORN);
    for (guint i = 0; i < STUBBORN; i++) {
        g_autofree char *target = g_strdup_printf("%d", pids[i]);
        sd_bus **bus = &buses[i / PER_CALLER];
        if (i % PER_CALLER == 0)
            *bus = hostile_connect(fixture);
        hostile_send(*bus, "Kill", "ssa{sv}", "single", target, 1, "timeout_ms", "u", 60000u);
        hostile_flush(*bus);
    }
    Waits waits = hostile_waits_new(fixture, NULL);
    for (guint i = 0; i < LISTS_MEANWHILE; i++)
        hostile_wait_once(&waits);
    hostile_waits_end(&waits, "while 128 kills begin");
    waits = hostile_waits_new(fixture, NULL);
    for (guint i = 0; i < LISTS_MEANWHILE; i++)
        hostile_wait_once(&waits);
    hostile_waits_end(&waits, "beside 128 kills that wait");
    for (guint i = 0; i < G_N_ELEMENTS(buses); i++)
        sd_bus_close_unref(buses[i]);
}

static void add_tests(void)
{
    fixture_add("/service/hostile/kills-that-wait-slow-nobody", test_waiting_kills);
    fixture_add("/service/hostile/no-method-called-without-end-slows-others", test_each);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
