/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/sighting.h"

#include <string.h>

#include "common/proc/image.h"

/* An exec builds a new memory, where the kernel puts arguments and environment at random addresses;
 * without randomisation, where their sizes lead: after an exec with others of the same sizes, that
 * is the same place. */
static gboolean is_same_exec(const VkpStat *a, const VkpStat *b)
{
    return vkp_memory_place_equal(&a->place, &b->place) && (b->flags & VKP_STAT_FLAG_RANDOMIZED);
}

static gboolean has_exited(const VkpStat *stat)
{
    return stat->state == 'Z' || stat->state == 'X';
}

/* Memory and folder of a leader that has exited are gone for it, not for the other threads. What
 * was seen before stands; reading from a thread costs a listing, so it is done once. */
static VkpReadPlan plan_after_exit(const VkpStat *stat, gboolean is_known)
{
    return is_known || vkp_state_is_dead(stat->state, stat->threads) ? VKP_READ_NOTHING
                                                                     : VKP_READ_FROM_THREAD;
}

VkpReadPlan vkp_sighting_plan_image(const VkpSighting *sighting, const VkpStat *stat)
{
    if (has_exited(stat))
        return plan_after_exit(stat, sighting->image != NULL);
    if (stat->state == 'D')
        return sighting->image ? VKP_READ_NOTHING : VKP_READ_SAFELY;
    if (sighting->image && sighting->image->is_certain &&
        is_same_exec(&sighting->image_stat, stat) &&
        strcmp(sighting->image_stat.comm, stat->comm) == 0)
        return VKP_READ_NOTHING;
    return VKP_READ_ALL;
}

VkpReadPlan vkp_sighting_plan_folder(const VkpSighting *sighting, const VkpStat *stat)
{
    if (has_exited(stat))
        return plan_after_exit(stat, sighting->folder != NULL);
    return stat->state == 'D' ? VKP_READ_SAFELY : VKP_READ_ALL;
}

void vkp_sighting_set_image(VkpSighting *sighting, const VkpStat *stat, VkpImage *image,
                            guint64 now_ticks)
{
    vkp_image_set_place(image, stat, now_ticks);
    if (sighting->image && vkp_memory_place_equal(&sighting->image_stat.place, &stat->place))
        vkp_image_keep_marks(image, sighting->image);
    sighting->image_stat = *stat;
    if (sighting->image && vkp_image_equal(sighting->image, image)) {
        vkp_image_unref(image); /* whoever has the other one sees that nothing has changed */
        return;
    }
    vkp_image_unref(sighting->image);
    sighting->image = image;
}
