/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/board.h"

#include <string.h>

/* Attempts and executions are found by hash: an id is the struct's first member, so that it is its
 * own key. Until the board is sealed the arrays stand in order of adding. */
struct VkpBoard {
    gboolean is_sealed;
    GPtrArray *attempts;       /* owned VkpAttempt */
    GPtrArray *executions;     /* owned VkpExecution */
    GHashTable *attempt_index; /* id -> the VkpAttempt */
    GHashTable *execution_index;
    GHashTable *executions_of; /* id -> owned GPtrArray of VkpExecution */
    GHashTable *tasks;         /* sets of owned VkpUuid */
    GHashTable *projects;
    GPtrArray *none;
    guint n_skipped;
    gboolean is_cut;
};

G_STATIC_ASSERT(G_STRUCT_OFFSET(VkpAttempt, id) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(VkpExecution, id) == 0);

static void attempt_free(gpointer data)
{
    VkpAttempt *attempt = data;
    g_free(attempt->project_name);
    g_free(attempt->task_title);
    g_free(attempt->name);
    g_free(attempt->branch);
    g_free(attempt->agent);
    g_free(attempt->folder);
    g_strfreev(attempt->worktrees);
    g_free(attempt);
}

static void execution_free(gpointer data)
{
    VkpExecution *execution = data;
    g_free(execution->agent);
    g_free(execution);
}

VkpBoard *vkp_board_new(void)
{
    VkpBoard *board = g_atomic_rc_box_new0(VkpBoard);
    board->attempts = g_ptr_array_new_with_free_func(attempt_free);
    board->executions = g_ptr_array_new_with_free_func(execution_free);
    board->attempt_index = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    board->execution_index = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    board->executions_of = g_hash_table_new_full(vkp_uuid_hash, vkp_uuid_equal, NULL,
                                                 (GDestroyNotify)g_ptr_array_unref);
    board->tasks = vkp_uuid_set_new();
    board->projects = vkp_uuid_set_new();
    board->none = g_ptr_array_new();
    return board;
}

VkpBoard *vkp_board_ref(VkpBoard *board)
{
    return g_atomic_rc_box_acquire(board);
}

static void clear_board(gpointer data)
{
    VkpBoard *board = data;
    g_hash_table_unref(board->executions_of);
    g_hash_table_unref(board->attempt_index);
    g_hash_table_unref(board->execution_index);
    g_hash_table_unref(board->tasks);
    g_hash_table_unref(board->projects);
    g_ptr_array_unref(board->none);
    g_ptr_array_unref(board->attempts);
    g_ptr_array_unref(board->executions);
}

void vkp_board_unref(VkpBoard *board)
{
    if (board)
        g_atomic_rc_box_release_full(board, clear_board);
}

VkpAttempt *vkp_board_add_attempt(VkpBoard *board, VkpUuid id)
{
    g_return_val_if_fail(!board->is_sealed, NULL);
    if (g_hash_table_contains(board->attempt_index, &id)) {
        vkp_board_count_skipped(board);
        return NULL;
    }
    VkpAttempt *attempt = g_new0(VkpAttempt, 1);
    attempt->id = id;
    g_ptr_array_add(board->attempts, attempt);
    g_hash_table_add(board->attempt_index, attempt);
    return attempt;
}

VkpExecution *vkp_board_add_execution(VkpBoard *board, VkpUuid id)
{
    g_return_val_if_fail(!board->is_sealed, NULL);
    if (g_hash_table_contains(board->execution_index, &id)) {
        vkp_board_count_skipped(board);
        return NULL;
    }
    VkpExecution *execution = g_new0(VkpExecution, 1);
    execution->id = id;
    g_ptr_array_add(board->executions, execution);
    g_hash_table_add(board->execution_index, execution);
    return execution;
}

static void add_id(GHashTable *set, const VkpUuid *id)
{
    if (!vkp_uuid_is_nil(id))
        (void)vkp_uuid_set_add(set, id);
}

void vkp_board_add_task(VkpBoard *board, VkpUuid id)
{
    g_return_if_fail(!board->is_sealed);
    add_id(board->tasks, &id);
}

void vkp_board_add_project(VkpBoard *board, VkpUuid id)
{
    g_return_if_fail(!board->is_sealed);
    add_id(board->projects, &id);
}

void vkp_board_count_skipped(VkpBoard *board)
{
    board->n_skipped++;
}

void vkp_board_set_is_cut(VkpBoard *board)
{
    board->is_cut = TRUE;
}

static gint compare_ids(gconstpointer a, gconstpointer b)
{
    return memcmp(*(const VkpUuid *const *)a, *(const VkpUuid *const *)b, sizeof(VkpUuid));
}

static gint compare_starts(gconstpointer a, gconstpointer b)
{
    const VkpExecution *left = *(const VkpExecution *const *)a;
    const VkpExecution *right = *(const VkpExecution *const *)b;
    if (left->started_at_usec != right->started_at_usec)
        return left->started_at_usec < right->started_at_usec ? -1 : 1;
    return compare_ids(a, b);
}

static void link_execution(VkpBoard *board, VkpExecution *execution)
{
    const VkpAttempt *attempt = vkp_board_lookup_attempt(board, &execution->attempt_id);
    if (!attempt) {
        execution->attempt_id = (VkpUuid){0};
        return;
    }
    GPtrArray *siblings = g_hash_table_lookup(board->executions_of, &attempt->id);
    if (!siblings) {
        siblings = g_ptr_array_new();
        g_hash_table_insert(board->executions_of, (gpointer)&attempt->id, siblings);
    }
    g_ptr_array_add(siblings, execution);
}

void vkp_board_seal(VkpBoard *board)
{
    g_return_if_fail(!board->is_sealed);
    g_ptr_array_sort(board->attempts, compare_ids);
    g_ptr_array_sort(board->executions, compare_ids);
    for (guint i = 0; i < board->attempts->len; i++) {
        const VkpAttempt *attempt = g_ptr_array_index(board->attempts, i);
        add_id(board->tasks, &attempt->task_id);
        add_id(board->projects, &attempt->project_id);
    }
    for (guint i = 0; i < board->executions->len; i++)
        link_execution(board, g_ptr_array_index(board->executions, i));
    GHashTableIter iterator;
    gpointer siblings;
    g_hash_table_iter_init(&iterator, board->executions_of);
    while (g_hash_table_iter_next(&iterator, NULL, &siblings))
        g_ptr_array_sort(siblings, compare_starts);
    board->is_sealed = TRUE;
}

const VkpAttempt *vkp_board_lookup_attempt(const VkpBoard *board, const VkpUuid *id)
{
    return g_hash_table_lookup(board->attempt_index, id);
}

const VkpExecution *vkp_board_lookup_execution(const VkpBoard *board, const VkpUuid *id)
{
    return g_hash_table_lookup(board->execution_index, id);
}

gboolean vkp_board_knows_task(const VkpBoard *board, const VkpUuid *id)
{
    return g_hash_table_contains(board->tasks, id);
}

guint vkp_board_n_attempts(const VkpBoard *board)
{
    return board->attempts->len;
}

const VkpAttempt *vkp_board_attempt_at(const VkpBoard *board, guint index)
{
    g_return_val_if_fail(index < board->attempts->len, NULL);
    return g_ptr_array_index(board->attempts, index);
}

guint vkp_board_n_executions(const VkpBoard *board)
{
    return board->executions->len;
}

const VkpExecution *vkp_board_execution_at(const VkpBoard *board, guint index)
{
    g_return_val_if_fail(index < board->executions->len, NULL);
    return g_ptr_array_index(board->executions, index);
}

const GPtrArray *vkp_board_executions_of(const VkpBoard *board, const VkpUuid *attempt_id)
{
    const GPtrArray *executions = g_hash_table_lookup(board->executions_of, attempt_id);
    return executions ? executions : board->none;
}

guint vkp_board_n_skipped(const VkpBoard *board)
{
    return board->n_skipped;
}

gboolean vkp_board_is_cut(const VkpBoard *board)
{
    return board->is_cut;
}

static gboolean strv_equal0(const GStrv a, const GStrv b)
{
    if (!a || !b)
        return a == b;
    return g_strv_equal((const char *const *)a, (const char *const *)b);
}

static gboolean attempt_equal(const VkpAttempt *a, const VkpAttempt *b)
{
    return vkp_uuid_equal(&a->id, &b->id) && vkp_uuid_equal(&a->task_id, &b->task_id) &&
           vkp_uuid_equal(&a->project_id, &b->project_id) &&
           g_strcmp0(a->project_name, b->project_name) == 0 &&
           g_strcmp0(a->task_title, b->task_title) == 0 && g_strcmp0(a->name, b->name) == 0 &&
           g_strcmp0(a->branch, b->branch) == 0 && g_strcmp0(a->agent, b->agent) == 0 &&
           g_strcmp0(a->folder, b->folder) == 0 && strv_equal0(a->worktrees, b->worktrees) &&
           a->is_worktree_deleted == b->is_worktree_deleted;
}

static gboolean execution_equal(const VkpExecution *a, const VkpExecution *b)
{
    return vkp_uuid_equal(&a->id, &b->id) && vkp_uuid_equal(&a->attempt_id, &b->attempt_id) &&
           a->kind == b->kind && a->status == b->status &&
           a->started_at_usec == b->started_at_usec &&
           a->completed_at_usec == b->completed_at_usec && a->pid == b->pid &&
           g_strcmp0(a->agent, b->agent) == 0;
}

static gboolean sets_equal(GHashTable *a, GHashTable *b)
{
    if (g_hash_table_size(a) != g_hash_table_size(b))
        return FALSE;
    GHashTableIter iterator;
    gpointer id;
    g_hash_table_iter_init(&iterator, a);
    while (g_hash_table_iter_next(&iterator, &id, NULL))
        if (!g_hash_table_contains(b, id))
            return FALSE;
    return TRUE;
}

gboolean vkp_board_equal(const VkpBoard *a, const VkpBoard *b)
{
    if (a->attempts->len != b->attempts->len || a->executions->len != b->executions->len ||
        a->n_skipped != b->n_skipped || a->is_cut != b->is_cut)
        return FALSE;
    for (guint i = 0; i < a->attempts->len; i++)
        if (!attempt_equal(g_ptr_array_index(a->attempts, i), g_ptr_array_index(b->attempts, i)))
            return FALSE;
    for (guint i = 0; i < a->executions->len; i++)
        if (!execution_equal(g_ptr_array_index(a->executions, i),
                             g_ptr_array_index(b->executions, i)))
            return FALSE;
    return sets_equal(a->tasks, b->tasks) && sets_equal(a->projects, b->projects);
}

static void add_ids(GHashTable *set, GHashTable *ids)
{
    GHashTableIter iterator;
    gpointer id;
    g_hash_table_iter_init(&iterator, ids);
    while (g_hash_table_iter_next(&iterator, &id, NULL))
        add_id(set, id);
}

GHashTable *vkp_board_dup_ids(const VkpBoard *board)
{
    GHashTable *ids = vkp_uuid_set_new();
    add_ids(ids, board->attempt_index);
    add_ids(ids, board->execution_index);
    add_ids(ids, board->tasks);
    add_ids(ids, board->projects);
    return ids;
}
