/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"

/* Serves the manager on the bus, as described in data/org.vibekanban.Processes.xml. */
typedef struct VkpBus VkpBus;

typedef struct {
    sd_bus *bus;           /* borrowed, connected */
    VkpManager *manager;   /* borrowed; we become its listener */
    const char *proc_root; /* the proc file system in which callers are looked up */
    uid_t uid;             /* the only user who is served */
    guint grace_ms;        /* the grace period of a Kill that gives none */
} VkpBusOptions;

/* Exports the object; does not acquire the name yet. NULL and error when sd-bus refuses. */
VkpBus *vkp_bus_new(const VkpBusOptions *options, GError **error);

/* Takes NULL. To be freed after the manager, since freeing that answers the kills in flight. */
void vkp_bus_free(VkpBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpBus, vkp_bus_free)

/* Whether the well-known name has no owner. FALSE and LIMITS_EXCEEDED when it has one. */
gboolean vkp_bus_name_is_free(sd_bus *bus, GError **error);

/* Acquires the well-known name without allowing replacement and without queueing. LIMITS_EXCEEDED
 * when it has an owner. */
gboolean vkp_bus_take_name(VkpBus *bus, GError **error);
