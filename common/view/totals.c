/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/totals.h"

#include <string.h>

void vkp_totals_clear(VkpTotals *totals)
{
    g_clear_pointer(&totals->ports, g_array_unref);
}

/* Adds what is not there yet, keeping the order. */
static void merge_ports(GArray **into, const GArray *ports)
{
    if (!ports || ports->len == 0)
        return;
    if (!*into)
        *into = g_array_new(FALSE, FALSE, sizeof(guint16));
    for (guint i = 0; i < ports->len; i++) {
        guint16 port = g_array_index(ports, guint16, i);
        guint at = 0;
        while (at < (*into)->len && g_array_index(*into, guint16, at) < port)
            at++;
        if (at == (*into)->len || g_array_index(*into, guint16, at) != port)
            g_array_insert_val(*into, at, port);
    }
}

void vkp_totals_add(VkpTotals *sum, const VkpTotals *part)
{
    sum->n_processes += part->n_processes;
    sum->n_executors += part->n_executors;
    sum->n_agents += part->n_agents;
    sum->n_leftovers += part->n_leftovers;
    sum->n_targets += part->n_targets;
    sum->cpu_percent += part->cpu_percent;
    sum->memory_bytes += part->memory_bytes;
    merge_ports(&sum->ports, part->ports);
    if (part->start_time_usec &&
        (!sum->start_time_usec || part->start_time_usec < sum->start_time_usec))
        sum->start_time_usec = part->start_time_usec;
}

static gboolean same_ports(const GArray *a, const GArray *b)
{
    guint a_length = a ? a->len : 0;
    guint b_length = b ? b->len : 0;
    return a_length == b_length &&
           (a_length == 0 || memcmp(a->data, b->data, a_length * sizeof(guint16)) == 0);
}

gboolean vkp_totals_differ(const VkpTotals *a, const VkpTotals *b)
{
    return a->n_processes != b->n_processes || a->n_executors != b->n_executors ||
           a->n_agents != b->n_agents || a->n_leftovers != b->n_leftovers ||
           a->n_targets != b->n_targets || a->memory_bytes != b->memory_bytes ||
           ABS(a->cpu_percent - b->cpu_percent) > 1e-9 ||
           a->start_time_usec != b->start_time_usec || !same_ports(a->ports, b->ports);
}
