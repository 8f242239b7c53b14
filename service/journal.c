/* SPDX-License-Identifier: Apache-2.0 */
#include "service/journal.h"

#include "common/base/text.h"

/* Of words that others chose; they must not be able to fake a line or to rewrite a terminal. */
#define WORD_MAX_BYTES 128
/* Of our own sentence with such words in it. */
#define REFUSAL_MAX_BYTES 512
/* How many processes the line for people names; the field for programs has them all. */
#define NAMED_IN_MESSAGE 20u

#define FIELDS_MAX 16u

typedef struct {
    GLogField fields[FIELDS_MAX];
    gsize n_fields;
    GPtrArray *values; /* owns them */
} Entry;

static void add_field(Entry *entry, const char *key, char *value)
{
    g_return_if_fail(entry->n_fields < FIELDS_MAX);
    g_ptr_array_add(entry->values, value);
    entry->fields[entry->n_fields++] = (GLogField){key, value, -1};
}

static char *dup_caller(const VkpKillRecord *record)
{
    const char *name = record->caller ? record->caller : "somebody";
    return record->caller_pid > 0 ? g_strdup_printf("%s (pid %d, uid %u)", name, record->caller_pid,
                                                    record->caller_uid)
                                  : g_strdup_printf("%s (unknown)", name);
}

static char *dup_options(const VkpKillOptions *options)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "timeout_ms=%u", options->grace_ms);
    if (options->force)
        g_string_append(text, " force");
    if (options->escalate)
        g_string_append(text, " escalate");
    if (options->include_weak)
        g_string_append(text, " include_weak");
    if (options->dry_run)
        g_string_append(text, " dry_run");
    if (options->expected)
        g_string_append_printf(text, " expected_ids=%u", g_hash_table_size(options->expected));
    return g_string_free(text, FALSE);
}

/* Of a request that is given up some have no outcome yet. */
static const char *word_for(const VkpResult *result)
{
    const char *outcome = vkp_outcome_to_string(result->outcome);
    if (outcome)
        return outcome;
    return result->detail ? result->detail : "unknown";
}

/* "4242:99 node exited, 4310:120 sh survived" */
static char *dup_targets(const GPtrArray *results, guint limit)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < results->len && i < limit; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        char id[VKP_IDENTITY_TEXT_SIZE];
        g_autofree char *name = vkp_text_dup_quoted(result->name, WORD_MAX_BYTES);
        g_string_append_printf(text, "%s%s %s %s", i ? ", " : "",
                               vkp_identity_to_text(result->identity, id), name, word_for(result));
    }
    if (results->len > limit)
        g_string_append_printf(text, " and %u more", results->len - limit);
    return g_string_free(text, FALSE);
}

static char *dup_outcome(const VkpKillRecord *record)
{
    if (record->refusal) {
        g_autofree char *why = vkp_text_dup_quoted(record->refusal, REFUSAL_MAX_BYTES);
        return g_strdup_printf("not done: %s", why);
    }
    g_autofree char *targets = record->results->len > 0
                                   ? dup_targets(record->results, NAMED_IN_MESSAGE)
                                   : g_strdup("nobody there");
    return g_strdup_printf("%s%s", record->is_given_up ? "given up: " : "", targets);
}

static const char *state_of(const VkpKillRecord *record)
{
    if (record->refusal)
        return "refused";
    return record->is_given_up ? "given_up" : "done";
}

static void add_results(Entry *entry, const GPtrArray *results)
{
    guint killed = 0;
    guint failed = 0;
    vkp_results_count(results, &killed, &failed);
    add_field(entry, "VKP_TARGETS", dup_targets(results, G_MAXUINT));
    add_field(entry, "VKP_KILLED_COUNT", g_strdup_printf("%u", killed));
    add_field(entry, "VKP_FAILED_COUNT", g_strdup_printf("%u", failed));
}

static void add_caller(Entry *entry, const VkpKillRecord *record)
{
    if (record->caller)
        add_field(entry, "VKP_CALLER", g_strdup(record->caller));
    if (record->caller_pid == 0)
        return;
    add_field(entry, "VKP_CALLER_PID", g_strdup_printf("%d", record->caller_pid));
    add_field(entry, "VKP_CALLER_UID", g_strdup_printf("%u", record->caller_uid));
}

void vkp_journal_kill(const VkpKillRecord *record)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    Entry entry = {.values = values};
    g_autofree char *scope = vkp_text_dup_quoted(record->scope, WORD_MAX_BYTES);
    g_autofree char *target = vkp_text_dup_quoted(record->target, WORD_MAX_BYTES);
    g_autofree char *outcome = dup_outcome(record);
    g_autofree char *caller = dup_caller(record);
    gboolean is_dry_run = record->options && record->options->dry_run;

    add_field(&entry, "MESSAGE",
              g_strdup_printf("Kill %s%s%s%s asked by %s: %s", scope, *target ? " " : "", target,
                              is_dry_run ? " (dry run)" : "", caller, outcome));
    add_field(&entry, "PRIORITY", g_strdup("5"));
    add_field(&entry, "GLIB_DOMAIN", g_strdup(G_LOG_DOMAIN));
    add_caller(&entry, record);
    add_field(&entry, "VKP_SCOPE", g_strdup(scope));
    add_field(&entry, "VKP_TARGET", g_strdup(target));
    if (record->options)
        add_field(&entry, "VKP_OPTIONS", dup_options(record->options));
    if (record->results)
        add_results(&entry, record->results);
    add_field(&entry, "VKP_STATE", g_strdup(state_of(record)));
    if (record->refusal)
        add_field(&entry, "VKP_REFUSAL", vkp_text_dup_quoted(record->refusal, REFUSAL_MAX_BYTES));
    g_log_structured_array(G_LOG_LEVEL_MESSAGE, entry.fields, entry.n_fields);
}
