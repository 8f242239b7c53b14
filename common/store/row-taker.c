/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/row-taker.h"

#include <limits.h>
#include <string.h>

#include "common/base/text.h"
#include "common/store/query.h"
#include "common/store/value.h"

#define LABEL_MAX_BYTES 1024
#define REPOS_MAX 1000  /* of an attempt; it has a handful */
#define PID_MAX 4194304 /* PID_MAX_LIMIT of 64-bit kernels */

struct VkpRowTaker {
    VkpBoard *board;
    const char *home;
    const VkpBoard *previous;
    sqlite3_stmt *action_agent;
    GHashTable *agents; /* attempt's VkpUuid -> agent of its newest execution, both owned */
    /* The attempt of the last row, to which the next may add a repository. NULL: left out. */
    VkpAttempt *attempt;
    sqlite3_int64 attempt_rowid;
    gboolean has_row;
    guint n_repos;          /* its rows: one for each of its repositories */
    GPtrArray *repo_names;  /* owned, of folders */
    GPtrArray *repo_labels; /* owned, for people */
};

VkpRowTaker *vkp_row_taker_new(VkpBoard *board, const char *home, const VkpBoard *previous)
{
    VkpRowTaker *taker = g_new0(VkpRowTaker, 1);
    taker->board = board;
    taker->home = home;
    taker->previous = previous;
    taker->agents = g_hash_table_new_full(vkp_uuid_hash, vkp_uuid_equal, g_free, g_free);
    taker->repo_names = g_ptr_array_new_with_free_func(g_free);
    taker->repo_labels = g_ptr_array_new_with_free_func(g_free);
    return taker;
}

void vkp_row_taker_free(VkpRowTaker *taker)
{
    if (!taker)
        return;
    g_hash_table_unref(taker->agents);
    g_ptr_array_unref(taker->repo_names);
    g_ptr_array_unref(taker->repo_labels);
    g_free(taker);
}

void vkp_row_taker_set_action_agent(VkpRowTaker *taker, sqlite3_stmt *statement)
{
    taker->action_agent = statement;
}

/* An id that has to be there. */
static gboolean take_id(sqlite3_stmt *row, int column, VkpUuid *id)
{
    if (sqlite3_column_type(row, column) != SQLITE_BLOB)
        return FALSE;
    const void *blob = sqlite3_column_blob(row, column);
    gsize size = (gsize)sqlite3_column_bytes(row, column);
    return vkp_uuid_from_blob(blob, size, id) && !vkp_uuid_is_nil(id);
}

/* One that may be NULL, and is nil then. */
static gboolean take_nullable_id(sqlite3_stmt *row, int column, VkpUuid *id)
{
    *id = (VkpUuid){0};
    return sqlite3_column_type(row, column) == SQLITE_NULL || take_id(row, column, id);
}

/* The bytes of a text, until the next step; NULL for NULL, other types, and for want of memory. */
static const char *peek_bytes(sqlite3_stmt *row, int column, gsize *length)
{
    if (sqlite3_column_type(row, column) != SQLITE_TEXT)
        return NULL;
    const char *text = (const char *)sqlite3_column_text(row, column);
    *length = (gsize)sqlite3_column_bytes(row, column);
    return text;
}

/* Text for people; NULL if there is none, and for text of white space only. */
static char *dup_label(sqlite3_stmt *row, int column)
{
    gsize length;
    const char *text = peek_bytes(row, column, &length);
    if (!text)
        return NULL;
    g_autofree char *label = g_strstrip(vkp_text_dup_valid(text, length, LABEL_MAX_BYTES));
    return label[0] ? g_steal_pointer(&label) : NULL;
}

/* Text for us, until the next step; NULL if there is none, and for text with NUL in it. */
static const char *peek_text(sqlite3_stmt *row, int column)
{
    gsize length;
    const char *text = peek_bytes(row, column, &length);
    return text && strlen(text) == length ? text : NULL;
}

static gboolean take_flag(sqlite3_stmt *row, int column)
{
    return sqlite3_column_int(row, column) != 0;
}

static pid_t take_pid(sqlite3_stmt *row, int column)
{
    if (sqlite3_column_type(row, column) != SQLITE_INTEGER)
        return 0;
    sqlite3_int64 pid = sqlite3_column_int64(row, column);
    return pid > 1 && pid <= PID_MAX ? (pid_t)pid : 0;
}

/* From executor_action, which is as long as the prompt and is never changed: looked up once. What
 * goes wrong there costs the agent's name and nothing else. */
static char *dup_action_agent(const VkpRowTaker *taker, const VkpUuid *id, sqlite3_int64 rowid)
{
    const VkpExecution *earlier =
        taker->previous ? vkp_board_lookup_execution(taker->previous, id) : NULL;
    if (earlier)
        return g_strdup(earlier->agent);
    sqlite3_stmt *statement = taker->action_agent;
    if (!statement)
        return NULL;
    sqlite3_bind_int64(statement, 1, rowid);
    char *agent = NULL;
    if (sqlite3_step(statement) == SQLITE_ROW)
        agent = vkp_agent_dup_normal(peek_text(statement, 0));
    sqlite3_reset(statement);
    return agent;
}

static void remember_agent(VkpRowTaker *taker, const VkpExecution *execution)
{
    if (!execution->agent || g_hash_table_contains(taker->agents, &execution->attempt_id))
        return;
    g_hash_table_insert(taker->agents, g_memdup2(&execution->attempt_id, sizeof(VkpUuid)),
                        g_strdup(execution->agent));
}

void vkp_row_taker_take_execution(sqlite3_stmt *row, gpointer data)
{
    VkpRowTaker *taker = data;
    VkpUuid id, parent_id, attempt_id;
    if (!take_id(row, VKP_EXECUTION_ID, &id) ||
        !take_nullable_id(row, VKP_EXECUTION_PARENT_ID, &parent_id) ||
        !take_nullable_id(row, VKP_EXECUTION_ATTEMPT_ID, &attempt_id)) {
        vkp_board_count_skipped(taker->board);
        return;
    }
    VkpExecution *execution = vkp_board_add_execution(taker->board, id);
    if (!execution)
        return;
    execution->attempt_id = attempt_id;
    execution->kind = vkp_run_reason_parse(peek_text(row, VKP_EXECUTION_RUN_REASON));
    execution->status = vkp_status_parse(peek_text(row, VKP_EXECUTION_STATUS));
    execution->started_at_usec = vkp_time_parse(peek_text(row, VKP_EXECUTION_STARTED_AT));
    execution->completed_at_usec = vkp_time_parse(peek_text(row, VKP_EXECUTION_COMPLETED_AT));
    execution->pid = take_pid(row, VKP_EXECUTION_PID);
    execution->agent = vkp_agent_dup_normal(peek_text(row, VKP_EXECUTION_AGENT));
    if (!execution->agent)
        execution->agent =
            dup_action_agent(taker, &id, sqlite3_column_int64(row, VKP_EXECUTION_ROWID));
    remember_agent(taker, execution);
}

static gint compare_strings(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static void make_set(GPtrArray *strings)
{
    g_ptr_array_sort(strings, compare_strings);
    guint n_kept = 0;
    for (guint i = 0; i < strings->len; i++) {
        gpointer string = strings->pdata[i];
        if (n_kept > 0 && g_str_equal(strings->pdata[n_kept - 1], string))
            continue;
        strings->pdata[i] = strings->pdata[n_kept];
        strings->pdata[n_kept++] = string;
    }
    g_ptr_array_set_size(strings, (gint)n_kept);
}

/* The worktrees of the repositories, or the folder itself where it is the only one. */
static GStrv dup_worktrees(const char *folder, const GPtrArray *repo_names)
{
    if (!folder)
        return NULL;
    GPtrArray *worktrees = g_ptr_array_new();
    for (guint i = 0; i < repo_names->len; i++)
        g_ptr_array_add(worktrees,
                        g_build_filename(folder, g_ptr_array_index(repo_names, i), NULL));
    if (repo_names->len == 0)
        g_ptr_array_add(worktrees, g_strdup(folder));
    g_ptr_array_add(worktrees, NULL);
    return (GStrv)g_ptr_array_free(worktrees, FALSE);
}

static char *dup_joined(GPtrArray *labels)
{
    if (labels->len == 0)
        return NULL;
    GString *joined = g_string_new(g_ptr_array_index(labels, 0));
    for (guint i = 1; i < labels->len; i++)
        g_string_append_printf(joined, " + %s", (const char *)g_ptr_array_index(labels, i));
    g_autofree char *all = g_string_free(joined, FALSE);
    return vkp_text_dup_valid(all, strlen(all), LABEL_MAX_BYTES);
}

static char *dup_last_resort(const VkpAttempt *attempt)
{
    if (attempt->task_title)
        return g_strdup(attempt->task_title);
    if (attempt->branch)
        return g_strdup(attempt->branch);
    if (attempt->folder)
        return g_path_get_basename(attempt->folder);
    char text[VKP_UUID_TEXT_SIZE];
    return g_strndup(vkp_uuid_to_text(&attempt->id, text), 8);
}

/* What could only be said once all rows of the attempt had come. */
static void complete_attempt(VkpRowTaker *taker)
{
    VkpAttempt *attempt = g_steal_pointer(&taker->attempt);
    if (attempt) {
        make_set(taker->repo_names);
        make_set(taker->repo_labels);
        attempt->worktrees = dup_worktrees(attempt->folder, taker->repo_names);
        if (!attempt->project_name)
            attempt->project_name = dup_joined(taker->repo_labels);
        if (!attempt->name)
            attempt->name = dup_last_resort(attempt);
    }
    g_ptr_array_set_size(taker->repo_names, 0);
    g_ptr_array_set_size(taker->repo_labels, 0);
}

static void fill_attempt(VkpRowTaker *taker, VkpAttempt *attempt, sqlite3_stmt *row)
{
    if (!take_nullable_id(row, VKP_ATTEMPT_PROJECT_ID, &attempt->project_id))
        vkp_board_count_skipped(taker->board); /* the task's row is broken, not the attempt's */
    attempt->project_name = dup_label(row, VKP_ATTEMPT_PROJECT_NAME);
    attempt->task_title = dup_label(row, VKP_ATTEMPT_TASK_TITLE);
    attempt->name = dup_label(row, VKP_ATTEMPT_NAME);
    attempt->branch = dup_label(row, VKP_ATTEMPT_BRANCH);
    attempt->agent = vkp_agent_dup_normal(peek_text(row, VKP_ATTEMPT_AGENT));
    if (!attempt->agent)
        attempt->agent = g_strdup(g_hash_table_lookup(taker->agents, &attempt->id));
    attempt->folder = vkp_folder_dup_normal(peek_text(row, VKP_ATTEMPT_FOLDER), taker->home);
    attempt->is_worktree_deleted = take_flag(row, VKP_ATTEMPT_WORKTREE_DELETED);
}

static void begin_attempt(VkpRowTaker *taker, sqlite3_stmt *row)
{
    VkpUuid id, task_id;
    if (!take_id(row, VKP_ATTEMPT_ID, &id) ||
        !take_nullable_id(row, VKP_ATTEMPT_TASK_ID, &task_id)) {
        vkp_board_count_skipped(taker->board);
        return;
    }
    taker->attempt = vkp_board_add_attempt(taker->board, id);
    if (!taker->attempt)
        return;
    taker->attempt->task_id = task_id;
    fill_attempt(taker, taker->attempt, row);
}

/* The repository's name is a folder's name, or it is none of ours. */
static void add_repo(VkpRowTaker *taker, sqlite3_stmt *row)
{
    const char *name = peek_text(row, VKP_ATTEMPT_REPO_NAME);
    if (name && vkp_text_is_valid(name) && name[0] != '\0' && strlen(name) <= NAME_MAX &&
        !strchr(name, '/') && !g_str_equal(name, ".") && !g_str_equal(name, ".."))
        g_ptr_array_add(taker->repo_names, g_strdup(name));
    char *label = dup_label(row, VKP_ATTEMPT_REPO_DISPLAY_NAME);
    if (!label)
        label = dup_label(row, VKP_ATTEMPT_REPO_NAME);
    if (label)
        g_ptr_array_add(taker->repo_labels, label);
}

void vkp_row_taker_take_attempt(sqlite3_stmt *row, gpointer data)
{
    VkpRowTaker *taker = data;
    sqlite3_int64 rowid = sqlite3_column_int64(row, VKP_ATTEMPT_ROWID);
    if (!taker->has_row || rowid != taker->attempt_rowid) {
        complete_attempt(taker);
        taker->has_row = TRUE;
        taker->attempt_rowid = rowid;
        taker->n_repos = 0;
        begin_attempt(taker, row);
    }
    if (!taker->attempt)
        return;
    if (taker->n_repos++ < REPOS_MAX)
        add_repo(taker, row);
    else
        vkp_board_count_skipped(taker->board);
}

void vkp_row_taker_finish(VkpRowTaker *taker)
{
    complete_attempt(taker);
}

void vkp_row_taker_take_task(sqlite3_stmt *row, gpointer data)
{
    VkpRowTaker *taker = data;
    VkpUuid id;
    if (take_id(row, 1, &id))
        vkp_board_add_task(taker->board, id);
    else
        vkp_board_count_skipped(taker->board);
}

void vkp_row_taker_take_project(sqlite3_stmt *row, gpointer data)
{
    VkpRowTaker *taker = data;
    VkpUuid id;
    if (take_id(row, 1, &id))
        vkp_board_add_project(taker->board, id);
    else
        vkp_board_count_skipped(taker->board);
}
