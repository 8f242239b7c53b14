/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/proc/image.h"
#include "common/proc/reader-private.h"

/* The kernel shows links of up to a page, and says ENAMETOOLONG beyond. */
#define LINK_MAX_BYTES 4096

/* Whoever works deeper than this is not where people put things; only evidence is lost. */
#define CHAIN_MAX 512u

#define DELETED_SUFFIX " (deleted)"

/* A file as statx() knows it. */
typedef struct {
    VkpInode inode;
    guint64 mount_id;
    guint n_links;
} Node;

/* Device, inode and mount are in memory, so with AT_STATX_DONT_SYNC no network or FUSE server is
 * asked for them, which might never answer. */
static gboolean look_at(int directory, const char *path, int flags, Node *node)
{
    struct statx status;
    if (statx(directory, path, flags | AT_STATX_DONT_SYNC, STATX_INO | STATX_NLINK | STATX_MNT_ID,
              &status) < 0)
        return FALSE;
    *node = (Node){
        .inode = {makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino},
        .mount_id = status.stx_mask & STATX_MNT_ID ? status.stx_mnt_id : 0,
        .n_links = status.stx_nlink,
    };
    return TRUE;
}

static gboolean is_same(const Node *a, const Node *b)
{
    return vkp_inode_equal(a->inode, b->inode) && a->mount_id == b->mount_id;
}

gboolean vkp_folder_look_equal(const VkpFolderLook *a, const VkpFolderLook *b)
{
    return vkp_inode_equal(a->inode, b->inode) && a->mount_id == b->mount_id &&
           strcmp(a->link, b->link) == 0;
}

void vkp_folder_look_clear(VkpFolderLook *look)
{
    g_clear_pointer(&look->link, g_free);
}

static gboolean fail(GError **error, int saved_errno, pid_t pid)
{
    vkp_set_error_errno(error, saved_errno, "Cannot see the working directory of process %d", pid);
    return FALSE;
}

gboolean vkp_reader_read_folder_link(VkpReader *reader, pid_t pid, VkpFolderLook *look,
                                     GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "cwd");
    char link[LINK_MAX_BYTES + 1];
    gssize length = readlinkat(reader->root, path.text, link, sizeof link - 1);
    if (length < 0 && errno != ENAMETOOLONG)
        return fail(error, errno, pid);
    link[MAX(length, 0)] = '\0';
    *look = (VkpFolderLook){.link = g_strdup(link)};
    return TRUE;
}

gboolean vkp_reader_touch_folder(VkpReader *reader, pid_t pid, VkpFolderLook *look, GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "cwd");
    Node node = {0};
    /* A link of /proc leads to the folder even when that is deleted, so only a process that is gone
     * makes this fail; a link among plain files may well dangle. */
    if (!look_at(reader->root, path.text, 0, &node) && reader->is_procfs)
        return fail(error, errno, pid);
    look->inode = node.inode;
    look->mount_id = node.mount_id;
    return TRUE;
}

/* The way from a folder up to the root. */
typedef struct {
    VkpFd folder;
    Node node;     /* of the folder */
    GArray *chain; /* of VkpInode */
} Walk;

static void walk_clear(Walk *walk)
{
    vkp_fd_close(&walk->folder);
    g_clear_pointer(&walk->chain, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Walk, walk_clear)

static int open_folder(int directory, const char *path)
{
    return openat(directory, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A folder that must not be searched, or whose file system is gone, ends the chain for good; want
 * of descriptors or memory only for now. */
static gboolean is_passing(int saved_errno)
{
    return saved_errno == EMFILE || saved_errno == ENFILE || saved_errno == ENOMEM;
}

/* Goes up by "..", which even a deleted folder still has, until that leads nowhere else. By mount,
 * too: a folder that is mounted below itself has itself as its parent. FALSE and errno when this is
 * worth another try. */
static gboolean walk_up(Walk *walk)
{
    Node node = walk->node;
    g_auto(VkpFd) at = -1;
    while (walk->chain->len < CHAIN_MAX) {
        Node above;
        g_auto(VkpFd) parent = open_folder(at < 0 ? walk->folder : at, "..");
        if (parent < 0)
            return !is_passing(errno);
        if (!look_at(parent, "", AT_EMPTY_PATH, &above) || is_same(&above, &node))
            break;
        g_array_append_val(walk->chain, above.inode);
        node = above;
        vkp_fd_close(&at);
        at = vkp_fd_steal(&parent);
    }
    return TRUE;
}

/* FALSE and errno when the process is gone, has moved since the look, or must not be looked at. */
static gboolean walk_begin(VkpReader *reader, pid_t pid, const VkpFolderLook *look, Walk *walk)
{
    VkpPidPath path = vkp_pid_path(pid, "cwd");
    Node looked = {look->inode, look->mount_id, 0};
    walk->folder = open_folder(reader->root, path.text);
    if (walk->folder < 0 || !look_at(walk->folder, "", AT_EMPTY_PATH, &walk->node))
        return FALSE;
    if (!is_same(&looked, &walk->node)) {
        errno = ENOENT;
        return FALSE;
    }
    g_array_append_val(walk->chain, walk->node.inode);
    return walk_up(walk);
}

/* Whether the folder is called so in its parent. */
static gboolean has_name(const Walk *walk, const char *name, gsize length)
{
    g_autofree char *path = g_strdup_printf("../%.*s", (int)length, name);
    Node node;
    return look_at(walk->folder, path, AT_SYMLINK_NOFOLLOW, &node) &&
           vkp_inode_equal(node.inode, walk->node.inode);
}

/* The kernel writes " (deleted)" behind the path of a folder that has no name any more. But a
 * folder may really be called so, and on some file systems (FUSE, NFS) the kernel forgets the name
 * of one that is still there. So the parent is asked; of one that was not touched nobody can say
 * it. Sets *length to that of the path without the remark. */
static gboolean is_deleted(const Walk *walk, gboolean is_procfs, const char *link, gsize *length)
{
    *length = strlen(link);
    if (!g_str_has_suffix(link, DELETED_SUFFIX))
        return FALSE;
    gsize shown = *length;
    *length -= strlen(DELETED_SUFFIX);
    if (walk->folder < 0)
        return !is_procfs;
    if (walk->node.n_links == 0)
        return TRUE;
    const char *slash = strrchr(link, '/');
    gsize name_at = slash ? (gsize)(slash + 1 - link) : 0;
    if (has_name(walk, link + name_at, shown - name_at)) {
        *length = shown;
        return FALSE;
    }
    return !has_name(walk, link + name_at, *length - name_at);
}

VkpFolder *vkp_reader_walk_in_place(VkpReader *reader, pid_t pid, const VkpFolderLook *look,
                                    GError **error)
{
    g_auto(Walk) walk = {.folder = -1, .chain = g_array_new(FALSE, FALSE, sizeof(VkpInode))};
    if (!vkp_inode_is_unknown(look->inode) && !walk_begin(reader, pid, look, &walk)) {
        (void)fail(error, errno, pid);
        return NULL;
    }
    gsize length = 0;
    gboolean deleted = is_deleted(&walk, reader->is_procfs, look->link, &length);
    g_autofree char *path = g_strndup(look->link, length);
    return vkp_folder_new(path, deleted, (const VkpInode *)(const void *)walk.chain->data,
                          walk.chain->len);
}
