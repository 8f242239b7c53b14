/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "common/base/error.h"
#include "common/proc/scanner-private.h"

/* Who kept a reader waiting is not tried again before. */
#define IMAGE_PAUSE_USEC (5 * G_USEC_PER_SEC)

/* Missing evidence, unless the process is gone or we can't look at anybody any more. */
static gboolean is_bearable(const GError *error)
{
    return !g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND) &&
           !g_error_matches(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
}

static gboolean bear(GError **error, GError *happened)
{
    if (is_bearable(happened)) {
        g_error_free(happened);
        return TRUE;
    }
    g_propagate_error(error, happened);
    return FALSE;
}

/* The number under which memory and folder can be seen, 0 if nowhere. */
static pid_t reading_pid(VkpScanner *scanner, VkpReadPlan plan, pid_t pid)
{
    return plan == VKP_READ_FROM_THREAD ? vkp_reader_find_thread(scanner->reader, pid) : pid;
}

/* Where there is one thread only, its state tells whether it holds the lock of the memory; of many,
 * any may. */
static VkpImage *read_image(VkpScanner *scanner, VkpSighting *sighting, const VkpStat *stat,
                            pid_t pid, GError **error)
{
    if (stat->threads <= 1)
        return vkp_reader_read_image(scanner->reader, pid, error);
    gboolean is_late = FALSE;
    VkpImage *image = vkp_image_guard_read(scanner->guard, pid, &is_late, error);
    sighting->image_not_before_usec = is_late ? g_get_monotonic_time() + IMAGE_PAUSE_USEC : 0;
    return image;
}

static gboolean may_read_image(const VkpScanner *scanner, const VkpSighting *sighting,
                               VkpReadPlan plan, pid_t pid)
{
    if (plan == VKP_READ_SAFELY && !vkp_reader_waits_for_vfork(scanner->reader, pid))
        return FALSE;
    return sighting->image_not_before_usec == 0 ||
           g_get_monotonic_time() >= sighting->image_not_before_usec;
}

static gboolean refresh_image(VkpScanner *scanner, VkpSighting *sighting, const VkpStat *stat,
                              GError **error)
{
    VkpReadPlan plan = vkp_sighting_plan_image(sighting, stat);
    pid_t pid = plan == VKP_READ_NOTHING ? 0 : reading_pid(scanner, plan, stat->pid);
    if (pid == 0 || !may_read_image(scanner, sighting, plan, pid))
        return TRUE;
    GError *failure = NULL;
    VkpImage *image = read_image(scanner, sighting, stat, pid, &failure);
    if (!image)
        return bear(error, failure);
    vkp_sighting_set_image(sighting, stat, image, vkp_reader_uptime_ticks(scanner->reader));
    return TRUE;
}

static void set_folder(VkpScanner *scanner, VkpSighting *sighting, VkpCachedFolder *folder)
{
    vkp_folder_cache_release(scanner->folders, sighting->folder);
    sighting->folder = folder;
}

/* Takes the folder. Others may have the same already: a look that was not answered is as good as
 * one that was not touched. */
static VkpCachedFolder *keep_folder(VkpScanner *scanner, VkpFolderLook *look, VkpFolder *folder)
{
    VkpCachedFolder *cached = vkp_folder_cache_acquire(scanner->folders, look);
    if (!cached)
        return vkp_folder_cache_add(scanner->folders, look, folder);
    vkp_folder_unref(folder);
    return cached;
}

/* The folder of that look: what it was, what others know of it, or walked now. */
static gboolean follow_look(VkpScanner *scanner, VkpSighting *sighting, pid_t pid,
                            VkpFolderLook *look, GError **error)
{
    if (sighting->folder && vkp_folder_look_equal(&sighting->folder->look, look))
        return TRUE;
    VkpCachedFolder *cached = vkp_folder_cache_acquire(scanner->folders, look);
    if (!cached) {
        GError *failure = NULL;
        VkpFolder *folder = vkp_reader_walk_folder(scanner->reader, pid, look, &failure);
        if (!folder)
            return bear(error, failure);
        cached = keep_folder(scanner, look, folder);
    }
    set_folder(scanner, sighting, cached);
    return TRUE;
}

static gboolean refresh_folder(VkpScanner *scanner, VkpSighting *sighting, const VkpStat *stat,
                               GError **error)
{
    VkpReadPlan plan = vkp_sighting_plan_folder(sighting, stat);
    pid_t pid = plan == VKP_READ_NOTHING ? 0 : reading_pid(scanner, plan, stat->pid);
    if (pid == 0)
        return TRUE;
    g_auto(VkpFolderLook) look = {0};
    GError *failure = NULL;
    gboolean touch = plan != VKP_READ_SAFELY;
    if (!vkp_reader_look_at_folder(scanner->reader, pid, touch, &look, &failure)) {
        /* Where we may no longer look, the process may have gone anywhere. */
        if (is_bearable(failure))
            set_folder(scanner, sighting, NULL);
        return bear(error, failure);
    }
    if (!touch && sighting->folder && strcmp(sighting->folder->look.link, look.link) == 0)
        return TRUE;
    return follow_look(scanner, sighting, pid, &look, error);
}

void vkp_scanner_drop_details(VkpScanner *scanner, VkpSighting *sighting)
{
    g_clear_pointer(&sighting->image, vkp_image_unref);
    set_folder(scanner, sighting, NULL);
}

/* What was read by the number may be of another process, who got it since the stat was opened: then
 * that one, read again, says that its process is gone. */
static gboolean is_still_there(int stat_fd, const VkpStat *stat, VkpStat *again, GError **error)
{
    if (!vkp_reader_read_open_stat(stat_fd, stat->pid, again, error))
        return FALSE;
    if (again->start_ticks == stat->start_ticks)
        return TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND, "Process %d has ended", stat->pid);
    return FALSE;
}

/* Image and folder of one of ours. NOT_FOUND also says that the process is ending: then its memory
 * and its folder are gone while its stat still is there, as a zombie's or about to be one. So stat
 * has the last word, and what was seen before stands. */
gboolean vkp_scanner_refresh_details(VkpScanner *scanner, VkpSighting *sighting, int stat_fd,
                                     VkpStat *stat, GError **error)
{
    VkpStat again;
    g_autoptr(GError) failure = NULL;
    const VkpImage *image = sighting->image;
    const VkpCachedFolder *folder = sighting->folder;
    gboolean is_done = refresh_image(scanner, sighting, stat, &failure) &&
                       refresh_folder(scanner, sighting, stat, &failure);
    if (is_done && sighting->image == image && sighting->folder == folder)
        return TRUE;
    if (is_done)
        return is_still_there(stat_fd, stat, &again, error);
    if (!g_error_matches(failure, VKP_ERROR, VKP_ERROR_NOT_FOUND)) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (!is_still_there(stat_fd, stat, &again, error))
        return FALSE;
    *stat = again;
    return TRUE;
}
