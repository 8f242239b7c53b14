/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/uuid.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    g_autofree void *blob = g_memdup2(data, size);
    VkpUuid uuid;
    FUZZ_CHECK(vkp_uuid_from_blob(blob, size, &uuid) == (size == sizeof uuid.bytes));
    g_autofree char *text = fuzz_dup_rest(&input);
    if (!vkp_uuid_parse(text, &uuid))
        return 0;
    char back[VKP_UUID_TEXT_SIZE];
    g_autofree char *lower = g_ascii_strdown(text, -1);
    FUZZ_CHECK(g_str_equal(vkp_uuid_to_text(&uuid, back), lower));
    return 0;
}
