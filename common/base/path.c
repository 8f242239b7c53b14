/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/path.h"

#include <string.h>

char *vkp_path_dup_shortest(const char *path)
{
    if (!path || !g_path_is_absolute(path))
        return NULL;
    /* POSIX lets two slashes in front mean something else, and GLib keeps them. Linux does not. */
    while (path[1] == '/')
        path++;
    return g_canonicalize_filename(path, "/");
}

gboolean vkp_path_is_within(const char *path, const char *folder)
{
    gsize length = strlen(folder);
    if (g_str_equal(folder, "/"))
        return TRUE;
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

gboolean vkp_path_cut_component(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        return FALSE;
    *slash = '\0';
    return TRUE;
}
