/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/row-tooltip.h"

#include "common/base/text.h"
#include "common/view/format.h"

#define COMMAND_CHARACTERS 400

static void append_line(GString *text, const char *line)
{
    if (line && *line)
        g_string_append_printf(text, "%s%s", text->len > 0 ? "\n" : "", line);
}

char *vkp_member_dup_tooltip(const VkpMember *member)
{
    const VkpProcess *process = member->process;
    g_autofree char *command = vkp_format_dup_command(process->image, COMMAND_CHARACTERS);
    g_autofree char *folder = process->folder && process->folder->path
                                  ? vkp_text_dup_display(process->folder->path)
                                  : NULL;
    g_autofree char *reason = vkp_format_dup_reason(member);
    GString *text = g_string_new(NULL);
    append_line(text, command);
    append_line(text, folder);
    append_line(text, reason);
    return g_string_free(text, FALSE);
}

/* A column may be too narrow for its name. */
static char *dup_group_tooltip(const VkpRow *row)
{
    const VkpTotals *totals = &row->totals;
    g_autofree char *counts =
        vkp_format_dup_counts(totals->n_processes, totals->n_agents, totals->n_leftovers);
    GString *text = g_string_new(NULL);
    append_line(text, row->label);
    append_line(text, row->detail);
    append_line(text, counts);
    return g_string_free(text, FALSE);
}

char *vkp_row_dup_tooltip(const VkpRow *row)
{
    return row->member ? vkp_member_dup_tooltip(row->member) : dup_group_tooltip(row);
}
