/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/format.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "common/base/text.h"

char *vkp_format_dup_bytes(guint64 bytes)
{
    return g_format_size(bytes);
}

char *vkp_format_dup_percent(double percent)
{
    /* What is not a number comes from a peer that is not ours: show it as nothing going on. */
    double shown = isfinite(percent) && percent > 0 ? MIN(percent, 1e6) : 0;
    /* Translators: a share of one processor core, for example "41 %" */
    return g_strdup_printf(C_("usage", "%.0f %%"), shown);
}

char *vkp_format_dup_age(guint64 start_usec, guint64 now_usec)
{
    if (start_usec == 0)
        return g_strdup("");
    guint64 seconds = now_usec > start_usec ? (now_usec - start_usec) / G_USEC_PER_SEC : 0;
    guint shown = (guint)MIN(seconds, G_MAXUINT);
    if (shown < 60)
        /* Translators: how long ago, in seconds */
        return g_strdup_printf(C_("age", "%u s"), shown);
    if (shown < 60 * 60)
        /* Translators: how long ago, in minutes */
        return g_strdup_printf(C_("age", "%u min"), shown / 60);
    if (shown < 48 * 60 * 60)
        /* Translators: how long ago, in hours */
        return g_strdup_printf(C_("age", "%u h"), shown / (60 * 60));
    /* Translators: how long ago, in days */
    return g_strdup_printf(C_("age", "%u d"), shown / (24 * 60 * 60));
}

char *vkp_format_dup_ports(const GArray *ports, guint limit)
{
    GString *text = g_string_new(NULL);
    guint n = ports ? ports->len : 0;
    for (guint i = 0; i < MIN(n, limit); i++)
        g_string_append_printf(text, "%s%u", i > 0 ? " " : "", g_array_index(ports, guint16, i));
    if (n > limit)
        g_string_append_printf(text, " +%u", n - limit);
    return g_string_free(text, FALSE);
}

char *vkp_format_dup_counts(guint n_processes, guint n_agents, guint n_leftovers)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(
        text, g_dngettext(GETTEXT_PACKAGE, "%u process", "%u processes", n_processes), n_processes);
    /* Translators: between the parts of "12 processes, 2 agents, 3 leftovers" */
    const char *separator = _(", ");
    if (n_agents > 0) {
        g_string_append(text, separator);
        g_string_append_printf(
            text, g_dngettext(GETTEXT_PACKAGE, "%u agent", "%u agents", n_agents), n_agents);
    }
    if (n_leftovers > 0) {
        g_string_append(text, separator);
        g_string_append_printf(
            text, g_dngettext(GETTEXT_PACKAGE, "%u leftover", "%u leftovers", n_leftovers),
            n_leftovers);
    }
    return g_string_free(text, FALSE);
}

const char *vkp_format_kind(VkpKind kind)
{
    switch (kind) {
    case VKP_KIND_CODING_AGENT:
        return _("Coding agent");
    case VKP_KIND_DEV_SERVER:
        return _("Dev server");
    case VKP_KIND_SETUP_SCRIPT:
        return _("Setup script");
    case VKP_KIND_CLEANUP_SCRIPT:
        return _("Cleanup script");
    case VKP_KIND_ARCHIVE_SCRIPT:
        return _("Archive script");
    case VKP_KIND_CHILD:
        return _("Child process");
    case VKP_KIND_UNKNOWN:
        break;
    }
    return _("Process");
}

const char *vkp_format_state(char state)
{
    switch (state) {
    case 'R':
        return C_("process state", "Running");
    case 'S':
        return C_("process state", "Sleeping");
    case 'D':
        return C_("process state", "Waiting for a device");
    case 'T':
        return C_("process state", "Stopped");
    case 't':
        return C_("process state", "Traced");
    case 'Z':
        return C_("process state", "Zombie");
    case 'X':
        return C_("process state", "Dead");
    case 'I':
        return C_("process state", "Idle");
    default:
        return C_("process state", "Unknown");
    }
}

static const char *leftover_word(VkpLeftoverReason reason)
{
    switch (reason) {
    case VKP_LEFTOVER_EXECUTOR_EXITED:
        return C_("leftover", "agent exited");
    case VKP_LEFTOVER_SERVER_GONE:
        return C_("leftover", "board gone");
    case VKP_LEFTOVER_WORKTREE_DELETED:
        return C_("leftover", "folder deleted");
    case VKP_LEFTOVER_ATTEMPT_DELETED:
        return C_("leftover", "attempt deleted");
    case VKP_LEFTOVER_NONE:
        break;
    }
    return NULL;
}

const char *vkp_format_why(const VkpMember *member)
{
    const char *leftover = leftover_word(member->tie.leftover_reason);
    if (leftover)
        return leftover;
    switch (member->tie.evidence) {
    case VKP_EVIDENCE_REGISTERED:
        return C_("evidence", "registered");
    case VKP_EVIDENCE_ENVIRONMENT:
        return C_("evidence", "environment");
    case VKP_EVIDENCE_PROCESS_GROUP:
        return C_("evidence", "process group");
    case VKP_EVIDENCE_DESCENDANT:
        return C_("evidence", "descendant");
    case VKP_EVIDENCE_REMEMBERED:
        return C_("evidence", "remembered");
    case VKP_EVIDENCE_WORKING_DIRECTORY:
        return C_("evidence", "folder only");
    case VKP_EVIDENCE_NONE:
        break;
    }
    return "";
}

static const char *evidence_sentence(VkpEvidence evidence)
{
    switch (evidence) {
    case VKP_EVIDENCE_REGISTERED:
        return _("It is the process that vibe-kanban started for this attempt.");
    case VKP_EVIDENCE_ENVIRONMENT:
        return _("Its environment carries the mark of this attempt.");
    case VKP_EVIDENCE_PROCESS_GROUP:
        return _("It runs in the process group of this attempt.");
    case VKP_EVIDENCE_DESCENDANT:
        return _("It was started by another process of this attempt.");
    case VKP_EVIDENCE_REMEMBERED:
        return _("It was seen to belong to this attempt earlier.");
    case VKP_EVIDENCE_WORKING_DIRECTORY:
        return _("It runs inside the folder of this attempt, which may be a coincidence.");
    case VKP_EVIDENCE_NONE:
        break;
    }
    return _("The service did not say why.");
}

static const char *leftover_sentence(VkpLeftoverReason reason)
{
    switch (reason) {
    case VKP_LEFTOVER_EXECUTOR_EXITED:
        return _("It is left over: the agent or script that it served has exited.");
    case VKP_LEFTOVER_SERVER_GONE:
        return _("It is left over: the vibe-kanban server that started it is gone.");
    case VKP_LEFTOVER_WORKTREE_DELETED:
        return _("It is left over: its folder was deleted.");
    case VKP_LEFTOVER_ATTEMPT_DELETED:
        return _("It is left over: its attempt was deleted.");
    case VKP_LEFTOVER_NONE:
        break;
    }
    return NULL;
}

char *vkp_format_dup_reason(const VkpMember *member)
{
    GString *text = g_string_new(evidence_sentence(member->tie.evidence));
    const char *leftover = leftover_sentence(member->tie.leftover_reason);
    if (leftover)
        g_string_append_printf(text, " %s", leftover);
    if (member->tie.is_protected)
        g_string_append_printf(text, " %s", _("It is protected and never killed."));
    else if (member->tie.is_shared_daemon)
        g_string_append_printf(text, " %s", _("It may serve other programs too."));
    return g_string_free(text, FALSE);
}

static gboolean needs_quotes(const char *argument)
{
    return *argument == '\0' || strpbrk(argument, " \t\n\"'\\$`&;|<>(){}*?#~!") != NULL;
}

/* Cuts after `limit` characters; the last one is then an ellipsis. */
static void cut_text(GString *text, guint limit)
{
    if (text->len <= limit || g_utf8_strlen(text->str, (gssize)text->len) <= (glong)limit)
        return;
    const char *end = g_utf8_offset_to_pointer(text->str, (glong)limit - 1);
    g_string_truncate(text, (gsize)(end - text->str));
    g_string_append(text, "…");
}

/* Of an image whose command was cut as a whole. */
static char *dup_words(char *const *words, gboolean is_cut, guint limit)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; words[i] && text->len <= 4 * (gsize)limit; i++) {
        g_autofree char *quoted = needs_quotes(words[i]) ? g_shell_quote(words[i]) : NULL;
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", quoted ? quoted : words[i]);
    }
    cut_text(text, limit);
    g_autofree char *shown = vkp_text_dup_display(text->str);
    if (is_cut && !g_str_has_suffix(shown, "…"))
        return g_strconcat(shown, " …", NULL);
    return g_steal_pointer(&shown);
}

char *vkp_format_dup_command(const VkpImage *image, guint limit)
{
    if (!image || !image->command)
        return g_strdup("");
    return dup_words(image->command, image->command_cut, limit);
}

char *vkp_format_dup_arguments(const VkpImage *image, guint limit)
{
    if (!image || !image->command || !image->command[0])
        return g_strdup("");
    return dup_words(image->command + 1, image->command_cut, limit);
}
