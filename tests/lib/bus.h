/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A message bus of a test's own: a dbus-daemon with its own socket and service files, which ends
 * with the test, or after five minutes (see vkp_deadline_lifetime()), whatever happens. */
typedef struct VkpTestBus VkpTestBus;

/* Returns when the bus listens; anything wrong ends the test. Every user may connect and own names,
 * as far as the bus is concerned. `environment` (NAME=value; NULL: that of the test) is what the
 * services it starts get. */
VkpTestBus *vkp_test_bus_new(const char *const *environment);

/* Takes NULL. Ends the bus and removes its folder. */
void vkp_test_bus_free(VkpTestBus *bus);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpTestBus, vkp_test_bus_free)

/* For DBUS_SESSION_BUS_ADDRESS. */
const char *vkp_test_bus_address(const VkpTestBus *bus);

/* Lets the bus start `command` when `name` is called. */
void vkp_test_bus_add_service(VkpTestBus *bus, const char *name, const char *command);

/* Ends the bus at once; it stays ended. */
void vkp_test_bus_end(VkpTestBus *bus);
