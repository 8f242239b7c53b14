/* SPDX-License-Identifier: Apache-2.0 */
#include "service/credentials.h"

#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <string.h>

int vkp_credentials_ask(sd_bus *bus, const char *name, sd_bus_message_handler_t answered,
                        void *data, sd_bus_slot **slot)
{
    return sd_bus_call_method_async(bus, slot, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                    "org.freedesktop.DBus", "GetConnectionCredentials", answered,
                                    data, "s", name);
}

typedef struct {
    guint32 uid;
    guint32 pid;
    gboolean has_uid;
} Answer;

/* The value of one key, at the read pointer; what is not asked for is skipped. */
static int read_value(sd_bus_message *message, const char *key, Answer *answer)
{
    if (strcmp(key, "ProcessID") == 0)
        return sd_bus_message_read(message, "v", "u", &answer->pid);
    if (strcmp(key, "UnixUserID") != 0)
        return sd_bus_message_skip(message, "v");
    answer->has_uid = TRUE;
    return sd_bus_message_read(message, "v", "u", &answer->uid);
}

static int read_answer(sd_bus_message *message, Answer *answer)
{
    int r = sd_bus_message_enter_container(message, 'a', "{sv}");
    if (r < 0)
        return r;
    while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        const char *key;
        r = sd_bus_message_read(message, "s", &key);
        if (r >= 0)
            r = read_value(message, key, answer);
        if (r >= 0)
            r = sd_bus_message_exit_container(message);
        if (r < 0)
            return r;
    }
    return r < 0 ? r : sd_bus_message_exit_container(message);
}

int vkp_credentials_read(sd_bus_message *answer, VkpCredentials *credentials)
{
    Answer read = {0};
    int r = -sd_bus_message_get_errno(answer); /* 0 unless it is an error */
    if (r >= 0)
        r = read_answer(answer, &read);
    if (r < 0)
        return r;
    /* Pid 0 is somebody whom the bus can't see, in a pid namespace beside. */
    if (!read.has_uid || read.pid == 0 || read.pid > INT_MAX)
        return -ENODATA;
    *credentials = (VkpCredentials){read.uid, (pid_t)read.pid};
    return 0;
}
