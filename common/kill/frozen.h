/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/proc/reader.h"

/* The list of processes that jobs are about to freeze. It is on disk before the first SIGSTOP: if
 * the service is killed in between, its next start thaws them. The file is not trusted: it counts
 * only if we own it and it is complete and of this boot, and an entry only if its identity still
 * matches. */

/* Writes the whole list (VkpIdentity). An empty one removes the file. SYSTEM when there is no
 * `boot_id`: such a list could never be checked. LIMITS_EXCEEDED for more than 65536: such a list
 * would not be believed. */
gboolean vkp_frozen_save(const char *path, const VkpUuid *boot_id, const GArray *identities,
                         GError **error);

/* Adds to the list or removes from it, and keeps the other entries. A process that two jobs freeze
 * is in it twice, so it stays there until both have removed it. */
gboolean vkp_frozen_add(const char *path, const VkpUuid *boot_id, const GArray *identities,
                        GError **error);
gboolean vkp_frozen_remove(const char *path, const VkpUuid *boot_id, const GArray *identities,
                           GError **error);

/* Sends SIGCONT to all listed processes that are still alive and removes the file, with any
 * half-written one beside it: processes that are only in that one were not frozen yet. Returns how
 * many were found stopped. A missing file counts as 0; a malformed one or one of another owner as 0
 * and is removed; a folder in its place is moved aside. `error` is set when the file could not be
 * read or removed, or a listed process could not be inspected: then the file is kept for another
 * try. Not to be called while a job runs. */
guint vkp_frozen_thaw(const char *path, VkpReader *reader, GError **error);

/* Parses the file's text to VkpIdentity; NULL when malformed or of another boot. */
GArray *vkp_frozen_parse(const char *text, gsize length, const VkpUuid *boot_id);
