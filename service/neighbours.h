/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"

/* The neighbours on the bus: tells the manager to spare the process of the bus itself, and the one
 * that is the applet at the moment. */
typedef struct VkpNeighbours VkpNeighbours;

/* Both are borrowed and outlive the neighbours. NULL and error when the bus refuses the match. */
VkpNeighbours *vkp_neighbours_new(sd_bus *bus, VkpManager *manager, GError **error);
void vkp_neighbours_free(VkpNeighbours *neighbours); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpNeighbours, vkp_neighbours_free)
