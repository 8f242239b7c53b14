/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The words and constants of the D-Bus interface ("the contract",
 * data/org.vibekanban.Processes.xml), in one place for the service, the applet and their tests. */

#define VKP_BUS_NAME "org.vibekanban.Processes"
#define VKP_BUS_PATH "/org/vibekanban/Processes"
#define VKP_BUS_INTERFACE "org.vibekanban.Processes"

#define VKP_CONTRACT_VERSION 1u

/* Keys of a process. */
#define VKP_KEY_ID "id"
#define VKP_KEY_PID "pid"
#define VKP_KEY_PARENT_PID "parent_pid"
#define VKP_KEY_START_TIME "start_time"
#define VKP_KEY_NAME "name"
#define VKP_KEY_COMMAND "command"
#define VKP_KEY_WORKING_DIRECTORY "working_directory"
#define VKP_KEY_MEMORY_BYTES "memory_bytes"
#define VKP_KEY_CPU_PERCENT "cpu_percent"
#define VKP_KEY_THREADS "threads"
#define VKP_KEY_STATE "state"
#define VKP_KEY_PORTS "ports"
#define VKP_KEY_KIND "kind"
#define VKP_KEY_IS_EXECUTOR "is_executor"
#define VKP_KEY_IS_LEFTOVER "is_leftover"
#define VKP_KEY_LEFTOVER_REASON "leftover_reason"
#define VKP_KEY_IS_PROTECTED "is_protected"
#define VKP_KEY_EVIDENCE "evidence"
#define VKP_KEY_CONFIDENCE "confidence"
#define VKP_KEY_AGENT "agent"
#define VKP_KEY_EXECUTION_PROCESS_ID "execution_process_id"
#define VKP_KEY_EXECUTION_STATUS "execution_status"
#define VKP_KEY_TASK_ATTEMPT_ID "task_attempt_id"
#define VKP_KEY_TASK_ID "task_id"
#define VKP_KEY_PROJECT_ID "project_id"
#define VKP_KEY_PROJECT_NAME "project_name"
#define VKP_KEY_TASK_TITLE "task_title"
#define VKP_KEY_ATTEMPT_NAME "attempt_name"
#define VKP_KEY_BRANCH "branch"
/* Only sent when true: `command` was cut at 4 KiB; the process does not only serve the task that
 * started it, so that group scopes (all but single) spare it. */
#define VKP_KEY_COMMAND_CUT "command_cut"
#define VKP_KEY_IS_SHARED_DAEMON "is_shared_daemon"

/* Keys of a filter that are not keys of a process. */
#define VKP_KEY_EXECUTORS_ONLY "executors_only"
#define VKP_KEY_LEFTOVERS_ONLY "leftovers_only"

/* Options of Kill. */
#define VKP_OPTION_FORCE "force"
#define VKP_OPTION_ESCALATE "escalate"
#define VKP_OPTION_TIMEOUT_MS "timeout_ms"
#define VKP_OPTION_INCLUDE_WEAK "include_weak"
#define VKP_OPTION_DRY_RUN "dry_run"
#define VKP_OPTION_EXPECTED_IDS "expected_ids"

/* Keys of a result of Kill, besides id, pid and name. */
#define VKP_KEY_OUTCOME "outcome"
#define VKP_KEY_DETAIL "detail"

#define VKP_GRACE_DEFAULT_MS 5000u
#define VKP_GRACE_MAX_MS 60000u

/* Bounds of one reply: the bus disconnects a sender of too large a message. */
#define VKP_REPLY_MAX_PROCESSES 4096u
#define VKP_REPLY_MAX_BYTES (1024u * 1024u)
#define VKP_COMMAND_MAX_BYTES 4096u

/* Members with a lower confidence are "weak": listed, but spared by group scopes unless the caller
 * includes them. */
#define VKP_CONFIDENCE_STRONG 60u

typedef enum {
    VKP_KIND_UNKNOWN,
    VKP_KIND_CODING_AGENT,
    VKP_KIND_DEV_SERVER,
    VKP_KIND_SETUP_SCRIPT,
    VKP_KIND_CLEANUP_SCRIPT,
    VKP_KIND_ARCHIVE_SCRIPT,
    VKP_KIND_CHILD,
} VkpKind;

typedef enum {
    VKP_EVIDENCE_NONE,
    VKP_EVIDENCE_REGISTERED,
    VKP_EVIDENCE_ENVIRONMENT,
    VKP_EVIDENCE_PROCESS_GROUP,
    VKP_EVIDENCE_DESCENDANT,
    VKP_EVIDENCE_REMEMBERED,
    VKP_EVIDENCE_WORKING_DIRECTORY,
} VkpEvidence;

typedef enum {
    VKP_LEFTOVER_NONE,
    VKP_LEFTOVER_EXECUTOR_EXITED,
    VKP_LEFTOVER_SERVER_GONE,
    VKP_LEFTOVER_WORKTREE_DELETED,
    VKP_LEFTOVER_ATTEMPT_DELETED,
} VkpLeftoverReason;

typedef enum {
    VKP_EXECUTION_UNKNOWN,
    VKP_EXECUTION_RUNNING,
    VKP_EXECUTION_COMPLETED,
    VKP_EXECUTION_FAILED,
    VKP_EXECUTION_KILLED,
} VkpExecutionStatus;

typedef enum {
    VKP_CHANGE_ADDED,
    VKP_CHANGE_CHANGED,
    VKP_CHANGE_REMOVED,
} VkpChangeKind;

typedef enum {
    VKP_SCOPE_SINGLE,
    VKP_SCOPE_EXECUTION,
    VKP_SCOPE_ATTEMPT,
    VKP_SCOPE_TASK,
    VKP_SCOPE_PROJECT,
    VKP_SCOPE_ALL_EXCEPT_EXECUTORS,
    VKP_SCOPE_LEFTOVERS,
    VKP_SCOPE_ALL,
} VkpScopeKind;

typedef enum {
    VKP_OUTCOME_NONE,
    VKP_OUTCOME_EXITED,
    VKP_OUTCOME_KILLED,
    VKP_OUTCOME_GONE,
    VKP_OUTCOME_SURVIVED,
    VKP_OUTCOME_DENIED,
    VKP_OUTCOME_PROTECTED,
    VKP_OUTCOME_IDENTITY_CHANGED,
    VKP_OUTCOME_WOULD_KILL,
} VkpOutcome;

typedef enum {
    VKP_DATABASE_OK,
    VKP_DATABASE_MISSING,
    VKP_DATABASE_LOCKED,
    VKP_DATABASE_NEEDS_RECOVERY,
    VKP_DATABASE_UNREADABLE,
    VKP_DATABASE_UNSUPPORTED,
    VKP_DATABASE_CORRUPT,
} VkpDatabaseState;

/* The word on the bus for each value. Static; NULL for a ..._NONE value. */
const char *vkp_kind_to_string(VkpKind kind);
const char *vkp_evidence_to_string(VkpEvidence evidence);
const char *vkp_leftover_reason_to_string(VkpLeftoverReason reason);
const char *vkp_execution_status_to_string(VkpExecutionStatus status);
const char *vkp_change_kind_to_string(VkpChangeKind change);
const char *vkp_scope_kind_to_string(VkpScopeKind scope);
const char *vkp_outcome_to_string(VkpOutcome outcome);
const char *vkp_database_state_to_string(VkpDatabaseState state);

/* The reverse. FALSE (and the value untouched) for NULL or a word that is not in the contract: a
 * newer peer may send words that we do not know. */
gboolean vkp_kind_from_string(const char *word, VkpKind *kind);
gboolean vkp_evidence_from_string(const char *word, VkpEvidence *evidence);
gboolean vkp_leftover_reason_from_string(const char *word, VkpLeftoverReason *reason);
gboolean vkp_execution_status_from_string(const char *word, VkpExecutionStatus *status);
gboolean vkp_change_kind_from_string(const char *word, VkpChangeKind *change);
gboolean vkp_scope_kind_from_string(const char *word, VkpScopeKind *scope);
gboolean vkp_outcome_from_string(const char *word, VkpOutcome *outcome);
gboolean vkp_database_state_from_string(const char *word, VkpDatabaseState *state);

/* "single, execution, ..., all": for error messages. Static. */
const char *vkp_scope_kind_list(void);

/* A process's state letter in /proc/PID/stat as a word: running, sleeping, disk_sleep, stopped,
 * tracing_stop, zombie, dead, idle, or unknown. Static, never NULL. */
const char *vkp_state_to_string(char state);

/* The letter for such a word; '?' for any other. */
char vkp_state_from_string(const char *word);
