/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/mount-table.h"

static void test_kinds(void)
{
    static const struct {
        const char *type;
        VkpMountKind kind;
    } cases[] = {
        {"ext4", VKP_MOUNT_LOCAL},          {"btrfs", VKP_MOUNT_LOCAL},
        {"xfs", VKP_MOUNT_LOCAL},           {"zfs", VKP_MOUNT_LOCAL},
        {"tmpfs", VKP_MOUNT_LOCAL},         {"overlay", VKP_MOUNT_LOCAL},
        {"proc", VKP_MOUNT_LOCAL},          {"fusectl", VKP_MOUNT_LOCAL},
        {"fuse", VKP_MOUNT_SERVED},         {"fuse.sshfs", VKP_MOUNT_SERVED},
        {"fuseblk", VKP_MOUNT_SERVED},      {"virtiofs", VKP_MOUNT_SERVED},
        {"nfs", VKP_MOUNT_SERVED},          {"nfs4", VKP_MOUNT_SERVED},
        {"ceph", VKP_MOUNT_SERVED},         {"9p", VKP_MOUNT_DISTANT},
        {"cifs", VKP_MOUNT_DISTANT},        {"smb3", VKP_MOUNT_DISTANT},
        {"autofs", VKP_MOUNT_SERVED},       {"something", VKP_MOUNT_DISTANT},
        {"ext4.remote", VKP_MOUNT_DISTANT}, {"", VKP_MOUNT_DISTANT},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vkp_mount_kind_parse(cases[i].type), ==, cases[i].kind);
}

static void test_line(void)
{
    VkpMount mount;
    g_assert_true(vkp_mount_parse("36 35 98:7 /mnt1 /mnt2 rw,noatime - ext3 /dev/root rw", &mount));
    g_assert_cmpuint(mount.id, ==, 36);
    g_assert_cmpuint(mount.parent_id, ==, 35);
    g_assert_cmpuint(mount.device, ==, 98 << 8 | 7);
    g_assert_cmpint(mount.kind, ==, VKP_MOUNT_LOCAL);
    g_assert_cmpstr(mount.point, ==, "/mnt2");
    g_free(mount.point);

    g_assert_true(vkp_mount_parse("1 2 0:3 / / rw shared:1 master:2 - fuse.sshfs h:/ rw", &mount));
    g_assert_cmpint(mount.kind, ==, VKP_MOUNT_SERVED);
    g_assert_cmpstr(mount.point, ==, "/");
    g_free(mount.point);
}

static void test_escapes(void)
{
    VkpMount mount;
    const char *line = "1 2 0:3 / /a\\040b\\011c\\012d\\134040\\x\\04 rw - tmpfs none rw";
    g_assert_true(vkp_mount_parse(line, &mount));
    g_assert_cmpstr(mount.point, ==, "/a b\tc\nd\\040\\x\\04");
    g_free(mount.point);
}

static void test_nonsense(void)
{
    static const char *const lines[] = {
        "",
        "36",
        "36 35 98 /mnt1 /mnt2 rw - ext3 x rw",
        "36 35 98:0 /mnt1 /mnt2 rw ext3 x rw",
        "36 35 98:0 /mnt1 /mnt2 rw - ",
        "36 35 98:0 /mnt1 mnt2 rw - ext3 x rw",
        "-36 35 98:0 /mnt1 /mnt2 rw - ext3 x rw",
        "36 35 98:4294967296 /mnt1 /mnt2 rw - ext3 x rw",
        "36 35 98:0",
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
        VkpMount mount = {.id = 1};
        g_assert_false(vkp_mount_parse(lines[i], &mount));
        g_assert_cmpuint(mount.id, ==, 1);
    }
}

#define ROOT "1 0 8:1 / / rw - ext4 x rw\n"

static void test_below(void)
{
    g_autoptr(VkpMountTable) table =
        vkp_mount_table_parse(ROOT "2 1 0:5 / /far rw - fuse.sshfs x rw\n"
                                   "3 2 8:2 / /far/disk rw - ext4 x rw\n"
                                   "4 1 8:2 / /disk rw - ext4 x rw\n");
    g_assert_true(vkp_mount_table_is_local(table, 1));
    g_assert_false(vkp_mount_table_is_local(table, 2));
    g_assert_false(vkp_mount_table_is_local(table, 3));
    g_assert_true(vkp_mount_table_is_local(table, 4));
    g_assert_false(vkp_mount_table_is_local(table, 5));
    g_assert_false(vkp_mount_table_is_local(table, 0));
}

static void test_circle(void)
{
    g_autoptr(VkpMountTable) table = vkp_mount_table_parse("1 1 0:1 / / rw - rootfs x rw\n"
                                                           "2 3 0:2 / /a rw - tmpfs x rw\n"
                                                           "3 2 0:3 / /b rw - tmpfs x rw\n");
    g_assert_true(vkp_mount_table_is_local(table, 1));
    g_assert_true(vkp_mount_table_is_local(table, 2));
}

static void test_hidden(void)
{
    g_autoptr(VkpMountTable) table = vkp_mount_table_parse(ROOT "2 1 0:5 / /x rw - nfs4 h:/ rw\n"
                                                                "3 2 0:6 / /x rw - tmpfs x rw\n");
    g_assert_cmpuint(vkp_mount_table_find(table, "/x")->id, ==, 2);
    g_assert_cmpuint(vkp_mount_table_find(table, "/")->id, ==, 1);
    g_assert_null(vkp_mount_table_find(table, "/x/y"));
    g_assert_false(vkp_mount_table_has_distant(table));
}

static void test_rest(void)
{
    g_autoptr(VkpMountTable) table =
        vkp_mount_table_parse("what is this\n" ROOT "\n2 1 0:5 / /host rw - 9p host rw");
    g_assert_true(vkp_mount_table_is_local(table, 1));
    g_assert_false(vkp_mount_table_is_local(table, 2));
    g_assert_true(vkp_mount_table_has_distant(table));
    vkp_mount_table_free(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mount-table/what-we-do-not-know-is-distant", test_kinds);
    g_test_add_func("/mount-table/a-line-has-any-number-of-optional-words", test_line);
    g_test_add_func("/mount-table/odd-characters-come-as-octal-numbers", test_escapes);
    g_test_add_func("/mount-table/nonsense-is-no-mount", test_nonsense);
    g_test_add_func("/mount-table/a-disk-below-something-remote-is-not-local", test_below);
    g_test_add_func("/mount-table/mounts-in-a-circle-end-nothing", test_circle);
    g_test_add_func("/mount-table/of-mounts-at-one-point-the-most-distant-counts", test_hidden);
    g_test_add_func("/mount-table/a-line-of-nonsense-spoils-no-other", test_rest);
    return g_test_run();
}
