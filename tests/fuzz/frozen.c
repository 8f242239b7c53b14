/* SPDX-License-Identifier: Apache-2.0 */
/* The list of frozen processes as it is found on disk, of a boot with the id 0123... */
#include "common/kill/frozen.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VkpUuid boot;
    FUZZ_CHECK(vkp_uuid_parse("01234567-89ab-cdef-0123-456789abcdef", &boot));
    g_autofree char *text = g_memdup2(data, size);
    g_autoptr(GArray) identities = vkp_frozen_parse(text ? text : "", size, &boot);
    if (!identities)
        return 0;
    FUZZ_CHECK(data[size - 1] == '\n');
    for (guint i = 0; i < identities->len; i++)
        FUZZ_CHECK(g_array_index(identities, VkpIdentity, i).pid > 0);
    return 0;
}
