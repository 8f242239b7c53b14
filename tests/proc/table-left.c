/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "common/proc/table.h"
#include "tests/lib/isolation.h"
#include "tests/proc/child.h"

static void idle_in_folder(Child *self, gpointer data)
{
    if (g_chdir(data) < 0)
        _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static VkpSnapshot *tick(VkpTable *table)
{
    g_autoptr(GError) error = NULL;
    VkpSnapshot *snapshot = vkp_table_tick(table, VKP_TABLE_NOW, &error);
    g_assert_no_error(error);
    return snapshot;
}

/* Nothing but a look tells that a folder was deleted: its process does not run for it. */
static void test_left(void)
{
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    g_autoptr(VkpTable) table =
        vkp_table_new(&(VkpTableOptions){.reader = reader, .uid = geteuid(), .young_usec = 1});
    g_autofree char *folder = g_dir_make_tmp("vkp-left-XXXXXX", NULL);
    g_autoptr(Child) child = child_start(idle_in_folder, folder);
    child_hear(child);
    g_autoptr(VkpSnapshot) before = tick(table);
    const VkpProcess *process = vkp_snapshot_lookup(before, child_pid(child));
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    g_array_append_val(identities, process->identity);
    vkp_table_follow(table, identities);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    g_array_set_size(identities, 0);
    vkp_table_follow(table, identities);
    g_assert_false(vkp_table_is_quiet(table));
    g_autoptr(VkpSnapshot) after = tick(table);
    g_assert_true(vkp_snapshot_lookup(after, child_pid(child))->folder->deleted);
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proc/table/looks-once-more-at-who-is-followed-no-more", test_left);
    return g_test_run();
}
