/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/base/error.h"

typedef struct {
    char *folder;
    char *path; /* of a file in it, not there yet */
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->folder = g_dir_make_tmp("vkp-file-XXXXXX", NULL);
    g_assert_nonnull(fixture->folder);
    fixture->path = g_build_filename(fixture->folder, "file", NULL);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    (void)g_unlink(fixture->path);
    g_assert_no_errno(g_rmdir(fixture->folder));
    g_free(fixture->folder);
    g_free(fixture->path);
}

static void test_sizes(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const gsize sizes[] = {0, 1, 4095, 4096, 4097, 8192, 8193, 100000};
    static const gsize limits[] = {0, 1, 4095, 4096, 4097, 65536, 1000000};
    g_autofree char *bytes = g_strnfill(100000, 'x');
    for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
        g_assert_true(vkp_file_replace(fixture->path, bytes, sizes[s], NULL));
        for (guint l = 0; l < G_N_ELEMENTS(limits); l++) {
            gsize length = 77;
            gboolean cut = 77;
            g_autofree char *read =
                vkp_file_read(AT_FDCWD, fixture->path, limits[l], &length, &cut, NULL);
            g_assert_cmpuint(length, ==, MIN(sizes[s], limits[l]));
            g_assert_cmpint(cut, ==, sizes[s] > limits[l]);
            g_assert_cmpmem(read, length, bytes, length);
            g_assert_cmpint(read[length], ==, '\0');
        }
    }
}

static void test_relative(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_auto(VkpFd) folder = open(fixture->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_assert_true(vkp_file_replace(fixture->path, "abc", 3, NULL));
    gsize length = 0;
    g_autofree char *read = vkp_file_read(folder, "file", 100, &length, NULL, NULL);
    g_assert_cmpstr(read, ==, "abc");
    g_autofree char *proc = vkp_file_read(AT_FDCWD, "/proc/self/stat", 10, &length, NULL, NULL);
    g_assert_cmpuint(strlen(proc), ==, 10);
}

static void test_read_errors(Fixture *fixture, gconstpointer data)
{
    (void)data;
    gsize length = 77;
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_file_read(AT_FDCWD, fixture->path, 100, &length, NULL, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, fixture->path));
    g_clear_error(&error);
    g_assert_null(vkp_file_read(AT_FDCWD, fixture->folder, 100, &length, NULL, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    g_assert_cmpuint(length, ==, 77);
}

/* A pipe in a file's place has no writer, and must not keep the reader waiting. */
static void test_fifo(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_no_errno(mkfifo(fixture->path, 0600));
    gsize length = 77;
    g_autofree char *read = vkp_file_read(AT_FDCWD, fixture->path, 100, &length, NULL, NULL);
    g_assert_cmpstr(read, ==, "");
}

static guint count_entries(const char *path)
{
    guint n = 0;
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    while (g_dir_read_name(folder))
        n++;
    return n;
}

static void test_replace(Fixture *fixture, gconstpointer data)
{
    (void)data;
    struct stat status;
    mode_t mask = umask(0);
    g_assert_true(vkp_file_replace(fixture->path, "old", 3, NULL));
    g_assert_true(vkp_file_replace(fixture->path, "newer", 5, NULL));
    umask(mask);
    g_assert_no_errno(stat(fixture->path, &status));
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_assert_cmpint(status.st_size, ==, 5);
    g_assert_cmpuint(count_entries(fixture->folder), ==, 1);
}

static void test_replace_errors(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_file_replace("/nonexistent/file", "x", 1, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    /* A folder in the way: nothing may be left behind. */
    g_autofree char *inside = g_build_filename(fixture->path, "x", NULL);
    g_assert_no_errno(g_mkdir_with_parents(inside, 0700));
    g_assert_false(vkp_file_replace(fixture->path, "x", 1, &error));
    g_assert_nonnull(error);
    g_assert_cmpuint(count_entries(fixture->folder), ==, 1);
    g_assert_no_errno(g_rmdir(inside));
    g_assert_no_errno(g_rmdir(fixture->path));
}

static void put(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

static void test_sweep(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const others[] = {"file",        "file.c",       "file.abcdefg",
                                         "file.abc-ef", "file-abcdef",  "xfile.abcdef",
                                         "file.abcde~", "filex.abcdef", "file.abc.ef"};
    g_autofree char *link = g_build_filename(fixture->folder, "file.linked", NULL);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        put(fixture, others[i]);
    g_assert_no_errno(symlink("file", link));
    put(fixture, "file.aB3dE9");
    put(fixture, "file.XXXXXX");
    vkp_file_sweep(fixture->path);
    g_assert_cmpuint(count_entries(fixture->folder), ==, G_N_ELEMENTS(others) + 1);
    g_assert_no_errno(g_unlink(link));
    for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *path = g_build_filename(fixture->folder, others[i], NULL);
        g_assert_no_errno(g_unlink(path));
    }
    vkp_file_sweep("/nonexistent/file");
}

static void test_inode(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_true(vkp_inode_is_unknown(vkp_file_inode(fixture->path)));
    g_assert_true(vkp_file_replace(fixture->path, "a", 1, NULL));
    VkpInode first = vkp_file_inode(fixture->path);
    g_assert_false(vkp_inode_is_unknown(first));
    g_assert_true(vkp_inode_equal(first, vkp_file_inode(fixture->path)));
    g_assert_false(vkp_inode_equal(first, vkp_file_inode(fixture->folder)));
}

static void test_descriptor(Fixture *fixture, gconstpointer data)
{
    (void)data;
    (void)fixture;
    VkpFd fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int number = fd;
    VkpFd given = vkp_fd_steal(&fd);
    g_assert_cmpint(fd, ==, -1);
    g_assert_cmpint(given, ==, number);
    vkp_fd_close(&fd);
    errno = EDOM;
    vkp_fd_close(&given);
    g_assert_cmpint(errno, ==, EDOM);
    g_assert_cmpint(given, ==, -1);
    g_assert_cmpint(fcntl(number, F_GETFD), ==, -1);
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/file/read/no-more-than-the-limit", test_sizes);
    ADD("/file/read/relative-to-a-folder", test_relative);
    ADD("/file/read/errors-name-the-file", test_read_errors);
    ADD("/file/read/a-pipe-does-not-block", test_fifo);
    ADD("/file/replace/is-private-and-leaves-nothing-beside", test_replace);
    ADD("/file/replace/failure-leaves-nothing-behind", test_replace_errors);
    ADD("/file/sweep/takes-only-what-a-crash-left-beside", test_sweep);
    ADD("/file/inode/is-the-same-by-any-look", test_inode);
    ADD("/file/descriptor/is-closed-once", test_descriptor);
    return g_test_run();
}
