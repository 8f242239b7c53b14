/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/scratch.h"

#include <glib/gstdio.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER 1000

struct Scratch {
    char *folder;
    GPtrArray *paths;
};

Scratch *scratch_new(void)
{
    g_autoptr(GError) error = NULL;
    Scratch *scratch = g_new0(Scratch, 1);
    scratch->folder = g_dir_make_tmp("vkp-store-XXXXXX", &error);
    g_assert_no_error(error);
    scratch->paths = g_ptr_array_new_with_free_func(g_free);
    return scratch;
}

static void remove_tree(const char *path)
{
    if (!g_file_test(path, G_FILE_TEST_IS_SYMLINK) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
        g_assert_cmpint(g_chmod(path, 0700), ==, 0);
        g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
        for (const char *name; (name = g_dir_read_name(folder));) {
            g_autofree char *child = g_build_filename(path, name, NULL);
            remove_tree(child);
        }
    }
    g_assert_cmpint(g_remove(path), ==, 0);
}

void scratch_free(Scratch *scratch)
{
    if (!scratch)
        return;
    remove_tree(scratch->folder);
    g_free(scratch->folder);
    g_ptr_array_unref(scratch->paths);
    g_free(scratch);
}

const char *scratch_folder(const Scratch *scratch)
{
    return scratch->folder;
}

const char *scratch_path(Scratch *scratch, const char *name)
{
    char *path = g_build_filename(scratch->folder, name, NULL);
    g_ptr_array_add(scratch->paths, path);
    return path;
}

char *scratch_dup_hash(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize length;
    g_file_get_contents(path, &bytes, &length, &error);
    g_assert_no_error(error);
    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes, length);
}

void scratch_as_user(Scratch *scratch, void (*check)(Scratch *scratch))
{
    if (geteuid() != 0) {
        check(scratch);
        return;
    }
    fflush(NULL);
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        if (setgroups(0, NULL) < 0 || setresgid(USER, USER, USER) < 0 ||
            setresuid(USER, USER, USER) < 0)
            _exit(EXIT_FAILURE);
        check(scratch);
        _exit(EXIT_SUCCESS);
    }
    int status = 0;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_cmpint(status, ==, 0);
}
