/* SPDX-License-Identifier: Apache-2.0 */
#include "service/credentials.h"

#include <errno.h>
#include <glib.h>
#include <limits.h>
#include <string.h>

struct VkpCredentialsQuestion {
    sd_bus *bus;
    char *name;
    VkpCredentialsTold told;
    void *data;
    sd_bus_slot *slot;
};

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

static int take_answer(sd_bus_message *answer, VkpCredentials *credentials)
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

gboolean vkp_credentials_is_of_bus(sd_bus_message *message)
{
    return g_strcmp0(sd_bus_message_get_sender(message), VKP_DRIVER_NAME) == 0;
}

static int send_question(VkpCredentialsQuestion *question);

/* sd-bus goes by the serial number alone, which is easily guessed, and session buses pass on
 * answers that nobody asked for. Somebody else's has cost us the true one: it is asked for anew. */
static int on_answered(sd_bus_message *answer, void *data, G_GNUC_UNUSED sd_bus_error *bus_error)
{
    VkpCredentialsQuestion *question = data;
    VkpCredentials credentials = {0};
    question->slot = sd_bus_slot_unref(question->slot);
    gboolean is_true = vkp_credentials_is_of_bus(answer);
    int r = is_true ? take_answer(answer, &credentials) : send_question(question);
    if (r < 0)
        question->told(r, NULL, question->data);
    else if (is_true)
        question->told(0, &credentials, question->data);
    return 0;
}

static int send_question(VkpCredentialsQuestion *question)
{
    return sd_bus_call_method_async(
        question->bus, &question->slot, VKP_DRIVER_NAME, "/org/freedesktop/DBus", VKP_DRIVER_NAME,
        "GetConnectionCredentials", on_answered, question, "s", question->name);
}

int vkp_credentials_ask(sd_bus *bus, const char *name, VkpCredentialsTold told, void *data,
                        VkpCredentialsQuestion **question)
{
    VkpCredentialsQuestion *asked = g_new0(VkpCredentialsQuestion, 1);
    asked->bus = bus;
    asked->name = g_strdup(name);
    asked->told = told;
    asked->data = data;
    int r = send_question(asked);
    if (r >= 0)
        *question = asked;
    else
        vkp_credentials_question_free(asked);
    return r;
}

void vkp_credentials_question_free(VkpCredentialsQuestion *question)
{
    if (!question)
        return;
    sd_bus_slot_unref(question->slot);
    g_free(question->name);
    g_free(question);
}
