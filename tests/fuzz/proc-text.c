/* SPDX-License-Identifier: Apache-2.0 */
/* The small files of /proc: loadavg, stat of the system, names that may be pids. */

#include "common/proc/parse.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    g_autofree char *text = fuzz_dup_rest(&input);
    pid_t pid = -7;
    guint64 seconds = 7;
    if (vkp_loadavg_parse_newest_pid(text, &pid)) {
        const char *last = strrchr(text, ' ');
        FUZZ_CHECK(pid >= 0 && last && atoll(last) == pid);
    } else {
        FUZZ_CHECK(pid == -7);
    }
    FUZZ_CHECK(vkp_boot_time_parse(text, &seconds) ? strstr(text, "btime ") != NULL : seconds == 7);
    pid = -7;
    if (vkp_pid_parse(text, &pid)) {
        g_autofree char *back = g_strdup_printf("%d", pid);
        FUZZ_CHECK(pid > 0 && g_str_equal(back, text));
    } else {
        FUZZ_CHECK(pid == -7);
    }
    return 0;
}
