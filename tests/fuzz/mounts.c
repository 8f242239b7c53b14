/* SPDX-License-Identifier: Apache-2.0 */

#include "common/base/mount-table.h"
#include "tests/fuzz/fuzz.h"

static void check_line(const char *line)
{
    VkpMount mount = {.id = 4711};
    if (!vkp_mount_parse(line, &mount)) {
        FUZZ_CHECK(mount.id == 4711 && !mount.point);
        return;
    }
    FUZZ_CHECK(g_ascii_strtoull(line, NULL, 10) == mount.id);
    FUZZ_CHECK(mount.point[0] == '/' && strlen(mount.point) < strlen(line));
    g_free(mount.point);
}

/* What the table says of a mount is what its lines say. */
static void check_in_table(const VkpMountTable *table, const char *line)
{
    VkpMount mount;
    if (!vkp_mount_parse(line, &mount))
        return;
    g_autofree char *point = mount.point;
    const VkpMount *found = vkp_mount_table_find(table, point);
    FUZZ_CHECK(!found || g_str_equal(found->point, point));
    FUZZ_CHECK(!found || found->kind != VKP_MOUNT_DISTANT || vkp_mount_table_has_distant(table));
    if (found && found->id == mount.id && found->kind != VKP_MOUNT_LOCAL)
        FUZZ_CHECK(!vkp_mount_table_is_local(table, mount.id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup(size ? (const char *)data : "", size);
    g_autoptr(VkpMountTable) table = vkp_mount_table_parse(text);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        check_line(*line);
        check_in_table(table, *line);
    }
    return 0;
}
