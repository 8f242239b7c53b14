/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/fingerprint.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/store/scratch.h"

#define SECOND_NSEC G_GINT64_CONSTANT(1000000000)
#define NOON_NSEC (1768046400 * SECOND_NSEC)

static void write_text(const char *path, const char *text)
{
    VkpFd fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(write(fd, text, strlen(text)), ==, (gssize)strlen(text));
    vkp_fd_close(&fd);
}

static VkpFingerprint take(const char *path)
{
    VkpFingerprint fingerprint;
    g_assert_cmpint(vkp_fingerprint_take(path, &fingerprint), ==, 0);
    return fingerprint;
}

static void test_equal(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db");
    write_text(path, "one");
    VkpFingerprint first = take(path);
    VkpFingerprint again = take(path);
    g_assert_true(vkp_fingerprint_equal(&first, &again));

    write_text(scratch_path(scratch, "db-wal"), "");
    write_text(scratch_path(scratch, "db-journal"), "");
    again = take(path);
    g_assert_true(vkp_fingerprint_equal(&first, &again));

    write_text(scratch_path(scratch, "db-wal"), "frame");
    VkpFingerprint with_wal = take(path);
    g_assert_false(vkp_fingerprint_equal(&first, &with_wal));
    write_text(scratch_path(scratch, "db-journal"), "page");
    VkpFingerprint with_journal = take(path);
    g_assert_false(vkp_fingerprint_equal(&with_wal, &with_journal));

    g_assert_cmpint(chmod(path, 0400), ==, 0);
    VkpFingerprint forbidden = take(path);
    g_assert_false(vkp_fingerprint_equal(&with_journal, &forbidden));
}

static void test_errors(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    VkpFingerprint fingerprint;
    g_assert_cmpint(vkp_fingerprint_take(scratch_path(scratch, "db"), &fingerprint), ==, ENOENT);
    const char *loop = scratch_path(scratch, "loop");
    g_assert_cmpint(symlink(loop, loop), ==, 0);
    g_assert_cmpint(vkp_fingerprint_take(loop, &fingerprint), ==, ELOOP);
    write_text(scratch_path(scratch, "file"), "x");
    g_assert_cmpint(vkp_fingerprint_take(scratch_path(scratch, "file/db"), &fingerprint), ==,
                    ENOTDIR);
    g_assert_true(vkp_inode_is_unknown(fingerprint.file.inode));
}

static void test_odd_companions(void)
{
    static const char *const names[] = {"db-wal", "db-shm", "db-journal"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(Scratch) scratch = scratch_new();
        const char *path = scratch_path(scratch, "db");
        write_text(path, "one");
        g_assert_false(take(path).has_odd_companion);
        g_assert_cmpint(mkfifo(scratch_path(scratch, names[i]), 0600), ==, 0);
        g_assert_true(take(path).has_odd_companion);
    }
}

/* Stamps within a tick of now could be borne by a later change, too. */
static void test_fresh(void)
{
    static const struct {
        gint64 file_nsec; /* after noon */
        gint64 wal_nsec;
        gint64 now_usec;
        gboolean is_fresh;
    } cases[] = {
        {1, 0, 0, TRUE},
        {1, 0, 49000, TRUE},
        {1, 0, 51000, FALSE},
        {1, 0, -49000, TRUE},
        {1, 0, -10 * G_USEC_PER_SEC, FALSE}, /* the clock was set back */
        {0, 0, 51000, TRUE},                 /* whole seconds: a coarse clock */
        {0, 0, 1900000, TRUE},
        {0, 0, 2100000, FALSE},
        {1, SECOND_NSEC + 1, 1010000, TRUE}, /* the later of the two decides */
        {1, SECOND_NSEC + 1, 1060000, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        VkpFingerprint fingerprint = {0};
        fingerprint.file.modified_nsec = NOON_NSEC + cases[i].file_nsec;
        if (cases[i].wal_nsec)
            fingerprint.wal.modified_nsec = NOON_NSEC + cases[i].wal_nsec;
        gint64 now_usec = NOON_NSEC / 1000 + cases[i].now_usec;
        g_assert_cmpint(vkp_fingerprint_is_fresh(&fingerprint, now_usec), ==, cases[i].is_fresh);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/fingerprint/every-change-but-an-empty-companion-shows", test_equal);
    g_test_add_func("/store/fingerprint/what-cannot-be-seen-is-an-errno", test_errors);
    g_test_add_func("/store/fingerprint/a-fifo-beside-the-file-is-odd", test_odd_companions);
    g_test_add_func("/store/fingerprint/a-young-stamp-vouches-for-nothing", test_fresh);
    return g_test_run();
}
