/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/mounts.h"

#include <sys/sysmacros.h>

#include "tests/lib/fake-proc.h"

static const char mounts[] = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
                             "30 22 0:40 / /net rw master:2 propagate_from:3 - nfs4 host:/ rw\n"
                             "31 22 0:41 / /x\\040- rw - fuse.sshfs host: rw\n"
                             "32 22 0:42 / /nfs4 rw - tmpfs nfs4 rw\n"
                             "33 22 0:43 / /cut rw -\n"
                             "34 22 0:44\n"
                             "\n";

static void test_types(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fake), NULL);
    vkp_fake_proc_write(fake, "self/mountinfo", mounts, -1);
    g_assert_true(vkp_reader_device_is_served(reader, makedev(0, 40)));
    g_assert_true(vkp_reader_device_is_served(reader, makedev(0, 41)));
    const dev_t others[] = {makedev(8, 1),  makedev(0, 42), makedev(0, 43),
                            makedev(0, 44), makedev(0, 4),  makedev(40, 0)};
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_false(vkp_reader_device_is_served(reader, others[i]));
}

static void test_no_list(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fake), NULL);
    g_assert_false(vkp_reader_device_is_served(reader, makedev(0, 40)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mounts/the-type-tells-whether-files-are-served", test_types);
    g_test_add_func("/mounts/without-a-list-none-is", test_no_list);
    return g_test_run();
}
