/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/store/connection.h"
#include "common/store/fingerprint.h"
#include "common/store/problem.h"
#include "common/store/reading.h"

/* A refresh looks at the file with stat(). If nothing changed since the last read, that is all.
 * Otherwise it opens the file, reads everything, closes it, and only then thinks about the result:
 * the owner is kept waiting for the reading alone. */

/* The owner's own patience is 5 s. */
#define LOCKED_AFTER_USEC (3 * G_USEC_PER_SEC)

#define CONTENTION_RETRY_USEC 100000
#define CONTENTION_RETRY_MAX_USEC (2 * G_USEC_PER_SEC)
#define FAILURE_RETRY_USEC (1 * G_USEC_PER_SEC)
#define FAILURE_RETRY_MAX_USEC (30 * G_USEC_PER_SEC)

struct VkpStore {
    char *path; /* absolute */
    VkpBoard *board;
    VkpProblem problem;
    VkpInode board_inode; /* the file that the board is of */
    gint64 board_at_usec;

    VkpReading *reading; /* begun, and kept from its end by the owner; NULL: none */
    VkpFingerprint seen; /* from before the last reading began; zeros: there was none */
    gboolean is_fresh;   /* it was too young then to vouch for what was read */
    guint n_failures;    /* in a row */
    gint64 failing_since_usec;
    gint64 retry_at_usec; /* 0: no failure */

    guint n_cuts;          /* readings in a row that ran out of time */
    gint64 reread_at_usec; /* then; 0: the board is as whole as it gets */
};

VkpStore *vkp_store_new(const char *path)
{
    VkpStore *store = g_new0(VkpStore, 1);
    store->path = g_canonicalize_filename(path, NULL);
    store->board = vkp_board_new();
    vkp_board_seal(store->board);
    store->problem = vkp_problem_of_errno(store->path, ENOENT);
    return store;
}

void vkp_store_free(VkpStore *store)
{
    if (!store)
        return;
    g_free(store->path);
    vkp_board_unref(store->board);
    vkp_reading_free(store->reading);
    vkp_problem_clear(&store->problem);
    g_free(store);
}

/* Takes what is in *problem. Returns whether the state is another one. */
static gboolean take_problem(VkpStore *store, VkpProblem *problem)
{
    gboolean is_changed = store->problem.state != problem->state;
    vkp_problem_clear(&store->problem);
    store->problem = *problem;
    *problem = (VkpProblem){0};
    return is_changed;
}

/* Whether stat() alone forbids to open the file; says why then. */
static gboolean must_not_open(const VkpStore *store, const VkpFingerprint *now, int saved_errno,
                              VkpProblem *problem)
{
    if (saved_errno != 0)
        *problem = vkp_problem_of_errno(store->path, saved_errno);
    else if (!S_ISREG(now->mode) || now->has_odd_companion) /* opening a FIFO would wait */
        *problem = vkp_problem_no_file(store->path);
    else if (now->file.size == 0)
        *problem = vkp_problem_no_board(store->path, TRUE);
    else if (access(store->path, R_OK) < 0)
        *problem = vkp_problem_of_errno(store->path, errno);
    else
        return FALSE;
    return TRUE;
}

static void forget_attempts(VkpStore *store)
{
    g_clear_pointer(&store->reading, vkp_reading_free);
    store->seen = (VkpFingerprint){0};
    store->is_fresh = FALSE;
    store->n_failures = 0;
    store->retry_at_usec = 0;
    store->n_cuts = 0;
    store->reread_at_usec = 0;
}

/* Whether there is something to be gained from reading now. */
static gboolean is_due(const VkpStore *store, const VkpFingerprint *now)
{
    gboolean is_same = vkp_fingerprint_equal(&store->seen, now);
    if (store->n_failures == 0)
        return !is_same || store->is_fresh ||
               (store->reread_at_usec > 0 && g_get_monotonic_time() >= store->reread_at_usec);
    if (g_get_monotonic_time() >= store->retry_at_usec)
        return TRUE;
    /* Somebody changed a broken file: look. A busy one changes all the time: wait. */
    return !is_same && store->problem.state != VKP_DATABASE_LOCKED &&
           store->problem.state != VKP_DATABASE_OK;
}

/* Begins a reading, or goes on with one that was kept from its end. What it has read so far may
 * have changed since: the fingerprint is from its beginning, so that another reading follows. */
static void begin_reading(VkpStore *store, const VkpFingerprint *now)
{
    gboolean is_same_file = vkp_inode_equal(store->seen.file.inode, now->file.inode);
    if (store->reading && is_same_file)
        return;
    gboolean is_file_of_board = vkp_inode_equal(store->board_inode, now->file.inode);
    g_clear_pointer(&store->reading, vkp_reading_free);
    store->reading = vkp_reading_new(g_get_home_dir(), is_file_of_board ? store->board : NULL);
    store->seen = *now;
    store->is_fresh = vkp_fingerprint_is_fresh(now, g_get_real_time());
}

/* SQLite's code. The connection is closed when this returns. */
static int run_reading(VkpStore *store)
{
    int code = SQLITE_OK;
    g_autoptr(VkpConnection) connection = vkp_connection_open(store->path, &code);
    return connection ? vkp_reading_run(store->reading, vkp_connection_database(connection)) : code;
}

/* Takes the board. Returns whether it says something new. */
static gboolean set_board(VkpStore *store, VkpBoard *owned_board)
{
    g_autoptr(VkpBoard) board = owned_board;
    store->board_at_usec = g_get_monotonic_time();
    if (vkp_board_equal(board, store->board))
        return FALSE;
    vkp_board_unref(store->board);
    store->board = g_steal_pointer(&board);
    return TRUE;
}

/* Doubling, and half of it random: two readers that were refused together shall not come back
 * together. */
static gint64 retry_delay(guint n_failures, gint64 first_usec, gint64 most_usec)
{
    gint64 delay_usec = MIN(first_usec << MIN(n_failures, 16), most_usec);
    return delay_usec / 2 + g_random_int_range(0, (gint32)(delay_usec / 2));
}

/* `got_on`: the owner let us read some pages before it kept us out. */
static gboolean on_failure(VkpStore *store, int code, gboolean got_on)
{
    g_auto(VkpProblem) problem = vkp_problem_of_sqlite(store->path, code);
    gint64 now_usec = g_get_monotonic_time();
    if (got_on)
        store->n_failures = 0;
    if (store->n_failures == 0)
        store->failing_since_usec = now_usec;
    gboolean is_passing = problem.is_contention && store->problem.state == VKP_DATABASE_OK &&
                          now_usec - store->failing_since_usec < LOCKED_AFTER_USEC;
    store->retry_at_usec =
        now_usec +
        (problem.is_contention
             ? retry_delay(store->n_failures, CONTENTION_RETRY_USEC, CONTENTION_RETRY_MAX_USEC)
             : retry_delay(store->n_failures, FAILURE_RETRY_USEC, FAILURE_RETRY_MAX_USEC));
    store->n_failures++;
    if (!problem.is_contention)
        g_clear_pointer(&store->reading, vkp_reading_free);
    return is_passing ? FALSE : take_problem(store, &problem);
}

/* What made one reading slow mostly passes, and nobody need change the file meanwhile. */
static void plan_rereading(VkpStore *store, gboolean has_run_out)
{
    store->reread_at_usec = 0;
    if (has_run_out)
        store->reread_at_usec =
            g_get_monotonic_time() +
            retry_delay(store->n_cuts, FAILURE_RETRY_USEC, FAILURE_RETRY_MAX_USEC);
    store->n_cuts = has_run_out ? store->n_cuts + 1 : 0;
}

static gboolean on_success(VkpStore *store)
{
    g_autoptr(VkpReading) reading = g_steal_pointer(&store->reading);
    g_auto(VkpProblem) problem = {.state = VKP_DATABASE_OK};
    store->n_failures = 0;
    store->retry_at_usec = 0;
    plan_rereading(store, vkp_reading_has_run_out(reading));
    if (vkp_reading_generation(reading) == VKP_GENERATION_NONE) {
        problem = vkp_problem_no_board(store->path, FALSE);
        return take_problem(store, &problem);
    }
    store->board_inode = store->seen.file.inode;
    gboolean board_changed = set_board(store, vkp_reading_steal_board(reading));
    return take_problem(store, &problem) || board_changed;
}

static gboolean read_anew(VkpStore *store, const VkpFingerprint *now)
{
    begin_reading(store, now);
    guint n_rows = vkp_reading_n_rows(store->reading);
    int code = run_reading(store);
    if (code == SQLITE_OK)
        return on_success(store);
    return on_failure(store, code, vkp_reading_n_rows(store->reading) > n_rows);
}

gboolean vkp_store_refresh(VkpStore *store)
{
    VkpFingerprint now;
    int saved_errno = vkp_fingerprint_take(store->path, &now);
    g_auto(VkpProblem) problem = {0};
    if (must_not_open(store, &now, saved_errno, &problem)) {
        forget_attempts(store);
        return take_problem(store, &problem);
    }
    if (is_due(store, &now))
        return read_anew(store, &now);
    if (store->n_failures == 0 && store->problem.state == VKP_DATABASE_OK)
        store->board_at_usec = g_get_monotonic_time();
    return FALSE;
}

VkpBoard *vkp_store_board(VkpStore *store)
{
    return store->board;
}

VkpDatabaseState vkp_store_state(const VkpStore *store)
{
    return store->problem.state;
}

const char *vkp_store_problem(const VkpStore *store)
{
    return store->problem.text;
}

const char *vkp_store_path(const VkpStore *store)
{
    return store->path;
}

gint64 vkp_store_read_at_usec(const VkpStore *store)
{
    return store->board_at_usec;
}

gint64 vkp_store_retry_at_usec(const VkpStore *store)
{
    gboolean is_busy = store->n_failures > 0 && (store->problem.state == VKP_DATABASE_OK ||
                                                 store->problem.state == VKP_DATABASE_LOCKED);
    gint64 failing_usec = g_get_monotonic_time() - store->failing_since_usec;
    return is_busy && failing_usec < LOCKED_AFTER_USEC ? store->retry_at_usec : 0;
}
