/* SPDX-License-Identifier: Apache-2.0 */
/* Every state of the database, each reached as it happens to people. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/store/connection.h"
#include "common/store/store.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/writer.h"
#include "tests/store/scratch.h"

#define PATIENCE_USEC (20 * G_USEC_PER_SEC)

static const char *make_board(Scratch *scratch, FakeLayout layout)
{
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = fake_board_new(path, layout);
    fake_board_add_project(board, fake_id(1), "shop");
    fake_board_add_task(board, fake_id(2), fake_id(1), "Fix login", NULL);
    FakeAttempt attempt = {
        .id = fake_id(3), .task_id = fake_id(2), .folder = "/w/a", .agent = "CLAUDE_CODE"};
    fake_board_add_attempt(board, &attempt);
    FakeExecution execution = {.id = fake_id(4), .attempt_id = fake_id(3)};
    fake_board_add_execution(board, &execution);
    return path;
}

static void assert_state(VkpStore *store, VkpDatabaseState state)
{
    g_assert_cmpstr(vkp_database_state_to_string(vkp_store_state(store)), ==,
                    vkp_database_state_to_string(state));
    const char *problem = vkp_store_problem(store);
    if (state == VKP_DATABASE_OK) {
        g_assert_null(problem);
        return;
    }
    /* A person is told which file it is about. */
    g_assert_nonnull(problem);
    g_assert_nonnull(strstr(problem, vkp_store_path(store)));
}

static void assert_has_board(VkpStore *store)
{
    g_assert_cmpuint(vkp_board_n_attempts(vkp_store_board(store)), ==, 1);
    g_assert_cmpuint(vkp_board_n_executions(vkp_store_board(store)), ==, 1);
}

static void refresh_until(VkpStore *store, VkpDatabaseState state)
{
    gint64 deadline_usec = g_get_monotonic_time() + PATIENCE_USEC;
    while (vkp_store_state(store) != state) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_usec);
        vkp_store_refresh(store);
        g_usleep(5000);
    }
}

static void write_file(const char *path, const char *bytes, gssize length)
{
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, bytes, length, &error);
    g_assert_no_error(error);
}

static void test_missing(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    g_autoptr(VkpStore) store = vkp_store_new(scratch_path(scratch, "db.v2.sqlite"));
    assert_state(store, VKP_DATABASE_MISSING);
    g_assert_false(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_MISSING);
    g_assert_cmpint(vkp_store_read_at_usec(store), ==, 0);
    g_assert_cmpuint(vkp_board_n_attempts(vkp_store_board(store)), ==, 0);

    make_board(scratch, FAKE_LAYOUT_E_LATE);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_OK);
    assert_has_board(store);
    g_assert_cmpint(vkp_store_read_at_usec(store), >, 0);

    g_assert_cmpint(g_unlink(vkp_store_path(store)), ==, 0);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_MISSING);
    assert_has_board(store);
}

static void test_no_file(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *folder = scratch_path(scratch, "folder");
    const char *fifo = scratch_path(scratch, "fifo");
    const char *to_fifo = scratch_path(scratch, "link");
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(symlink(fifo, to_fifo), ==, 0);
    const char *paths[] = {folder, fifo, to_fifo, "/dev/null"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(VkpStore) store = vkp_store_new(paths[i]);
        g_assert_true(vkp_store_refresh(store));
        assert_state(store, VKP_DATABASE_UNREADABLE);
    }
}

/* It came after the look. */
static void test_fifo_in_its_place(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *fifo = scratch_path(scratch, "db.sqlite");
    int code = SQLITE_OK;
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    alarm(20); /* and not for ever */
    g_autoptr(VkpConnection) connection = vkp_connection_open(fifo, &code);
    alarm(0);
    /* It opens, but cannot be read from a place of one's choice. */
    g_assert_null(connection);
    g_assert_cmpint(code, ==, SQLITE_IOERR_READ);
}

/* SQLite would open it, and wait for a writer at its other end for ever. */
static void test_fifo_beside(void)
{
    static const char *const suffixes[] = {"-journal", "-wal", "-shm"};
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autoptr(Scratch) scratch = scratch_new();
        const char *path = make_board(scratch, FAKE_LAYOUT_E_LATE);
        g_autofree char *fifo = g_strconcat(path, suffixes[i], NULL);
        g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
        g_autoptr(VkpStore) store = vkp_store_new(path);
        g_assert_true(vkp_store_refresh(store));
        assert_state(store, VKP_DATABASE_UNREADABLE);
        g_assert_cmpint(g_unlink(fifo), ==, 0);
        g_assert_true(vkp_store_refresh(store));
        assert_state(store, VKP_DATABASE_OK);
    }
}

static void check_forbidden(Scratch *scratch)
{
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_UNREADABLE);
    g_assert_nonnull(strstr(vkp_store_problem(store), g_strerror(EACCES)));
}

static void give_to_user(Scratch *scratch)
{
    if (geteuid() != 0)
        return;
    g_assert_cmpint(chown(scratch_folder(scratch), 1000, 1000), ==, 0);
    g_assert_cmpint(chown(scratch_path(scratch, "db.v2.sqlite"), 1000, 1000), ==, 0);
}

static void test_forbidden(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_E_LATE);
    give_to_user(scratch);
    g_assert_cmpint(g_chmod(path, 0), ==, 0);
    scratch_as_user(scratch, check_forbidden);
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    g_assert_cmpint(g_chmod(scratch_folder(scratch), 0), ==, 0);
    scratch_as_user(scratch, check_forbidden);
    g_assert_cmpint(g_chmod(scratch_folder(scratch), 0700), ==, 0);
}

static void check_forbidden_for_a_while(Scratch *scratch)
{
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_OK);
    g_assert_cmpint(g_chmod(path, 0), ==, 0);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_UNREADABLE);
    assert_has_board(store);
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_OK);
}

static void test_forbidden_for_a_while(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    make_board(scratch, FAKE_LAYOUT_E_LATE);
    give_to_user(scratch);
    scratch_as_user(scratch, check_forbidden_for_a_while);
}

static void check_wal_in_foreign_folder(Scratch *scratch)
{
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_UNREADABLE);
    g_assert_nonnull(strstr(vkp_store_problem(store), "WAL"));
}

static void test_wal_in_foreign_folder(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_DK);
    give_to_user(scratch);
    g_assert_false(g_file_test(scratch_path(scratch, "db.v2.sqlite-shm"), G_FILE_TEST_EXISTS));
    g_assert_cmpint(g_chmod(path, 0444), ==, 0);
    g_assert_cmpint(g_chmod(scratch_folder(scratch), 0555), ==, 0);
    scratch_as_user(scratch, check_wal_in_foreign_folder);
    g_assert_cmpint(g_chmod(scratch_folder(scratch), 0700), ==, 0);
}

static void test_unsupported(void)
{
    static const char *const others[] = {
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)",
        "CREATE TABLE tasks (id BLOB); CREATE TABLE projects (id BLOB)",
        "CREATE TABLE execution_processes (id BLOB, session_id BLOB)",
        "CREATE TABLE execution_processes (id BLOB, session_id BLOB);"
        "CREATE TABLE workspaces_new (id BLOB, task_id BLOB);"
        "CREATE TABLE sessions_new (id BLOB, workspace_id BLOB)",
    };
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autoptr(Scratch) scratch = scratch_new();
        const char *path = scratch_path(scratch, "db.sqlite");
        write_file(path, "", 0);
        g_autoptr(FakeBoard) board = fake_board_open(path, FAKE_LAYOUT_A);
        g_autoptr(VkpStore) store = vkp_store_new(path);
        g_assert_true(vkp_store_refresh(store));
        assert_state(store, VKP_DATABASE_UNSUPPORTED); /* it is empty */
        fake_board_run(board, "%s", others[i]);
        g_assert_false(vkp_store_refresh(store));
        assert_state(store, VKP_DATABASE_UNSUPPORTED);
    }
}

static void test_corrupt(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_E_LATE);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));

    write_file(path, "Dear diary, this is no database at all. Dear diary, ...", -1);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_CORRUPT);
    assert_has_board(store);

    write_file(path, bytes, (gssize)length / 2); /* cut off */
    vkp_store_refresh(store);
    assert_state(store, VKP_DATABASE_CORRUPT);

    write_file(path, bytes, (gssize)length);
    refresh_until(store, VKP_DATABASE_OK);
    assert_has_board(store);
}

static sqlite3 *lock(const char *path)
{
    sqlite3 *owner = NULL;
    g_assert_cmpint(sqlite3_open(path, &owner), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(owner, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==, SQLITE_OK);
    return owner;
}

static void test_locked_from_the_start(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_E_LATE);
    sqlite3 *owner = lock(path);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    gint64 started_usec = g_get_monotonic_time();
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_LOCKED);
    g_assert_cmpint(g_get_monotonic_time() - started_usec, <, G_USEC_PER_SEC);
    g_assert_cmpint(vkp_store_retry_at_usec(store), >, started_usec);
    sqlite3_close(owner);
    refresh_until(store, VKP_DATABASE_OK);
    assert_has_board(store);
    g_assert_cmpint(vkp_store_retry_at_usec(store), ==, 0);
}

/* A lock is normal for a moment and worth telling after some seconds. */
static void test_locked_for_long(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_E_LATE);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    g_autoptr(FakeBoard) board = fake_board_open(path, FAKE_LAYOUT_E_LATE);
    fake_board_run(board, "UPDATE tasks SET title = 'Other'");
    sqlite3 *owner = lock(path);
    gint64 good_usec = vkp_store_read_at_usec(store);
    g_assert_false(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_OK);
    g_assert_cmpint(vkp_store_retry_at_usec(store), >, 0);
    refresh_until(store, VKP_DATABASE_LOCKED);
    assert_state(store, VKP_DATABASE_LOCKED);
    assert_has_board(store);
    g_assert_cmpint(vkp_store_read_at_usec(store), ==, good_usec);
    sqlite3_close(owner);
    refresh_until(store, VKP_DATABASE_OK);
    VkpUuid id = fake_id(3);
    g_assert_cmpstr(vkp_board_lookup_attempt(vkp_store_board(store), &id)->task_title, ==, "Other");
}

static void test_needs_recovery(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_E_LATE);
    const char *journal = scratch_path(scratch, "db.v2.sqlite-journal");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    FakeWriterOptions options = {
        .path = path, .journal_mode = "DELETE", .kind = FAKE_WRITER_SPILLS};
    fake_writer_kill(fake_writer_start(&options));
    g_autofree char *file_before = scratch_dup_hash(path);
    g_autofree char *journal_before = scratch_dup_hash(journal);

    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_NEEDS_RECOVERY);
    assert_has_board(store);
    refresh_until(store, VKP_DATABASE_NEEDS_RECOVERY);
    g_autofree char *file_after = scratch_dup_hash(path);
    g_autofree char *journal_after = scratch_dup_hash(journal);
    g_assert_cmpstr(file_after, ==, file_before);
    g_assert_cmpstr(journal_after, ==, journal_before);

    /* The journal was hot indeed: its owner rolls back with it. */
    g_autoptr(FakeBoard) owner = fake_board_open(path, FAKE_LAYOUT_E_LATE);
    fake_board_run(owner, "SELECT count(*) FROM tasks");
    g_assert_false(g_file_test(journal, G_FILE_TEST_EXISTS));
    g_autofree char *file_recovered = scratch_dup_hash(path);
    g_assert_cmpstr(file_recovered, !=, file_before);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_OK);
    assert_has_board(store);
}

/* In WAL mode a killed writer leaves nothing that a reader could not read. */
static void test_killed_in_wal_mode(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, FAKE_LAYOUT_DK);
    FakeWriterOptions options = {.path = path, .journal_mode = "WAL", .kind = FAKE_WRITER_SPILLS};
    fake_writer_kill(fake_writer_start(&options));
    g_autofree char *file_before = scratch_dup_hash(path);
    g_autofree char *wal_before = scratch_dup_hash(scratch_path(scratch, "db.v2.sqlite-wal"));
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    assert_state(store, VKP_DATABASE_OK);
    assert_has_board(store);
    g_autofree char *file_after = scratch_dup_hash(path);
    g_autofree char *wal_after = scratch_dup_hash(scratch_path(scratch, "db.v2.sqlite-wal"));
    g_assert_cmpstr(file_after, ==, file_before);
    g_assert_cmpstr(wal_after, ==, wal_before);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/states/missing-until-it-appears-and-when-it-goes", test_missing);
    g_test_add_func("/store/states/folders-fifos-and-devices-are-unreadable", test_no_file);
    g_test_add_func("/store/states/a-fifo-that-came-after-the-look-is-not-waited-for",
                    test_fifo_in_its_place);
    g_test_add_func("/store/states/a-fifo-beside-the-file-is-not-waited-for", test_fifo_beside);
    g_test_add_func("/store/states/a-forbidden-file-or-folder-is-unreadable", test_forbidden);
    g_test_add_func("/store/states/a-file-forbidden-for-a-while-keeps-its-board",
                    test_forbidden_for_a_while);
    g_test_add_func("/store/states/wal-in-a-folder-that-is-not-ours-is-unreadable",
                    test_wal_in_foreign_folder);
    g_test_add_func("/store/states/other-databases-are-unsupported", test_unsupported);
    g_test_add_func("/store/states/a-damaged-file-is-corrupt-until-it-is-whole", test_corrupt);
    g_test_add_func("/store/states/locked-from-the-start-is-locked", test_locked_from_the_start);
    g_test_add_func("/store/states/locked-for-long-is-locked-and-keeps-its-board",
                    test_locked_for_long);
    g_test_add_func("/store/states/a-hot-journal-needs-recovery-and-is-left-alone",
                    test_needs_recovery);
    g_test_add_func("/store/states/a-writer-killed-in-wal-mode-leaves-a-readable-file",
                    test_killed_in_wal_mode);
    return g_test_run();
}
