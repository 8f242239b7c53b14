/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/identity.h"
#include "common/base/uuid.h"

/* Our own database: which processes were registered for which execution, and which strong ties were
 * seen, so that a restart of the service forgets nothing. Rows of another boot mean nothing and are
 * dropped at opening. Writes wait for no disk (they need not outlive a boot) and for another
 * process 50 ms at most. */
typedef struct VkpRegistry VkpRegistry;

typedef struct {
    VkpIdentity identity;
    VkpUuid execution_id;
} VkpRegistration;

/* A strong tie as it was last seen. */
typedef struct {
    VkpIdentity identity;
    VkpUuid attempt_id;
    VkpUuid execution_id; /* nil: not known */
} VkpRemembered;

/* Opens or makes the file, its folder (mode 0700) included, and brings its schema up to date;
 * ":memory:" is a registry without a file. A damaged file is moved aside (".damaged-N") and made
 * anew: it holds nothing that cannot be found again. One that another program or a later version of
 * ours wrote is left alone: an error that names it. */
VkpRegistry *vkp_registry_open(const char *path, const VkpUuid *boot_id, GError **error);
void vkp_registry_close(VkpRegistry *registry); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRegistry, vkp_registry_close)

/* Whether the file still stands where it was opened: what is written to one that was deleted or
 * replaced is lost. */
gboolean vkp_registry_is_in_place(const VkpRegistry *registry);

/* Stores a registration; the same process again replaces it. */
gboolean vkp_registry_register(VkpRegistry *registry, const VkpRegistration *registration,
                               GError **error);

/* All registrations of this boot, as VkpRegistration; the caller frees it. NULL and error on
 * failure. */
GArray *vkp_registry_load(VkpRegistry *registry, GError **error);

/* Replaces what is remembered by these (VkpRemembered), in one transaction. Costs nothing when they
 * are the same as the last time. */
gboolean vkp_registry_remember(VkpRegistry *registry, const GArray *remembered, GError **error);

/* All that is remembered of this boot, as VkpRemembered; the caller frees it. NULL and error on
 * failure. */
GArray *vkp_registry_recall(VkpRegistry *registry, GError **error);

/* Forgets registrations of processes that are not among the living (as VkpRegistration, of which
 * only the identity counts). */
gboolean vkp_registry_keep_only(VkpRegistry *registry, const GArray *living, GError **error);
