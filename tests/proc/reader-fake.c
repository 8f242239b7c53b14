/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <string.h>
#include <unistd.h>

#include "common/base/contract.h"
#include "common/base/error.h"
#include "tests/lib/fake-proc.h"

/* The reader over plain files. */

#define ID_A "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

static VkpReader *open_reader(const char *root)
{
    g_autoptr(GError) error = NULL;
    VkpReader *reader = vkp_reader_open(root, &error);
    g_assert_no_error(error);
    return reader;
}

static void test_no_root(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_reader_open("/nonexistent/proc", &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(vkp_reader_open("/etc/passwd", &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    vkp_reader_close(NULL);
}

static void test_list(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    static const pid_t pids[] = {77, 3, 4242, 1, 999999};
    for (guint i = 0; i < G_N_ELEMENTS(pids); i++)
        vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = pids[i]});
    static const char *const strangers[] = {"07", "-5", "self", "12x", "2147483648", "0"};
    for (guint i = 0; i < G_N_ELEMENTS(strangers); i++)
        vkp_fake_proc_write(fake, strangers[i], "", 0);
    g_autoptr(GArray) listed = vkp_reader_list_pids(reader, NULL);
    static const pid_t sorted[] = {1, 3, 77, 4242, 999999};
    g_assert_cmpmem(listed->data, listed->len * sizeof(pid_t), sorted, sizeof sorted);
}

static void test_stat_errors(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5, .name = "a) Z b\n", .start_ticks = 9});
    VkpStat stat = {0};
    g_assert_true(vkp_reader_read_stat(reader, 5, &stat, NULL));
    g_assert_cmpstr(stat.comm, ==, "a) Z b\n");
    g_assert_cmpuint(stat.start_ticks, ==, 9);

    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_reader_read_stat(reader, 6, &stat, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    static const char *const odd[] = {"", "5 (x", "garbage\n"};
    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        vkp_fake_proc_write(fake, "5/stat", odd[i], -1);
        g_assert_false(vkp_reader_read_stat(reader, 5, &stat, &error));
        g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
        g_clear_error(&error);
    }
    g_autofree char *endless = g_strnfill(100000, '7');
    vkp_fake_proc_write(fake, "5/stat", endless, -1);
    g_assert_false(vkp_reader_read_stat(reader, 5, &stat, NULL));
    vkp_fake_proc_make_unreadable(fake, "5/stat");
    g_assert_false(vkp_reader_read_stat(reader, 5, &stat, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

static void test_owner(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5});
    uid_t uid = 4711;
    g_assert_true(vkp_reader_read_uid(reader, 5, &uid, NULL));
    g_assert_cmpuint(uid, ==, geteuid());
    if (vkp_fake_proc_set_owner(fake, 5, 1234)) {
        g_assert_true(vkp_reader_read_uid(reader, 5, &uid, NULL));
        g_assert_cmpuint(uid, ==, 1234);
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_reader_read_uid(reader, 6, &uid, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void test_image_errors(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    static const char *const environment[] = {"VK_TASK_ID=" ID_A, NULL};
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5, .environment = environment});
    g_autoptr(VkpImage) image = vkp_reader_read_image(reader, 5, NULL);
    g_assert_true(image->environment_known);
    g_assert_false(vkp_uuid_is_nil(&image->marks.task_id));

    vkp_fake_proc_make_unreadable(fake, "5/environ");
    g_autoptr(VkpImage) unknown = vkp_reader_read_image(reader, 5, NULL);
    g_assert_false(unknown->environment_known);
    g_assert_cmpstr(unknown->command[0], ==, "sample");

    g_autoptr(GError) error = NULL;
    vkp_fake_proc_delete(fake, "5/environ");
    g_assert_null(vkp_reader_read_image(reader, 5, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    vkp_fake_proc_make_unreadable(fake, "5/cmdline");
    g_assert_null(vkp_reader_read_image(reader, 5, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

static void test_image_sizes(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5});
    g_autofree char *word = g_strnfill(200 * 1024, 'w');
    static const gsize lengths[] = {VKP_COMMAND_MAX_BYTES - 1, VKP_COMMAND_MAX_BYTES,
                                    VKP_COMMAND_MAX_BYTES + 1, 200 * 1024};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        vkp_fake_proc_write(fake, "5/cmdline", word, (gssize)lengths[i]);
        g_autoptr(VkpImage) image = vkp_reader_read_image(reader, 5, NULL);
        g_assert_cmpint(image->command_cut, ==, i > 0);
        g_assert_cmpuint(strlen(image->command[0]), ==, VKP_COMMAND_MAX_BYTES - 1);
    }

    static const gsize sizes[] = {16 * 1024, 32 * 1024, 4 * 1024 * 1024 + 1};
    static const char mark[] = "\0VK_TASK_ID=" ID_A;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *bytes = g_strnfill(sizes[i], 'e');
        memcpy(bytes + sizes[i] - sizeof mark, mark, sizeof mark);
        vkp_fake_proc_write(fake, "5/environ", bytes, (gssize)sizes[i]);
        g_autoptr(VkpImage) image = vkp_reader_read_image(reader, 5, NULL);
        g_assert_false(vkp_uuid_is_nil(&image->marks.task_id));
    }
}

static void test_boot(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    guint64 boot = VKP_FAKE_BOOT_TIME_SECONDS * G_USEC_PER_SEC;
    g_assert_cmpuint(vkp_reader_boot_time_usec(reader), ==, boot);
    g_assert_cmpuint(vkp_reader_uptime_usec(reader) / G_USEC_PER_SEC, >, 1000000);
    VkpUuid id = vkp_reader_boot_id(reader);
    char text[VKP_UUID_TEXT_SIZE];
    g_assert_cmpstr(vkp_uuid_to_text(&id, text), ==, VKP_FAKE_BOOT_ID);

    static const char *const odd[] = {"", "cpu 1\n", "btime 99999999999999999\n", "btime -1\n"};
    for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
        vkp_fake_proc_write(fake, "stat", odd[i], -1);
        g_assert_cmpuint(vkp_reader_boot_time_usec(reader), ==, 0);
    }
    vkp_fake_proc_delete(fake, "stat");
    g_assert_cmpuint(vkp_reader_boot_time_usec(reader), ==, 0);
    vkp_fake_proc_write(fake, "sys/kernel/random/boot_id", "nonsense\n", -1);
    id = vkp_reader_boot_id(reader);
    g_assert_true(vkp_uuid_is_nil(&id));
    vkp_fake_proc_write(fake, "stat", "btime 9000000000000\n", -1); /* in a far future */
    g_assert_cmpuint(vkp_reader_uptime_usec(reader), ==, 0);
}

static void test_open_files(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_write(fake, "real", "x", 1);
    g_autofree char *path = g_build_filename(vkp_fake_proc_root(fake), "real", NULL);
    g_autofree char *link = g_build_filename(vkp_fake_proc_root(fake), "other-name", NULL);
    g_assert_no_errno(symlink(path, link));
    VkpInode file = vkp_file_inode(path);
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5});
    gboolean is_open = TRUE;
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_reader_check_files_open(reader, 5, &file, 1, &is_open, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND); /* it has no list of them */
    g_clear_error(&error);

    vkp_fake_proc_set_descriptor(fake, 5, 0, "/dev/null");
    vkp_fake_proc_set_descriptor(fake, 5, 1, "pipe:[77]");
    vkp_fake_proc_set_descriptor(fake, 5, 2, "/nonexistent (deleted)");
    g_assert_true(vkp_reader_check_files_open(reader, 5, &file, 1, &is_open, NULL));
    g_assert_false(is_open);
    vkp_fake_proc_set_descriptor(fake, 5, 9, link);
    const VkpInode files[] = {{1, 1}, {1, 2}, file};
    g_assert_true(vkp_reader_check_files_open(reader, 5, files, 2, &is_open, NULL) && !is_open);
    g_assert_true(vkp_reader_check_files_open(reader, 5, files, 3, &is_open, NULL) && is_open);

    g_assert_false(vkp_reader_check_files_open(reader, 6, &file, 1, &is_open, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void test_files_by_path(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_write(fake, "db.sqlite", "x", 1);
    g_autofree char *path = g_build_filename(vkp_fake_proc_root(fake), "db.sqlite", NULL);
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5});
    const char *const targets[] = {
        "socket:[4711]",   "db.sqlite", "/x/my-db.sqlite", "/x/db.sqlite (deleted)",
        "/none/db.sqlite", path,        "/x/board",        path};
    for (int i = 0; i < (int)G_N_ELEMENTS(targets); i++)
        vkp_fake_proc_set_descriptor(fake, 5, i, targets[i]);
    const char *const names[] = {"db.sqlite", NULL};
    const VkpPathPattern by_name = {.names = names};
    g_autoptr(GPtrArray) files = vkp_reader_list_files(reader, 5, &by_name, NULL);
    g_assert_cmpuint(files->len, ==, 2);
    for (guint i = 0; i < files->len; i++) {
        const VkpOpenFile *file = files->pdata[i];
        g_assert_true(vkp_inode_equal(file->inode, vkp_file_inode(file->path)));
    }
    const char *const endings[] = {".sqlite", NULL};
    const char *const paths[] = {"/x/board", NULL};
    const VkpPathPattern others = {.endings = endings, .paths = paths};
    g_autoptr(GPtrArray) more = vkp_reader_list_files(reader, 5, &others, NULL);
    g_assert_cmpuint(more->len, ==, 4);
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_reader_list_files(reader, 6, &by_name, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void test_too_many_files(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5});
    for (guint i = 0; i < VKP_READER_MAX_FILES + 1; i++) {
        g_autofree char *target = g_strdup_printf("/x/%u.db", i);
        vkp_fake_proc_set_descriptor(fake, 5, (int)i, target);
    }
    const char *const endings[] = {".db", NULL};
    const VkpPathPattern pattern = {.endings = endings};
    g_autoptr(GPtrArray) files = vkp_reader_list_files(reader, 5, &pattern, NULL);
    g_assert_cmpuint(files->len, ==, VKP_READER_MAX_FILES);
}

static void test_sockets(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5});
    static const char *const targets[] = {
        "socket:[4711]",
        "socket:[]",
        "socket:[0]",
        "socket:[12x]",
        "socket:[12",
        "socket:[12]x",
        "xsocket:[12]",
        "pipe:[12]",
        "/tmp/socket:[12]",
        "socket:[99999999999999999999999999999999999999999999999999999999999999]",
    };
    for (int i = 0; i < (int)G_N_ELEMENTS(targets); i++)
        vkp_fake_proc_set_descriptor(fake, 5, i, targets[i]);
    vkp_fake_proc_write(fake, "5/fd/strange", "", 0);
    vkp_fake_proc_write(fake, "5/fd/77", "", 0); /* no link at all */
    g_autoptr(GArray) sockets = vkp_reader_list_sockets(reader, 5, NULL);
    g_assert_cmpuint(sockets->len, ==, 1);
    g_assert_cmpuint(g_array_index(sockets, guint64, 0), ==, 4711);
    g_assert_null(vkp_reader_list_sockets(reader, 6, NULL));
}

static void test_no_pidfd(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    /* Our own number there: still none of ours. */
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = getpid()});
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(vkp_reader_open_pidfd(reader, getpid(), &error), ==, -1);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

static void test_fake_threads(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    g_assert_cmpint(vkp_reader_find_thread(reader, 5), ==, 0);
    vkp_fake_proc_write(fake, "5/task/5/stat", "", 0);
    g_assert_cmpint(vkp_reader_find_thread(reader, 5), ==, 0);
    vkp_fake_proc_write(fake, "5/task/8/stat", "", 0);
    g_assert_cmpint(vkp_reader_find_thread(reader, 5), ==, 8);
}

static void test_wait_channels(void)
{
    static const struct {
        const char *text;
        const char *channel;
        gboolean is_vfork;
    } cases[] = {
        {"folio_wait_bit_common", "folio_wait_bit_common", FALSE},
        {"kernel_clone.isra.0", "kernel_clone.isra.0", FALSE},
        {"kernel_clone", "kernel_clone", TRUE},
        {"0", NULL, FALSE}, /* hidden, or it waits nowhere */
        {"", NULL, FALSE},
        {"two words", NULL, FALSE},
        {"kernel_clone\n", NULL, FALSE},
        {"<b>", NULL, FALSE},
    };
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    g_assert_null(vkp_reader_dup_wait_channel(reader, 5));
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        vkp_fake_proc_write(fake, "5/wchan", cases[i].text, -1);
        g_autofree char *channel = vkp_reader_dup_wait_channel(reader, 5);
        g_assert_cmpstr(channel, ==, cases[i].channel);
        g_assert_cmpint(vkp_reader_waits_for_vfork(reader, 5), ==, cases[i].is_vfork);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reader/fake/a-root-that-is-not-there-is-an-error", test_no_root);
    g_test_add_func("/reader/fake/lists-pids-and-nothing-else", test_list);
    g_test_add_func("/reader/fake/a-damaged-stat-is-an-error", test_stat_errors);
    g_test_add_func("/reader/fake/owner-is-that-of-the-folder", test_owner);
    g_test_add_func("/reader/fake/an-unreadable-environment-is-no-error", test_image_errors);
    g_test_add_func("/reader/fake/images-of-any-size", test_image_sizes);
    g_test_add_func("/reader/fake/has-a-boot-of-its-own", test_boot);
    g_test_add_func("/reader/fake/open-files-are-found-by-inode", test_open_files);
    g_test_add_func("/reader/fake/open-files-are-found-by-path", test_files_by_path);
    g_test_add_func("/reader/fake/no-more-open-files-than-are-read", test_too_many_files);
    g_test_add_func("/reader/fake/sockets-are-found-by-text", test_sockets);
    g_test_add_func("/reader/fake/holds-nobody", test_no_pidfd);
    g_test_add_func("/reader/fake/finds-another-thread", test_fake_threads);
    g_test_add_func("/reader/fake/a-wait-channel-is-a-symbol", test_wait_channels);
    return g_test_run();
}
