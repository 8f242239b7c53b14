/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/uuid.h"

#include <string.h>

#define TEXT "01234567-89ab-4cde-8f01-23456789abcd"

static void test_parse(void)
{
    VkpUuid uuid;
    char text[VKP_UUID_TEXT_SIZE];
    g_assert_true(vkp_uuid_parse(TEXT, &uuid));
    static const guint8 bytes[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0x4c, 0xde,
                                   0x8f, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd};
    g_assert_cmpmem(uuid.bytes, sizeof uuid.bytes, bytes, sizeof bytes);
    g_assert_cmpstr(vkp_uuid_to_text(&uuid, text), ==, TEXT);
    VkpUuid upper;
    g_assert_true(vkp_uuid_parse("01234567-89AB-4CDE-8F01-23456789ABCD", &upper));
    g_assert_true(vkp_uuid_equal(&uuid, &upper));
}

static void test_refused(void)
{
    static const char *const texts[] = {
        "",
        "0",
        "0123456789ab4cde8f0123456789abcd",
        "01234567-89ab-4cde-8f01-23456789abc",
        "01234567-89ab-4cde-8f01-23456789abcde",
        "01234567-89ab-4cde-8f01-23456789abcd ",
        " 01234567-89ab-4cde-8f01-23456789abcd",
        "{01234567-89ab-4cde-8f01-23456789abcd}",
        "01234567_89ab_4cde_8f01_23456789abcd",
        "0123456-789ab-4cde-8f01-23456789abcd",
        "g1234567-89ab-4cde-8f01-23456789abcd",
        "01234567-89ab-4cde-8f01-23456789abc\xc3",
        "+1234567-89ab-4cde-8f01-23456789abcd",
    };
    VkpUuid uuid = {{7}};
    VkpUuid untouched = uuid;
    g_assert_false(vkp_uuid_parse(NULL, &uuid));
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_false(vkp_uuid_parse(texts[i], &uuid));
    g_assert_true(vkp_uuid_equal(&uuid, &untouched));
}

/* Each place takes what belongs there, and any prefix is refused without a byte read beyond. */
static void test_every_byte(void)
{
    for (gsize i = 0; i < strlen(TEXT); i++) {
        for (guint byte = 0; byte < 256; byte++) {
            g_autofree char *text = g_strdup(TEXT);
            VkpUuid uuid;
            text[i] = (char)byte;
            gboolean fits = TEXT[i] == '-' ? byte == '-' : g_ascii_isxdigit((char)byte);
            g_assert_cmpint(vkp_uuid_parse(text, &uuid), ==, fits);
        }
        g_autofree char *prefix = g_strndup(TEXT, i);
        VkpUuid uuid;
        g_assert_false(vkp_uuid_parse(prefix, &uuid));
    }
}

static void test_random(void)
{
    for (guint round = 0; round < 1000; round++) {
        VkpUuid uuid;
        VkpUuid again;
        char text[VKP_UUID_TEXT_SIZE];
        for (guint i = 0; i < sizeof uuid.bytes; i++)
            uuid.bytes[i] = (guint8)g_test_rand_int_range(0, 256);
        g_assert_true(vkp_uuid_parse(vkp_uuid_to_text(&uuid, text), &again));
        g_assert_true(vkp_uuid_equal(&uuid, &again));
        g_assert_true(g_uuid_string_is_valid(text));
        g_assert_cmpuint(vkp_uuid_hash(&uuid), ==, vkp_uuid_hash(&again));
    }
}

static void test_blob(void)
{
    guint8 blob[17] = {0, 1, 2, 3};
    VkpUuid uuid = {{9}};
    for (gsize size = 0; size < sizeof blob; size++)
        g_assert_cmpint(vkp_uuid_from_blob(blob, size, &uuid), ==, size == 16);
    g_assert_cmpmem(uuid.bytes, 16, blob, 16);
    g_assert_false(vkp_uuid_from_blob(blob, 17, &uuid));
    g_assert_false(vkp_uuid_from_blob(NULL, 16, &uuid));
}

static void test_nil(void)
{
    VkpUuid uuid;
    g_assert_true(vkp_uuid_parse("00000000-0000-0000-0000-000000000000", &uuid));
    g_assert_true(vkp_uuid_is_nil(&uuid));
    for (guint i = 0; i < sizeof uuid.bytes; i++) {
        VkpUuid other = {{0}};
        other.bytes[i] = 1;
        g_assert_false(vkp_uuid_is_nil(&other));
        g_assert_false(vkp_uuid_equal(&uuid, &other));
    }
}

static void test_is_same(void)
{
    const VkpUuid nil = {{0}};
    const VkpUuid one = {{1}};
    const VkpUuid other = {{2}};
    g_assert_true(vkp_uuid_is_same(&one, &one));
    g_assert_false(vkp_uuid_is_same(&one, &other));
    g_assert_false(vkp_uuid_is_same(&one, &nil));
    g_assert_false(vkp_uuid_is_same(&nil, &one));
    g_assert_false(vkp_uuid_is_same(&nil, &nil));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/uuid/parse/either-case", test_parse);
    g_test_add_func("/uuid/parse/anything-else-is-refused", test_refused);
    g_test_add_func("/uuid/parse/every-byte-counts", test_every_byte);
    g_test_add_func("/uuid/parse/what-was-written-is-read", test_random);
    g_test_add_func("/uuid/blob/has-sixteen-bytes", test_blob);
    g_test_add_func("/uuid/nil/is-only-zeros", test_nil);
    g_test_add_func("/uuid/nil/is-not-the-same-as-anything", test_is_same);
    return g_test_run();
}
