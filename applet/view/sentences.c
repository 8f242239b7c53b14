/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/sentences.h"

#include <glib/gi18n.h>
#include <string.h>

#include "common/base/text.h"
#include "common/view/format.h"

#define MAX_NAMED 3

static char *dup_single_question(VkpKillOperation *operation)
{
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    if (victims->len == 0)
        return g_strdup(_("The process has exited already."));
    const VkpVictim *victim = g_ptr_array_index(victims, 0);
    g_autofree char *name = vkp_text_dup_display(victim->name);
    int pid = (int)victim->identity.pid;
    const VkpTie *tie = victim->member ? &victim->member->tie : NULL;
    const char *home = tie && tie->task_title ? tie->task_title : tie ? tie->project_name : NULL;
    if (!home)
        /* Translators: a process by its name and number */
        return g_strdup_printf(_("Kill “%s” (%d)?"), name, pid);
    g_autofree char *shown = vkp_text_dup_display(home);
    return g_strdup_printf(tie->task_title ? _("Kill “%s” (%d) of the task “%s”?")
                                           : _("Kill “%s” (%d) of the project “%s”?"),
                           name, pid, shown);
}

/* The plural forms of each scope. */
static char *dup_subject_question(VkpScopeKind scope, guint n, const char *subject)
{
    switch (scope) {
    case VKP_SCOPE_EXECUTION:
        return g_strdup_printf(ngettext("Kill %u process that belongs to “%s”?",
                                        "Kill %u processes that belong to “%s”?", n),
                               n, subject);
    case VKP_SCOPE_ATTEMPT:
        return g_strdup_printf(ngettext("Kill %u process of the attempt “%s”?",
                                        "Kill %u processes of the attempt “%s”?", n),
                               n, subject);
    case VKP_SCOPE_TASK:
        return g_strdup_printf(
            ngettext("Kill %u process of the task “%s”?", "Kill %u processes of the task “%s”?", n),
            n, subject);
    case VKP_SCOPE_PROJECT:
        return g_strdup_printf(ngettext("Kill %u process of the project “%s”?",
                                        "Kill %u processes of the project “%s”?", n),
                               n, subject);
    default:
        return g_strdup_printf(
            ngettext("Kill %u leftover process of “%s”?", "Kill %u leftover processes of “%s”?", n),
            n, subject);
    }
}

static char *dup_global_question(VkpScopeKind scope, const VkpKillCounts *counts)
{
    guint n = counts->n_remaining;
    switch (scope) {
    case VKP_SCOPE_LEFTOVERS:
        return g_strdup_printf(
            ngettext("Kill %u leftover process?", "Kill %u leftover processes?", n), n);
    case VKP_SCOPE_ALL_EXCEPT_EXECUTORS:
        return g_strdup_printf(ngettext("Kill %u process and spare the agents?",
                                        "Kill %u processes and spare the agents?", n),
                               n);
    default:
        if (counts->n_agents == 0)
            return g_strdup_printf(ngettext("Kill %u process?", "Kill %u processes?", n), n);
        return g_strdup_printf(
            ngettext("Kill %u process, agents included?", "Kill %u processes, agents included?", n),
            n);
    }
}

char *vkp_sentence_dup_question(VkpKillOperation *operation)
{
    VkpScopeKind scope = vkp_kill_operation_order(operation)->worded_as;
    VkpKillCounts counts = vkp_kill_operation_count(operation);
    const char *subject = vkp_kill_operation_order(operation)->subject;
    if (scope == VKP_SCOPE_SINGLE)
        return dup_single_question(operation);
    if (counts.n_remaining == 0 && counts.n_weak == 0)
        return g_strdup(_("There is nothing to kill."));
    if (!subject)
        return dup_global_question(scope, &counts);
    g_autofree char *shown = vkp_text_dup_display(subject);
    return dup_subject_question(scope, counts.n_remaining, shown);
}

char *vkp_sentence_dup_verb(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_remaining;
    if (vkp_kill_operation_order(operation)->force)
        return g_strdup_printf(ngettext("_Force Kill %u Process", "_Force Kill %u Processes", n),
                               n);
    return g_strdup_printf(ngettext("_Kill %u Process", "_Kill %u Processes", n), n);
}

char *vkp_sentence_dup_manner(VkpKillOperation *operation)
{
    guint seconds = vkp_kill_operation_order(operation)->grace_ms / 1000;
    guint n = vkp_kill_operation_count(operation).n_remaining;
    if (n == 0)
        return NULL;
    if (vkp_kill_operation_order(operation)->force)
        return g_strdup(ngettext("It is ended at once and cannot save anything.",
                                 "They are ended at once and cannot save anything.", n));
    const char *polite = ngettext("It is asked to exit and may save its work first.",
                                  "They are asked to exit and may save their work first.", n);
    if (!vkp_kill_operation_order(operation)->escalate)
        return g_strdup(polite);
    g_autofree char *then =
        g_strdup_printf(ngettext("What still runs after %u second is forced to exit.",
                                 "What still runs after %u seconds is forced to exit.", seconds),
                        seconds);
    return g_strconcat(polite, " ", then, NULL);
}

char *vkp_sentence_dup_agents(VkpKillOperation *operation)
{
    VkpKillCounts counts = vkp_kill_operation_count(operation);
    guint n = counts.n_agents;
    if (n == 0)
        return NULL;
    if (counts.n_remaining == 1)
        return g_strdup(_("This is a coding agent. What it was doing is interrupted."));
    return g_strdup_printf(
        ngettext("%u coding agent is among them. What it was doing is interrupted.",
                 "%u coding agents are among them. What they were doing is interrupted.", n),
        n);
}

static gboolean is_single(VkpKillOperation *operation)
{
    return vkp_kill_operation_order(operation)->worded_as == VKP_SCOPE_SINGLE;
}

static char *dup_single_weak(VkpKillOperation *operation)
{
    const VkpVictim *victim = g_ptr_array_index(vkp_kill_operation_victims(operation), 0);
    g_autofree char *reason = victim->member ? vkp_format_dup_reason(victim->member) : NULL;
    return g_strconcat(_("It may have nothing to do with vibe-kanban."), reason ? " " : NULL,
                       reason, NULL);
}

char *vkp_sentence_dup_weak(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_weak;
    if (n == 0)
        return NULL;
    if (is_single(operation))
        return dup_single_weak(operation);
    return g_strdup_printf(
        ngettext(
            "%u process may have nothing to do with it, and is spared unless you tick it.",
            "%u processes may have nothing to do with it, and are spared unless you tick them.", n),
        n);
}

char *vkp_sentence_dup_hidden(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_hidden;
    if (n == 0)
        return NULL;
    return g_strdup_printf(ngettext("%u of them is not shown in the list.",
                                    "%u of them are not shown in the list.", n),
                           n);
}

/* "node (4242), vite (4243) and 2 more" of those that `is_named` wants. */
static char *dup_names(VkpKillOperation *operation, gboolean (*is_named)(const VkpVictim *),
                       guint *n)
{
    GString *names = g_string_new(NULL);
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    *n = 0;
    for (guint i = 0; i < victims->len; i++) {
        const VkpVictim *victim = g_ptr_array_index(victims, i);
        if (!is_named(victim) || ++*n > MAX_NAMED)
            continue;
        g_autofree char *name = vkp_text_dup_display(victim->name);
        /* Translators: between names in a list */
        g_string_append(names, names->len > 0 ? _(", ") : "");
        g_string_append_printf(names, "%s (%d)", name, (int)victim->identity.pid);
    }
    if (*n > MAX_NAMED)
        /* Translators: at the end of a list of names */
        g_string_append_printf(names, ngettext(" and %u more", " and %u more", *n - MAX_NAMED),
                               *n - MAX_NAMED);
    return g_string_free(names, FALSE);
}

static gboolean is_protected(const VkpVictim *victim)
{
    return victim->is_protected;
}

char *vkp_sentence_dup_spared(VkpKillOperation *operation)
{
    guint n;
    g_autofree char *names = dup_names(operation, is_protected, &n);
    if (n == 0)
        return NULL;
    return g_strdup_printf(
        ngettext("%s is protected and is spared.", "%s are protected and are spared.", n), names);
}

char *vkp_sentence_dup_gone(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_gone;
    if (n == 0)
        return NULL;
    return g_strdup_printf(ngettext("%u has exited already.", "%u have exited already.", n), n);
}

static char *dup_unlisted(guint n)
{
    return g_strdup_printf(ngettext("%u is no longer listed.", "%u are no longer listed.", n), n);
}

char *vkp_sentence_dup_unlisted(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_unlisted;
    if (n == 0)
        return NULL;
    return dup_unlisted(n);
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

/* "node (4242), still running" for each that did not end. */
static char *dup_failures(VkpKillOperation *operation)
{
    GString *text = g_string_new(NULL);
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    guint n = 0;
    for (guint i = 0; i < victims->len; i++) {
        const VkpVictim *victim = g_ptr_array_index(victims, i);
        if (!vkp_victim_has_failed(victim) || ++n > MAX_NAMED)
            continue;
        g_autofree char *name = vkp_text_dup_display(victim->name);
        /* Translators: a process by name and number, and why it was not killed */
        g_string_append_printf(text, _("%s (%d), %s"), name, (int)victim->identity.pid,
                               outcome_reason(victim));
        /* Translators: between items that contain commas */
        g_string_append(text, n < MAX_NAMED ? _("; ") : "");
    }
    if (n > MAX_NAMED)
        g_string_append_printf(text, ngettext(" and %u more", " and %u more", n - MAX_NAMED),
                               n - MAX_NAMED);
    else if (g_str_has_suffix(text->str, _("; ")))
        g_string_truncate(text, text->len - strlen(_("; ")));
    return g_string_free(text, FALSE);
}

static char *dup_waiting(const VkpKillCounts *counts)
{
    guint remaining = counts->n_remaining;
    if (remaining == 0)
        return g_strdup(_("Making sure that all have exited…"));
    /* Translators: how many still run, of how many */
    return g_strdup_printf(
        ngettext("Waiting for %u of %u to exit…", "Waiting for %u of %u to exit…", remaining),
        remaining, counts->n_ticked);
}

static char *dup_survivors(VkpKillOperation *operation, const VkpKillCounts *counts)
{
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

static char *dup_outcome(VkpKillOperation *operation, const VkpKillCounts *counts)
{
    g_autoptr(GPtrArray) sentences = g_ptr_array_new_with_free_func(g_free);
    if (counts->n_failed > 0)
        g_ptr_array_add(sentences, dup_survivors(operation, counts));
    if (counts->n_failed == 0 && counts->n_killed > 0)
        g_ptr_array_add(sentences, dup_killed(counts->n_killed));
    if (counts->n_failed == 0 && counts->n_vanished > 0)
        g_ptr_array_add(sentences,
                        dup_vanished(counts->n_vanished, counts->n_killed + counts->n_lost == 0));
    if (counts->n_lost > 0)
        g_ptr_array_add(sentences, dup_unlisted(counts->n_lost));
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
        /* Translators: %s is a project */
        return subject ? g_strdup_printf(_("Leftovers of %s"), subject) : g_strdup(_("Leftovers"));
    case VKP_SCOPE_ALL_EXCEPT_EXECUTORS:
        return g_strdup(_("All Except Agents"));
    default:
        return subject ? g_steal_pointer(&subject) : g_strdup(_("All Processes"));
    }
}

char *vkp_sentence_dup_result(VkpKillOperation *operation)
{
    VkpKillCounts counts = vkp_kill_operation_count(operation);
    switch (vkp_kill_operation_state(operation)) {
    case VKP_KILL_ASKING:
        return g_strdup(_("Looking up what would be killed…"));
    case VKP_KILL_RUNNING:
        return dup_waiting(&counts);
    case VKP_KILL_DONE:
        return dup_outcome(operation, &counts);
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
