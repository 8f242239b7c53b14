/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

/* The name, and interface, of the bus itself. */
#define VKP_DRIVER_NAME "org.freedesktop.DBus"

/* What the bus knows of whoever has a name. */
typedef struct {
    uid_t uid;
    pid_t pid;
} VkpCredentials;

/* A question to the bus, open until it is answered. */
typedef struct VkpCredentialsQuestion VkpCredentialsQuestion;

/* The answer, once, from the bus's loop: 0, or -errno and NULL, as when nobody has the name, or the
 * bus tells no uid or pid. May free the question. */
typedef void (*VkpCredentialsTold)(int r, const VkpCredentials *credentials, void *data);

/* Asks without waiting. `bus` is borrowed and outlives the question. -errno when it can't be. */
int vkp_credentials_ask(sd_bus *bus, const char *name, VkpCredentialsTold told, void *data,
                        VkpCredentialsQuestion **question);

/* Takes NULL. A question that is open is not answered any more. */
void vkp_credentials_question_free(VkpCredentialsQuestion *question);

/* Whether the bus itself sent the message, or sd-bus in its stead. */
gboolean vkp_credentials_is_of_bus(sd_bus_message *message);
