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

Waits hostile_waits_new(void)
{
    return (Waits){g_array_new(FALSE, FALSE, sizeof(gint64))};
}

void hostile_wait_once(Waits *waits, Fixture *fixture)
{
    gint64 begin = g_get_monotonic_time();
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    gint64 usec = g_get_monotonic_time() - begin;
    g_array_append_val(waits->usec, usec);
}

static int compare_usec(gconstpointer a, gconstpointer b)
{
    gint64 first = *(const gint64 *)a;
    gint64 second = *(const gint64 *)b;
    return (first > second) - (first < second);
}

gint64 hostile_waits_end(Waits *waits, const char *what)
{
    g_array_sort(waits->usec, compare_usec);
    guint n = waits->usec->len;
    g_assert_cmpuint(n, >, 0);
    gint64 median = g_array_index(waits->usec, gint64, n / 2);
    gint64 longest = g_array_index(waits->usec, gint64, n - 1);
    g_test_message("%s: %u Lists, median %.1f ms, longest %.1f ms", what, n, (double)median / 1000,
                   (double)longest / 1000);
    g_assert_cmpint(median, <, USUAL_MAX_USEC);
    g_assert_cmpint(longest, <, MAX_USEC);
    g_array_unref(waits->usec);
    return longest;
}
