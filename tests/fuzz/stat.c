/* SPDX-License-Identifier: Apache-2.0 */

#include "common/proc/parse.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VkpStat stat, untouched;
    memset(&stat, 0x5a, sizeof stat);
    memcpy(&untouched, &stat, sizeof stat);
    g_autofree char *text = g_memdup2(data, size);
    if (!vkp_stat_parse(text ? text : "", size, &stat)) {
        FUZZ_CHECK(memcmp(&stat, &untouched, sizeof stat) == 0);
        return 0;
    }
    /* What was taken stands in the text: the number first, the name between the first and the last
     * parenthesis, the letter behind it. */
    FUZZ_CHECK(stat.pid > 0 && stat.parent_pid >= 0);
    g_autofree char *number = g_strndup(text, size);
    FUZZ_CHECK(atoll(number) == stat.pid);
    const char *open = memchr(text, '(', size);
    const char *close = memrchr(text, ')', size);
    FUZZ_CHECK(memchr(stat.comm, '\0', sizeof stat.comm));
    FUZZ_CHECK(open && strncmp(stat.comm, open + 1, strlen(stat.comm)) == 0);
    FUZZ_CHECK(close && close[1] == ' ' && close[2] == stat.state);
    return 0;
}
