/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader-private.h"

/* Somebody's folder may be on a file system whose server does not answer. Going up from there asks
 * that server, and on few kinds of them even the first look does: then a thread waits in our place.
 * Elsewhere that would cost more than it is worth. */

typedef struct {
    VkpReader *reader; /* its own */
    pid_t pid;
    VkpFolderLook look; /* made, or to be followed */
    VkpFolder *folder;
    GError *error;
} Errand;

static Errand *errand_new(const VkpReader *reader, pid_t pid, const VkpFolderLook *look,
                          GError **error)
{
    VkpReader *copy = vkp_reader_dup(reader, error);
    if (!copy)
        return NULL;
    Errand *errand = g_new0(Errand, 1);
    *errand = (Errand){.reader = copy, .pid = pid, .look = *look};
    errand->look.link = g_strdup(look->link);
    return errand;
}

static void errand_free(Errand *errand)
{
    vkp_reader_close(errand->reader);
    vkp_folder_look_clear(&errand->look);
    vkp_folder_unref(errand->folder);
    g_clear_error(&errand->error);
    g_free(errand);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Errand, errand_free)

static void free_errand(gpointer job)
{
    errand_free(job);
}

static void run_touch(gpointer job)
{
    Errand *errand = job;
    (void)vkp_reader_touch_folder(errand->reader, errand->pid, &errand->look, &errand->error);
}

static void run_walk(gpointer job)
{
    Errand *errand = job;
    errand->folder =
        vkp_reader_walk_in_place(errand->reader, errand->pid, &errand->look, &errand->error);
}

static const VkpGuardKind touch_kind = {run_touch, free_errand};
static const VkpGuardKind walk_kind = {run_walk, free_errand};

/* Without an answer the look stays untouched. */
static gboolean touch_guarded(VkpReader *reader, guint64 subject, pid_t pid, VkpFolderLook *look,
                              GError **error)
{
    Errand *sent = errand_new(reader, pid, look, error);
    if (!sent)
        return FALSE;
    if (!vkp_guard_run(vkp_mounts_guard(reader->mounts), &touch_kind, subject, sent))
        return TRUE;
    g_autoptr(Errand) errand = sent;
    if (errand->error) {
        g_propagate_error(error, g_steal_pointer(&errand->error));
        return FALSE;
    }
    look->inode = errand->look.inode;
    look->mount_id = errand->look.mount_id;
    return TRUE;
}

/* By its text: the file system's own word may be too much to ask. */
static gboolean is_distant(const VkpReader *reader, const VkpFolderLook *look, guint64 *subject)
{
    return reader->is_procfs && reader->mounts &&
           vkp_mounts_is_distant(reader->mounts, look->link, subject);
}

gboolean vkp_reader_look_at_folder(VkpReader *reader, pid_t pid, gboolean touch,
                                   VkpFolderLook *look, GError **error)
{
    g_auto(VkpFolderLook) seen = {0};
    guint64 subject;
    if (!vkp_reader_read_folder_link(reader, pid, &seen, error))
        return FALSE;
    if (touch &&
        !(is_distant(reader, &seen, &subject) ? touch_guarded(reader, subject, pid, &seen, error)
                                              : vkp_reader_touch_folder(reader, pid, &seen, error)))
        return FALSE;
    *look = seen;
    seen = (VkpFolderLook){0};
    return TRUE;
}

static gboolean must_guard(const VkpReader *reader, const VkpFolderLook *look)
{
    if (!reader->is_procfs || !reader->mounts || vkp_inode_is_unknown(look->inode))
        return FALSE;
    vkp_mounts_refresh(reader->mounts);
    return !vkp_mounts_is_local(reader->mounts, look->mount_id);
}

VkpFolder *vkp_reader_walk_folder(VkpReader *reader, pid_t pid, VkpFolderLook *look, GError **error)
{
    if (!must_guard(reader, look))
        return vkp_reader_walk_in_place(reader, pid, look, error);
    Errand *sent = errand_new(reader, pid, look, error);
    if (!sent)
        return NULL;
    guint64 subject = vkp_mounts_subject(look->inode.device);
    if (!vkp_guard_run(vkp_mounts_guard(reader->mounts), &walk_kind, subject, sent)) {
        look->inode = (VkpInode){0};
        look->mount_id = 0;
        return vkp_reader_walk_in_place(reader, pid, look, error);
    }
    g_autoptr(Errand) errand = sent;
    if (!errand->folder)
        g_propagate_error(error, g_steal_pointer(&errand->error));
    return g_steal_pointer(&errand->folder);
}

VkpFolder *vkp_reader_read_folder(VkpReader *reader, pid_t pid, GError **error)
{
    g_auto(VkpFolderLook) look = {0};
    if (!vkp_reader_look_at_folder(reader, pid, TRUE, &look, error))
        return NULL;
    return vkp_reader_walk_folder(reader, pid, &look, error);
}
