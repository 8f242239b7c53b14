/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>
#include <systemd/sd-bus.h>

/* The name, and interface, of the bus itself. */
#define VKP_DRIVER_NAME "org.freedesktop.DBus"

/* What the bus knows of the owner of a name. */
typedef struct {
    uid_t uid;
    pid_t pid;
} VkpCredentials;

/* A pending request to the bus for credentials. */
typedef struct VkpCredentialsQuestion VkpCredentialsQuestion;

/* Called once with the reply, from the bus's loop: 0, or -errno and NULL, for example when the name
 * has no owner or the bus returns no uid or pid. May free the question. */
typedef void (*VkpCredentialsTold)(int r, const VkpCredentials *credentials, void *data);

/* Asks asynchronously. `bus` is borrowed and outlives the question. -errno when it can't be sent.
 */
int vkp_credentials_ask(sd_bus *bus, const char *name, VkpCredentialsTold told, void *data,
                        VkpCredentialsQuestion **question);

/* Takes NULL. If the question is still pending, `told` will not be called any more. */
void vkp_credentials_question_free(VkpCredentialsQuestion *question);

/* Whether the message was sent by the bus itself, or made by sd-bus (such as a timeout). */
gboolean vkp_credentials_is_of_bus(sd_bus_message *message);
