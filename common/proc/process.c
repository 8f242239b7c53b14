/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/process.h"

#include "common/proc/parse.h"

gboolean vkp_pids_contain(const GArray *pids, pid_t pid)
{
    for (guint i = 0; pids && i < pids->len; i++)
        if (g_array_index(pids, pid_t, i) == pid)
            return TRUE;
    return FALSE;
}

guint64 vkp_ticks_to_usec(guint64 ticks, guint ticks_per_second)
{
    guint64 seconds = ticks / ticks_per_second;
    guint64 rest = ticks % ticks_per_second;
    if (seconds >= G_MAXUINT64 / G_USEC_PER_SEC)
        return G_MAXUINT64;
    return seconds * G_USEC_PER_SEC + rest * G_USEC_PER_SEC / ticks_per_second;
}

VkpImage *vkp_image_ref(VkpImage *image)
{
    return g_atomic_rc_box_acquire(image);
}

static void clear_image(gpointer data)
{
    VkpImage *image = data;
    g_strfreev(image->command);
    g_free(image->marks.project_name);
    g_free(image->marks.branch);
}

void vkp_image_unref(VkpImage *image)
{
    if (image)
        g_atomic_rc_box_release_full(image, clear_image);
}

VkpFolder *vkp_folder_ref(VkpFolder *folder)
{
    return g_atomic_rc_box_acquire(folder);
}

static void clear_folder(gpointer data)
{
    VkpFolder *folder = data;
    g_free(folder->path);
    g_free(folder->chain);
}

void vkp_folder_unref(VkpFolder *folder)
{
    if (folder)
        g_atomic_rc_box_release_full(folder, clear_folder);
}

gboolean vkp_folder_is_within(const VkpFolder *folder, VkpInode place)
{
    for (guint i = 0; i < folder->n_chain; i++)
        if (vkp_inode_equal(folder->chain[i], place))
            return TRUE;
    return FALSE;
}

VkpProcess *vkp_process_new(void)
{
    VkpProcess *process = g_atomic_rc_box_new0(VkpProcess);
    process->state = '?';
    return process;
}

VkpProcess *vkp_process_ref(VkpProcess *process)
{
    return g_atomic_rc_box_acquire(process);
}

static void clear_process(gpointer data)
{
    VkpProcess *process = data;
    g_free(process->name);
    vkp_image_unref(process->image);
    vkp_folder_unref(process->folder);
}

void vkp_process_unref(VkpProcess *process)
{
    if (process)
        g_atomic_rc_box_release_full(process, clear_process);
}

gboolean vkp_process_is_dead(const VkpProcess *process)
{
    return vkp_state_is_dead(process->state, process->threads);
}

const VkpMarks *vkp_process_marks(const VkpProcess *process)
{
    return process->image && process->image->environment_known ? &process->image->marks : NULL;
}
