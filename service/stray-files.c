/* SPDX-License-Identifier: Apache-2.0 */
#include "service/stray-files.h"

#include <string.h>

#include "common/store/locate.h"

/* What SQLite keeps open beside a database in WAL mode, whatever that is called. */
static const char *const companions[] = {"-wal", "-shm", NULL};

/* A server goes on with a file that was deleted under it, as the kernel says behind the name. */
static GStrv dup_names(void)
{
    GStrvBuilder *names = g_strv_builder_new();
    for (guint i = 0; vkp_locate_names[i]; i++) {
        g_autofree char *deleted = g_strconcat(vkp_locate_names[i], " (deleted)", NULL);
        g_strv_builder_add(names, vkp_locate_names[i]);
        g_strv_builder_add(names, deleted);
    }
    GStrv ended = g_strv_builder_end(names);
    g_strv_builder_unref(names);
    return ended;
}

GPtrArray *vkp_stray_files_list_named(VkpReader *reader, pid_t pid, GError **error)
{
    g_auto(GStrv) names = dup_names();
    const VkpPathPattern pattern = {.names = (const char *const *)names};
    return vkp_reader_list_files(reader, pid, &pattern, error);
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
