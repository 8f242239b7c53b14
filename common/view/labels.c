/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/labels.h"

#include <string.h>

#include "common/base/text.h"
#include "common/view/format.h"

#define DETAIL_CHARACTERS 120

char *vkp_label_new(const char *text, const char *fallback)
{
    if (!text)
        return g_ref_string_new(fallback);
    g_autofree char *shown = vkp_text_dup_display(text);
    g_strstrip(shown);
    return g_ref_string_new(*shown ? shown : fallback);
}

/* The command as it goes on after the name: "--port 5173" of "/usr/bin/vite --port 5173" for vite,
 * the whole of it for a name that is not the program's. */
static char *dup_command_detail(const char *label, const VkpImage *image)
{
    if (!image || !image->command || !image->command[0])
        return NULL;
    const char *slash = strrchr(image->command[0], '/');
    const char *program = slash ? slash + 1 : image->command[0];
    g_autofree char *command = vkp_format_dup_command(image, DETAIL_CHARACTERS);
    if (g_str_equal(program, label)) {
        const char *rest = strchr(command, ' ');
        return rest && image->command[1] ? g_strdup(rest + 1) : NULL;
    }
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
    g_autofree char *command = dup_command_detail(label, member->process->image);
    const char *origin = tie->leftover_reason ? origin_of(tie) : NULL;
    if (!origin)
        return command ? g_ref_string_new(command) : NULL;
    g_autofree char *shown = vkp_text_dup_display(origin);
    g_autofree char *both = command ? g_strdup_printf("%s — %s", command, shown) : NULL;
    return g_ref_string_new(both ? both : shown);
}
