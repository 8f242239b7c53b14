/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of List while there is always something else to do. */
#include "service/list-call.h"

#include <unistd.h>

#include "service/bus-error.h"
#include "service/event-loop.h"
#include "tests/lib/isolation.h"
#include "tests/service/fake-bus.h"

#define DEADLINE_USEC (10 * G_USEC_PER_SEC)
#define CALLER ":1.7"

typedef struct {
    FakeBus *bus;
    sd_event *event;
    sd_event_source *others; /* whatever else the service is asked for */
    VkpManager *manager;
    VkpCallers *callers;
    VkpTurns *turns;
} Scene;

static int serve(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    Scene *scene = data;
    VkpCaller *caller = vkp_callers_of(scene->callers, message, NULL);
    return vkp_list_call_start(scene->turns, scene->manager, caller, message, bus_error);
}

static int on_call(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    Scene *scene = data;
    uint8_t type;
    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
        return 0;
    int r = vkp_callers_admit(scene->callers, message, bus_error);
    return r == 0 ? serve(message, data, bus_error) : r;
}

static void on_left(G_GNUC_UNUSED void *data)
{
}

static int on_others(G_GNUC_UNUSED sd_event_source *source, G_GNUC_UNUSED void *data)
{
    return 0;
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->bus = fake_bus_new();
    g_assert_cmpint(sd_event_new(&scene->event), >=, 0);
    g_assert_cmpint(sd_bus_attach_event(scene->bus->bus, scene->event, SD_EVENT_PRIORITY_NORMAL),
                    >=, 0);
    g_assert_cmpint(sd_event_add_defer(scene->event, &scene->others, on_others, NULL), >=, 0);
    VkpManagerOptions options = {
        .database_path = "/nonexistent/board.sqlite",
        .places = {.home = "/nonexistent"},
        .uid = getuid(),
        .loop = vkp_event_loop(scene->event),
    };
    g_autoptr(GError) error = NULL;
    scene->manager = vkp_manager_new(&options, &error);
    g_assert_no_error(error);
    VkpCallersListener listener = {.serve = serve, .left = on_left, .data = scene};
    GThread *thread = fake_bus_serve_match(scene->bus);
    scene->callers = vkp_callers_new(scene->bus->bus, "/proc", &listener, &error);
    g_thread_join(thread);
    g_assert_no_error(error);
    scene->turns = vkp_turns_new(scene->event, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sd_bus_add_filter(scene->bus->bus, NULL, on_call, scene), >=, 0);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_turns_free(scene->turns);
    vkp_callers_free(scene->callers);
    vkp_manager_free(scene->manager);
    sd_event_source_disable_unref(scene->others);
    g_assert_cmpint(sd_bus_detach_event(scene->bus->bus), >=, 0);
    fake_bus_free(scene->bus);
    sd_event_unref(scene->event);
}

static void await(Scene *scene, guint64 serial)
{
    gint64 end_usec = g_get_monotonic_time() + DEADLINE_USEC;
    while (!fake_bus_answer(scene->bus, serial)) {
        g_assert_cmpint(g_get_monotonic_time(), <, end_usec);
        g_assert_cmpint(sd_event_run(scene->event, DEADLINE_USEC), >=, 0);
        fake_bus_settle(scene->bus);
    }
    g_assert_cmpstr(fake_bus_answer(scene->bus, serial), ==, "");
}

static guint64 ask(Scene *scene)
{
    guint64 serial = fake_bus_call_with_dictionary(scene->bus, CALLER, "List");
    if (fake_bus_asked(scene->bus))
        fake_bus_tell(scene->bus, 2, "UnixUserID", getuid(), "ProcessID", (guint32)getpid());
    g_assert_null(fake_bus_answer(scene->bus, serial));
    return serial;
}

static void test_rest(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    guint64 serials[] = {ask(scene), ask(scene), ask(scene)};
    g_assert_cmpint(sd_event_source_set_enabled(scene->others, SD_EVENT_OFF), >=, 0);
    for (guint i = 0; i < G_N_ELEMENTS(serials); i++)
        await(scene, serials[i]);
}

/* No other List comes that would have its turn moved on. */
static void test_no_rest(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    guint64 serials[] = {ask(scene), ask(scene), ask(scene)};
    g_assert_cmpint(sd_event_source_set_enabled(scene->others, SD_EVENT_ON), >=, 0);
    for (guint i = 0; i < G_N_ELEMENTS(serials); i++)
        await(scene, serials[i]);
    await(scene, ask(scene));
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv); /* others' tests may have thousands of members */
    g_test_init(&argc, &argv, NULL);
    g_test_add("/service/list-calls/are-answered-when-the-bus-is-at-rest", Scene, NULL, set_up,
               test_rest, tear_down);
    g_test_add("/service/list-calls/are-answered-though-the-bus-never-rests", Scene, NULL, set_up,
               test_no_rest, tear_down);
    return g_test_run();
}
