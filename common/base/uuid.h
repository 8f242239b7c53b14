/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* An id of the board: 16 bytes, a BLOB in the database, hyphenated lower-case text in environments
 * and on the bus. All zeros is nil and means "unknown" wherever a VkpUuid is stored. */
typedef struct {
    guint8 bytes[16];
} VkpUuid;

#define VKP_UUID_TEXT_SIZE 37 /* 36 characters and the final NUL */

/* Parses the hyphenated form, either case. FALSE (and *uuid untouched) for anything else,
 * NULL included. The nil uuid is well-formed. */
gboolean vkp_uuid_parse(const char *text, VkpUuid *uuid);

/* Takes a 16-byte BLOB. FALSE (and *uuid untouched) for any other size. */
gboolean vkp_uuid_from_blob(const void *blob, gsize size, VkpUuid *uuid);

/* Writes the lower-case hyphenated form to `text` and returns it. */
const char *vkp_uuid_to_text(const VkpUuid *uuid, char text[VKP_UUID_TEXT_SIZE]);

gboolean vkp_uuid_is_nil(const VkpUuid *uuid);

/* For GHashTable, with `const VkpUuid *` as key. */
guint vkp_uuid_hash(gconstpointer uuid);
gboolean vkp_uuid_equal(gconstpointer a, gconstpointer b);

/* An empty set that owns its ids (VkpUuid *), and how to add a copy of one; FALSE: it was in it. */
GHashTable *vkp_uuid_set_new(void);
gboolean vkp_uuid_set_add(GHashTable *set, const VkpUuid *uuid);

/* Whether both are the same id and not nil. */
gboolean vkp_uuid_is_same(const VkpUuid *a, const VkpUuid *b);
