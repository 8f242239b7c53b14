/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/decode.h"

#include "common/base/error.h"
#include "common/proc/image.h"

/* The key's string, borrowed from `dict`; NULL when missing. */
static const char *get_string(GVariant *dict, const char *key)
{
    const char *text = NULL;
    return g_variant_lookup(dict, key, "&s", &text) ? text : NULL;
}

static gboolean get_boolean(GVariant *dict, const char *key)
{
    gboolean value = FALSE;
    return g_variant_lookup(dict, key, "b", &value) && value;
}

static guint get_uint(GVariant *dict, const char *key)
{
    guint32 value = 0;
    return g_variant_lookup(dict, key, "u", &value) ? value : 0;
}

static guint64 get_uint64(GVariant *dict, const char *key)
{
    guint64 value = 0;
    return g_variant_lookup(dict, key, "t", &value) ? value : 0;
}

static double get_double(GVariant *dict, const char *key)
{
    double value = 0;
    return g_variant_lookup(dict, key, "d", &value) ? value : 0;
}

static VkpUuid get_uuid(GVariant *dict, const char *key)
{
    VkpUuid uuid = {0};
    (void)vkp_uuid_parse(get_string(dict, key), &uuid);
    return uuid;
}

static gboolean get_identity(GVariant *dict, VkpIdentity *identity, GError **error)
{
    const char *text = get_string(dict, VKP_KEY_ID);
    if (text && vkp_identity_parse(text, identity))
        return TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM, "a process came with the malformed id “%s”",
                text ? text : "");
    return FALSE;
}

static VkpImage *decode_image(GVariant *dict)
{
    g_autoptr(GVariant) command =
        g_variant_lookup_value(dict, VKP_KEY_COMMAND, G_VARIANT_TYPE_STRING_ARRAY);
    if (!command)
        return NULL;
    g_autofree const char **words = g_variant_get_strv(command, NULL);
    return vkp_image_new_for_command(words, get_boolean(dict, VKP_KEY_COMMAND_CUT));
}

static GArray *decode_ports(GVariant *dict)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, VKP_KEY_PORTS, G_VARIANT_TYPE("aq"));
    gsize n = 0;
    const guint16 *ports = value ? g_variant_get_fixed_array(value, &n, sizeof *ports) : NULL;
    if (n == 0)
        return NULL;
    GArray *array = g_array_sized_new(FALSE, FALSE, sizeof *ports, (guint)n);
    return g_array_append_vals(array, ports, (guint)n);
}

static VkpProcess *decode_process(GVariant *dict, VkpIdentity identity)
{
    VkpProcess *process = vkp_process_new();
    const char *name = get_string(dict, VKP_KEY_NAME);
    const char *state = get_string(dict, VKP_KEY_STATE);
    const char *folder = get_string(dict, VKP_KEY_WORKING_DIRECTORY);
    process->identity = identity;
    process->parent_pid = (pid_t)get_uint(dict, VKP_KEY_PARENT_PID);
    process->state = vkp_state_from_string(state);
    process->threads = get_uint(dict, VKP_KEY_THREADS);
    process->memory_bytes = get_uint64(dict, VKP_KEY_MEMORY_BYTES);
    process->cpu_percent = get_double(dict, VKP_KEY_CPU_PERCENT);
    process->start_time_usec = get_uint64(dict, VKP_KEY_START_TIME);
    process->name = g_strdup(name ? name : "");
    process->image = decode_image(dict);
    process->folder = folder ? vkp_folder_new(folder, FALSE, NULL, 0) : NULL;
    return process;
}

static void decode_words(GVariant *dict, VkpTie *tie)
{
    (void)vkp_evidence_from_string(get_string(dict, VKP_KEY_EVIDENCE), &tie->evidence);
    (void)vkp_kind_from_string(get_string(dict, VKP_KEY_KIND), &tie->kind);
    (void)vkp_execution_status_from_string(get_string(dict, VKP_KEY_EXECUTION_STATUS),
                                           &tie->execution_status);
    const char *reason = get_string(dict, VKP_KEY_LEFTOVER_REASON);
    /* A reason of a newer service that we do not know is a reason nevertheless. */
    if (!vkp_leftover_reason_from_string(reason, &tie->leftover_reason) &&
        get_boolean(dict, VKP_KEY_IS_LEFTOVER))
        tie->leftover_reason = VKP_LEFTOVER_EXECUTOR_EXITED;
}

static void decode_tie(GVariant *dict, VkpTie *tie)
{
    decode_words(dict, tie);
    tie->confidence = MIN(get_uint(dict, VKP_KEY_CONFIDENCE), 100);
    tie->is_executor = get_boolean(dict, VKP_KEY_IS_EXECUTOR);
    tie->is_protected = get_boolean(dict, VKP_KEY_IS_PROTECTED);
    tie->is_shared_daemon = get_boolean(dict, VKP_KEY_IS_SHARED_DAEMON);
    tie->execution_id = get_uuid(dict, VKP_KEY_EXECUTION_PROCESS_ID);
    tie->attempt_id = get_uuid(dict, VKP_KEY_TASK_ATTEMPT_ID);
    tie->task_id = get_uuid(dict, VKP_KEY_TASK_ID);
    tie->project_id = get_uuid(dict, VKP_KEY_PROJECT_ID);
    vkp_tie_set_string(&tie->project_name, get_string(dict, VKP_KEY_PROJECT_NAME));
    vkp_tie_set_string(&tie->task_title, get_string(dict, VKP_KEY_TASK_TITLE));
    vkp_tie_set_string(&tie->attempt_name, get_string(dict, VKP_KEY_ATTEMPT_NAME));
    vkp_tie_set_string(&tie->branch, get_string(dict, VKP_KEY_BRANCH));
    vkp_tie_set_string(&tie->agent, get_string(dict, VKP_KEY_AGENT));
}

VkpMember *vkp_decode_member(GVariant *process, GError **error)
{
    VkpIdentity identity;
    if (!get_identity(process, &identity, error))
        return NULL;
    VkpMember *member = vkp_member_new(decode_process(process, identity));
    member->ports = decode_ports(process);
    decode_tie(process, &member->tie);
    return member;
}

void vkp_kill_result_free(VkpKillResult *result)
{
    if (!result)
        return;
    g_free(result->name);
    g_free(result->detail);
    g_free(result);
}

static VkpKillResult *decode_kill_result(GVariant *dict)
{
    VkpIdentity identity;
    VkpOutcome outcome;
    if (!get_identity(dict, &identity, NULL) ||
        !vkp_outcome_from_string(get_string(dict, VKP_KEY_OUTCOME), &outcome))
        return NULL;
    VkpKillResult *result = g_new0(VkpKillResult, 1);
    const char *name = get_string(dict, VKP_KEY_NAME);
    result->identity = identity;
    result->outcome = outcome;
    result->name = g_strdup(name ? name : "?");
    result->detail = g_strdup(get_string(dict, VKP_KEY_DETAIL));
    return result;
}

GPtrArray *vkp_decode_kill_results(GVariant *results)
{
    GPtrArray *array = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_kill_result_free);
    GVariantIter iter;
    g_variant_iter_init(&iter, results);
    GVariant *dict;
    while ((dict = g_variant_iter_next_value(&iter)) != NULL) {
        VkpKillResult *result = decode_kill_result(dict);
        if (result)
            g_ptr_array_add(array, result);
        g_variant_unref(dict);
    }
    return array;
}
