/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Sums over all processes below a row, visible or not; for a process row its own figures. */
typedef struct {
    guint n_processes;
    guint n_executors;
    guint n_agents; /* coding agents; an agent and its launchers count as one */
    guint n_leftovers;
    guint n_targets; /* those that a kill of the group hits without include_weak; for a task or an
                      * attempt also its leftovers, which are below another row */
    double cpu_percent;
    guint64 memory_bytes;
    GArray *ports;           /* of guint16, ascending, each once; NULL: none */
    guint64 start_time_usec; /* the earliest, since the epoch; 0 unknown */
} VkpTotals;

/* Frees what it holds, not itself. */
void vkp_totals_clear(VkpTotals *totals);

/* Adds `part` to `sum`. */
void vkp_totals_add(VkpTotals *sum, const VkpTotals *part);

gboolean vkp_totals_differ(const VkpTotals *a, const VkpTotals *b);
