/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/mounts.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static VkpMounts *mounts_of(const char *text)
{
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("vkp-mounts-XXXXXX", &path, NULL);
    g_assert_no_errno(fd);
    close(fd);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    VkpMounts *mounts = vkp_mounts_new(path);
    vkp_mounts_refresh(mounts);
    g_unlink(path);
    return mounts;
}

static void test_distant(void)
{
    g_autoptr(VkpMounts) mounts = mounts_of("1 0 8:1 / / rw - ext4 x rw\n"
                                            "2 1 0:5 / /mnt/c rw - 9p x rw\n"
                                            "3 2 0:6 / /mnt/c/tmp rw - tmpfs x rw\n"
                                            "4 1 0:7 / /mnt/s rw - fuse.sshfs x rw\n");
    guint64 subject = 0;
    g_assert_true(vkp_mounts_is_distant(mounts, "/mnt/c", &subject));
    g_assert_cmpuint(subject, ==, 5);
    g_assert_true(vkp_mounts_is_distant(mounts, "/mnt/c/a/b", &subject));
    g_assert_false(vkp_mounts_is_distant(mounts, "/mnt/c/tmp/b", &subject));
    g_assert_false(vkp_mounts_is_distant(mounts, "/mnt/cc", &subject));
    g_assert_false(vkp_mounts_is_distant(mounts, "/mnt/s/a", &subject));
    g_assert_false(vkp_mounts_is_distant(mounts, "/", &subject));
    g_assert_false(vkp_mounts_is_distant(mounts, "", &subject));
}

static void test_points(void)
{
    g_autoptr(VkpMounts) mounts = mounts_of("1 0 8:1 / / rw - ext4 x rw\n"
                                            "4 1 0:7 / /mnt/s rw - fuse.sshfs x rw\n");
    guint64 subject = 0;
    g_assert_false(vkp_mounts_is_remote_point(mounts, "/", &subject));
    g_assert_false(vkp_mounts_is_remote_point(mounts, "/mnt/s/a", &subject));
    g_assert_cmpuint(subject, ==, 0);
    g_assert_true(vkp_mounts_is_remote_point(mounts, "/mnt/s", &subject));
    g_assert_cmpuint(subject, ==, vkp_mounts_subject(7));
}

static void test_devices(void)
{
    g_autoptr(VkpMounts) mounts = mounts_of("1 0 8:1 / / rw - ext4 x rw\n"
                                            "2 1 0:5 / /mnt/c rw - 9p x rw\n"
                                            "4 1 0:7 / /mnt/s rw - fuse.sshfs x rw\n");
    g_assert_true(vkp_mounts_is_remote_device(mounts, makedev(0, 5)));
    g_assert_true(vkp_mounts_is_remote_device(mounts, makedev(0, 7)));
    g_assert_false(vkp_mounts_is_remote_device(mounts, makedev(8, 1)));
    g_assert_false(vkp_mounts_is_remote_device(mounts, makedev(0, 6))); /* a subvolume's, say */
}

/* Of what nobody tells us about we are careful. */
static void test_unreadable(void)
{
    g_autoptr(VkpMounts) mounts = vkp_mounts_new("/nonexistent/mountinfo");
    guint64 subject = 0;
    vkp_mounts_refresh(mounts);
    g_assert_false(vkp_mounts_is_local(mounts, 1));
    g_assert_true(vkp_mounts_is_remote_point(mounts, "/", &subject));
    g_assert_cmpuint(subject, !=, 0);
    g_assert_true(vkp_mounts_is_remote_device(mounts, makedev(8, 1)));
    vkp_mounts_free(NULL);
}

static guint64 mount_id_of(const char *path)
{
    struct statx status;
    g_assert_no_errno(statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status));
    return status.stx_mnt_id;
}

#define CANNOT_STAGE 1

/* In a mount namespace of its own; exits 0 if all is as it should be. */
static int see_change(const char *folder)
{
    if (unshare(CLONE_NEWNS) < 0 || mount("", "/", "", MS_REC | MS_PRIVATE, "") < 0)
        return CANNOT_STAGE; /* in a chroot "/" is no mount */
    g_autoptr(VkpMounts) mounts = vkp_mounts_new(NULL);
    vkp_mounts_refresh(mounts);
    if (!vkp_mounts_is_local(mounts, mount_id_of("/proc")))
        return 2;
    if (mount("vkp", folder, "tmpfs", 0, "") < 0)
        return 3;
    guint64 id = mount_id_of(folder);
    if (vkp_mounts_is_local(mounts, id))
        return 4;
    vkp_mounts_refresh(mounts);
    if (!vkp_mounts_is_local(mounts, id) || umount(folder) < 0)
        return 5;
    vkp_mounts_refresh(mounts);
    return vkp_mounts_is_local(mounts, id) ? 6 : 0;
}

static void test_change(void)
{
    if (geteuid() != 0) {
        g_test_skip("only root can stage this");
        return;
    }
    g_autofree char *folder = g_dir_make_tmp("vkp-mounts-XXXXXX", NULL);
    pid_t child = fork();
    if (child == 0)
        _exit(see_change(folder));
    int status = -1;
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_no_errno(g_rmdir(folder));
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_STAGE)
        g_test_skip("no mounts of one's own are to be had here");
    else
        g_assert_cmpint(status, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mounts/the-innermost-mount-of-a-path-is-the-distant-one", test_distant);
    g_test_add_func("/mounts/a-point-is-remote-and-not-what-is-below", test_points);
    g_test_add_func("/mounts/a-device-tells-what-is-remote", test_devices);
    g_test_add_func("/mounts/without-a-list-everything-is-remote", test_unreadable);
    g_test_add_func("/mounts/a-new-mount-is-seen", test_change);
    return g_test_run();
}
