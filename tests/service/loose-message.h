/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

/* Messages without a bus, for what only reads or writes them: a connection to nobody makes them. */
typedef struct {
    sd_bus *bus;
    int peer;
} LooseBus;

void loose_bus_open(LooseBus *loose);
void loose_bus_close(LooseBus *loose);

/* A method call to be filled; then sealed and rewound, as if it had just come in. The caller unrefs
 * it. */
sd_bus_message *loose_message_new(LooseBus *loose);
void loose_message_finish(sd_bus_message *message);

/* A finished message with these contents, as sd_bus_message_append() takes them. */
sd_bus_message *loose_message_with(LooseBus *loose, const char *types, ...);
