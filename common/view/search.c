/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/search.h"

#include <string.h>

struct VkpSearch {
    GPtrArray *words; /* folded */
};

/* Letters that look alike are alike, in whatever case and out of whatever pieces: names that come
 * from another system have their accents apart. */
static char *dup_folded(const char *text, gssize length)
{
    g_autofree char *composed =
        g_str_is_ascii(text) ? NULL : g_utf8_normalize(text, length, G_NORMALIZE_ALL_COMPOSE);
    return composed ? g_utf8_casefold(composed, -1) : g_utf8_casefold(text, length);
}

VkpSearch *vkp_search_parse(const char *text)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) parts = g_strsplit_set(text ? text : "", " \t\n", -1);
    for (guint i = 0; parts[i]; i++)
        if (*parts[i])
            g_ptr_array_add(words, dup_folded(parts[i], -1));
    if (words->len == 0)
        return NULL;
    VkpSearch *search = g_new0(VkpSearch, 1);
    search->words = g_steal_pointer(&words);
    return search;
}

void vkp_search_free(VkpSearch *search)
{
    if (!search)
        return;
    g_ptr_array_unref(search->words);
    g_free(search);
}

/* One line a text, so that no word matches across two of them. */
static void append_line(GString *haystack, const char *text)
{
    if (text)
        g_string_append_printf(haystack, "%s\n", text);
}

static void append_numbers(GString *haystack, const VkpMember *member)
{
    g_string_append_printf(haystack, "%d\n", (int)member->process->identity.pid);
    for (guint i = 0; member->ports && i < member->ports->len; i++)
        g_string_append_printf(haystack, ":%u\n", g_array_index(member->ports, guint16, i));
}

static char *dup_haystack(const char *label, const VkpMember *member)
{
    g_autoptr(GString) haystack = g_string_new(NULL);
    const VkpProcess *process = member->process;
    const VkpTie *tie = &member->tie;
    append_line(haystack, label);
    append_line(haystack, process->name);
    append_line(haystack, process->folder ? process->folder->path : NULL);
    append_line(haystack, tie->project_name);
    append_line(haystack, tie->task_title);
    append_line(haystack, tie->attempt_name);
    append_line(haystack, tie->branch);
    append_line(haystack, tie->agent);
    append_numbers(haystack, member);
    GStrv command = process->image ? process->image->command : NULL;
    for (guint i = 0; command && command[i]; i++)
        g_string_append_printf(haystack, "%s ", command[i]);
    return dup_folded(haystack->str, (gssize)haystack->len);
}

gboolean vkp_search_matches(const VkpSearch *search, const char *label, const VkpMember *member)
{
    g_autofree char *haystack = dup_haystack(label, member);
    for (guint i = 0; i < search->words->len; i++)
        if (!strstr(haystack, g_ptr_array_index(search->words, i)))
            return FALSE;
    return TRUE;
}
