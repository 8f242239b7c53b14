/* SPDX-License-Identifier: Apache-2.0 */
/* Callers whom the bus must be asked about, while it takes its time to answer. */
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/contract.h"
#include "service/bus-error.h"
#include "service/caller.h"
#include "tests/service/fake-bus.h"

#define MANY 100
#define DENIED "org.vibekanban.Processes.Error.PermissionDenied"
#define LIMITED "org.vibekanban.Processes.Error.LimitsExceeded"
#define FAILED "org.vibekanban.Processes.Error.SystemError"

typedef struct {
    FakeBus *bus;
    VkpCallers *callers;
    GString *served; /* "sender method;" each */
    guint n_left;
} Scene;

static int serve(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    Scene *scene = data;
    g_autoptr(GError) error = NULL;
    const char *method = sd_bus_message_get_member(message);
    VkpCaller *caller = vkp_callers_of(scene->callers, message, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(caller->uid, ==, 1234);
    g_assert_cmpint(caller->pid, ==, getpid());
    g_string_append_printf(scene->served, "%s %s;", caller->name, method);
    if (g_str_equal(method, "Refuse"))
        return sd_bus_error_set(bus_error, "org.example.Refused", "No");
    if (g_str_equal(method, "Fail"))
        return -EINVAL;
    caller->is_subscribed = g_str_equal(method, "Subscribe");
    return sd_bus_reply_method_return(message, NULL);
}

/* As the service does it: whoever is known is served at once. */
static int on_call(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    Scene *scene = data;
    uint8_t type;
    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
        return 0;
    int r = vkp_callers_admit(scene->callers, message, bus_error);
    if (r != 0)
        return r;
    r = serve(message, data, bus_error);
    return r < 0 ? r : 1;
}

static void on_left(void *data)
{
    Scene *scene = data;
    scene->n_left++;
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->bus = fake_bus_new();
    scene->served = g_string_new(NULL);
    VkpCallersListener listener = {.serve = serve, .left = on_left, .data = scene};
    g_autoptr(GError) error = NULL;
    GThread *thread = fake_bus_serve_match(scene->bus);
    scene->callers = vkp_callers_new(scene->bus->bus, "/proc", &listener, &error);
    g_thread_join(thread);
    g_assert_no_error(error);
    g_assert_cmpint(sd_bus_add_filter(scene->bus->bus, NULL, on_call, scene), >=, 0);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_callers_free(scene->callers);
    fake_bus_free(scene->bus);
    g_string_free(scene->served, TRUE);
}

static void tell_who(Scene *scene)
{
    fake_bus_tell(scene->bus, 3, "UnixUserID", 1234u, "Colour", 7u, "ProcessID", (guint)getpid());
}

static void test_order(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const methods[] = {"A", "Refuse", "B", "Fail", "C"};
    guint64 serials[G_N_ELEMENTS(methods)];
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++)
        serials[i] = fake_bus_call(scene->bus, ":1.50", methods[i]);
    g_assert_cmpuint(scene->bus->questions->len, ==, 1);
    g_assert_cmpstr(scene->served->str, ==, "");
    g_assert_null(vkp_callers_lookup(scene->callers, ":1.50"));
    tell_who(scene);
    g_assert_cmpstr(scene->served->str, ==, ":1.50 A;:1.50 Refuse;:1.50 B;:1.50 Fail;:1.50 C;");
    g_assert_cmpstr(fake_bus_answer(scene->bus, serials[0]), ==, "");
    g_assert_cmpstr(fake_bus_answer(scene->bus, serials[1]), ==, "org.example.Refused");
    g_assert_cmpstr(fake_bus_answer(scene->bus, serials[3]), ==, SD_BUS_ERROR_INVALID_ARGS);
    g_assert_cmpstr(fake_bus_answer(scene->bus, serials[4]), ==, "");

    fake_bus_call(scene->bus, ":1.50", "D");
    g_assert_cmpuint(scene->bus->questions->len, ==, 0);
    g_assert_true(g_str_has_suffix(scene->served->str, ":1.50 C;:1.50 D;"));
    g_assert_cmpuint(vkp_callers_lookup(scene->callers, ":1.50")->n_calls, ==, 0);
}

/* The bus says nothing about a hundred others; who is known does not wait for that. */
static void test_others_go_on(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    fake_bus_call(scene->bus, ":1.50", "Subscribe");
    tell_who(scene);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf(":1.%u", 100 + i);
        fake_bus_call(scene->bus, name, "Subscribe");
    }
    g_assert_cmpuint(scene->bus->questions->len, ==, MANY);
    guint64 serial = fake_bus_call(scene->bus, ":1.50", "A");
    g_assert_cmpstr(fake_bus_answer(scene->bus, serial), ==, "");
    g_assert_cmpstr(scene->served->str, ==, ":1.50 Subscribe;:1.50 A;");
    while (fake_bus_asked(scene->bus))
        tell_who(scene);
    g_assert_cmpuint(scene->bus->answers->len, ==, MANY + 2);
    g_assert_cmpuint(vkp_callers_n_subscribed(scene->callers), ==, MANY);
}

static void test_limit(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    guint64 serials[VKP_CALLER_MAX_HELD + 2];
    for (guint i = 0; i < G_N_ELEMENTS(serials); i++)
        serials[i] = fake_bus_call(scene->bus, ":1.50", "A");
    for (guint i = 0; i < G_N_ELEMENTS(serials); i++)
        g_assert_cmpstr(fake_bus_answer(scene->bus, serials[i]), ==,
                        i < VKP_CALLER_MAX_HELD ? NULL : LIMITED);
    tell_who(scene);
    for (guint i = 0; i < VKP_CALLER_MAX_HELD; i++)
        g_assert_cmpstr(fake_bus_answer(scene->bus, serials[i]), ==, "");
}

static void test_leaves_meanwhile(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    fake_bus_call(scene->bus, ":1.50", "A");
    fake_bus_call(scene->bus, ":1.51", "A");
    fake_bus_leave(scene->bus, ":1.50");
    g_assert_cmpuint(scene->n_left, ==, 1);
    g_assert_cmpstr(fake_bus_asked(scene->bus), ==, ":1.50");
    tell_who(scene); /* too late */
    g_assert_cmpstr(scene->served->str, ==, "");
    tell_who(scene);
    g_assert_cmpstr(scene->served->str, ==, ":1.51 A;");
    fake_bus_leave(scene->bus, ":1.51");
    fake_bus_leave(scene->bus, ":1.52"); /* never seen */
    g_assert_cmpuint(scene->n_left, ==, 2);
    g_assert_null(vkp_callers_lookup(scene->callers, ":1.51"));
    g_assert_cmpuint(scene->bus->answers->len, ==, 1);
}

/* sd-bus lets a unique name pass for the bus's in a match, be it the caller's own. */
static void test_forged_leave(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    fake_bus_call(scene->bus, ":1.50", "A");
    fake_bus_forge_leave(scene->bus, ":1.66", ":1.50");
    fake_bus_forge_leave(scene->bus, ":1.50", ":1.50");
    tell_who(scene);
    g_assert_cmpstr(scene->served->str, ==, ":1.50 A;");
    fake_bus_forge_leave(scene->bus, ":1.66", ":1.50");
    g_assert_nonnull(vkp_callers_lookup(scene->callers, ":1.50"));
    g_assert_cmpuint(scene->n_left, ==, 0);
}

/* Whoever answers late counts on the caller, not on whoever has the name by then. */
static void test_calls_outlive_caller(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    fake_bus_call(scene->bus, ":1.50", "A");
    tell_who(scene);
    VkpCaller *first = vkp_caller_begin_call(vkp_callers_lookup(scene->callers, ":1.50"));
    VkpCaller *again = vkp_caller_begin_call(first);
    g_assert_cmpuint(first->n_calls, ==, 2);
    fake_bus_leave(scene->bus, ":1.50");
    g_assert_true(first->has_left);
    fake_bus_call(scene->bus, ":1.50", "B");
    tell_who(scene);
    VkpCaller *second = vkp_callers_lookup(scene->callers, ":1.50");
    g_assert_cmpuint(second->n_calls, ==, 0);
    vkp_caller_end_call(again);
    g_assert_cmpuint(first->n_calls, ==, 1);
    vkp_caller_end_call(first);
    g_assert_cmpuint(second->n_calls, ==, 0);
    g_assert_false(second->has_left);
}

static void assert_refused(Scene *scene, const guint64 serials[2], const char *error)
{
    g_assert_cmpstr(fake_bus_answer(scene->bus, serials[0]), ==, error);
    g_assert_cmpstr(fake_bus_answer(scene->bus, serials[1]), ==, error);
    g_assert_cmpstr(scene->served->str, ==, "");
    g_assert_null(vkp_callers_lookup(scene->callers, ":1.50"));
}

/* Each refusal is for all that wait, and the next call asks anew. */
static void test_bad_answers(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < 7; i++) {
        guint64 serials[2] = {fake_bus_call(scene->bus, ":1.50", "A"),
                              fake_bus_call(scene->bus, ":1.50", "B")};
        g_assert_cmpuint(scene->bus->questions->len, ==, 1);
        if (i == 0)
            fake_bus_tell(scene->bus, 0);
        else if (i == 1)
            fake_bus_tell(scene->bus, 1, "UnixUserID", 1234u);
        else if (i == 2)
            fake_bus_tell(scene->bus, 1, "ProcessID", (guint)getpid());
        else if (i == 3)
            fake_bus_tell(scene->bus, 2, "UnixUserID", 1234u, "ProcessID", 0u);
        else if (i == 4)
            fake_bus_tell(scene->bus, 2, "UnixUserID", 1234u, "ProcessID", G_MAXUINT32);
        else if (i == 5)
            fake_bus_tell_error(scene->bus, SD_BUS_ERROR_NO_REPLY);
        else
            fake_bus_tell_error(scene->bus, SD_BUS_ERROR_ACCESS_DENIED);
        assert_refused(scene, serials, i == 6 ? DENIED : FAILED);
    }
    fake_bus_call(scene->bus, ":1.50", "A");
    tell_who(scene);
    g_assert_cmpstr(scene->served->str, ==, ":1.50 A;");
}

/* No descriptor to look at a caller with says nothing about him. */
static void test_no_descriptors(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    guint64 serials[2] = {fake_bus_call(scene->bus, ":1.50", "A"),
                          fake_bus_call(scene->bus, ":1.50", "B")};
    struct rlimit usual;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &usual), ==, 0);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, usual.rlim_max}), ==, 0);
    tell_who(scene);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &usual), ==, 0);
    assert_refused(scene, serials, LIMITED);
    fake_bus_call(scene->bus, ":1.50", "A");
    tell_who(scene);
    g_assert_cmpstr(scene->served->str, ==, ":1.50 A;");
    g_assert_false(vkp_callers_lookup(scene->callers, ":1.50")->is_sandboxed);
}

/* sd-bus takes an answer from anybody who knows the number of the call. */
static void test_forged_answers(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    guint64 serial = fake_bus_call(scene->bus, ":1.50", "A");
    for (guint i = 0; i < 6; i++) {
        const char *sender = i < 3 ? ":1.50" : ":1.66";
        fake_bus_forge(scene->bus, sender, i % 2 ? SD_BUS_ERROR_ACCESS_DENIED : NULL);
        g_assert_cmpstr(scene->served->str, ==, "");
        g_assert_null(fake_bus_answer(scene->bus, serial));
        g_assert_null(vkp_callers_lookup(scene->callers, ":1.50"));
        g_assert_cmpstr(fake_bus_asked(scene->bus), ==, ":1.50");
    }
    tell_who(scene);
    g_assert_cmpstr(scene->served->str, ==, ":1.50 A;");
}

/* Whatever is still open is given up; the leak checker looks at this one. */
static void test_end(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    fake_bus_call(scene->bus, ":1.50", "A");
    tell_who(scene);
    fake_bus_call(scene->bus, ":1.51", "A");
    fake_bus_call(scene->bus, ":1.51", "B");
    g_clear_pointer(&scene->callers, vkp_callers_free);
    fake_bus_settle(scene->bus);
    tell_who(scene); /* nobody asks any more */
    g_assert_cmpstr(scene->served->str, ==, ":1.50 A;");
}

static void add(const char *path, void (*test)(Scene *, gconstpointer))
{
    g_test_add(path, Scene, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/service/newcomers/calls-are-served-in-order", test_order);
    add("/service/newcomers/who-is-known-does-not-wait-for-them", test_others_go_on);
    add("/service/newcomers/held-calls-are-so-many-at-most", test_limit);
    add("/service/newcomers/who-leaves-takes-his-calls-with-him", test_leaves_meanwhile);
    add("/service/newcomers/only-the-bus-says-who-has-left", test_forged_leave);
    add("/service/newcomers/a-call-under-way-counts-on-who-made-it", test_calls_outlive_caller);
    add("/service/newcomers/who-stays-unknown-is-refused", test_bad_answers);
    add("/service/newcomers/who-cant-be-looked-at-now-is-asked-about-anew", test_no_descriptors);
    add("/service/newcomers/an-answer-of-another-is-none", test_forged_answers);
    add("/service/newcomers/the-end-gives-held-calls-up", test_end);
    return g_test_run();
}
