/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"

/* Appends the value of that property of ours, by the type that the vtable has for it. */
int vkp_properties_append(sd_bus_message *message, const char *property, const VkpFacts *facts);

/* Answers Get and GetAll of our properties, which the vtable names, as sd-bus does, for a call that
 * it does not see. Returns 1 then, 0 when the call is another one; its arguments may be read. */
int vkp_properties_answer(sd_bus_message *call, const sd_bus_vtable *vtable, const VkpFacts *facts);
