/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/hostile.h"

#include <errno.h>
#include <stdarg.h>

#define USUAL_MAX_USEC (500 * 1000)
#define MAX_USEC (5 * G_USEC_PER_SEC)

sd_bus *hostile_connect(Fixture *fixture)
{
    sd_bus *bus = NULL;
    g_assert_cmpint(sd_bus_new(&bus), >=, 0);
    g_assert_cmpint(sd_bus_set_address(bus, vkp_test_bus_address(fixture->bus)), >=, 0);
    g_assert_cmpint(sd_bus_set_bus_client(bus, 1), >=, 0);
    g_assert_cmpint(sd_bus_start(bus), >=, 0);
    const char *name = NULL;
    g_assert_cmpint(sd_bus_get_unique_name(bus, &name), >=, 0);
    return bus;
}

void hostile_send(sd_bus *bus, const char *method, const char *types, ...)
{
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_method_call(bus, &message, VKP_BUS_NAME, VKP_BUS_PATH,
                                                   VKP_BUS_INTERFACE, method),
                    >=, 0);
    va_list arguments;
    va_start(arguments, types);
    g_assert_cmpint(sd_bus_message_appendv(message, types, arguments), >=, 0);
    va_end(arguments);
    int r = sd_bus_send(bus, message, NULL);
    /* The bus may have had enough of us. */
    g_assert_true(r >= 0 || r == -ENOBUFS || r == -ENOTCONN || r == -ECONNRESET || r == -EPIPE);
    sd_bus_message_unref(message);
}

void hostile_flush(sd_bus *bus)
{
    (void)sd_bus_flush(bus);
}

struct HostileFlood {
    sd_bus *bus;
    HostileCall call;
    const HostileTarget *target;
    guint n;
    gint is_over; /* atomic */
    GThread *thread;
};

#define FLUSH_EVERY 50

static gpointer flood(gpointer data)
{
    HostileFlood *flood = data;
    for (guint i = 0; i < flood->n; i++) {
        flood->call(flood->bus, flood->target);
        if (i % FLUSH_EVERY == 0)
            hostile_flush(flood->bus);
    }
    hostile_flush(flood->bus);
    g_atomic_int_set(&flood->is_over, TRUE);
    return NULL;
}

HostileFlood *hostile_flood_start(Fixture *fixture, HostileCall call, const HostileTarget *target,
                                  guint n)
{
    HostileFlood *begun = g_new0(HostileFlood, 1);
    begun->bus = hostile_connect(fixture);
    begun->call = call;
    begun->target = target;
    begun->n = n;
    begun->thread = g_thread_new("flood", flood, begun);
    return begun;
}

gboolean hostile_flood_is_over(HostileFlood *flood)
{
    return g_atomic_int_get(&flood->is_over);
}

void hostile_flood_end(HostileFlood *flood)
{
    g_thread_join(flood->thread);
    sd_bus_close_unref(flood->bus);
    g_free(flood);
}

static double call_once(sd_bus *bus, const char *destination, const char *path,
                        const char *interface, const char *method, const char *types)
{
    sd_bus_message *call = NULL;
    sd_bus_message *reply = NULL;
    double begin = figures_now();
    g_assert_cmpint(
        sd_bus_message_new_method_call(bus, &call, destination, path, interface, method), >=, 0);
    if (types)
        g_assert_cmpint(sd_bus_message_append(call, types, 0), >=, 0);
    g_assert_cmpint(sd_bus_call(bus, call, 0, NULL, &reply), >=, 0);
    double usec = figures_now() - begin;
    sd_bus_message_unref(reply);
    sd_bus_message_unref(call);
    return usec;
}

double hostile_list_once(sd_bus *bus)
{
    return call_once(bus, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, "List", "a{sv}");
}

Waits hostile_waits_new(Fixture *fixture)
{
    return (Waits){hostile_connect(fixture), figures_new(), figures_new()};
}

void hostile_wait_once(Waits *waits)
{
    figures_add(waits->lists, hostile_list_once(waits->bus));
    figures_add(waits->pings, call_once(waits->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus.Peer", "Ping", NULL));
}

double hostile_waits_end(Waits *waits, const char *what)
{
    double median = figures_at(waits->lists, 0.5);
    double longest = figures_at(waits->lists, 1);
    g_test_message("%s: %u Lists, median %.1f ms, longest %.1f ms; the bus itself: %.1f, %.1f ms",
                   what, waits->lists->samples->len, median / 1000, longest / 1000,
                   figures_at(waits->pings, 0.5) / 1000, figures_at(waits->pings, 1) / 1000);
    g_assert_cmpfloat(median, <, USUAL_MAX_USEC);
    g_assert_cmpfloat(longest, <, MAX_USEC);
    figures_free(waits->lists);
    figures_free(waits->pings);
    sd_bus_close_unref(waits->bus);
    return longest;
}
