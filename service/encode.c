/* SPDX-License-Identifier: Apache-2.0 */
#include "service/encode.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "common/base/text.h"

#define TRY(call)                                                                                  \
    do {                                                                                           \
        int tried = (call);                                                                        \
        if (tried < 0)                                                                             \
            return tried;                                                                          \
    } while (0)

/* sd-bus tells nobody how large a message has become, and the bus disconnects the sender of too
 * large a one: so we add up an upper bound as we go. */
typedef struct {
    sd_bus_message *message;
    gsize bytes;
} Encoder;

/* A string or an array costs its length (4), the padding before it (7 at most) and a final NUL. */
#define STRING_OVERHEAD 12u
/* An entry costs its own padding (7), the signature of its variant (5 at most) and that of its
 * value. */
#define ENTRY_OVERHEAD (7u + 5u + 7u)

static gboolean is_full(const Encoder *encoder)
{
    return encoder->bytes > VKP_REPLY_MAX_BYTES;
}

static int open_entry(Encoder *encoder, const char *key, const char *type)
{
    encoder->bytes += ENTRY_OVERHEAD + STRING_OVERHEAD + strlen(key);
    TRY(sd_bus_message_open_container(encoder->message, 'e', "sv"));
    TRY(sd_bus_message_append_basic(encoder->message, 's', key));
    return sd_bus_message_open_container(encoder->message, 'v', type);
}

static int close_entry(Encoder *encoder)
{
    TRY(sd_bus_message_close_container(encoder->message));
    return sd_bus_message_close_container(encoder->message);
}

/* sd-bus refuses text that it finds invalid, so it must not get any. */
static int append_text(Encoder *encoder, const char *text)
{
    g_autofree char *repaired = NULL;
    if (!vkp_text_is_valid(text)) {
        repaired = vkp_text_dup_valid(text, strlen(text), VKP_COMMAND_MAX_BYTES);
        text = repaired;
    }
    encoder->bytes += STRING_OVERHEAD + strlen(text);
    return sd_bus_message_append_basic(encoder->message, 's', text);
}

static int put_text(Encoder *encoder, const char *key, const char *text)
{
    TRY(open_entry(encoder, key, "s"));
    TRY(append_text(encoder, text));
    return close_entry(encoder);
}

/* What is not known is a missing key, never an empty one. */
static int put_known_text(Encoder *encoder, const char *key, const char *text)
{
    return text && *text ? put_text(encoder, key, text) : 0;
}

static int put_known_id(Encoder *encoder, const char *key, const VkpUuid *id)
{
    char text[VKP_UUID_TEXT_SIZE];
    return vkp_uuid_is_nil(id) ? 0 : put_text(encoder, key, vkp_uuid_to_text(id, text));
}

static int put_basic(Encoder *encoder, const char *key, char type, const void *value)
{
    const char signature[2] = {type, '\0'};
    encoder->bytes += sizeof(guint64);
    TRY(open_entry(encoder, key, signature));
    TRY(sd_bus_message_append_basic(encoder->message, type, value));
    return close_entry(encoder);
}

static int put_number(Encoder *encoder, const char *key, guint32 number)
{
    return put_basic(encoder, key, 'u', &number);
}

static int put_large(Encoder *encoder, const char *key, guint64 number)
{
    return put_basic(encoder, key, 't', &number);
}

static int put_boolean(Encoder *encoder, const char *key, gboolean value)
{
    int truth = value != FALSE;
    return put_basic(encoder, key, 'b', &truth);
}

static int put_true(Encoder *encoder, const char *key, gboolean value)
{
    return value ? put_boolean(encoder, key, TRUE) : 0;
}

static int put_strings(Encoder *encoder, const char *key, const char *const *strings)
{
    encoder->bytes += STRING_OVERHEAD;
    TRY(open_entry(encoder, key, "as"));
    TRY(sd_bus_message_open_container(encoder->message, 'a', "s"));
    for (; *strings; strings++)
        TRY(append_text(encoder, *strings));
    TRY(sd_bus_message_close_container(encoder->message));
    return close_entry(encoder);
}

static int put_ports(Encoder *encoder, const char *key, const GArray *ports)
{
    gsize size = ports->len * sizeof(guint16);
    encoder->bytes += STRING_OVERHEAD + size;
    TRY(open_entry(encoder, key, "aq"));
    TRY(sd_bus_message_append_array(encoder->message, 'q', ports->data, size));
    return close_entry(encoder);
}

static double finite_percent(const VkpProcess *process)
{
    return isfinite(process->cpu_percent) ? process->cpu_percent : 0.0;
}

static int put_process(Encoder *encoder, const VkpProcess *process)
{
    char id[VKP_IDENTITY_TEXT_SIZE];
    double cpu_percent = finite_percent(process);
    const VkpImage *image = process->image;

    TRY(put_text(encoder, VKP_KEY_ID, vkp_identity_to_text(process->identity, id)));
    TRY(put_number(encoder, VKP_KEY_PID, (guint32)process->identity.pid));
    TRY(put_number(encoder, VKP_KEY_PARENT_PID, (guint32)process->parent_pid));
    TRY(put_large(encoder, VKP_KEY_START_TIME, process->start_time_usec));
    TRY(put_text(encoder, VKP_KEY_NAME, process->name ? process->name : ""));
    if (image && image->command && image->command[0])
        TRY(put_strings(encoder, VKP_KEY_COMMAND, (const char *const *)image->command));
    TRY(put_true(encoder, VKP_KEY_COMMAND_CUT, image && image->command_cut));
    if (process->folder)
        TRY(put_known_text(encoder, VKP_KEY_WORKING_DIRECTORY, process->folder->path));
    TRY(put_large(encoder, VKP_KEY_MEMORY_BYTES, process->memory_bytes));
    TRY(put_basic(encoder, VKP_KEY_CPU_PERCENT, 'd', &cpu_percent));
    TRY(put_number(encoder, VKP_KEY_THREADS, process->threads));
    return put_text(encoder, VKP_KEY_STATE, vkp_state_to_string(process->state));
}

static int put_verdict(Encoder *encoder, const VkpTie *tie)
{
    const char *leftover_reason = vkp_leftover_reason_to_string(tie->leftover_reason);

    TRY(put_text(encoder, VKP_KEY_KIND, vkp_kind_to_string(tie->kind)));
    TRY(put_boolean(encoder, VKP_KEY_IS_EXECUTOR, tie->is_executor));
    TRY(put_boolean(encoder, VKP_KEY_IS_LEFTOVER, leftover_reason != NULL));
    TRY(put_known_text(encoder, VKP_KEY_LEFTOVER_REASON, leftover_reason));
    TRY(put_boolean(encoder, VKP_KEY_IS_PROTECTED, tie->is_protected));
    TRY(put_true(encoder, VKP_KEY_IS_SHARED_DAEMON, tie->is_shared_daemon));
    TRY(put_known_text(encoder, VKP_KEY_EVIDENCE, vkp_evidence_to_string(tie->evidence)));
    return put_number(encoder, VKP_KEY_CONFIDENCE, tie->confidence);
}

static int put_association(Encoder *encoder, const VkpTie *tie)
{
    const char *status = vkp_execution_status_to_string(tie->execution_status);

    TRY(put_known_text(encoder, VKP_KEY_AGENT, tie->agent));
    TRY(put_known_id(encoder, VKP_KEY_EXECUTION_PROCESS_ID, &tie->execution_id));
    TRY(put_known_text(encoder, VKP_KEY_EXECUTION_STATUS, status));
    TRY(put_known_id(encoder, VKP_KEY_TASK_ATTEMPT_ID, &tie->attempt_id));
    TRY(put_known_id(encoder, VKP_KEY_TASK_ID, &tie->task_id));
    TRY(put_known_id(encoder, VKP_KEY_PROJECT_ID, &tie->project_id));
    TRY(put_known_text(encoder, VKP_KEY_PROJECT_NAME, tie->project_name));
    TRY(put_known_text(encoder, VKP_KEY_TASK_TITLE, tie->task_title));
    TRY(put_known_text(encoder, VKP_KEY_ATTEMPT_NAME, tie->attempt_name));
    return put_known_text(encoder, VKP_KEY_BRANCH, tie->branch);
}

static int put_member(Encoder *encoder, const VkpMember *member)
{
    TRY(sd_bus_message_open_container(encoder->message, 'a', "{sv}"));
    TRY(put_process(encoder, member->process));
    if (member->ports && member->ports->len > 0)
        TRY(put_ports(encoder, VKP_KEY_PORTS, member->ports));
    TRY(put_verdict(encoder, &member->tie));
    TRY(put_association(encoder, &member->tie));
    return sd_bus_message_close_container(encoder->message);
}

int vkp_encode_member(sd_bus_message *message, const VkpMember *member)
{
    Encoder encoder = {message, 0};
    return put_member(&encoder, member);
}

int vkp_encode_members(sd_bus_message *message, const GPtrArray *members)
{
    Encoder encoder = {message, 0};
    if (members->len > VKP_REPLY_MAX_PROCESSES)
        return -E2BIG;
    TRY(sd_bus_message_open_container(message, 'a', "a{sv}"));
    for (guint i = 0; i < members->len; i++) {
        TRY(put_member(&encoder, g_ptr_array_index(members, i)));
        if (is_full(&encoder))
            return -E2BIG;
    }
    return sd_bus_message_close_container(message);
}

static int put_result(Encoder *encoder, const VkpResult *result)
{
    char id[VKP_IDENTITY_TEXT_SIZE];
    const char *outcome = vkp_outcome_to_string(result->outcome);

    TRY(sd_bus_message_open_container(encoder->message, 'a', "{sv}"));
    TRY(put_text(encoder, VKP_KEY_ID, vkp_identity_to_text(result->identity, id)));
    TRY(put_number(encoder, VKP_KEY_PID, (guint32)result->identity.pid));
    TRY(put_known_text(encoder, VKP_KEY_NAME, result->name));
    TRY(put_known_text(encoder, VKP_KEY_OUTCOME, outcome));
    TRY(put_known_text(encoder, VKP_KEY_DETAIL, result->detail));
    return sd_bus_message_close_container(encoder->message);
}

int vkp_encode_results(sd_bus_message *message, const GPtrArray *results, gboolean is_dry_run)
{
    Encoder encoder = {message, 0};
    guint killed = 0;
    guint failed = 0;
    if (!is_dry_run)
        vkp_results_count(results, &killed, &failed);
    guint n_told = MIN(results->len, VKP_REPLY_MAX_PROCESSES);
    TRY(sd_bus_message_append(message, "uu", killed, failed));
    TRY(sd_bus_message_open_container(message, 'a', "a{sv}"));
    for (guint i = 0; i < n_told && !is_full(&encoder); i++)
        TRY(put_result(&encoder, g_ptr_array_index(results, i)));
    return sd_bus_message_close_container(message);
}

int vkp_encode_usage(sd_bus_message *message, const VkpRoster *roster)
{
    TRY(sd_bus_message_open_container(message, 'a', "(sdt)"));
    guint size = MIN(vkp_roster_size(roster), VKP_REPLY_MAX_PROCESSES);
    for (guint i = 0; i < size; i++) {
        const VkpProcess *process = vkp_roster_at(roster, i)->process;
        char id[VKP_IDENTITY_TEXT_SIZE];
        TRY(sd_bus_message_append(message, "(sdt)", vkp_identity_to_text(process->identity, id),
                                  finite_percent(process), process->memory_bytes));
    }
    return sd_bus_message_close_container(message);
}

int vkp_encode_text(sd_bus_message *message, const char *text)
{
    Encoder encoder = {message, 0};
    return append_text(&encoder, text);
}

int vkp_encode_degraded(sd_bus_message *message, guint degraded)
{
    TRY(sd_bus_message_open_container(message, 'a', "s"));
    for (guint bit = 1; bit <= degraded; bit <<= 1)
        if (degraded & bit)
            TRY(sd_bus_message_append(message, "s", vkp_degraded_to_string(bit)));
    return sd_bus_message_close_container(message);
}
