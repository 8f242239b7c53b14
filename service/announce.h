/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"

/* Sends the signals of the interface. All return a negative errno when a signal could not be sent.
 */

int vkp_announce_change(sd_bus *bus, const VkpChange *change);
int vkp_announce_usage(sd_bus *bus, const VkpRoster *roster);

/* Sends PropertiesChanged for the properties that differ; nothing if none does. */
int vkp_announce_facts(sd_bus *bus, const VkpFacts *before, const VkpFacts *after);
