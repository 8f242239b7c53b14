/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/site.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/path.h"

/* As the kernel. */
#define LINKS_MAX 40u

/* What is asked of one file system at a time: a slow one answers so many in time. */
#define BATCH_MAX 64u

struct VkpSiteSeer {
    VkpMounts *mounts;
    GHashTable *folders; /* VkpSite.path of a folder -> owned VkpSite */
};

VkpSite *vkp_site_new(const char *path)
{
    char *shortest = vkp_path_dup_shortest(path);
    if (!shortest)
        return NULL;
    VkpSite *site = g_new0(VkpSite, 1);
    site->path = shortest;
    return site;
}

void vkp_site_free(VkpSite *site)
{
    if (!site)
        return;
    g_free(site->path);
    g_free(site->canonical);
    g_free(site);
}

static void free_site(gpointer data)
{
    vkp_site_free(data);
}

VkpSiteSeer *vkp_site_seer_new(VkpMounts *mounts)
{
    VkpSiteSeer *seer = g_new0(VkpSiteSeer, 1);
    seer->mounts = mounts;
    seer->folders = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_site);
    if (mounts)
        vkp_mounts_refresh(mounts);
    return seer;
}

void vkp_site_seer_free(VkpSiteSeer *seer)
{
    if (!seer)
        return;
    g_hash_table_unref(seer->folders);
    g_free(seer);
}

/* On the way along a path. Symlinks are followed by hand, as the kernel would not stop before what
 * is remote. */
typedef struct {
    const VkpMounts *mounts;
    GString *done; /* no symlink in it; "": the root */
    GString *rest; /* still to go */
    guint n_links;
    guint64 subject; /* of what is remote */
} Way;

typedef enum {
    WAY_GOES_ON,
    WAY_IS_OVER,   /* all of it is there */
    WAY_IS_CLOSED, /* the rest is not there, or not to be seen */
    WAY_IS_REMOTE, /* the next step would touch something remote */
} WayState;

static void way_clear(Way *way)
{
    g_string_free(way->done, TRUE);
    g_string_free(way->rest, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Way, way_clear)

static gboolean is_remote(Way *way)
{
    const char *point = way->done->len > 0 ? way->done->str : "/";
    return way->mounts && vkp_mounts_is_remote_point(way->mounts, point, &way->subject);
}

static void go_back(Way *way)
{
    char *slash = strrchr(way->done->str, '/');
    g_string_truncate(way->done, slash ? (gsize)(slash - way->done->str) : 0);
}

/* Nothing but the last step is a link: what is done is read, and goes on elsewhere. */
static WayState follow_link(Way *way)
{
    char target[PATH_MAX];
    gssize length = readlink(way->done->str, target, sizeof target);
    if (length < 0)
        return errno == EINVAL ? WAY_GOES_ON : WAY_IS_CLOSED;
    if (length == 0 || (gsize)length == sizeof target || ++way->n_links > LINKS_MAX)
        return WAY_IS_CLOSED;
    g_string_prepend_c(way->rest, '/');
    g_string_prepend_len(way->rest, target, length);
    go_back(way);
    if (target[0] != '/')
        return WAY_GOES_ON;
    g_string_truncate(way->done, 0);
    return is_remote(way) ? WAY_IS_REMOTE : WAY_GOES_ON;
}

static WayState take_step(Way *way)
{
    gsize slashes = strspn(way->rest->str, "/");
    gsize length = strcspn(way->rest->str + slashes, "/");
    g_autofree char *name = g_strndup(way->rest->str + slashes, length);
    g_string_erase(way->rest, 0, (gssize)(slashes + length));
    if (length == 0)
        return WAY_IS_OVER;
    if (strcmp(name, ".") == 0)
        return WAY_GOES_ON;
    if (strcmp(name, "..") == 0) {
        go_back(way);
        return WAY_GOES_ON;
    }
    g_string_append_c(way->done, '/');
    g_string_append(way->done, name);
    return is_remote(way) ? WAY_IS_REMOTE : follow_link(way);
}

/* As realpath(), but "" for the root. */
static WayState follow(const VkpMounts *mounts, const char *path, char **resolved, guint64 *subject)
{
    g_auto(Way) way = {.mounts = mounts, .done = g_string_new(""), .rest = g_string_new(path)};
    WayState state = is_remote(&way) ? WAY_IS_REMOTE : WAY_GOES_ON;
    while (state == WAY_GOES_ON)
        state = take_step(&way);
    if (state == WAY_IS_OVER)
        *resolved = g_strdup(way.done->str);
    *subject = way.subject;
    return state;
}

/* The path with symlinks resolved as far as it exists; the rest stays as it is. NULL: it leads over
 * something remote. */
static char *dup_canonical(const VkpMounts *mounts, const char *path, guint64 *subject)
{
    g_autofree char *head = g_strdup(path);
    do {
        g_autofree char *resolved = NULL;
        WayState state = follow(mounts, head, &resolved, subject);
        if (state == WAY_IS_REMOTE)
            return NULL;
        if (state == WAY_IS_OVER)
            return g_strconcat(resolved, path + strlen(head), NULL);
    } while (vkp_path_cut_component(head));
    return g_strdup(path);
}

/* The folder that a site is in, its canonical path only; once for all that are in it. */
static const VkpSite *folder_of(VkpSiteSeer *seer, const char *path)
{
    g_autofree char *folder = g_strdup(path);
    (void)vkp_path_cut_component(folder);
    VkpSite *known = g_hash_table_lookup(seer->folders, folder);
    if (known)
        return known;
    known = g_new0(VkpSite, 1);
    known->path = g_steal_pointer(&folder);
    known->canonical = dup_canonical(seer->mounts, known->path, &known->subject);
    g_hash_table_insert(seer->folders, known->path, known);
    return known;
}

static void take_status(VkpSite *site, gboolean is_there, const struct stat *status)
{
    site->is_missing = !is_there && (errno == ENOENT || errno == ENOTDIR);
    if (is_there)
        site->inode = (VkpInode){status->st_dev, status->st_ino};
}

gboolean vkp_site_seer_look(VkpSiteSeer *seer, VkpSite *site)
{
    const VkpSite *folder = folder_of(seer, site->path);
    site->subject = folder->subject;
    if (!folder->canonical)
        return FALSE;
    g_autofree char *path = g_strconcat(folder->canonical, strrchr(site->path, '/'), NULL);
    if (seer->mounts && vkp_mounts_is_remote_point(seer->mounts, path, &site->subject))
        return FALSE;
    struct stat status;
    gboolean is_there = lstat(path, &status) == 0;
    if (!is_there || !S_ISLNK(status.st_mode)) {
        take_status(site, is_there, &status);
        site->canonical = g_steal_pointer(&path);
        return TRUE;
    }
    site->canonical = dup_canonical(seer->mounts, path, &site->subject);
    if (!site->canonical)
        return FALSE;
    is_there = stat(site->canonical, &status) == 0;
    take_status(site, is_there, &status);
    return TRUE;
}

static void run_batch(gpointer job)
{
    const GPtrArray *sites = job;
    g_autoptr(VkpSiteSeer) seer = vkp_site_seer_new(NULL);
    for (guint i = 0; i < sites->len; i++)
        (void)vkp_site_seer_look(seer, sites->pdata[i]);
}

static void free_batch(gpointer job)
{
    g_ptr_array_unref(job);
}

static const VkpGuardKind batch_kind = {run_batch, free_batch};

static void take_answer(VkpSite *site, VkpSite *answer)
{
    site->canonical = answer ? g_steal_pointer(&answer->canonical) : g_strdup(site->path);
    site->inode = answer ? answer->inode : (VkpInode){0};
    site->is_missing = answer && answer->is_missing;
}

/* The thread has copies, as it may come back when all this is gone. */
static void look_at_batch(VkpSiteSeer *seer, guint64 subject, const GPtrArray *sites)
{
    GPtrArray *copies = g_ptr_array_new_with_free_func(free_site);
    for (guint i = 0; i < sites->len; i++)
        g_ptr_array_add(copies, vkp_site_new(((const VkpSite *)sites->pdata[i])->path));
    gboolean is_answered =
        vkp_guard_run(vkp_mounts_guard(seer->mounts), &batch_kind, subject, copies);
    for (guint i = 0; i < sites->len; i++)
        take_answer(sites->pdata[i], is_answered ? copies->pdata[i] : NULL);
    if (is_answered)
        g_ptr_array_unref(copies);
}

void vkp_site_seer_look_remote(VkpSiteSeer *seer, const GPtrArray *sites)
{
    for (guint i = 0; i < sites->len; i++) {
        const VkpSite *first = sites->pdata[i];
        g_autoptr(GPtrArray) batch = g_ptr_array_new();
        for (guint k = i; k < sites->len && batch->len < BATCH_MAX && !first->canonical; k++) {
            VkpSite *site = sites->pdata[k];
            if (!site->canonical && site->subject == first->subject)
                g_ptr_array_add(batch, site);
        }
        if (batch->len > 0)
            look_at_batch(seer, first->subject, batch);
    }
}
