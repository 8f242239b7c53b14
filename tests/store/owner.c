/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader must never do to the database's owner, tried on a real one: a child process that
 * commits every few milliseconds, with the 5 s patience that vibe-kanban has. */
#include <glib.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "common/store/store.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/writer.h"
#include "tests/store/scratch.h"

/* Commits with and without us take turns in short laps: whatever else the machine does hits both.
 */
#define N_LAPS 12
#define LAP_COMMITS 50
#define LAP_TIMEOUT_USEC (60 * G_USEC_PER_SEC)
#define REFRESH_PAUSE_USEC 20000

/* The owner may lose this much to us, at the median and in 99 of 100 commits. */
#define MAX_SLOWER_USEC 10000

/* On a loaded machine a round may be spoiled by others; they do not spoil three. */
#define MAX_ROUNDS 3

typedef struct {
    const char *journal_mode;
    guint n_executions;
} OwnerCase;

static const char *make_board(Scratch *scratch, guint n_executions)
{
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    FakeAttempt attempt = {.id = fake_id(1), .folder = "/w/a", .agent = "CLAUDE_CODE"};
    fake_board_begin(board);
    fake_board_add_attempt(board, &attempt);
    for (guint i = 0; i < n_executions; i++) {
        FakeExecution execution = {.id = fake_id(1000 + i), .attempt_id = attempt.id};
        fake_board_add_execution(board, &execution);
    }
    fake_board_commit(board);
    return path;
}

/* Waits for a lap of commits, refreshing meanwhile if there is a store. Returns how often that
 * read. */
static guint run_lap(FakeWriter *writer, VkpStore *store, Figures *commits)
{
    guint n_read = 0;
    gint64 deadline_usec = g_get_monotonic_time() + LAP_TIMEOUT_USEC;
    fake_writer_take(writer, NULL);
    while (fake_writer_n_commits(writer) < LAP_COMMITS) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_usec);
        gint64 before_usec = store ? vkp_store_read_at_usec(store) : 0;
        if (store)
            vkp_store_refresh(store);
        n_read += store && vkp_store_read_at_usec(store) != before_usec;
        g_usleep(REFRESH_PAUSE_USEC);
    }
    fake_writer_take(writer, commits);
    return n_read;
}

static char *describe(const Figures *commits)
{
    return g_strdup_printf("%u commits, median %.0f, p99 %.0f, max %.0f us", commits->samples->len,
                           figures_at(commits, 0.5), figures_at(commits, 0.99),
                           figures_at(commits, 1));
}

/* Where the owner's own commits differ by more than what is to be shown, because the disk or the
 * processor is busy, the rarest of them cannot show it: half of what they take alone is noise then.
 */
static gboolean is_harmless(const Figures *alone, const Figures *watched)
{
    double p99_alone = figures_at(alone, 0.99);
    return figures_at(watched, 0.5) < figures_at(alone, 0.5) + MAX_SLOWER_USEC &&
           figures_at(watched, 0.99) < p99_alone + MAX(MAX_SLOWER_USEC, p99_alone / 2);
}

static gboolean play_round(FakeWriter *writer, VkpStore *store, const OwnerCase *owner)
{
    g_autoptr(Figures) alone = figures_new();
    g_autoptr(Figures) watched = figures_new();
    guint n_read = 0;
    for (guint i = 0; i < N_LAPS; i++) {
        run_lap(writer, NULL, alone);
        n_read += run_lap(writer, store, watched);
    }
    g_autofree char *alone_text = describe(alone);
    g_autofree char *watched_text = describe(watched);
    g_test_message("%s, %u executions | alone: %s | during %u reads: %s | refused %u",
                   owner->journal_mode, owner->n_executions, alone_text, n_read, watched_text,
                   fake_writer_n_failures(writer));
    g_assert_cmpuint(fake_writer_n_failures(writer), ==, 0);
    g_assert_cmpuint(n_read, >, N_LAPS / 2);
    g_assert_cmpint(vkp_store_state(store), ==, VKP_DATABASE_OK);
    g_assert_cmpuint(vkp_board_n_executions(vkp_store_board(store)), ==, owner->n_executions);
    return is_harmless(alone, watched);
}

static void test_commits(gconstpointer data)
{
    const OwnerCase *owner = data;
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, owner->n_executions);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    vkp_store_refresh(store);
    FakeWriterOptions options = {
        .path = path, .journal_mode = owner->journal_mode, .pause_usec = 3000};
    FakeWriter *writer = fake_writer_start(&options);
    gboolean is_well = FALSE;
    for (guint i = 0; i < MAX_ROUNDS && !is_well; i++)
        is_well = play_round(writer, store, owner);
    fake_writer_stop(writer);
    g_assert_true(is_well);
}

/* Upstream changes a file of its WAL releases to DELETE at start. A connection of ours, idle but
 * open, would refuse it at once: the server would not start. */
static void test_switch(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, 10);
    g_autoptr(FakeBoard) owner = fake_board_open(path, FAKE_LAYOUT_E_LATE);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    for (guint i = 0; i < 50; i++) {
        fake_board_set_journal_mode(owner, "WAL");
        fake_board_run(owner, "UPDATE workspaces SET name = 'Round %u'", i);
        g_assert_true(vkp_store_refresh(store));
        g_assert_cmpint(vkp_store_state(store), ==, VKP_DATABASE_OK);
        gint64 started_usec = g_get_monotonic_time();
        fake_board_set_journal_mode(owner, "DELETE"); /* fails the test if it is refused */
        g_assert_cmpint(g_get_monotonic_time() - started_usec, <, G_USEC_PER_SEC);
        g_autofree char *bytes = NULL;
        gsize length;
        g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
        g_assert_cmpint(bytes[18], ==, 1); /* the file's own word for it */
    }
}

/* The reverse, to show that the test above could fail: an open connection does refuse it. */
static void test_switch_is_refused_by_an_open_connection(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, 10);
    g_autoptr(FakeBoard) board = fake_board_open(path, FAKE_LAYOUT_E_LATE);
    fake_board_set_journal_mode(board, "WAL");
    sqlite3 *idle = NULL, *owner = NULL;
    g_assert_cmpint(sqlite3_open_v2(path, &idle, SQLITE_OPEN_READONLY, NULL), ==, SQLITE_OK);
    sqlite3_exec(idle, "SELECT * FROM workspaces", NULL, NULL, NULL);
    g_assert_cmpint(sqlite3_open(path, &owner), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(owner, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL), ==,
                    SQLITE_BUSY);
    sqlite3_close(idle);
    sqlite3_close(owner);
}

/* A server starts on a file that we have read and know, while we refresh as fast as we can. */
static void test_start_beside_us(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, 10);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    FakeWriterOptions options = {.path = path, .journal_mode = "WAL", .kind = FAKE_WRITER_STARTS};
    FakeWriter *writer = fake_writer_start(&options);
    gint64 deadline_usec = g_get_monotonic_time() + LAP_TIMEOUT_USEC;
    gint64 known_since_usec = g_get_monotonic_time();
    for (guint n_starts = 0; n_starts < 20;) {
        gint64 now_usec = g_get_monotonic_time();
        g_assert_cmpint(now_usec, <, deadline_usec);
        guint n_before = n_starts;
        n_starts = fake_writer_n_commits(writer);
        if (n_starts != n_before || !fake_writer_is_waiting(writer) ||
            vkp_store_retry_at_usec(store) > 0)
            known_since_usec = now_usec;
        vkp_store_refresh(store);
        /* The last change is old enough to be vouched for by its stamp, and read since. */
        if (now_usec - known_since_usec > 100000) {
            known_since_usec = now_usec;
            fake_writer_go(writer);
        }
    }
    g_assert_cmpstr(fake_writer_first_failure(writer), ==, "");
    g_assert_cmpuint(fake_writer_n_failures(writer), ==, 0);
    fake_writer_stop(writer);
}

/* Nothing of ours ever ends up in the owner's files, nor beside them. */
static void test_unchanged(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = make_board(scratch, 100);
    g_autofree char *before = scratch_dup_hash(path);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    for (guint i = 0; i < 200; i++) {
        g_assert_cmpint(g_utime(path, NULL), ==, 0); /* so that it is read each time */
        gint64 read_usec = vkp_store_read_at_usec(store);
        vkp_store_refresh(store);
        g_assert_cmpint(vkp_store_state(store), ==, VKP_DATABASE_OK);
        g_assert_cmpint(vkp_store_read_at_usec(store), >, read_usec);
    }
    g_autofree char *after = scratch_dup_hash(path);
    g_assert_cmpstr(after, ==, before);
    g_autoptr(GDir) folder = g_dir_open(scratch_folder(scratch), 0, NULL);
    g_assert_cmpstr(g_dir_read_name(folder), ==, "db.v2.sqlite");
    g_assert_null(g_dir_read_name(folder));
}

static const OwnerCase cases[] = {
    {"DELETE", 100},
    {"WAL", 100},
    {"DELETE", 10000},
};

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/store/owner/commits-in-delete-mode-are-not-refused-nor-slowed",
                         &cases[0], test_commits);
    g_test_add_data_func("/store/owner/commits-in-wal-mode-are-not-refused-nor-slowed", &cases[1],
                         test_commits);
    g_test_add_data_func("/store/owner/commits-to-a-long-history-are-not-refused-nor-slowed",
                         &cases[2], test_commits);
    g_test_add_func("/store/owner/the-switch-from-wal-at-its-start-is-not-blocked", test_switch);
    g_test_add_func("/store/owner/an-open-connection-would-block-the-switch",
                    test_switch_is_refused_by_an_open_connection);
    g_test_add_func("/store/owner/a-start-beside-our-refreshes-is-not-blocked",
                    test_start_beside_us);
    g_test_add_func("/store/owner/the-file-stays-byte-for-byte-as-it-was", test_unchanged);
    return g_test_run();
}
