/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/labels.h"

#include <string.h>

#include "common/base/text.h"
#include "common/view/format.h"

#define DETAIL_CHARACTERS 120
#define NAME_CHARACTERS 60

/* The kernel keeps that many bytes of a name (TASK_COMM_LEN - 1). */
#define COMM_LENGTH 15

char *vkp_label_new(const char *text, const char *fallback)
{
    if (!text)
        return g_ref_string_new(fallback);
    g_autofree char *shown = vkp_text_dup_display(text);
    g_strstrip(shown);
    return g_ref_string_new(*shown ? shown : fallback);
}

/* The part of the command that begins with the name, if the kernel cut it:
 * "/usr/bin/vibe-kanban-mcp" for "vibe-kanban-mcp", or a title that the program gave itself, "npm
 * exec @anthropic-ai/x". */
static const char *find_whole_name(const VkpProcess *process)
{
    const VkpImage *image = process->image;
    if (!image || !image->command || !image->command[0] || strlen(process->name) < COMM_LENGTH)
        return NULL;
    if (g_str_has_prefix(image->command[0], process->name))
        return image->command[0];
    const char *slash = strrchr(image->command[0], '/');
    return slash && g_str_has_prefix(slash + 1, process->name) ? slash + 1 : NULL;
}

char *vkp_label_new_process(const VkpProcess *process)
{
    const char *whole = find_whole_name(process);
    if (!whole)
        return vkp_label_new(process->name, "?");
    g_autofree char *cut =
        g_utf8_substring(whole, 0, MIN(g_utf8_strlen(whole, -1), NAME_CHARACTERS));
    return vkp_label_new(cut, "?");
}

/* The command as it goes on after the name: "--port 5173" of "/usr/bin/vite --port 5173" for vite,
 * the whole of it for a name that is not the program's. */
char *vkp_label_dup_arguments(const char *label, const VkpProcess *process)
{
    const VkpImage *image = process->image;
    if (!image || !image->command || !image->command[0])
        return NULL;
    const char *slash = strrchr(image->command[0], '/');
    const char *program = slash ? slash + 1 : image->command[0];
    /* A title that the program gave itself is its label already. */
    if (g_str_has_prefix(image->command[0], label) && !image->command[1])
        return NULL;
    if (g_str_equal(program, label))
        return image->command[1] ? vkp_format_dup_arguments(image, DETAIL_CHARACTERS) : NULL;
    g_autofree char *command = vkp_format_dup_command(image, DETAIL_CHARACTERS);
    return g_str_equal(command, label) ? NULL : g_steal_pointer(&command);
}

/* What tells one leftover from another. */
static const char *origin_of(const VkpTie *tie)
{
    return tie->task_title ? tie->task_title : tie->attempt_name ? tie->attempt_name : tie->branch;
}

char *vkp_label_new_process_detail(const char *label, const VkpMember *member)
{
    const VkpTie *tie = &member->tie;
    g_autofree char *command = vkp_label_dup_arguments(label, member->process);
    const char *origin = tie->leftover_reason ? origin_of(tie) : NULL;
    if (!origin)
        return command ? g_ref_string_new(command) : NULL;
    g_autofree char *shown = vkp_text_dup_display(origin);
    g_autofree char *both = command ? g_strdup_printf("%s — %s", command, shown) : NULL;
    return g_ref_string_new(both ? both : shown);
}
