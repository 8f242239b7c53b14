/* SPDX-License-Identifier: Apache-2.0 */
#include "service/openers.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "common/proc/scanner.h"

/* This very process opens a file, by another name than the one that is asked for. */
static void test_found_by_inode(void)
{
    g_autofree char *folder = g_dir_make_tmp("vkp-openers-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "db.sqlite", NULL);
    g_autofree char *link = g_build_filename(folder, "link", NULL);
    g_autofree char *wal = g_strconcat(path, "-wal", NULL);
    const char *const paths[] = {path, NULL};
    const char *const nowhere[] = {"/no/such", NULL};
    g_file_set_contents(path, "x", 1, NULL);
    g_assert_cmpint(symlink(path, link), ==, 0);
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    g_autoptr(VkpScanner) scanner = vkp_scanner_new(reader, getuid());
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scanner, NULL);

    g_autoptr(GArray) before = vkp_openers_find(reader, snapshot, getuid(), paths, NULL);
    g_assert_cmpuint(before->len, ==, 0);
    int fd = open(link, O_RDONLY | O_CLOEXEC);
    g_autoptr(GArray) open_now = vkp_openers_find(reader, snapshot, getuid(), paths, NULL);
    g_assert_true(vkp_pids_contain(open_now, getpid()));
    g_autoptr(GArray) of_others = vkp_openers_find(reader, snapshot, getuid() + 1, paths, NULL);
    g_assert_cmpuint(of_others->len, ==, 0);
    close(fd);
    g_file_set_contents(wal, "x", 1, NULL);
    fd = open(wal, O_RDONLY | O_CLOEXEC);
    g_autoptr(GArray) by_wal = vkp_openers_find(reader, snapshot, getuid(), paths, NULL);
    g_assert_true(vkp_pids_contain(by_wal, getpid()));
    close(fd);
    g_autoptr(GArray) absent = vkp_openers_find(reader, snapshot, getuid(), nowhere, NULL);
    g_assert_cmpuint(absent->len, ==, 0);
    g_unlink(wal);
    g_unlink(link);
    g_unlink(path);
    g_rmdir(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/service/openers/are-found-by-inode", test_found_by_inode);
    return g_test_run();
}
