/* SPDX-License-Identifier: Apache-2.0 */
/* The record of kills that are refused. */
#include "common/base/contract.h"
#include "service/kill-call.h"
#include "tests/service/loose-message.h"

#define MANY 1000
#define WHY "This service is for somebody else"

typedef struct {
    LooseBus loose;
    VkpKillCalls *calls;
    GPtrArray *lines; /* char *; the log's */
} Scene;

static GLogWriterOutput take_line(GLogLevelFlags level, const GLogField *fields, gsize n_fields,
                                  gpointer data)
{
    GPtrArray *lines = data;
    for (gsize i = 0; i < n_fields; i++)
        if (g_str_equal(fields[i].key, "MESSAGE") && level == G_LOG_LEVEL_MESSAGE)
            g_ptr_array_add(lines, g_strdup(fields[i].value));
    return G_LOG_WRITER_HANDLED;
}

static void set_up(Scene *scene, gconstpointer data)
{
    scene->lines = (GPtrArray *)data;
    g_ptr_array_set_size(scene->lines, 0);
    loose_bus_open(&scene->loose);
    scene->calls = vkp_kill_calls_new(NULL, NULL, 0);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_kill_calls_free(scene->calls);
    loose_bus_close(&scene->loose);
}

static sd_bus_message *new_call(Scene *scene, const char *path, const char *member)
{
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_method_call(scene->loose.bus, &message, VKP_BUS_NAME, path,
                                                   VKP_BUS_INTERFACE, member),
                    >=, 0);
    g_assert_cmpint(sd_bus_message_set_sender(message, ":1.7"), >=, 0);
    g_assert_cmpint(sd_bus_message_append(message, "ssa{sv}", "all\n", "", 0), >=, 0);
    loose_message_finish(message);
    return message;
}

/* Before anybody looks at it. */
static void refuse(Scene *scene, const VkpCaller *caller, const char *path, const char *member)
{
    sd_bus_message *message = new_call(scene, path, member);
    vkp_kill_calls_note_refusal(scene->calls, caller, message, WHY);
    sd_bus_message_unref(message);
}

/* Someone who was let in, but may not kill. */
static void refuse_later(Scene *scene)
{
    sd_bus_message *message = new_call(scene, VKP_BUS_PATH, "Kill");
    VkpCaller caller = {.name = (char *)":1.7", .uid = 1000, .pid = 4242, .is_sandboxed = TRUE};
    sd_bus_error bus_error = SD_BUS_ERROR_NULL;
    g_assert_cmpint(vkp_kill_calls_start(scene->calls, &caller, message, &bus_error), <, 0);
    sd_bus_error_free(&bus_error);
    sd_bus_message_unref(message);
}

static void assert_line(const Scene *scene, guint index, const char *expected)
{
    g_assert_cmpuint(scene->lines->len, >, index);
    g_assert_cmpstr(g_ptr_array_index(scene->lines, index), ==, expected);
}

static void test_line(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpCaller foreigner = {.name = (char *)":1.7", .uid = 65534, .pid = 4242};
    refuse(scene, &foreigner, VKP_BUS_PATH, "Kill");
    refuse(scene, NULL, VKP_BUS_PATH, "Kill");
    assert_line(scene, 0, "Kill all\\x0a asked by :1.7 (pid 4242, uid 65534): not done: " WHY);
    assert_line(scene, 1, "Kill all\\x0a asked by :1.7 (unknown): not done: " WHY);
    g_assert_cmpuint(scene->lines->len, ==, 2);
}

static void test_other_calls(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    refuse(scene, NULL, VKP_BUS_PATH, "List");
    refuse(scene, NULL, "/org/example", "Kill");
    g_assert_cmpuint(scene->lines->len, ==, 0);
}

/* The journal drops what comes too fast, and with it the record of kills that were done. */
static void test_flood(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < MANY / 2; i++) {
        refuse(scene, NULL, VKP_BUS_PATH, "Kill");
        refuse_later(scene);
    }
    guint n_lines = scene->lines->len;
    g_assert_cmpuint(n_lines, >, 0);
    g_assert_cmpuint(n_lines, <, 100);
    g_clear_pointer(&scene->calls, vkp_kill_calls_free);
    g_autofree char *rest =
        g_strdup_printf("%u more requests to kill were refused", MANY - n_lines);
    assert_line(scene, n_lines, rest);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_log_set_writer_func(take_line, lines, NULL);
    g_test_add("/service/kill-refusals/a-stranger-and-what-he-asked-for-are-on-record", Scene,
               lines, set_up, test_line, tear_down);
    g_test_add("/service/kill-refusals/other-calls-are-not", Scene, lines, set_up, test_other_calls,
               tear_down);
    g_test_add("/service/kill-refusals/a-flood-is-counted", Scene, lines, set_up, test_flood,
               tear_down);
    return g_test_run();
}
