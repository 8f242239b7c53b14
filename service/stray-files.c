/* SPDX-License-Identifier: Apache-2.0 */
#include "service/stray-files.h"

#include <string.h>

#include "common/store/locate.h"

/* What SQLite keeps open beside a database in WAL mode, whatever that is called. */
static const char *const companions[] = {"-wal", "-shm", NULL};

GPtrArray *vkp_stray_files_list_named(VkpReader *reader, pid_t pid, GError **error)
{
    return vkp_reader_list_files(reader, pid, &(VkpPathPattern){.names = vkp_locate_names}, error);
}

/* Where the database of each of them is. */
static GStrv dup_database_paths(const GPtrArray *files)
{
    GStrvBuilder *paths = g_strv_builder_new();
    for (guint i = 0; i < files->len; i++) {
        const char *path = ((const VkpOpenFile *)files->pdata[i])->path;
        g_autofree char *database_path = g_strndup(path, strlen(path) - strlen(companions[0]));
        g_strv_builder_add(paths, database_path);
    }
    GStrv ended = g_strv_builder_end(paths);
    g_strv_builder_unref(paths);
    return ended;
}

GPtrArray *vkp_stray_files_list_likely(VkpReader *reader, pid_t pid, GError **error)
{
    g_autoptr(GPtrArray) beside =
        vkp_reader_list_files(reader, pid, &(VkpPathPattern){.endings = companions}, error);
    if (!beside)
        return NULL;
    g_auto(GStrv) paths = dup_database_paths(beside);
    const VkpPathPattern pattern = {.names = vkp_locate_names,
                                    .endings = vkp_locate_endings,
                                    .paths = (const char *const *)paths};
    return vkp_reader_list_files(reader, pid, &pattern, error);
}
