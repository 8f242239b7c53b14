/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/question-sentences.h"

#include <glib/gi18n.h>

#include "applet/view/sentences.h"
#include "common/base/text.h"
#include "common/view/format.h"

#define MAX_NAMED 3

static gboolean is_single(VkpKillOperation *operation)
{
    return vkp_kill_operation_order(operation)->worded_as == VKP_SCOPE_SINGLE;
}

/* In place of the question, where there is none. */
static char *dup_no_choice(VkpKillOperation *operation)
{
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    if (is_single(operation) && victims->len == 0)
        return g_strdup(_("The process has exited already."));
    const VkpVictim *victim = is_single(operation) ? g_ptr_array_index(victims, 0) : NULL;
    if (!victim || vkp_victim_is_there(victim))
        return g_strdup(_("There is nothing to kill."));
    g_autofree char *name = vkp_text_dup_display(victim->name);
    /* Translators: a process by its name and number */
    return g_strdup_printf(victim->is_gone ? _("“%s” (%d) has exited already.")
                                           : _("“%s” (%d) is no longer listed."),
                           name, (int)victim->identity.pid);
}

static char *dup_single_question(VkpKillOperation *operation)
{
    const VkpVictim *victim = g_ptr_array_index(vkp_kill_operation_victims(operation), 0);
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

static char *dup_homeless_question(VkpScopeKind scope, guint n)
{
    if (scope == VKP_SCOPE_LEFTOVERS)
        return g_strdup_printf(ngettext("Kill %u leftover process without a project?",
                                        "Kill %u leftover processes without a project?", n),
                               n);
    return g_strdup_printf(
        ngettext("Kill %u process without a project?", "Kill %u processes without a project?", n),
        n);
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
    if (counts.n_choices == 0)
        return dup_no_choice(operation);
    if (counts.n_remaining == 0) {
        g_autofree char *title = vkp_sentence_dup_title(operation);
        /* Translators: %s is a process, a task, a project or "Leftovers" */
        return g_strdup_printf(_("%s: tick what is to be killed"), title);
    }
    if (scope == VKP_SCOPE_SINGLE)
        return dup_single_question(operation);
    if (vkp_kill_operation_order(operation)->has_no_project)
        return dup_homeless_question(scope, counts.n_remaining);
    if (!subject)
        return dup_global_question(scope, &counts);
    g_autofree char *shown = vkp_text_dup_display(subject);
    return dup_subject_question(scope, counts.n_remaining, shown);
}

char *vkp_sentence_dup_verb(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_remaining;
    gboolean is_forced = vkp_kill_operation_order(operation)->force;
    if (n == 0)
        return g_strdup(is_forced ? _("_Force Kill") : _("_Kill"));
    if (is_forced)
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

static char *dup_single_weak(VkpKillOperation *operation)
{
    const VkpVictim *victim = g_ptr_array_index(vkp_kill_operation_victims(operation), 0);
    g_autofree char *reason = victim->member ? vkp_format_dup_reason(victim->member) : NULL;
    return g_strconcat(_("It may have nothing to do with vibe-kanban."), reason ? " " : NULL,
                       reason, NULL);
}

static char *dup_weak_spared(guint n)
{
    return g_strdup_printf(
        ngettext(
            "%u process may have nothing to do with it, and is spared unless you tick it.",
            "%u processes may have nothing to do with it, and are spared unless you tick them.", n),
        n);
}

static char *dup_weak_ticked(guint n)
{
    return g_strdup_printf(ngettext("%u ticked process may have nothing to do with it.",
                                    "%u ticked processes may have nothing to do with it.", n),
                           n);
}

char *vkp_sentence_dup_weak(VkpKillOperation *operation)
{
    VkpKillCounts counts = vkp_kill_operation_count(operation);
    guint n_spared = counts.n_weak - counts.n_weak_ticked;
    if (counts.n_weak == 0)
        return NULL;
    if (is_single(operation))
        return dup_single_weak(operation);
    if (n_spared == 0)
        return dup_weak_ticked(counts.n_weak_ticked);
    if (counts.n_weak_ticked == 0)
        return dup_weak_spared(n_spared);
    g_autofree char *ticked = dup_weak_ticked(counts.n_weak_ticked);
    g_autofree char *spared = dup_weak_spared(n_spared);
    return g_strconcat(ticked, " ", spared, NULL);
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
    if (n == 0 || is_single(operation)) /* which the question says */
        return NULL;
    return g_strdup_printf(ngettext("%u has exited already.", "%u have exited already.", n), n);
}

char *vkp_sentence_dup_unlisted(VkpKillOperation *operation)
{
    guint n = vkp_kill_operation_count(operation).n_unlisted;
    if (n == 0 || is_single(operation))
        return NULL;
    return vkp_sentence_dup_no_longer_listed(n);
}
