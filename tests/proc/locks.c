/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/locks.h"

#include <fcntl.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

static void test_a_lock(void)
{
    pid_t pid = 0;
    VkpInode file;
    g_assert_true(vkp_lock_parse("3: POSIX  ADVISORY  READ  4242 fd:1a:1052 1073741826 1073742335",
                                 &pid, &file));
    g_assert_cmpint(pid, ==, 4242);
    g_assert_true(vkp_inode_equal(file, (VkpInode){makedev(0xfd, 0x1a), 1052}));
}

static void test_no_lock(void)
{
    static const char *const lines[] = {
        "",
        "   ",
        "3: POSIX  ADVISORY  READ  4242",
        "3: POSIX  ADVISORY  READ  -1 fd:1a:1052 0 EOF",
        "3: POSIX  ADVISORY  READ  4242 fd:1a 0 EOF",
        "3: POSIX  ADVISORY  READ  4242 fd:1a:1052:1 0 EOF",
        "3: POSIX  ADVISORY  READ  4242 fg:1a:1052 0 EOF",
        "3: POSIX  ADVISORY  READ  4242 fd:1a:99999999999999999999 0 EOF",
        "3: FLOCK  ADVISORY  WRITE 4242 fd:1a:1052 0 EOF",
        "3: OFDLCK ADVISORY  WRITE -1 fd:1a:1052 0 EOF",
        "3: -> POSIX  ADVISORY  WRITE 4242 fd:1a:1052 0 EOF",
    };
    pid_t pid = 7;
    VkpInode file = {1, 1};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        g_assert_false(vkp_lock_parse(lines[i], &pid, &file));
    g_assert_cmpint(pid, ==, 7);
    g_assert_true(vkp_inode_equal(file, (VkpInode){1, 1}));
}

static void lock_file(Child *self, gpointer path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    struct flock lock = {.l_type = F_RDLCK, .l_start = 1073741826, .l_len = 510};
    g_assert_no_errno(fcntl(fd, F_SETLK, &lock));
    child_say(self);
    child_hear(self);
    close(fd);
    child_say(self);
    child_idle(self, NULL);
}

/* Whether the kernel's list has the file under the device that stat() tells: some file systems show
 * another one there. */
static gboolean is_listed(VkpInode file)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    g_file_get_contents("/proc/locks", &text, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *word = g_strdup_printf(" %02x:%02x:%" G_GUINT64_FORMAT " ", major(file.device),
                                            minor(file.device), (guint64)file.inode);
    return strstr(text, word) != NULL;
}

static void test_real_lock(void)
{
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    g_autoptr(VkpFakeProc) folder = vkp_fake_proc_new();
    g_autofree char *path = g_build_filename(vkp_fake_proc_root(folder), "loadavg", NULL);
    VkpInode file = vkp_file_inode(path);
    g_autoptr(Child) child = child_start(lock_file, path);
    child_hear(child);
    g_autoptr(GArray) locked = vkp_reader_list_lockers(reader, file);
    gboolean must_be_found = is_listed(file);
    child_say(child);
    child_hear(child);
    g_autoptr(GArray) unlocked = vkp_reader_list_lockers(reader, file);
    g_assert_cmpuint(unlocked->len, ==, 0);
    g_assert_false(is_listed(file));
    if (!must_be_found) {
        g_assert_cmpuint(locked->len, ==, 0);
        g_test_skip("the file system goes by another device");
        return;
    }
    g_assert_cmpuint(locked->len, ==, 1);
    g_assert_cmpint(g_array_index(locked, pid_t, 0), ==, child_pid(child));
}

static void test_no_locks(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fake), NULL);
    g_autoptr(GArray) pids = vkp_reader_list_lockers(reader, (VkpInode){1, 1});
    g_assert_cmpuint(pids->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/locks/a-posix-lock-names-process-and-file", test_a_lock);
    g_test_add_func("/locks/what-is-no-such-lock-is-refused", test_no_lock);
    g_test_add_func("/locks/a-real-lock-is-found", test_real_lock);
    g_test_add_func("/locks/without-a-list-nobody-is-found", test_no_locks);
    return g_test_run();
}
