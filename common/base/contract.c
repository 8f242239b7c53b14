/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/contract.h"

static const char *const kind_words[] = {
    [VKP_KIND_UNKNOWN] = "unknown",
    [VKP_KIND_CODING_AGENT] = "coding_agent",
    [VKP_KIND_DEV_SERVER] = "dev_server",
    [VKP_KIND_SETUP_SCRIPT] = "setup_script",
    [VKP_KIND_CLEANUP_SCRIPT] = "cleanup_script",
    [VKP_KIND_ARCHIVE_SCRIPT] = "archive_script",
    [VKP_KIND_CHILD] = "child",
};

static const char *const evidence_words[] = {
    [VKP_EVIDENCE_NONE] = NULL,
    [VKP_EVIDENCE_REGISTERED] = "registered",
    [VKP_EVIDENCE_ENVIRONMENT] = "environment",
    [VKP_EVIDENCE_PROCESS_GROUP] = "process_group",
    [VKP_EVIDENCE_DESCENDANT] = "descendant",
    [VKP_EVIDENCE_REMEMBERED] = "remembered",
    [VKP_EVIDENCE_WORKING_DIRECTORY] = "working_directory",
};

static const char *const leftover_reason_words[] = {
    [VKP_LEFTOVER_NONE] = NULL,
    [VKP_LEFTOVER_EXECUTOR_EXITED] = "executor_exited",
    [VKP_LEFTOVER_SERVER_GONE] = "server_gone",
    [VKP_LEFTOVER_WORKTREE_DELETED] = "worktree_deleted",
    [VKP_LEFTOVER_ATTEMPT_DELETED] = "attempt_deleted",
};

static const char *const execution_status_words[] = {
    [VKP_EXECUTION_UNKNOWN] = NULL,          [VKP_EXECUTION_RUNNING] = "running",
    [VKP_EXECUTION_COMPLETED] = "completed", [VKP_EXECUTION_FAILED] = "failed",
    [VKP_EXECUTION_KILLED] = "killed",
};

static const char *const change_words[] = {
    [VKP_CHANGE_ADDED] = "added",
    [VKP_CHANGE_CHANGED] = "changed",
    [VKP_CHANGE_REMOVED] = "removed",
};

static const char *const scope_words[] = {
    [VKP_SCOPE_SINGLE] = "single",       [VKP_SCOPE_EXECUTION] = "execution",
    [VKP_SCOPE_ATTEMPT] = "attempt",     [VKP_SCOPE_TASK] = "task",
    [VKP_SCOPE_PROJECT] = "project",     [VKP_SCOPE_ALL_EXCEPT_EXECUTORS] = "all_except_executors",
    [VKP_SCOPE_LEFTOVERS] = "leftovers", [VKP_SCOPE_ALL] = "all",
};

static const char *const outcome_words[] = {
    [VKP_OUTCOME_NONE] = NULL,
    [VKP_OUTCOME_EXITED] = "exited",
    [VKP_OUTCOME_KILLED] = "killed",
    [VKP_OUTCOME_GONE] = "gone",
    [VKP_OUTCOME_SURVIVED] = "survived",
    [VKP_OUTCOME_DENIED] = "denied",
    [VKP_OUTCOME_PROTECTED] = "protected",
    [VKP_OUTCOME_IDENTITY_CHANGED] = "identity_changed",
    [VKP_OUTCOME_WOULD_KILL] = "would_kill",
};

static const char *const database_state_words[] = {
    [VKP_DATABASE_OK] = "ok",
    [VKP_DATABASE_MISSING] = "missing",
    [VKP_DATABASE_LOCKED] = "locked",
    [VKP_DATABASE_NEEDS_RECOVERY] = "needs_recovery",
    [VKP_DATABASE_UNREADABLE] = "unreadable",
    [VKP_DATABASE_UNSUPPORTED] = "unsupported",
    [VKP_DATABASE_CORRUPT] = "corrupt",
};

static const char *word_at(const char *const *words, guint n_words, guint value)
{
    g_return_val_if_fail(value < n_words, NULL);
    return words[value];
}

static gboolean find_word(const char *const *words, guint n_words, const char *word, guint *value)
{
    for (guint i = 0; word && i < n_words; i++) {
        if (g_strcmp0(words[i], word) == 0) {
            *value = i;
            return TRUE;
        }
    }
    return FALSE;
}

#define DEFINE_WORDS(Type, name, words)                                                            \
    const char *vkp_##name##_to_string(Type value)                                                 \
    {                                                                                              \
        return word_at(words, G_N_ELEMENTS(words), (guint)value);                                  \
    }                                                                                              \
    gboolean vkp_##name##_from_string(const char *word, Type *value)                               \
    {                                                                                              \
        guint found = 0;                                                                           \
        if (!find_word(words, G_N_ELEMENTS(words), word, &found))                                  \
            return FALSE;                                                                          \
        *value = (Type)found;                                                                      \
        return TRUE;                                                                               \
    }

DEFINE_WORDS(VkpKind, kind, kind_words)
DEFINE_WORDS(VkpEvidence, evidence, evidence_words)
DEFINE_WORDS(VkpLeftoverReason, leftover_reason, leftover_reason_words)
DEFINE_WORDS(VkpExecutionStatus, execution_status, execution_status_words)
DEFINE_WORDS(VkpChangeKind, change_kind, change_words)
DEFINE_WORDS(VkpScopeKind, scope_kind, scope_words)
DEFINE_WORDS(VkpOutcome, outcome, outcome_words)
DEFINE_WORDS(VkpDatabaseState, database_state, database_state_words)

const char *vkp_scope_kind_list(void)
{
    return "single, execution, attempt, task, project, all_except_executors, leftovers, all";
}

/* The letters of fs/proc/array.c; 't' and 'T' differ. */
static const struct {
    char letter;
    const char *word;
} state_words[] = {
    {'R', "running"},      {'S', "sleeping"}, {'D', "disk_sleep"}, {'T', "stopped"},
    {'t', "tracing_stop"}, {'Z', "zombie"},   {'X', "dead"},       {'I', "idle"},
};

const char *vkp_state_to_string(char state)
{
    for (guint i = 0; i < G_N_ELEMENTS(state_words); i++)
        if (state_words[i].letter == state)
            return state_words[i].word;
    return "unknown";
}

char vkp_state_from_string(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(state_words); i++)
        if (g_strcmp0(state_words[i].word, word) == 0)
            return state_words[i].letter;
    return '?';
}
