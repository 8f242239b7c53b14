/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/locate.h"

#include <sys/stat.h>

#include "common/store/fingerprint.h"

#define V2_NAME "db.v2.sqlite"
#define V1_NAME "db.sqlite"

const char *const vkp_locate_names[] = {V2_NAME, V1_NAME, NULL};
const char *const vkp_locate_endings[] = {".sqlite", ".sqlite3", ".db", NULL};

void vkp_candidate_free(VkpCandidate *candidate)
{
    if (!candidate)
        return;
    g_free(candidate->path);
    g_free(candidate);
}

/* "~" and "~/..." under `home`; NULL for what is not absolute then: a service has no folder of its
 * own that a relative path could mean. */
static char *dup_expanded(const char *path, const char *home)
{
    if (!path)
        return NULL;
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0'))
        return home ? g_build_filename(home, path + 1, NULL) : NULL;
    return path[0] == '/' ? g_strdup(path) : NULL;
}

/* Upstream's folder in the user's data; NULL when the environment names none. As the XDG
 * specification asks, a relative XDG_DATA_HOME is ignored. */
static char *dup_data_folder(const VkpLocateOptions *options)
{
    if (options->data_home && options->data_home[0] == '/')
        return g_build_filename(options->data_home, "vibe-kanban", NULL);
    if (options->home && options->home[0] == '/')
        return g_build_filename(options->home, ".local/share/vibe-kanban", NULL);
    return NULL;
}

static gboolean is_known_inode(const GPtrArray *candidates, VkpInode inode)
{
    for (guint i = 0; i < candidates->len; i++) {
        const VkpCandidate *candidate = g_ptr_array_index(candidates, i);
        if (vkp_inode_equal(candidate->inode, inode))
            return TRUE;
    }
    return FALSE;
}

/* Takes the path. */
static void consider(GPtrArray *candidates, char *owned_path)
{
    g_autofree char *path = owned_path;
    VkpFingerprint seen;
    if (!path || vkp_fingerprint_take(path, &seen) != 0 || !S_ISREG(seen.mode))
        return;
    if (is_known_inode(candidates, seen.file.inode))
        return;
    VkpCandidate *candidate = g_new0(VkpCandidate, 1);
    candidate->path = g_steal_pointer(&path);
    candidate->inode = seen.file.inode;
    candidate->changed_usec = vkp_fingerprint_changed_usec(&seen);
    g_ptr_array_add(candidates, candidate);
}

static gboolean is_v2(const VkpCandidate *candidate)
{
    return g_str_has_suffix(candidate->path, "/" V2_NAME);
}

/* Most likely first. GLib sorts stably: the rest stays in order of likelihood. */
static gint compare_candidates(gconstpointer a, gconstpointer b)
{
    const VkpCandidate *left = *(const VkpCandidate *const *)a;
    const VkpCandidate *right = *(const VkpCandidate *const *)b;
    if (left->changed_usec != right->changed_usec)
        return left->changed_usec > right->changed_usec ? -1 : 1;
    return is_v2(right) - is_v2(left);
}

GPtrArray *vkp_locate_candidates(const VkpLocateOptions *options)
{
    GPtrArray *candidates = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_candidate_free);
    consider(candidates, dup_expanded(options->database_path, options->home));
    g_autofree char *folder = dup_data_folder(options);
    if (folder) {
        consider(candidates, g_build_filename(folder, V2_NAME, NULL));
        consider(candidates, g_build_filename(folder, V1_NAME, NULL));
    }
    consider(candidates, dup_expanded("~/.vkswarm/db/db.sqlite", options->home));
    for (guint i = 0; options->extra && options->extra[i]; i++)
        consider(candidates, dup_expanded(options->extra[i], options->home));
    g_ptr_array_sort(candidates, compare_candidates);
    return candidates;
}

char *vkp_locate_dup_default_path(const VkpLocateOptions *options)
{
    char *path = dup_expanded(options->database_path, options->home);
    if (path)
        return path;
    g_autofree char *folder = dup_data_folder(options);
    return g_build_filename(folder ? folder : "/", V2_NAME, NULL);
}
