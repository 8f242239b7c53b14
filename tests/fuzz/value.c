/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/value.h"

#include "common/base/text.h"
#include "tests/fuzz/fuzz.h"

static void check_folder(const char *path)
{
    g_autofree char *folder = vkp_folder_dup_normal(path, "/home/somebody");
    if (!folder)
        return;
    FUZZ_CHECK(folder[0] == '/' && folder[1] != '\0' && vkp_text_is_valid(folder));
    FUZZ_CHECK(!g_str_equal(folder, "/home") && !g_str_equal(folder, "/home/somebody"));
    g_autofree char *again = vkp_folder_dup_normal(folder, "/home/somebody");
    FUZZ_CHECK(g_strcmp0(again, folder) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    g_autofree char *text = fuzz_dup_rest(&input);
    g_autofree char *agent = vkp_agent_dup_normal(text);
    if (agent) {
        for (const char *at = agent; *at; at++)
            FUZZ_CHECK(g_ascii_isupper(*at) || g_ascii_isdigit(*at) || *at == '_');
        g_autofree char *again = vkp_agent_dup_normal(agent);
        FUZZ_CHECK(g_strcmp0(again, agent) == 0);
    }
    FUZZ_CHECK(vkp_run_reason_parse(text) <= VKP_KIND_CHILD);
    FUZZ_CHECK(vkp_status_parse(text) <= VKP_EXECUTION_KILLED);
    check_folder(text);
    return 0;
}
