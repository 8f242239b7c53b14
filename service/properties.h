/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"

/* Appends the value of this property of ours, with the type that the vtable has for it. */
int vkp_properties_append(sd_bus_message *message, const char *property, const VkpFacts *facts);

/* Answers Get and GetAll for our properties, those in the vtable, as sd-bus would, for a call that
 * was held and so is not dispatched by sd-bus. Returns 1 if it did, 0 for any other call; its
 * arguments may have been read by then. */
int vkp_properties_answer(sd_bus_message *call, const sd_bus_vtable *vtable, const VkpFacts *facts);
