/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/filter.h"

#include <string.h>

void vkp_filter_clear(VkpFilter *filter)
{
    g_free(filter->working_directory);
    *filter = (VkpFilter){0};
}

/* What a filter means for one roster, worked out once. */
typedef struct {
    const VkpFilter *filter;
    char *folder;     /* without slashes at its end, so "" for the root; NULL: any */
    GHashTable *line; /* set of VkpMember: the asked process and its descendants; NULL: any */
} Sieve;

/* "//a///b/" and "/a/b" are one folder. "." and ".." stay: a folder of /proc never has them. */
static char *dup_normal_path(const char *path)
{
    GString *normal = g_string_sized_new(strlen(path));
    for (const char *at = path; *at; at++)
        if (*at != '/' || (at[1] != '/' && at[1] != '\0'))
            g_string_append_c(normal, *at);
    return g_string_free(normal, FALSE);
}

static gboolean is_inside(const char *path, const char *folder)
{
    gsize length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

static const VkpMember *parent_of(const VkpRoster *roster, const VkpMember *member)
{
    const VkpMember *parent = vkp_roster_lookup_pid(roster, member->process->parent_pid);
    if (!parent || parent->process->identity.start_ticks > member->process->identity.start_ticks)
        return NULL;
    return parent;
}

/* Walks up until somebody is the one asked for, or known to be below it, or known not to be; then
 * all who were passed share the answer, so that each is passed once. A loop in forged data ends
 * because those passed already count as not below. */
static gboolean find_line(const VkpRoster *roster, const VkpMember *member, pid_t pid,
                          GHashTable *answers)
{
    g_autoptr(GPtrArray) passed = g_ptr_array_new();
    gboolean is_below = FALSE;
    for (const VkpMember *at = member; at; at = parent_of(roster, at)) {
        gpointer known = NULL;
        if (g_hash_table_lookup_extended(answers, at, NULL, &known)) {
            is_below = GPOINTER_TO_INT(known);
            break;
        }
        g_ptr_array_add(passed, (gpointer)at);
        g_hash_table_insert(answers, (gpointer)at, GINT_TO_POINTER(FALSE));
        /* The parent may be no member itself: the server, a shell. */
        is_below = at->process->identity.pid == pid || at->process->parent_pid == pid;
        if (is_below)
            break;
    }
    for (guint i = 0; is_below && i < passed->len; i++)
        g_hash_table_insert(answers, passed->pdata[i], GINT_TO_POINTER(TRUE));
    return is_below;
}

static GHashTable *collect_line(const VkpRoster *roster, pid_t pid)
{
    g_autoptr(GHashTable) answers = g_hash_table_new(NULL, NULL);
    GHashTable *line = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        if (find_line(roster, member, pid, answers))
            g_hash_table_add(line, member);
    }
    return line;
}

static gboolean id_fits(const VkpUuid *wanted, const VkpUuid *id)
{
    return vkp_uuid_is_nil(wanted) || vkp_uuid_equal(wanted, id);
}

static gboolean passes(const Sieve *sieve, VkpMember *member)
{
    const VkpFilter *filter = sieve->filter;
    const VkpTie *tie = &member->tie;
    if (!id_fits(&filter->project_id, &tie->project_id) ||
        !id_fits(&filter->task_id, &tie->task_id) ||
        !id_fits(&filter->attempt_id, &tie->attempt_id) ||
        !id_fits(&filter->execution_id, &tie->execution_id))
        return FALSE;
    if (filter->executors_only && !tie->is_executor)
        return FALSE;
    if (filter->leftovers_only && tie->leftover_reason == VKP_LEFTOVER_NONE)
        return FALSE;
    if (sieve->line && !g_hash_table_contains(sieve->line, member))
        return FALSE;
    const VkpFolder *folder = member->process->folder;
    return !sieve->folder || (folder && folder->path && is_inside(folder->path, sieve->folder));
}

GPtrArray *vkp_filter_apply(const VkpFilter *filter, const VkpRoster *roster)
{
    GPtrArray *found = g_ptr_array_new();
    g_autoptr(GHashTable) line = filter->pid > 0 ? collect_line(roster, filter->pid) : NULL;
    g_autofree char *folder =
        filter->working_directory ? dup_normal_path(filter->working_directory) : NULL;
    Sieve sieve = {.filter = filter, .folder = folder, .line = line};
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        if (passes(&sieve, member))
            g_ptr_array_add(found, member);
    }
    return found;
}
