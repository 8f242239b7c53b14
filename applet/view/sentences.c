/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/sentences.h"

#include <glib/gi18n.h>

#include "common/base/text.h"

#define MAX_NAMED 3

char *vkp_sentence_dup_no_longer_listed(guint n)
{
    return g_strdup_printf(ngettext("%u is no longer listed.", "%u are no longer listed.", n), n);
}

static const char *outcome_reason(const VkpVictim *victim)
{
    if (victim->is_unlisted)
        return _("no longer listed");
    switch (victim->outcome) {
    case VKP_OUTCOME_SURVIVED:
        return _("still running");
    case VKP_OUTCOME_DENIED:
        return _("permission denied");
    case VKP_OUTCOME_PROTECTED:
        return _("protected");
    case VKP_OUTCOME_IDENTITY_CHANGED:
        return _("its number belongs to another process now");
    default:
        return _("no answer");
    }
}

/* "node (4242), still running; ld (4300), permission denied; and 2 more" of those that did not end.
 */
static char *dup_failures(VkpKillOperation *operation)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(g_free);
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    guint n = 0;
    for (guint i = 0; i < victims->len; i++) {
        const VkpVictim *victim = g_ptr_array_index(victims, i);
        if (!vkp_victim_has_failed(victim) || ++n > MAX_NAMED)
            continue;
        g_autofree char *name = vkp_text_dup_display(victim->name);
        /* Translators: a process by name and number, and why it was not killed */
        g_ptr_array_add(items, g_strdup_printf(_("%s (%d), %s"), name, (int)victim->identity.pid,
                                               outcome_reason(victim)));
    }
    if (n > MAX_NAMED)
        /* Translators: the last of several items with "; " between them */
        g_ptr_array_add(
            items,
            g_strdup_printf(ngettext("and %u more", "and %u more", n - MAX_NAMED), n - MAX_NAMED));
    g_ptr_array_add(items, NULL);
    /* Translators: between items that contain commas */
    return g_strjoinv(_("; "), (char **)items->pdata);
}

static char *dup_waiting(VkpKillOperation *operation)
{
    VkpKillCounts counts = vkp_kill_operation_count(operation);
    guint remaining = counts.n_remaining;
    if (remaining == 0)
        return g_strdup(_("Making sure that all have exited…"));
    /* Translators: how many still run, of how many */
    return g_strdup_printf(
        ngettext("Waiting for %u of %u to exit…", "Waiting for %u of %u to exit…", remaining),
        remaining, counts.n_ticked);
}

static char *dup_single_failure(VkpKillOperation *operation)
{
    const VkpVictim *victim = g_ptr_array_index(vkp_kill_operation_victims(operation), 0);
    /* Translators: beside the name of a process; %s is why, as "permission denied" */
    return g_strdup_printf(_("Not killed: %s."), outcome_reason(victim));
}

static char *dup_survivors(VkpKillOperation *operation, const VkpKillCounts *counts,
                           gboolean is_titled)
{
    if (is_titled && vkp_kill_operation_order(operation)->worded_as == VKP_SCOPE_SINGLE)
        return dup_single_failure(operation);
    g_autofree char *failures = dup_failures(operation);
    return g_strdup_printf(
        ngettext("%u of %u survived: %s.", "%u of %u survived: %s.", counts->n_failed),
        counts->n_failed, counts->n_ticked, failures);
}

static char *dup_killed(guint n)
{
    return g_strdup_printf(ngettext("Killed %u process.", "Killed %u processes.", n), n);
}

static char *dup_vanished(guint n, gboolean is_all)
{
    return is_all
               ? g_strdup(ngettext("It had exited already.", "All of them had exited already.", n))
               : g_strdup_printf(ngettext("%u had exited already.", "%u had exited already.", n),
                                 n);
}

static char *dup_outcome(VkpKillOperation *operation, gboolean is_titled)
{
    VkpKillCounts all = vkp_kill_operation_count(operation);
    const VkpKillCounts *counts = &all;
    g_autoptr(GPtrArray) sentences = g_ptr_array_new_with_free_func(g_free);
    if (counts->n_failed > 0)
        g_ptr_array_add(sentences, dup_survivors(operation, counts, is_titled));
    if (counts->n_failed == 0 && counts->n_killed > 0)
        g_ptr_array_add(sentences, dup_killed(counts->n_killed));
    if (counts->n_failed == 0 && counts->n_vanished > 0)
        g_ptr_array_add(sentences,
                        dup_vanished(counts->n_vanished, counts->n_killed + counts->n_lost == 0));
    if (counts->n_lost > 0)
        g_ptr_array_add(sentences, vkp_sentence_dup_no_longer_listed(counts->n_lost));
    g_ptr_array_add(sentences, NULL);
    return g_strjoinv(" ", (char **)sentences->pdata);
}

static char *dup_single_title(VkpKillOperation *operation)
{
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    const VkpVictim *victim = victims->len > 0 ? g_ptr_array_index(victims, 0) : NULL;
    const char *subject = vkp_kill_operation_order(operation)->subject;
    g_autofree char *name = vkp_text_dup_display(victim ? victim->name : subject ? subject : "?");
    return victim ? g_strdup_printf("%s (%d)", name, (int)victim->identity.pid)
                  : g_steal_pointer(&name);
}

char *vkp_sentence_dup_title(VkpKillOperation *operation)
{
    const VkpKillOrder *order = vkp_kill_operation_order(operation);
    g_autofree char *subject = order->subject ? vkp_text_dup_display(order->subject) : NULL;
    switch (order->worded_as) {
    case VKP_SCOPE_SINGLE:
        return dup_single_title(operation);
    case VKP_SCOPE_LEFTOVERS:
        if (order->has_no_project)
            return g_strdup(_("Leftovers without a project"));
        /* Translators: %s is a project */
        return subject ? g_strdup_printf(_("Leftovers of %s"), subject) : g_strdup(_("Leftovers"));
    case VKP_SCOPE_ALL_EXCEPT_EXECUTORS:
        return g_strdup(_("All Except Agents"));
    default:
        return subject ? g_steal_pointer(&subject) : g_strdup(_("All Processes"));
    }
}

static char *dup_result(VkpKillOperation *operation, gboolean is_titled)
{
    switch (vkp_kill_operation_state(operation)) {
    case VKP_KILL_ASKING:
        return g_strdup(_("Looking up what would be killed…"));
    case VKP_KILL_RUNNING:
        return dup_waiting(operation);
    case VKP_KILL_DONE:
        return dup_outcome(operation, is_titled);
    case VKP_KILL_FAILED:
        if (!vkp_kill_operation_was_sent(operation))
            return g_strdup_printf(_("Nothing was killed. %s"),
                                   vkp_kill_operation_problem(operation));
        return g_strdup_printf(_("It is not known what became of the processes. %s"),
                               vkp_kill_operation_problem(operation));
    default:
        return g_strdup("");
    }
}

char *vkp_sentence_dup_result(VkpKillOperation *operation)
{
    return dup_result(operation, TRUE);
}

char *vkp_sentence_dup_news(VkpKillOperation *operation)
{
    return dup_result(operation, FALSE);
}
