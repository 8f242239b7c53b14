/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

/* Who is behind a unique name, as the bus itself knows from the socket. */
typedef struct {
    uid_t uid;
    pid_t pid;
} VkpCredentials;

/* Asks the bus; `answered` gets the answer for vkp_credentials_read(). A negative errno when the
 * question could not be sent. Ends with the slot. */
int vkp_credentials_ask(sd_bus *bus, const char *name, sd_bus_message_handler_t answered,
                        void *data, sd_bus_slot **slot);

/* A negative errno when the bus does not know, or leaves one of the two out. */
int vkp_credentials_read(sd_bus_message *answer, VkpCredentials *credentials);
