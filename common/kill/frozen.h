/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/proc/reader.h"

/* The list of processes that jobs are about to freeze, on disk before the first SIGSTOP: whoever
 * starts next thaws them, should we die in between. The file is checked, never trusted: it counts
 * only if it is ours, whole and of this boot, and an entry only if its identity still fits. */

/* Writes the whole list (VkpIdentity). An empty one removes the file. SYSTEM when there is no
 * `boot_id`: such a list could never be checked. LIMITS_EXCEEDED for more than 65536: such a list
 * would not be believed. */
gboolean vkp_frozen_save(const char *path, const VkpUuid *boot_id, const GArray *identities,
                         GError **error);

/* The same, but what others have listed stays: adds to the list, or takes out of it. Whoever two
 * jobs freeze is in it twice, and stays there until both have let go. */
gboolean vkp_frozen_add(const char *path, const VkpUuid *boot_id, const GArray *identities,
                        GError **error);
gboolean vkp_frozen_remove(const char *path, const VkpUuid *boot_id, const GArray *identities,
                           GError **error);

/* Sends SIGCONT to all listed that still live and removes the file, and any that was left
 * unfinished beside it: whoever is only in there was not frozen yet. Returns how many of them were
 * seen stopped; a missing file is 0, a malformed one or a stranger's is 0 and removed, a folder
 * moved aside. `error` is set when the file could not be read or removed, or somebody in it not be
 * looked at: then it stays for another try. Only while no job is under way. */
guint vkp_frozen_thaw(const char *path, VkpReader *reader, GError **error);

/* Parses the file's text to VkpIdentity; NULL when malformed or of another boot. */
GArray *vkp_frozen_parse(const char *text, gsize length, const VkpUuid *boot_id);
