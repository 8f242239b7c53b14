/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/contract.h"

/* Each word goes there and back, unknown ones are refused, and no two values share one. */
#define CHECK_WORDS(Type, name, last, ...)                                                         \
    static void test_##name(void)                                                                  \
    {                                                                                              \
        static const char *const words[] = {__VA_ARGS__};                                          \
        g_assert_cmpuint(G_N_ELEMENTS(words), ==, (guint)(last) + 1);                              \
        for (guint i = 0; i < G_N_ELEMENTS(words); i++) {                                          \
            Type value = (Type)99;                                                                 \
            g_assert_cmpstr(vkp_##name##_to_string((Type)i), ==, words[i]);                        \
            if (!words[i])                                                                         \
                continue;                                                                          \
            g_assert_true(vkp_##name##_from_string(words[i], &value));                             \
            g_assert_cmpuint(value, ==, i);                                                        \
        }                                                                                          \
        static const char *const strangers[] = {NULL, "", "none", "Running", "x"};                 \
        for (guint i = 0; i < G_N_ELEMENTS(strangers); i++) {                                      \
            Type value = (Type)99;                                                                 \
            g_assert_false(vkp_##name##_from_string(strangers[i], &value));                        \
            g_assert_cmpuint(value, ==, 99);                                                       \
        }                                                                                          \
    }

CHECK_WORDS(VkpKind, kind, VKP_KIND_CHILD, "unknown", "coding_agent", "dev_server", "setup_script",
            "cleanup_script", "archive_script", "child")
CHECK_WORDS(VkpEvidence, evidence, VKP_EVIDENCE_WORKING_DIRECTORY, NULL, "registered",
            "environment", "process_group", "descendant", "remembered", "working_directory")
CHECK_WORDS(VkpLeftoverReason, leftover_reason, VKP_LEFTOVER_ATTEMPT_DELETED, NULL,
            "executor_exited", "server_gone", "worktree_deleted", "attempt_deleted")
CHECK_WORDS(VkpExecutionStatus, execution_status, VKP_EXECUTION_KILLED, NULL, "running",
            "completed", "failed", "killed")
CHECK_WORDS(VkpChangeKind, change_kind, VKP_CHANGE_REMOVED, "added", "changed", "removed")
CHECK_WORDS(VkpScopeKind, scope_kind, VKP_SCOPE_ALL, "single", "execution", "attempt", "task",
            "project", "all_except_executors", "leftovers", "all")
CHECK_WORDS(VkpOutcome, outcome, VKP_OUTCOME_WOULD_KILL, NULL, "exited", "killed", "gone",
            "survived", "denied", "protected", "identity_changed", "would_kill")
CHECK_WORDS(VkpDatabaseState, database_state, VKP_DATABASE_CORRUPT, "ok", "missing", "locked",
            "needs_recovery", "unreadable", "unsupported", "corrupt")

static void test_scope_list(void)
{
    g_auto(GStrv) words = g_strsplit(vkp_scope_kind_list(), ", ", -1);
    g_assert_cmpuint(g_strv_length(words), ==, VKP_SCOPE_ALL + 1);
    for (guint i = 0; words[i]; i++)
        g_assert_cmpstr(words[i], ==, vkp_scope_kind_to_string((VkpScopeKind)i));
}

static void test_states(void)
{
    static const struct {
        char letter;
        const char *word;
    } states[] = {{'R', "running"},      {'S', "sleeping"}, {'D', "disk_sleep"}, {'T', "stopped"},
                  {'t', "tracing_stop"}, {'Z', "zombie"},   {'X', "dead"},       {'I', "idle"}};
    for (guint i = 0; i < G_N_ELEMENTS(states); i++) {
        g_assert_cmpstr(vkp_state_to_string(states[i].letter), ==, states[i].word);
        g_assert_cmpint(vkp_state_from_string(states[i].word), ==, states[i].letter);
    }
    g_assert_cmpstr(vkp_state_to_string('?'), ==, "unknown");
    g_assert_cmpstr(vkp_state_to_string('\0'), ==, "unknown");
    static const char *const strangers[] = {NULL, "", "unknown", "R"};
    for (guint i = 0; i < G_N_ELEMENTS(strangers); i++)
        g_assert_cmpint(vkp_state_from_string(strangers[i]), ==, '?');
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/contract/kinds-have-their-words", test_kind);
    g_test_add_func("/contract/evidence-has-its-words", test_evidence);
    g_test_add_func("/contract/leftover-reasons-have-their-words", test_leftover_reason);
    g_test_add_func("/contract/execution-states-have-their-words", test_execution_status);
    g_test_add_func("/contract/changes-have-their-words", test_change_kind);
    g_test_add_func("/contract/scopes-have-their-words", test_scope_kind);
    g_test_add_func("/contract/outcomes-have-their-words", test_outcome);
    g_test_add_func("/contract/database-states-have-their-words", test_database_state);
    g_test_add_func("/contract/scopes-are-listed-for-people", test_scope_list);
    g_test_add_func("/contract/process-states-have-their-words", test_states);
    return g_test_run();
}
