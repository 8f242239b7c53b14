/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"

/* The manager on the bus, as data/org.vibekanban.Processes.xml tells it. */
typedef struct VkpBus VkpBus;

typedef struct {
    sd_bus *bus;           /* borrowed, connected */
    VkpManager *manager;   /* borrowed; we become its listener */
    const char *proc_root; /* where callers are looked at */
    uid_t uid;             /* the only user who is served */
    guint grace_ms;        /* of a Kill that names none */
} VkpBusOptions;

/* Puts the object up; the name is not taken yet. NULL and error when sd-bus refuses. */
VkpBus *vkp_bus_new(const VkpBusOptions *options, GError **error);

/* Takes NULL. To be freed after the manager, which has kills still under way answered. */
void vkp_bus_free(VkpBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpBus, vkp_bus_free)

/* Whether nobody has the well-known name. FALSE and LIMITS_EXCEEDED when somebody does. */
gboolean vkp_bus_name_is_free(sd_bus *bus, GError **error);

/* Takes the well-known name, for good: nobody may replace us, and we do not queue. LIMITS_EXCEEDED
 * when somebody has it. */
gboolean vkp_bus_take_name(VkpBus *bus, GError **error);
