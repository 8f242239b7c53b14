/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/order.h"

#include <string.h>

#include "common/view/format.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Groups first, then processes; leftovers and the project that is none come last. */
static int rank(const VkpRow *row)
{
    if (row->kind == VKP_ROW_LEFTOVERS)
        return 2;
    if (g_str_equal(row->key, VKP_ROW_KEY_NO_PROJECT))
        return 3;
    return row->kind == VKP_ROW_PROCESS ? 1 : 0;
}

/* Titles of the board are few and in any language; names of processes are many and ASCII. */
static int compare_labels(const VkpRow *a, const VkpRow *b)
{
    if (a->kind == VKP_ROW_PROCESS)
        return g_ascii_strcasecmp(a->label, b->label);
    return g_utf8_collate(a->label, b->label);
}

static guint first_port(const VkpRow *row)
{
    const GArray *ports = row->totals.ports;
    return ports && ports->len > 0 ? g_array_index(ports, guint16, 0) : 0;
}

static const char *folder_of(const VkpRow *row)
{
    const VkpFolder *folder = row->member ? row->member->process->folder : NULL;
    return folder && folder->path ? folder->path : "";
}

/* An older process has the greater age; an unknown start is younger than any. */
static int compare_ages(const VkpRow *a, const VkpRow *b)
{
    guint64 a_start = a->totals.start_time_usec ? a->totals.start_time_usec : G_MAXUINT64;
    guint64 b_start = b->totals.start_time_usec ? b->totals.start_time_usec : G_MAXUINT64;
    return COMPARE(b_start, a_start);
}

/* Of two process rows, what groups do not have. */
static int compare_facts(const VkpMember *a, const VkpMember *b, VkpOrderBy by)
{
    switch (by) {
    case VKP_ORDER_PID:
        return COMPARE(a->process->identity.pid, b->process->identity.pid);
    case VKP_ORDER_WHY:
        return COMPARE(a->tie.evidence, b->tie.evidence);
    case VKP_ORDER_THREADS:
        return COMPARE(a->process->threads, b->process->threads);
    case VKP_ORDER_STATE:
        return strcmp(vkp_format_state(a->process->state), vkp_format_state(b->process->state));
    default:
        return 0;
    }
}

static int compare_by(const VkpRow *a, const VkpRow *b, VkpOrderBy by)
{
    switch (by) {
    case VKP_ORDER_NAME:
        return compare_labels(a, b);
    case VKP_ORDER_CPU:
        return COMPARE(a->totals.cpu_percent, b->totals.cpu_percent);
    case VKP_ORDER_MEMORY:
        return COMPARE(a->totals.memory_bytes, b->totals.memory_bytes);
    case VKP_ORDER_PORTS:
        return COMPARE(first_port(a), first_port(b));
    case VKP_ORDER_AGE:
        return compare_ages(a, b);
    case VKP_ORDER_FOLDER:
        return strcmp(folder_of(a), folder_of(b));
    default:
        return a->member && b->member ? compare_facts(a->member, b->member, by) : 0;
    }
}

/* What decides when the column does not: the order in which things were started, then the key. */
static int compare_ties(const VkpRow *a, const VkpRow *b)
{
    int result = a->kind == VKP_ROW_PROCESS ? 0 : compare_labels(a, b);
    if (result == 0)
        result = compare_ages(b, a);
    if (result == 0 && a->member && b->member)
        result = compare_facts(a->member, b->member, VKP_ORDER_PID);
    return result ? result : strcmp(a->key, b->key);
}

int vkp_row_compare(const VkpRow *a, const VkpRow *b, const VkpOrder *order)
{
    int result = rank(a) - rank(b);
    if (result)
        return result;
    result = compare_by(a, b, order->by);
    if (result)
        return order->descending ? -result : result;
    return compare_ties(a, b);
}
