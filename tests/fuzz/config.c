/* SPDX-License-Identifier: Apache-2.0 */
/* The service's configuration file. */
#include "service/config.h"
#include "common/base/contract.h"
#include "common/base/text.h"
#include "tests/fuzz/fuzz.h"

static const char *const words[] = {
    "Database.Path",   "Interval.IdleSeconds",    "Interval.WatchedSeconds",
    "Worktrees.Roots", "Processes.SharedDaemons", "Kill.GraceSeconds",
};

static gboolean is_word(const char *group, const char *key)
{
    g_autofree char *word = g_strdup_printf("%s.%s", group, key);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(words[i], word))
            return TRUE;
    return FALSE;
}

/* The lines are told by ourselves, the values by GKeyFile: nothing that it found may have been
 * overlooked. */
static void check_nothing_is_passed_over(const char *text, gsize length)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (length == 0)
        return;
    FUZZ_CHECK(g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, NULL));
    g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
    for (char **group = groups; *group; group++) {
        g_auto(GStrv) keys = g_key_file_get_keys(file, *group, NULL, NULL);
        for (char **key = keys; *key; key++)
            FUZZ_CHECK(is_word(*group, *key));
    }
}

static void check_paths(char **paths)
{
    for (; paths && *paths; paths++)
        FUZZ_CHECK(g_path_is_absolute(*paths) && !strstr(*paths, "/../"));
}

static void check_values(const VkpConfig *config)
{
    FUZZ_CHECK(!config->database_path || g_path_is_absolute(config->database_path));
    FUZZ_CHECK(config->tick_usec >= 200000 && config->tick_usec <= G_TIME_SPAN_HOUR);
    FUZZ_CHECK(config->watched_usec >= 200000 && config->watched_usec <= G_TIME_SPAN_HOUR);
    FUZZ_CHECK(config->grace_ms <= VKP_GRACE_MAX_MS);
    check_paths(config->worktree_roots);
    for (char **name = config->shared_daemons; name && *name; name++)
        FUZZ_CHECK(**name && strlen(*name) <= 15 && !strchr(*name, '/'));
}

static void check_refusal(const VkpConfig *config, const GError *error)
{
    FUZZ_CHECK(error && g_str_has_prefix(error->message, "x.conf:"));
    FUZZ_CHECK(vkp_text_is_valid(error->message) && strlen(error->message) < 2000);
    FUZZ_CHECK(!config->database_path && !config->worktree_roots && !config->shared_daemons);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = size ? g_memdup2(data, size) : g_strdup("");
    g_autoptr(GError) error = NULL;
    g_auto(VkpConfig) config = {0};
    if (vkp_config_parse(&config, text, size, "x.conf", "/home/me", &error)) {
        FUZZ_CHECK(!error);
        check_values(&config);
        check_nothing_is_passed_over(text, size);
    } else {
        check_refusal(&config, error);
    }
    return 0;
}
