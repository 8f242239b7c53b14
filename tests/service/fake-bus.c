/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/fake-bus.h"

#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#define DRIVER "org.freedesktop.DBus"
#define OWN_NAME ":1.1"

static void drop(gpointer message)
{
    sd_bus_message_unref(message);
}

static void send_as_driver(FakeBus *bus, sd_bus_message *message)
{
    g_assert_cmpint(sd_bus_message_set_sender(message, DRIVER), >=, 0);
    g_assert_cmpint(sd_bus_send(bus->server, message, NULL), >=, 0);
    sd_bus_message_unref(message);
}

static void reply(FakeBus *bus, sd_bus_message *call, const char *text)
{
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_method_return(call, &message), >=, 0);
    if (text)
        g_assert_cmpint(sd_bus_message_append(message, "s", text), >=, 0);
    send_as_driver(bus, message);
}

/* All that the connection sends. */
static int on_message(sd_bus_message *message, void *data, G_GNUC_UNUSED sd_bus_error *error)
{
    FakeBus *bus = data;
    const char *member = sd_bus_message_get_member(message);
    if (sd_bus_message_is_method_call(message, DRIVER, "Hello")) {
        reply(bus, message, OWN_NAME);
    } else if (sd_bus_message_is_method_call(message, DRIVER, "GetConnectionCredentials")) {
        g_ptr_array_add(bus->questions, sd_bus_message_ref(message));
    } else if (member && g_str_equal(member, "AddMatch")) {
        bus->n_matches++;
        reply(bus, message, NULL);
    } else if (!member) {
        g_ptr_array_add(bus->answers, sd_bus_message_ref(message));
    }
    return 1;
}

FakeBus *fake_bus_new(void)
{
    FakeBus *bus = g_new0(FakeBus, 1);
    bus->questions = g_ptr_array_new_with_free_func(drop);
    bus->answers = g_ptr_array_new_with_free_func(drop);
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==,
                    0);
    g_assert_cmpint(sd_bus_new(&bus->server), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(bus->server, ends[0], ends[0]), >=, 0);
    g_assert_cmpint(sd_bus_set_server(bus->server, 1, (sd_id128_t){.bytes = {1}}), >=, 0);
    g_assert_cmpint(sd_bus_add_filter(bus->server, NULL, on_message, bus), >=, 0);
    g_assert_cmpint(sd_bus_start(bus->server), >=, 0);
    g_assert_cmpint(sd_bus_new(&bus->bus), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(bus->bus, ends[1], ends[1]), >=, 0);
    g_assert_cmpint(sd_bus_set_bus_client(bus->bus, 1), >=, 0);
    g_assert_cmpint(sd_bus_start(bus->bus), >=, 0);
    while (sd_bus_is_ready(bus->bus) == 0)
        fake_bus_settle(bus);
    return bus;
}

void fake_bus_free(FakeBus *bus)
{
    g_ptr_array_unref(bus->questions);
    g_ptr_array_unref(bus->answers);
    sd_bus_close_unref(bus->bus);
    sd_bus_close_unref(bus->server);
    g_free(bus);
}

static gpointer serve_match(gpointer data)
{
    FakeBus *bus = data;
    guint n_before = bus->n_matches;
    while (bus->n_matches == n_before)
        if (sd_bus_process(bus->server, NULL) == 0)
            sd_bus_wait(bus->server, 10000);
    g_assert_cmpint(sd_bus_flush(bus->server), >=, 0);
    return NULL;
}

GThread *fake_bus_serve_match(FakeBus *bus)
{
    return g_thread_new("bus", serve_match, bus);
}

void fake_bus_settle(FakeBus *bus)
{
    int n_server, n_client;
    do {
        n_server = sd_bus_process(bus->server, NULL);
        n_client = sd_bus_process(bus->bus, NULL);
        g_assert_cmpint(n_server, >=, 0);
        g_assert_cmpint(n_client, >=, 0);
    } while (n_server > 0 || n_client > 0);
}

static sd_bus_message *new_call(FakeBus *bus, const char *sender, const char *method)
{
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_method_call(bus->server, &message, OWN_NAME, "/org/example",
                                                   "org.example", method),
                    >=, 0);
    g_assert_cmpint(sd_bus_message_set_sender(message, sender), >=, 0);
    return message;
}

static guint64 call(FakeBus *bus, sd_bus_message *message)
{
    guint64 serial;
    g_assert_cmpint(sd_bus_send(bus->server, message, &serial), >=, 0);
    sd_bus_message_unref(message);
    fake_bus_settle(bus);
    return serial;
}

guint64 fake_bus_call(FakeBus *bus, const char *sender, const char *method)
{
    return call(bus, new_call(bus, sender, method));
}

guint64 fake_bus_call_with_dictionary(FakeBus *bus, const char *sender, const char *method)
{
    sd_bus_message *message = new_call(bus, sender, method);
    g_assert_cmpint(sd_bus_message_append(message, "a{sv}", 0), >=, 0);
    return call(bus, message);
}

static sd_bus_message *new_leave(FakeBus *bus, const char *name)
{
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_signal(bus->server, &message, "/org/freedesktop/DBus",
                                              DRIVER, "NameOwnerChanged"),
                    >=, 0);
    g_assert_cmpint(sd_bus_message_append(message, "sss", name, name, ""), >=, 0);
    return message;
}

void fake_bus_leave(FakeBus *bus, const char *name)
{
    send_as_driver(bus, new_leave(bus, name));
    fake_bus_settle(bus);
}

void fake_bus_forge_leave(FakeBus *bus, const char *sender, const char *name)
{
    sd_bus_message *message = new_leave(bus, name);
    g_assert_cmpint(sd_bus_message_set_sender(message, sender), >=, 0);
    g_assert_cmpint(sd_bus_message_set_destination(message, OWN_NAME), >=, 0);
    g_assert_cmpint(sd_bus_send(bus->server, message, NULL), >=, 0);
    sd_bus_message_unref(message);
    fake_bus_settle(bus);
}

const char *fake_bus_asked(FakeBus *bus)
{
    if (bus->questions->len == 0)
        return NULL;
    const char *name;
    sd_bus_message *question = g_ptr_array_index(bus->questions, 0);
    g_assert_cmpint(sd_bus_message_rewind(question, 1), >=, 0);
    g_assert_cmpint(sd_bus_message_read(question, "s", &name), >, 0);
    return name;
}

void fake_bus_tell(FakeBus *bus, guint n_keys, ...)
{
    g_assert_cmpuint(bus->questions->len, >, 0);
    sd_bus_message *message = NULL;
    va_list keys;
    va_start(keys, n_keys);
    g_assert_cmpint(
        sd_bus_message_new_method_return(g_ptr_array_index(bus->questions, 0), &message), >=, 0);
    g_assert_cmpint(sd_bus_message_open_container(message, 'a', "{sv}"), >=, 0);
    for (guint i = 0; i < n_keys; i++) {
        const char *key = va_arg(keys, const char *);
        guint32 value = va_arg(keys, guint32);
        g_assert_cmpint(sd_bus_message_append(message, "{sv}", key, "u", value), >=, 0);
    }
    g_assert_cmpint(sd_bus_message_close_container(message), >=, 0);
    va_end(keys);
    g_ptr_array_remove_index(bus->questions, 0);
    send_as_driver(bus, message);
    fake_bus_settle(bus);
}

void fake_bus_tell_error(FakeBus *bus, const char *name)
{
    g_assert_cmpuint(bus->questions->len, >, 0);
    sd_bus_message *message = NULL;
    g_assert_cmpint(sd_bus_message_new_method_errorf(g_ptr_array_index(bus->questions, 0), &message,
                                                     name, "No"),
                    >=, 0);
    g_ptr_array_remove_index(bus->questions, 0);
    send_as_driver(bus, message);
    fake_bus_settle(bus);
}

void fake_bus_forge(FakeBus *bus, const char *sender, const char *name)
{
    g_assert_cmpuint(bus->questions->len, >, 0);
    sd_bus_message *question = g_ptr_array_index(bus->questions, 0);
    sd_bus_message *message = NULL;
    if (name)
        g_assert_cmpint(sd_bus_message_new_method_errorf(question, &message, name, "No"), >=, 0);
    else
        g_assert_cmpint(sd_bus_message_new_method_return(question, &message), >=, 0);
    if (!name)
        g_assert_cmpint(sd_bus_message_append(message, "a{sv}", 2, "UnixUserID", "u", getuid(),
                                              "ProcessID", "u", 1u),
                        >=, 0);
    g_assert_cmpint(sd_bus_message_set_sender(message, sender), >=, 0);
    g_assert_cmpint(sd_bus_send(bus->server, message, NULL), >=, 0);
    sd_bus_message_unref(message);
    g_ptr_array_remove_index(bus->questions, 0);
    fake_bus_settle(bus);
}

const char *fake_bus_answer(FakeBus *bus, guint64 serial)
{
    const char *answer = NULL;
    for (guint i = 0; i < bus->answers->len; i++) {
        sd_bus_message *message = g_ptr_array_index(bus->answers, i);
        guint64 answered;
        g_assert_cmpint(sd_bus_message_get_reply_cookie(message, &answered), >=, 0);
        if (answered != serial)
            continue;
        g_assert_null(answer);
        const sd_bus_error *error = sd_bus_message_get_error(message);
        answer = error ? error->name : "";
    }
    return answer;
}
