/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "common/base/error.h"

/* Reads an a{sv} of known keys into a struct. It is untrusted: unknown and repeated keys and values
 * of another type are refused with a message that names the word and lists the valid ones. */

/* Reads the value of one key into the struct's member at `into`; the read pointer is inside the
 * variant, whose type fits. */
typedef gboolean (*VkpReadValue)(sd_bus_message *message, const char *key, void *into,
                                 GError **error);

typedef struct {
    const char *key;
    const char *signature; /* s, b, u or as */
    gsize offset;          /* of the member */
    VkpReadValue read;
} VkpField;

typedef struct {
    const VkpField *fields;
    guint n_fields;   /* 64 at most */
    VkpError code;    /* of the errors */
    const char *what; /* "filter key", for messages */
} VkpDictionary;

/* Reads the a{sv} at the message's read pointer. On failure `into` may be filled in part. */
gboolean vkp_dictionary_read(sd_bus_message *message, const VkpDictionary *dictionary, void *into,
                             GError **error);

/* For a gboolean. */
gboolean vkp_dictionary_read_boolean(sd_bus_message *message, const char *key, void *into,
                                     GError **error);

/* Sets *error from a negative errno of reading, and returns FALSE. */
gboolean vkp_dictionary_fail(int r, GError **error);

/* How much of a caller's word is quoted in an error message, see vkp_text_dup_quoted(). */
#define VKP_DICTIONARY_QUOTED_BYTES 64u
