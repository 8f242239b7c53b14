/* SPDX-License-Identifier: Apache-2.0 */
/* One packet of the kernel's, or of whoever says so, after the sequence number (one byte). */
#include "common/proc/listeners.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    guint32 sequence = fuzz_byte(&input);
    g_autofree char *packet = g_memdup2(input.at, input.left);
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(VkpListener));
    gboolean is_done = FALSE;
    int failure = 0;
    gboolean is_well =
        vkp_listeners_parse(packet ? packet : "", input.left, sequence, found, &is_done, &failure);
    FUZZ_CHECK(is_well || failure > 0);
    for (guint i = 0; i < found->len; i++) {
        VkpListener listener = g_array_index(found, VkpListener, i);
        FUZZ_CHECK(listener.inode != 0 && listener.port != 0);
    }
    return 0;
}
