/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/hostile.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define USUAL_MAX_USEC (500 * 1000)
#define ENOUGH_LISTS 10 /* for a median; that of two is the longest */
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

static void send_words(sd_bus *bus, const char *name, const char *method, const char *types,
                       va_list arguments)
{
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_method_call(bus, &message, name, VKP_BUS_PATH,
                                                   VKP_BUS_INTERFACE, method),
                    >=, 0);
    g_assert_cmpint(sd_bus_message_appendv(message, types, arguments), >=, 0);
    int r = sd_bus_send(bus, message, NULL);
    /* The bus may have had enough of us. */
    g_assert_true(r >= 0 || r == -ENOBUFS || r == -ENOTCONN || r == -ECONNRESET || r == -EPIPE);
    sd_bus_message_unref(message);
}

void hostile_send(sd_bus *bus, const char *method, const char *types, ...)
{
    va_list arguments;
    va_start(arguments, types);
    send_words(bus, VKP_BUS_NAME, method, types, arguments);
    va_end(arguments);
}

void hostile_send_to(sd_bus *bus, const char *name, const char *method, const char *types, ...)
{
    va_list arguments;
    va_start(arguments, types);
    send_words(bus, name, method, types, arguments);
    va_end(arguments);
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

static double list_once(sd_bus *bus, const char *name, const char *method)
{
    double begin = figures_now();
    sd_bus_message *call = NULL;
    sd_bus_message *reply = NULL;
    g_assert_cmpint(
        sd_bus_message_new_method_call(bus, &call, name, VKP_BUS_PATH, VKP_BUS_INTERFACE, method),
        >=, 0);
    g_assert_cmpint(sd_bus_message_append(call, "a{sv}", 0), >=, 0);
    g_assert_cmpint(sd_bus_call(bus, call, 0, NULL, &reply), >=, 0);
    double usec = figures_now() - begin;
    sd_bus_message_unref(reply);
    sd_bus_message_unref(call);
    return usec;
}

double hostile_list_once(sd_bus *bus)
{
    return list_once(bus, VKP_BUS_NAME, "List");
}

struct HostileControl {
    sd_bus *bus;
    const char *name;
    gsize list_bytes;
    gboolean is_over;
    GThread *thread;
};

#define CONTROL_LIST "ListBytes"
#define CONTROL_END "End"

static int on_list_bytes(sd_bus_message *message, void *data, G_GNUC_UNUSED sd_bus_error *bus_error)
{
    HostileControl *control = data;
    sd_bus_message *reply = NULL;
    void *bytes;
    g_assert_cmpint(sd_bus_message_new_method_return(message, &reply), >=, 0);
    g_assert_cmpint(sd_bus_message_append_array_space(reply, 'y', control->list_bytes, &bytes), >=,
                    0);
    memset(bytes, 0, control->list_bytes);
    int r = sd_bus_send(NULL, reply, NULL);
    sd_bus_message_unref(reply);
    return r;
}

static int on_end(G_GNUC_UNUSED sd_bus_message *message, void *data,
                  G_GNUC_UNUSED sd_bus_error *bus_error)
{
    HostileControl *control = data;
    control->is_over = TRUE;
    return 1;
}

static const sd_bus_vtable control_vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD(CONTROL_LIST, "a{sv}", "ay", on_list_bytes, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD(CONTROL_END, NULL, NULL, on_end, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END,
};

static gpointer serve_control(gpointer data)
{
    HostileControl *control = data;
    while (!control->is_over) {
        int r = sd_bus_process(control->bus, NULL);
        if (r == 0)
            r = sd_bus_wait(control->bus, UINT64_MAX);
        g_assert_cmpint(r, >=, 0);
    }
    return NULL;
}

HostileControl *hostile_control_start(Fixture *fixture)
{
    HostileControl *control = g_new0(HostileControl, 1);
    control->bus = hostile_connect(fixture);
    g_assert_cmpint(sd_bus_get_unique_name(control->bus, &control->name), >=, 0);
    GVariant *list = fixture_list(fixture, "{}");
    control->list_bytes = g_variant_get_size(list);
    g_variant_unref(list);
    g_assert_cmpint(sd_bus_add_object_vtable(control->bus, NULL, VKP_BUS_PATH, VKP_BUS_INTERFACE,
                                             control_vtable, control),
                    >=, 0);
    control->thread = g_thread_new("control", serve_control, control);
    return control;
}

const char *hostile_control_name(const HostileControl *control)
{
    return control->name;
}

void hostile_control_end(HostileControl *control, Fixture *fixture)
{
    sd_bus *bus = hostile_connect(fixture);
    hostile_send_to(bus, control->name, CONTROL_END, "");
    hostile_flush(bus);
    g_thread_join(control->thread);
    sd_bus_close_unref(bus);
    sd_bus_close_unref(control->bus);
    g_free(control);
}

Waits hostile_waits_new(Fixture *fixture, HostileControl *control)
{
    return (Waits){hostile_connect(fixture), control, figures_new()};
}

void hostile_wait_once(Waits *waits)
{
    double usec = waits->control ? list_once(waits->bus, waits->control->name, CONTROL_LIST)
                                 : hostile_list_once(waits->bus);
    figures_add(waits->lists, usec);
}

double hostile_waits_end(Waits *waits, const char *what)
{
    double median = figures_at(waits->lists, 0.5);
    double longest = figures_at(waits->lists, 1);
    g_test_message("%s: %u Lists%s, median %.1f ms, longest %.1f ms", what,
                   waits->lists->samples->len, waits->control ? " of the control" : "",
                   median / 1000, longest / 1000);
    if (waits->lists->samples->len >= ENOUGH_LISTS)
        g_assert_cmpfloat(median, <, USUAL_MAX_USEC);
    g_assert_cmpfloat(longest, <, MAX_USEC);
    figures_free(waits->lists);
    sd_bus_close_unref(waits->bus);
    return longest;
}
