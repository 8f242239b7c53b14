/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/freezer.h"

#include <signal.h>

#include "common/proc/pidfd.h"

struct VkpFreezer {
    const VkpKillContext *context;
    GArray *listed; /* VkpIdentity: in the file, by us */
};

VkpFreezer *vkp_freezer_new(const VkpKillContext *context)
{
    VkpFreezer *freezer = g_new0(VkpFreezer, 1);
    freezer->context = context;
    freezer->listed = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    return freezer;
}

void vkp_freezer_free(VkpFreezer *freezer)
{
    if (!freezer)
        return;
    g_array_unref(freezer->listed);
    g_free(freezer);
}

static void before_step(const VkpFreezer *freezer)
{
    if (freezer->context->before_step)
        freezer->context->before_step(freezer->context->data);
}

gboolean vkp_freezer_list(VkpFreezer *freezer, const VkpCrew *crew)
{
    g_autoptr(GArray) added = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < vkp_crew_size(crew); i++) {
        const VkpTarget *target = vkp_crew_at(crew, i);
        if (!target->is_listed && vkp_target_is_in_hand(target))
            g_array_append_val(added, target->identity);
    }
    if (added->len == 0)
        return TRUE;
    before_step(freezer);
    VkpUuid boot_id = vkp_reader_boot_id(freezer->context->reader);
    g_autoptr(GError) error = NULL;
    if (!vkp_frozen_add(freezer->context->frozen_path, &boot_id, added, &error)) {
        g_debug("Cannot list whom to freeze: %s", error->message);
        return FALSE;
    }
    g_array_append_vals(freezer->listed, added->data, added->len);
    for (guint i = 0; i < vkp_crew_size(crew); i++)
        vkp_crew_at(crew, i)->is_listed |= vkp_target_is_in_hand(vkp_crew_at(crew, i));
    return TRUE;
}

/* Some stop when their child does, to hand the terminal back, and wait to be continued by whoever
 * sees that: nobody does when the child is killed. Others let their child go on at once. */
static gboolean minds_stops(const char *name)
{
    static const char *const names[] = {"script",        "su", "sudo",   "runuser",
                                        "newgrp",        "sg", "screen", "tmux: server",
                                        "tmate: server", NULL};
    return g_strv_contains(names, name);
}

/* As will_become_orphaned_pgrp() in the kernel's exit.c has it. */
static gboolean keeps_group(const VkpStat *own, const VkpStat *parent)
{
    return parent->group != own->group && parent->session == own->session;
}

/* A parent that is to be ended as well may stop. */
gboolean vkp_freezer_may_stop(const VkpFreezer *freezer, const VkpCrew *crew, VkpTarget *target)
{
    VkpStat own;
    VkpStat parent;
    VkpReader *reader = freezer->context->reader;
    if (!vkp_target_is_in_hand(target))
        return FALSE;
    if (!vkp_reader_read_stat(reader, target->identity.pid, &own, NULL) ||
        !vkp_reader_read_stat(reader, own.parent_pid, &parent, NULL))
        return TRUE;
    target->group = own.group;
    target->keeps_group = keeps_group(&own, &parent);
    target->parent_group = parent.group;
    return vkp_crew_ends_pid(crew, own.parent_pid) || !minds_stops(parent.comm);
}

static void forget(VkpFreezer *freezer)
{
    if (freezer->listed->len == 0)
        return;
    before_step(freezer);
    VkpUuid boot_id = vkp_reader_boot_id(freezer->context->reader);
    g_autoptr(GError) error = NULL;
    if (!vkp_frozen_remove(freezer->context->frozen_path, &boot_id, freezer->listed, &error))
        g_debug("Cannot take back the list of the frozen: %s", error->message);
    g_array_set_size(freezer->listed, 0);
}

void vkp_freezer_thaw(VkpFreezer *freezer, VkpCrew *crew)
{
    for (guint i = 0; i < vkp_crew_size(crew); i++) {
        VkpTarget *target = vkp_crew_at(crew, i);
        if (!target->is_frozen || vkp_target_look(target))
            continue;
        before_step(freezer);
        (void)vkp_pidfd_signal(target->pidfd, SIGCONT);
        target->is_frozen = FALSE;
    }
    forget(freezer);
}
