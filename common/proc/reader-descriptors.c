/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/proc/reader-private.h"

/* A list of descriptors in the making. At the first look this is done for everybody, and readdir()
 * costs a third more: it allocates, and looks at the folder first. */
typedef struct {
    VkpFd folder;
    gssize used; /* of `bytes`; 0: read on; below 0: it could not be read to its end */
    gssize at;
    _Alignas(struct dirent64) char bytes[4096];
} Listing;

static void listing_clear(Listing *listing)
{
    vkp_fd_close(&listing->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Listing, listing_clear)

static gboolean listing_begin(Listing *listing, VkpReader *reader, pid_t pid, GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "fd");
    listing->at = 0;
    listing->used = 0;
    listing->folder = openat(reader->root, path.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (listing->folder >= 0)
        return TRUE;
    vkp_set_error_errno(error, errno, "Cannot list the descriptors of process %d", pid);
    return FALSE;
}

/* NULL at the end, which only a call that brings nothing tells: a signal cuts one short. */
static const struct dirent64 *next_entry(Listing *listing)
{
    if (listing->at >= listing->used) {
        listing->at = 0;
        listing->used = getdents64(listing->folder, listing->bytes, sizeof listing->bytes);
        if (listing->used <= 0)
            return NULL;
    }
    const struct dirent64 *entry = (const void *)(listing->bytes + listing->at);
    listing->at += entry->d_reclen;
    return entry;
}

/* The next entry that is a descriptor, as its name; NULL at the end. */
static const char *next_descriptor(Listing *listing, guint *n_seen)
{
    const struct dirent64 *entry;
    while (*n_seen < VKP_READER_MAX_DESCRIPTORS && (entry = next_entry(listing))) {
        if (!g_ascii_isdigit(entry->d_name[0]))
            continue;
        (*n_seen)++;
        return entry->d_name;
    }
    return NULL;
}

/* Follows the link. A descriptor may be of a file server that does not answer any more: most file
 * systems tell from memory what is asked here (VKP_MOUNT_SERVED in mount-table.h). One of another
 * kind (VKP_MOUNT_DISTANT) may keep us waiting. Unknown if it can't be told. */
static VkpInode find_inode(int directory, const char *name)
{
    struct statx status;
    if (statx(directory, name, AT_STATX_DONT_SYNC, STATX_INO, &status) < 0)
        return (VkpInode){0};
    return (VkpInode){makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino};
}

static gboolean is_one_of(int directory, const char *name, const VkpInode *files, guint n_files)
{
    VkpInode found = find_inode(directory, name);
    if (vkp_inode_is_unknown(found))
        return FALSE;
    for (guint i = 0; i < n_files; i++)
        if (vkp_inode_equal(found, files[i]))
            return TRUE;
    return FALSE;
}

/* FALSE, and error, if it was left before its end for another reason than that enough was seen. */
static gboolean listing_end(const Listing *listing, pid_t pid, GError **error)
{
    if (listing->used >= 0)
        return TRUE;
    vkp_set_error_errno(error, errno, "Cannot list the descriptors of process %d", pid);
    return FALSE;
}

/* A leader that has exited has no descriptors, its threads still have them; and so may a process
 * whose descriptors could not be read. 0: there is no such thread, or no need of one. */
static pid_t thread_instead(VkpReader *reader, pid_t pid, guint n_seen, const GError *failure)
{
    if (n_seen > 0 || g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
        return 0;
    return vkp_reader_find_thread(reader, pid);
}

typedef struct {
    const VkpInode *files;
    guint n_files;
    gboolean is_open;
    guint n_seen;
} Search;

/* 0, 1 and 2, which everybody has; SQLite never opens a database there. */
static gboolean is_standard_stream(const char *name)
{
    return name[0] <= '2' && name[1] == '\0';
}

static gboolean search_descriptors(VkpReader *reader, pid_t pid, Search *search, GError **error)
{
    g_auto(Listing) listing;
    if (!listing_begin(&listing, reader, pid, error))
        return FALSE;
    const char *name;
    while (!search->is_open && (name = next_descriptor(&listing, &search->n_seen)))
        search->is_open = !is_standard_stream(name) &&
                          is_one_of(listing.folder, name, search->files, search->n_files);
    return listing_end(&listing, pid, error);
}

gboolean vkp_reader_check_files_open(VkpReader *reader, pid_t pid, const VkpInode *files,
                                     guint n_files, gboolean *is_open, GError **error)
{
    Search state = {files, n_files, FALSE, 0};
    g_autoptr(GError) failure = NULL;
    gboolean is_known = search_descriptors(reader, pid, &state, &failure);
    pid_t thread = thread_instead(reader, pid, state.n_seen, failure);
    if (thread > 0) {
        g_clear_error(&failure);
        is_known = search_descriptors(reader, thread, &state, &failure);
    }
    if (is_known)
        *is_open = state.is_open;
    else
        g_propagate_error(error, g_steal_pointer(&failure));
    return is_known;
}

/* "socket:[4711]". The text, not the inode, tells a socket: another file system may have a socket's
 * file with the same number. */
static gboolean parse_socket(const char *link, guint64 *inode)
{
    static const char prefix[] = "socket:[";
    if (!g_str_has_prefix(link, prefix))
        return FALSE;
    char *end = NULL;
    guint64 number = g_ascii_strtoull(link + strlen(prefix), &end, 10);
    if (number == 0 || g_strcmp0(end, "]") != 0)
        return FALSE;
    *inode = number;
    return TRUE;
}

static gboolean collect_sockets(VkpReader *reader, pid_t pid, GArray *sockets, guint *n_seen,
                                GError **error)
{
    g_auto(Listing) listing;
    if (!listing_begin(&listing, reader, pid, error))
        return FALSE;
    const char *name;
    while ((name = next_descriptor(&listing, n_seen))) {
        char link[64];
        guint64 inode = 0;
        gssize length = readlinkat(listing.folder, name, link, sizeof link - 1);
        if (length <= 0)
            continue;
        link[length] = '\0';
        if (parse_socket(link, &inode))
            g_array_append_val(sockets, inode);
    }
    return listing_end(&listing, pid, error);
}

GArray *vkp_reader_list_sockets(VkpReader *reader, pid_t pid, GError **error)
{
    g_autoptr(GArray) sockets = g_array_new(FALSE, FALSE, sizeof(guint64));
    g_autoptr(GError) failure = NULL;
    guint n_seen = 0;
    gboolean is_known = collect_sockets(reader, pid, sockets, &n_seen, &failure);
    pid_t thread = thread_instead(reader, pid, n_seen, failure);
    if (thread > 0) {
        g_clear_error(&failure);
        is_known = collect_sockets(reader, thread, sockets, &n_seen, &failure);
    }
    if (is_known)
        return g_steal_pointer(&sockets);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}

void vkp_open_file_free(VkpOpenFile *file)
{
    if (!file)
        return;
    g_free(file->path);
    g_free(file);
}

static gboolean has_ending(const char *path, const char *const *endings)
{
    for (guint i = 0; endings && endings[i]; i++)
        if (g_str_has_suffix(path, endings[i]))
            return TRUE;
    return FALSE;
}

static gboolean fits(const char *path, const VkpPathPattern *pattern)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return FALSE;
    return (pattern->names && g_strv_contains(pattern->names, slash + 1)) ||
           has_ending(path, pattern->endings) ||
           (pattern->paths && g_strv_contains(pattern->paths, path));
}

static gboolean has_path(const GPtrArray *files, const char *path)
{
    for (guint i = 0; i < files->len; i++)
        if (g_str_equal(((const VkpOpenFile *)files->pdata[i])->path, path))
            return TRUE;
    return FALSE;
}

static gboolean collect_files(VkpReader *reader, pid_t pid, const VkpPathPattern *pattern,
                              GPtrArray *files, guint *n_seen, GError **error)
{
    g_auto(Listing) listing;
    if (!listing_begin(&listing, reader, pid, error))
        return FALSE;
    const char *name;
    while (files->len < VKP_READER_MAX_FILES && (name = next_descriptor(&listing, n_seen))) {
        char link[PATH_MAX];
        gssize length = readlinkat(listing.folder, name, link, sizeof link - 1);
        if (length <= 0)
            continue;
        link[length] = '\0';
        if (!fits(link, pattern) || has_path(files, link))
            continue;
        VkpOpenFile *file = g_new(VkpOpenFile, 1);
        *file = (VkpOpenFile){g_strdup(link), find_inode(listing.folder, name)};
        g_ptr_array_add(files, file);
    }
    return listing_end(&listing, pid, error);
}

GPtrArray *vkp_reader_list_files(VkpReader *reader, pid_t pid, const VkpPathPattern *pattern,
                                 GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_open_file_free);
    g_autoptr(GError) failure = NULL;
    guint n_seen = 0;
    gboolean is_known = collect_files(reader, pid, pattern, files, &n_seen, &failure);
    pid_t thread = thread_instead(reader, pid, n_seen, failure);
    if (thread > 0) {
        g_clear_error(&failure);
        is_known = collect_files(reader, thread, pattern, files, &n_seen, &failure);
    }
    if (is_known)
        return g_steal_pointer(&files);
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}
