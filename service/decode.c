/* SPDX-License-Identifier: Apache-2.0 */
#include "service/decode.h"

#include <limits.h>
#include <string.h>

#include "common/base/path.h"
#include "common/base/text.h"
#include "service/dictionary.h"

static gboolean read_id(sd_bus_message *message, const char *key, void *into, GError **error)
{
    const char *text;
    int r = sd_bus_message_read_basic(message, 's', &text);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    VkpWantedId *wanted = into;
    wanted->is_set = vkp_uuid_parse(text, &wanted->id);
    if (wanted->is_set)
        return TRUE;
    g_autofree char *quoted = vkp_text_dup_quoted(text, VKP_DICTIONARY_QUOTED_BYTES);
    g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_FILTER,
                "The filter key \"%s\" must be a hyphenated UUID, but is \"%s\"", key, quoted);
    return FALSE;
}

static gboolean read_pid(sd_bus_message *message, const char *key, void *into, GError **error)
{
    guint32 pid;
    int r = sd_bus_message_read_basic(message, 'u', &pid);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    if (pid == 0 || pid > INT_MAX) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_FILTER,
                    "The filter key \"%s\" must be from 1 to %d, but is %u", key, INT_MAX, pid);
        return FALSE;
    }
    *(pid_t *)into = (pid_t)pid;
    return TRUE;
}

static gboolean read_working_directory(sd_bus_message *message, const char *key, void *into,
                                       GError **error)
{
    const char *path;
    int r = sd_bus_message_read_basic(message, 's', &path);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    if (strlen(path) >= PATH_MAX) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_FILTER,
                    "The filter key \"%s\" must be of %d bytes at most, but is of %zu", key,
                    PATH_MAX - 1, strlen(path));
        return FALSE;
    }
    if (path[0] != '/') {
        g_autofree char *quoted = vkp_text_dup_quoted(path, VKP_DICTIONARY_QUOTED_BYTES);
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_FILTER,
                    "The filter key \"%s\" must be an absolute path, but is \"%s\"", key, quoted);
        return FALSE;
    }
    *(char **)into = vkp_path_dup_shortest(path);
    return TRUE;
}

#define FILTER(member) G_STRUCT_OFFSET(VkpFilter, member)

static const VkpField filter_fields[] = {
    {VKP_KEY_PROJECT_ID, "s", FILTER(project_id), read_id},
    {VKP_KEY_TASK_ID, "s", FILTER(task_id), read_id},
    {VKP_KEY_TASK_ATTEMPT_ID, "s", FILTER(attempt_id), read_id},
    {VKP_KEY_EXECUTION_PROCESS_ID, "s", FILTER(execution_id), read_id},
    {VKP_KEY_EXECUTORS_ONLY, "b", FILTER(executors_only), vkp_dictionary_read_boolean},
    {VKP_KEY_LEFTOVERS_ONLY, "b", FILTER(leftovers_only), vkp_dictionary_read_boolean},
    {VKP_KEY_PID, "u", FILTER(pid), read_pid},
    {VKP_KEY_WORKING_DIRECTORY, "s", FILTER(working_directory), read_working_directory},
};

gboolean vkp_decode_filter(sd_bus_message *message, VkpFilter *filter, GError **error)
{
    const VkpDictionary dictionary = {
        .fields = filter_fields,
        .n_fields = G_N_ELEMENTS(filter_fields),
        .code = VKP_ERROR_INVALID_FILTER,
        .what = "filter key",
    };
    g_auto(VkpFilter) read = {0};
    if (!vkp_dictionary_read(message, &dictionary, &read, error))
        return FALSE;
    *filter = read;
    read = (VkpFilter){0};
    return TRUE;
}

static gboolean read_timeout(sd_bus_message *message, const char *key, void *into, GError **error)
{
    guint32 timeout_ms;
    int r = sd_bus_message_read_basic(message, 'u', &timeout_ms);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    if (timeout_ms > VKP_GRACE_MAX_MS) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_OPTION,
                    "The option \"%s\" must be from 0 to %u, but is %u", key, VKP_GRACE_MAX_MS,
                    timeout_ms);
        return FALSE;
    }
    *(guint *)into = timeout_ms;
    return TRUE;
}

static gboolean add_expected(GHashTable *expected, const char *key, const char *id, GError **error)
{
    VkpIdentity identity;
    char text[VKP_IDENTITY_TEXT_SIZE];
    if (!vkp_identity_parse(id, &identity) || identity.start_ticks == 0) {
        g_autofree char *quoted = vkp_text_dup_quoted(id, VKP_DICTIONARY_QUOTED_BYTES);
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_OPTION,
                    "The option \"%s\" must hold ids like \"PID:STARTTICKS\", but has \"%s\"", key,
                    quoted);
        return FALSE;
    }
    /* In our own spelling, so that the plan finds it. */
    g_hash_table_add(expected, g_strdup(vkp_identity_to_text(identity, text)));
    return TRUE;
}

static gboolean refuse_more_ids(const char *key, GError **error)
{
    g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED,
                "The option \"%s\" has more than %u ids", key, VKP_REPLY_MAX_PROCESSES);
    return FALSE;
}

static gboolean read_expected_ids(sd_bus_message *message, const char *key, void *into,
                                  GError **error)
{
    GHashTable *expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    *(GHashTable **)into = expected;
    int r = sd_bus_message_enter_container(message, 'a', "s");
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    const char *id;
    /* Repeated ones count: they are read, too. */
    for (guint n = 1; (r = sd_bus_message_read_basic(message, 's', &id)) > 0; n++)
        if (n > VKP_REPLY_MAX_PROCESSES ? !refuse_more_ids(key, error)
                                        : !add_expected(expected, key, id, error))
            return FALSE;
    if (r >= 0)
        r = sd_bus_message_exit_container(message);
    return r < 0 ? vkp_dictionary_fail(r, error) : TRUE;
}

#define OPTION(member) G_STRUCT_OFFSET(VkpKillOptions, member)

static const VkpField option_fields[] = {
    {VKP_OPTION_FORCE, "b", OPTION(force), vkp_dictionary_read_boolean},
    {VKP_OPTION_ESCALATE, "b", OPTION(escalate), vkp_dictionary_read_boolean},
    {VKP_OPTION_TIMEOUT_MS, "u", OPTION(grace_ms), read_timeout},
    {VKP_OPTION_INCLUDE_WEAK, "b", OPTION(include_weak), vkp_dictionary_read_boolean},
    {VKP_OPTION_DRY_RUN, "b", OPTION(dry_run), vkp_dictionary_read_boolean},
    {VKP_OPTION_EXPECTED_IDS, "as", OPTION(expected), read_expected_ids},
};

gboolean vkp_decode_kill_options(sd_bus_message *message, guint grace_ms, VkpKillOptions *options,
                                 GError **error)
{
    const VkpDictionary dictionary = {
        .fields = option_fields,
        .n_fields = G_N_ELEMENTS(option_fields),
        .code = VKP_ERROR_INVALID_OPTION,
        .what = "option",
    };
    g_auto(VkpKillOptions) read = {.grace_ms = grace_ms};
    if (!vkp_dictionary_read(message, &dictionary, &read, error))
        return FALSE;
    *options = read;
    read = (VkpKillOptions){0};
    return TRUE;
}
