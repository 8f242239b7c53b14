/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/identity.h"
#include "common/base/uuid.h"

/* Our own database: which processes were registered for which execution, and which strong ties were
 * seen, so that a restart of the service forgets nothing. Rows of another boot are meaningless and
 * are deleted when it is opened. Writes are not synced to disk (they need not survive a boot), and
 * wait at most 50 ms for another process. */
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

/* Opens or creates the file, with its folder (mode 0700), and migrates its schema; ":memory:" is a
 * registry without a file. A damaged file is moved aside (".damaged-N") and created again: most of
 * what is in it will be found again. A file of another program or of a later version of ours is
 * left alone: an error that names it. */
VkpRegistry *vkp_registry_open(const char *path, const VkpUuid *boot_id, GError **error);
void vkp_registry_close(VkpRegistry *registry); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRegistry, vkp_registry_close)

/* Whether the file is still at the path where it was opened: what is written to a deleted or
 * replaced one is lost. */
gboolean vkp_registry_is_in_place(const VkpRegistry *registry);

/* Stores a registration, in place of an earlier one of the same process. */
gboolean vkp_registry_register(VkpRegistry *registry, const VkpRegistration *registration,
                               GError **error);

/* All registrations of this boot, as VkpRegistration; the caller frees it. NULL and error on
 * failure. */
GArray *vkp_registry_load(VkpRegistry *registry, GError **error);

/* Replaces all that is remembered by these (VkpRemembered), in one transaction. Does nothing when
 * they are the same as last time. */
gboolean vkp_registry_remember(VkpRegistry *registry, const GArray *remembered, GError **error);

/* All that is remembered of this boot, as VkpRemembered; the caller frees it. NULL and error on
 * failure. */
GArray *vkp_registry_recall(VkpRegistry *registry, GError **error);

/* Deletes the registrations of processes that are not in `living` (VkpRegistration, of which only
 * the identity counts). */
gboolean vkp_registry_keep_only(VkpRegistry *registry, const GArray *living, GError **error);
