/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/loose-message.h"

#include <glib.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

void loose_bus_open(LooseBus *loose)
{
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), ==,
                    0);
    loose->peer = ends[1];
    g_assert_cmpint(sd_bus_new(&loose->bus), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(loose->bus, ends[0], ends[0]), >=, 0);
    g_assert_cmpint(sd_bus_start(loose->bus), >=, 0);
}

void loose_bus_close(LooseBus *loose)
{
    sd_bus_close_unref(loose->bus);
    close(loose->peer);
}

sd_bus_message *loose_message_new(LooseBus *loose)
{
    sd_bus_message *message = NULL;
    int r = sd_bus_message_new_method_call(loose->bus, &message, "org.example.Nobody",
                                           "/org/example", "org.example.Nobody", "Call");
    g_assert_cmpint(r, >=, 0);
    return message;
}

void loose_message_finish(sd_bus_message *message)
{
    g_assert_cmpint(sd_bus_message_seal(message, 1, 0), >=, 0);
    g_assert_cmpint(sd_bus_message_rewind(message, TRUE), >=, 0);
}

sd_bus_message *loose_message_with(LooseBus *loose, const char *types, ...)
{
    sd_bus_message *message = loose_message_new(loose);
    va_list arguments;
    va_start(arguments, types);
    g_assert_cmpint(sd_bus_message_appendv(message, types, arguments), >=, 0);
    va_end(arguments);
    loose_message_finish(message);
    return message;
}
