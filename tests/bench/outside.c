/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "common/base/contract.h"
#include "common/proc/reader.h"
#include "tests/bench/results.h"
#include "tests/lib/figures.h"

#define CALLS 400
#define EXITS 200
#define BIRTHS 12
#define STUBBORN_MS 1000

typedef struct {
    const BenchPlace *place;
    sd_bus *bus;
    pid_t service;
    const char *awaited; /* the kind of change */
    pid_t awaited_pid;
    gboolean has_come;
} Outside;

static void start_service(Outside *outside)
{
    const BenchPlace *place = outside->place;
    outside->service = fork();
    if (outside->service != 0)
        return;
    g_autofree char *registry = g_build_filename(place->folder, "registry.sqlite", NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setenv("HOME", place->folder, TRUE);
    execl(place->service, place->service, "--database", place->database_path, "--registry",
          registry, (char *)NULL);
    _exit(1);
}

static int call(Outside *outside, const char *method, sd_bus_message **reply)
{
    return sd_bus_call_method(outside->bus, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, method,
                              NULL, reply, g_str_equal(method, "List") ? "a{sv}" : NULL, 0);
}

static void await_service(Outside *outside)
{
    for (guint i = 0; i < 1000 && call(outside, "List", NULL) < 0; i++)
        g_usleep(10000);
    g_assert_cmpint(call(outside, "List", NULL), >=, 0);
}

static pid_t pid_of_id(const char *id)
{
    VkpIdentity identity = {0};
    return vkp_identity_parse(id, &identity) ? identity.pid : 0;
}

static int on_changed(sd_bus_message *message, void *data, G_GNUC_UNUSED sd_bus_error *error)
{
    Outside *outside = data;
    const char *change;
    const char *id;
    if (sd_bus_message_read(message, "ss", &change, &id) >= 0 && outside->awaited &&
        g_str_equal(change, outside->awaited) && pid_of_id(id) == outside->awaited_pid)
        outside->has_come = TRUE;
    return 0;
}

/* Until that signal comes, 10 s at most. */
static gboolean await(Outside *outside, const char *change, pid_t pid)
{
    double end = figures_now() + 1e7;
    outside->awaited = change;
    outside->awaited_pid = pid;
    outside->has_come = FALSE;
    while (!outside->has_come && figures_now() < end)
        if (sd_bus_process(outside->bus, NULL) == 0)
            sd_bus_wait(outside->bus, 100000);
    return outside->has_come;
}

static void time_pings(Outside *outside, BenchResults *results)
{
    g_autoptr(Figures) figures = figures_new();
    for (guint i = 0; i < CALLS; i++) {
        double begin = figures_now();
        g_assert_cmpint(sd_bus_call_method(outside->bus, VKP_BUS_NAME, VKP_BUS_PATH,
                                           "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, NULL),
                        >=, 0);
        figures_add(figures, figures_now() - begin);
    }
    results->call_on_bus = figures_at(figures, 0.5);
}

static void time_lists(Outside *outside, BenchResults *results)
{
    g_autoptr(Figures) figures = figures_new();
    for (guint i = 0; i < CALLS; i++) {
        double begin = figures_now();
        g_assert_cmpint(call(outside, "List", NULL), >=, 0);
        figures_add(figures, figures_now() - begin);
    }
    results->list_on_bus = figures_at(figures, 0.5);
    results->list_on_bus99 = figures_at(figures, 0.99);
}

/* Whether the reply, read in full, has this pid: the ids are "PID:START". */
static gboolean has_member(sd_bus_message *reply, pid_t pid)
{
    gboolean is_there = FALSE;
    g_assert_cmpint(sd_bus_message_enter_container(reply, 'a', "a{sv}"), >, 0);
    while (sd_bus_message_enter_container(reply, 'a', "{sv}") > 0) {
        while (sd_bus_message_enter_container(reply, 'e', "sv") > 0) {
            const char *key;
            guint32 number;
            g_assert_cmpint(sd_bus_message_read(reply, "s", &key), >, 0);
            if (!g_str_equal(key, VKP_KEY_PID))
                sd_bus_message_skip(reply, "v");
            else if (sd_bus_message_read(reply, "v", "u", &number) > 0)
                is_there |= (pid_t)number == pid;
            sd_bus_message_exit_container(reply);
        }
        sd_bus_message_exit_container(reply);
    }
    return is_there;
}

static gboolean is_listed(Outside *outside, pid_t member)
{
    sd_bus_message *reply = NULL;
    g_assert_cmpint(call(outside, "List", &reply), >=, 0);
    gboolean is_there = has_member(reply, member);
    sd_bus_message_unref(reply);
    return is_there;
}

static void time_births(Outside *outside, BenchResults *results)
{
    g_autoptr(Figures) births = figures_new();
    guint n_listed = 0;
    for (guint i = 0; i < BIRTHS; i++) {
        double born = figures_now();
        pid_t member = crowd_start_member(outside->place->mark);
        if (await(outside, "added", member))
            figures_add(births, figures_now() - born);
        pid_t other = crowd_start_member(outside->place->mark);
        n_listed += is_listed(outside, other);
        crowd_end(member);
        crowd_end(other);
    }
    results->born_to_added = figures_at(births, 1);
    results->born_to_list = (double)n_listed / BIRTHS;
}

static void time_exits(Outside *outside, BenchResults *results)
{
    g_autoptr(Figures) exits = figures_new();
    g_autoptr(Figures) alone = figures_new();
    for (guint i = 0; i < EXITS; i++) {
        pid_t member = crowd_start_sleeper(outside->place->mark);
        while (!is_listed(outside, member))
            g_usleep(1000);
        double ended = figures_now();
        crowd_end(member);
        figures_add(alone, figures_now() - ended);
        if (await(outside, "removed", member))
            figures_add(exits, figures_now() - ended);
    }
    results->exit_alone = figures_at(alone, 0.5);
    results->exit_to_signal = figures_at(exits, 0.5);
    results->exit_to_signal99 = figures_at(exits, 0.99);
}

static int on_killed(sd_bus_message *reply, void *data, G_GNUC_UNUSED sd_bus_error *error)
{
    guint32 *n_killed = data;
    g_assert_cmpint(sd_bus_message_read(reply, "u", n_killed), >=, 0);
    return 0;
}

static void call_kill(Outside *outside, guint timeout_ms, guint32 *n_killed)
{
    *n_killed = G_MAXUINT32;
    g_assert_cmpint(sd_bus_call_method_async(outside->bus, NULL, VKP_BUS_NAME, VKP_BUS_PATH,
                                             VKP_BUS_INTERFACE, "Kill", on_killed, n_killed,
                                             "ssa{sv}", "all", "", 1, "timeout_ms", "u",
                                             (guint32)timeout_ms),
                    >=, 0);
}

static void time_kill(Outside *outside, Crowd *crowd, BenchResults *results)
{
    g_autoptr(Figures) figures = figures_new();
    guint32 n_killed;
    crowd_toggle_stubborn(crowd);
    call_kill(outside, STUBBORN_MS, &n_killed);
    while (n_killed == G_MAXUINT32) {
        double begin = figures_now();
        g_assert_cmpint(call(outside, "List", NULL), >=, 0);
        figures_add(figures, figures_now() - begin);
        sd_bus_process(outside->bus, NULL);
    }
    g_assert_cmpuint(n_killed, ==, 0);
    results->list_in_kill = figures_at(figures, 0.5);
    results->list_in_kill99 = figures_at(figures, 0.99);

    crowd_toggle_stubborn(crowd);
    double begin = figures_now();
    call_kill(outside, 60000, &n_killed);
    while (n_killed == G_MAXUINT32)
        if (sd_bus_process(outside->bus, NULL) == 0)
            sd_bus_wait(outside->bus, G_USEC_PER_SEC);
    g_assert_cmpuint(n_killed, ==, crowd_n_members(crowd));
    results->kill = figures_now() - begin;
}

static void watch_quietly(Outside *outside, BenchResults *results)
{
    guint64 before = 0;
    guint64 after = 0;
    g_usleep(17 * G_USEC_PER_SEC); /* until nobody is young */
    vkp_reader_read_cpu_clock(outside->service, &before);
    double begin = figures_now();
    g_usleep((gulong)outside->place->quiet_seconds * G_USEC_PER_SEC);
    vkp_reader_read_cpu_clock(outside->service, &after);
    results->cpu_percent = (double)(after - before) / 1000 / (figures_now() - begin) * 100;
    results->resident_kib = bench_resident_kib(outside->service);
}

void bench_outside(const BenchPlace *place, Crowd *crowd, BenchResults *results)
{
    Outside outside = {.place = place};
    sd_bus_slot *slot = NULL;
    g_assert_cmpint(sd_bus_open_user(&outside.bus), >=, 0);
    start_service(&outside);
    await_service(&outside);
    watch_quietly(&outside, results);
    time_pings(&outside, results);
    time_lists(&outside, results);
    g_assert_cmpint(sd_bus_match_signal(outside.bus, &slot, NULL, VKP_BUS_PATH, VKP_BUS_INTERFACE,
                                        "ProcessChanged", on_changed, &outside),
                    >=, 0);
    g_assert_cmpint(call(&outside, "Subscribe", NULL), >=, 0);
    time_births(&outside, results);
    time_exits(&outside, results);
    time_kill(&outside, crowd, results);
    sd_bus_slot_unref(slot);
    sd_bus_flush_close_unref(outside.bus);
    kill(outside.service, SIGTERM);
    waitpid(outside.service, NULL, 0);
}
