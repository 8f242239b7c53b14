/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that is slow for a while, as it is on a machine short of memory: SQLite's own file system
 * with a pause before each read. */
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "tests/lib/deadline.h"
#include "tests/store/fixture.h"

#define N_EXECUTIONS 2000

static sqlite3_vfs slow_vfs;
static sqlite3_vfs *real_vfs;
static sqlite3_io_methods slow_methods;
static const sqlite3_io_methods *real_methods; /* of databases; other files keep theirs */
static gulong pause_usec;

static int read_slowly(sqlite3_file *file, void *buffer, int amount, sqlite3_int64 offset)
{
    g_usleep(pause_usec);
    return real_methods->xRead(file, buffer, amount, offset);
}

static int open_slow(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *out_flags)
{
    (void)vfs;
    int code = real_vfs->xOpen(real_vfs, name, file, flags, out_flags);
    if (code != SQLITE_OK || !(flags & SQLITE_OPEN_MAIN_DB))
        return code;
    real_methods = file->pMethods;
    slow_methods = *real_methods;
    slow_methods.xRead = read_slowly;
    file->pMethods = &slow_methods;
    return code;
}

static void set_up_disk(void)
{
    real_vfs = sqlite3_vfs_find(NULL);
    slow_vfs = *real_vfs;
    slow_vfs.zName = "slow";
    slow_vfs.pNext = NULL;
    slow_vfs.xOpen = open_slow;
    g_assert_cmpint(sqlite3_vfs_register(&slow_vfs, 1), ==, SQLITE_OK);
}

/* Written long ago: else a young stamp would be reason enough to read it again. */
static void make_old(const char *path)
{
    const struct timespec times[] = {{1000000000, 1}, {1000000000, 1}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
}

static gboolean is_whole(gpointer data)
{
    Fixture *fixture = data;
    vkp_store_refresh(fixture->store);
    const VkpBoard *board = vkp_store_board(fixture->store);
    return !vkp_board_is_cut(board) && vkp_board_n_executions(board) == N_EXECUTIONS;
}

static void test_slow_once(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT %d)"
                   "INSERT INTO execution_processes (id, session_id, started_at)"
                   " SELECT randomblob(16), s.id, '2026-01-10 03:00:00' FROM n, sessions s",
                   N_EXECUTIONS - 1);
    make_old(vkp_store_path(fixture->store));
    pause_usec = 30000;
    g_assert_true(vkp_store_refresh(fixture->store));
    g_assert_cmpint(vkp_store_state(fixture->store), ==, VKP_DATABASE_OK);
    g_assert_true(vkp_board_is_cut(vkp_store_board(fixture->store)));
    pause_usec = 0;
    g_assert_true(vkp_deadline_wait(20000, is_whole, fixture));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    set_up_disk();
    g_test_add("/store/slow/what-was-left-out-for-want-of-time-is-read-later", Fixture,
               GINT_TO_POINTER(FAKE_LAYOUT_E_LATE), fixture_set_up, test_slow_once,
               fixture_tear_down);
    return g_test_run();
}
