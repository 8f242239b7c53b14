/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/uuid.h"

#include <string.h>

static gboolean is_hyphen_position(guint position)
{
    return position == 8 || position == 13 || position == 18 || position == 23;
}

gboolean vkp_uuid_parse(const char *text, VkpUuid *uuid)
{
    if (!text)
        return FALSE;

    VkpUuid parsed = {0};
    guint digits = 0;
    for (guint i = 0; i < VKP_UUID_TEXT_SIZE - 1; i++) {
        if (is_hyphen_position(i)) {
            if (text[i] != '-')
                return FALSE;
            continue;
        }
        int value = g_ascii_xdigit_value(text[i]);
        if (value < 0)
            return FALSE;
        parsed.bytes[digits / 2] = (guint8)(parsed.bytes[digits / 2] << 4 | value);
        digits++;
    }
    if (text[VKP_UUID_TEXT_SIZE - 1] != '\0')
        return FALSE;

    *uuid = parsed;
    return TRUE;
}

gboolean vkp_uuid_from_blob(const void *blob, gsize size, VkpUuid *uuid)
{
    if (!blob || size != sizeof uuid->bytes)
        return FALSE;
    memcpy(uuid->bytes, blob, size);
    return TRUE;
}

const char *vkp_uuid_to_text(const VkpUuid *uuid, char text[VKP_UUID_TEXT_SIZE])
{
    static const char hexadecimal[] = "0123456789abcdef";
    guint digits = 0;
    for (guint i = 0; i < VKP_UUID_TEXT_SIZE - 1; i++) {
        if (is_hyphen_position(i)) {
            text[i] = '-';
            continue;
        }
        guint8 byte = uuid->bytes[digits / 2];
        text[i] = hexadecimal[digits % 2 ? byte & 0x0f : byte >> 4];
        digits++;
    }
    text[VKP_UUID_TEXT_SIZE - 1] = '\0';
    return text;
}

gboolean vkp_uuid_is_nil(const VkpUuid *uuid)
{
    static const VkpUuid nil;
    return vkp_uuid_equal(uuid, &nil);
}

guint vkp_uuid_hash(gconstpointer uuid)
{
    /* Ids are random; but an attacker's need not be, so all bytes take part. */
    guint32 words[4];
    memcpy(words, uuid, sizeof words);
    return ((words[0] * 31 + words[1]) * 31 + words[2]) * 31 + words[3];
}

gboolean vkp_uuid_equal(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(VkpUuid)) == 0;
}

gboolean vkp_uuid_is_same(const VkpUuid *a, const VkpUuid *b)
{
    return !vkp_uuid_is_nil(a) && vkp_uuid_equal(a, b);
}

GHashTable *vkp_uuid_set_new(void)
{
    return g_hash_table_new_full(vkp_uuid_hash, vkp_uuid_equal, g_free, NULL);
}

gboolean vkp_uuid_set_add(GHashTable *set, const VkpUuid *uuid)
{
    return !g_hash_table_contains(set, uuid) &&
           g_hash_table_add(set, g_memdup2(uuid, sizeof *uuid));
}
