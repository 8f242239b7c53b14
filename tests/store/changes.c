/* SPDX-License-Identifier: Apache-2.0 */
/* A file that changes, stays, goes and comes under a running store. */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/file.h"
#include "common/store/store.h"
#include "tests/lib/fake-board.h"
#include "tests/store/scratch.h"

#define PATIENCE_USEC (20 * G_USEC_PER_SEC)

static FakeBoard *make_board(const char *path, FakeLayout layout, const char *title)
{
    FakeBoard *board = fake_board_new(path, layout);
    fake_board_add_project(board, fake_id(1), "shop");
    fake_board_add_task(board, fake_id(2), fake_id(1), title, NULL);
    FakeAttempt attempt = {.id = fake_id(3), .task_id = fake_id(2), .folder = "/w/a"};
    fake_board_add_attempt(board, &attempt);
    return board;
}

static const char *title_of(VkpStore *store)
{
    VkpUuid id = fake_id(3);
    const VkpAttempt *attempt = vkp_board_lookup_attempt(vkp_store_board(store), &id);
    return attempt ? attempt->task_title : NULL;
}

/* Lets the time stamp of the last change grow old, so that it vouches for what was read, and reads
 * that once more. */
static void settle(VkpStore *store)
{
    g_usleep(100000);
    vkp_store_refresh(store);
}

static void test_seen(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_E_LATE, "One");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    settle(store);
    fake_board_run(board, "UPDATE tasks SET title = 'Two'");
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Two");
}

/* Two commits within one tick of the file system's clock bear the same time stamp. */
static void test_seen_within_one_tick(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_E_LATE, "Start");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    for (int i = 0; i < 200; i++) {
        g_autofree char *title = g_strdup_printf("Title %04d", i);
        fake_board_run(board, "UPDATE tasks SET title = %Q", title);
        g_assert_true(vkp_store_refresh(store));
        g_assert_cmpstr(title_of(store), ==, title);
    }
}

/* A change that leaves size and time stamp alone, right after our read: a later refresh finds it.
 */
static void test_same_stamp(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_E_LATE, "One");
    struct stat before;
    g_assert_cmpint(stat(path, &before), ==, 0);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    fake_board_run(board, "UPDATE tasks SET title = 'Two'");
    struct timespec times[2] = {before.st_atim, before.st_mtim};
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
    vkp_store_refresh(store);
    g_assert_cmpstr(title_of(store), ==, "Two");
}

static void test_seen_in_wal(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    fake_board_free(make_board(path, FAKE_LAYOUT_DK, "One"));
    sqlite3 *owner = NULL; /* keeps the -wal from being written back */
    g_assert_cmpint(sqlite3_open(path, &owner), ==, SQLITE_OK);
    sqlite3_exec(owner, "UPDATE tasks SET title = 'Two'", NULL, NULL, NULL);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Two");
    settle(store);
    g_autofree char *file_before = scratch_dup_hash(path);
    sqlite3_exec(owner, "UPDATE tasks SET title = 'Three'", NULL, NULL, NULL);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Three");
    g_autofree char *file_after = scratch_dup_hash(path);
    g_assert_cmpstr(file_after, ==, file_before);
    sqlite3_close(owner);
}

/* Who opens the file is seen by inotify. */
static int watch_opens(const char *path)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(inotify_add_watch(fd, path, IN_OPEN), >=, 0);
    return fd;
}

static gboolean was_opened(int fd)
{
    char events[4096];
    gssize got = read(fd, events, sizeof events);
    g_assert_true(got > 0 || errno == EAGAIN);
    return got > 0;
}

static void test_not_opened_without_need(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_E_LATE, "One");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    settle(store);
    g_auto(VkpFd) opens = watch_opens(path);
    gint64 before_usec = vkp_store_read_at_usec(store);
    for (guint i = 0; i < 100; i++)
        g_assert_false(vkp_store_refresh(store));
    g_assert_false(was_opened(opens));
    g_assert_cmpint(vkp_store_read_at_usec(store), >, before_usec); /* it is still the truth */
    fake_board_run(board, "UPDATE tasks SET title = 'Two'");
    g_assert_true(was_opened(opens));
}

/* On a file system that counts whole seconds, a second commit could follow under the same stamp. */
static void test_young_stamp_is_not_trusted(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    fake_board_free(make_board(path, FAKE_LAYOUT_E_LATE, "One"));
    struct timespec now[2] = {{.tv_sec = time(NULL)}, {.tv_sec = time(NULL)}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, now, 0), ==, 0);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    g_auto(VkpFd) opens = watch_opens(path);
    g_assert_false(vkp_store_refresh(store));
    g_assert_true(was_opened(opens));
}

/* A broken file is not read again and again either. */
static void test_broken_not_opened_without_need(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_assert_true(g_file_set_contents(path, "no database, whatever its name says", -1, NULL));
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    g_assert_cmpint(vkp_store_state(store), ==, VKP_DATABASE_CORRUPT);
    g_auto(VkpFd) opens = watch_opens(path);
    for (guint i = 0; i < 100; i++)
        vkp_store_refresh(store);
    g_assert_false(was_opened(opens));
}

/* A reader of a WAL database without a server leaves files behind: once, not at each refresh. */
static void test_leaves_nothing_twice(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    fake_board_free(make_board(path, FAKE_LAYOUT_DK, "One"));
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    settle(store);
    const char *wal = scratch_path(scratch, "db.v2.sqlite-wal");
    const char *shm = scratch_path(scratch, "db.v2.sqlite-shm");
    g_unlink(wal);
    g_unlink(shm);
    for (guint i = 0; i < 10; i++)
        g_assert_false(vkp_store_refresh(store));
    g_assert_false(g_file_test(wal, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(shm, G_FILE_TEST_EXISTS));
}

static void test_same_board_keeps_its_pointer(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_SWARM, "One");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    const VkpBoard *first = vkp_store_board(store);
    fake_board_run(board, "INSERT INTO execution_process_logs VALUES (x'00', 'line', 4, 'now')");
    g_assert_false(vkp_store_refresh(store));
    g_assert_true(vkp_store_board(store) == first);
    fake_board_run(board, "UPDATE tasks SET title = 'Two'");
    g_assert_true(vkp_store_refresh(store));
    g_assert_true(vkp_store_board(store) != first);
}

static void test_replaced(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    const char *other = scratch_path(scratch, "other.sqlite");
    fake_board_free(make_board(path, FAKE_LAYOUT_E_LATE, "One"));
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    settle(store);
    fake_board_free(make_board(other, FAKE_LAYOUT_B_EXECUTOR, "Two"));
    g_assert_cmpint(g_rename(other, path), ==, 0);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Two");
}

static void test_deleted_and_made_anew(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    fake_board_free(make_board(path, FAKE_LAYOUT_E_LATE, "One"));
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    settle(store);
    g_assert_cmpint(g_unlink(path), ==, 0);
    fake_board_free(make_board(path, FAKE_LAYOUT_E_LATE, "Two"));
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Two");
}

static void test_link_set_elsewhere(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *one = scratch_path(scratch, "one.sqlite");
    const char *two = scratch_path(scratch, "two.sqlite");
    const char *link_path = scratch_path(scratch, "db.sqlite");
    fake_board_free(make_board(one, FAKE_LAYOUT_E_LATE, "One"));
    fake_board_free(make_board(two, FAKE_LAYOUT_DK, "Two"));
    g_assert_cmpint(symlink(one, link_path), ==, 0);
    g_autoptr(VkpStore) store = vkp_store_new(link_path);
    vkp_store_refresh(store);
    g_assert_cmpstr(title_of(store), ==, "One");
    settle(store);
    g_assert_cmpint(g_unlink(link_path), ==, 0);
    g_assert_cmpint(symlink(two, link_path), ==, 0);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Two");
    settle(store);
    /* The -wal lies where the link leads. */
    sqlite3 *owner = NULL;
    g_assert_cmpint(sqlite3_open(two, &owner), ==, SQLITE_OK);
    sqlite3_exec(owner, "UPDATE tasks SET title = 'Three'", NULL, NULL, NULL);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "Three");
    sqlite3_close(owner);
}

static void test_upgraded(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_B_EXECUTOR, "One");
    FakeExecution execution = {.id = fake_id(4), .attempt_id = fake_id(3)};
    fake_board_add_execution(board, &execution);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    settle(store);
    fake_board_upgrade_to_e(board);
    FakeAttempt loose = {.id = fake_id(5), .folder = "/w/b", .name = "Loose"};
    fake_board_add_attempt(board, &loose);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(title_of(store), ==, "One");
    VkpUuid old_id = fake_id(4), new_id = fake_id(5), attempt_id = fake_id(3);
    const VkpExecution *old = vkp_board_lookup_execution(vkp_store_board(store), &old_id);
    g_assert_true(vkp_uuid_equal(&old->attempt_id, &attempt_id));
    g_assert_cmpstr(vkp_board_lookup_attempt(vkp_store_board(store), &new_id)->name, ==, "Loose");
}

static void test_strange_paths(void)
{
    static const char *const names[] = {"with space.sqlite",
                                        "50%41.sqlite",
                                        "what?mode=rw",
                                        "a#b.sqlite",
                                        "it's \"x\"",
                                        "file:x?immutable=1",
                                        "\xff\xfe.db",
                                        "new\nline",
                                        "\xc3\xa4\xe2\x82\xac",
                                        "a;b&c=d",
                                        "~",
                                        "-journal"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Scratch) scratch = scratch_new();
        const char *path = scratch_path(scratch, names[i]);
        fake_board_free(make_board(path, FAKE_LAYOUT_E_LATE, "One"));
        g_autoptr(VkpStore) store = vkp_store_new(path);
        g_assert_true(vkp_store_refresh(store));
        g_assert_cmpstr(vkp_database_state_to_string(vkp_store_state(store)), ==, "ok");
        g_assert_cmpstr(title_of(store), ==, "One");
    }
}

/* Whether another process could not begin to write now. */
static gboolean is_locked_for_others(const char *path)
{
    int answer[2];
    g_assert_cmpint(pipe2(answer, O_CLOEXEC), ==, 0);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        sqlite3 *other = NULL;
        sqlite3_open(path, &other);
        int code = sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        gssize written = write(answer[1], &code, sizeof code);
        sqlite3_close(other);
        _exit(written == sizeof code ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    int code = -1;
    g_assert_cmpint(read(answer[0], &code, sizeof code), ==, sizeof code);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    close(answer[0]);
    close(answer[1]);
    g_assert_true(code == SQLITE_OK || code == SQLITE_BUSY);
    return code == SQLITE_BUSY;
}

/* Closing any descriptor of a file drops all POSIX locks that the process has on it. SQLite knows
 * about its own; a plain open() and close() of ours would not. */
static void test_keeps_locks_of_this_process(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = make_board(path, FAKE_LAYOUT_E_LATE, "One");
    g_autoptr(VkpStore) store = vkp_store_new(path);
    fake_board_begin(board);
    g_assert_true(vkp_store_refresh(store));
    fake_board_run(board, "UPDATE tasks SET title = 'Two'");
    vkp_store_refresh(store);
    g_assert_true(is_locked_for_others(path));
    fake_board_commit(board);
    g_assert_false(is_locked_for_others(path));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/changes/a-commit-is-seen", test_seen);
    g_test_add_func("/store/changes/every-commit-within-one-tick-is-seen",
                    test_seen_within_one_tick);
    g_test_add_func("/store/changes/a-change-of-the-same-size-and-modification-time-is-seen",
                    test_same_stamp);
    g_test_add_func("/store/changes/a-commit-to-the-wal-alone-is-seen", test_seen_in_wal);
    g_test_add_func("/store/changes/an-unchanged-file-is-not-opened", test_not_opened_without_need);
    g_test_add_func("/store/changes/a-young-stamp-is-not-trusted", test_young_stamp_is_not_trusted);
    g_test_add_func("/store/changes/a-broken-file-is-not-opened-again-and-again",
                    test_broken_not_opened_without_need);
    g_test_add_func("/store/changes/an-unchanged-wal-file-gets-no-files-beside-it",
                    test_leaves_nothing_twice);
    g_test_add_func("/store/changes/a-board-that-says-the-same-stays-the-same",
                    test_same_board_keeps_its_pointer);
    g_test_add_func("/store/changes/a-replaced-file-is-read-anew", test_replaced);
    g_test_add_func("/store/changes/a-file-made-anew-is-read-anew", test_deleted_and_made_anew);
    g_test_add_func("/store/changes/a-link-set-elsewhere-is-followed", test_link_set_elsewhere);
    g_test_add_func("/store/changes/an-upgrade-in-place-is-picked-up", test_upgraded);
    g_test_add_func("/store/changes/strange-paths-are-opened-as-they-are", test_strange_paths);
    g_test_add_func("/store/changes/locks-of-this-process-are-kept",
                    test_keeps_locks_of_this_process);
    return g_test_run();
}
