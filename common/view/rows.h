/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"
#include "common/view/totals.h"
#include "common/view/usage.h"

/* The roster as a tree to be shown: project > task > attempt > process, with sums, and in each
 * project a group of its leftovers. A new tree is built from each roster; rows keep their `key`
 * from one build to the next, so that a view can be updated in place. */

typedef enum {
    VKP_ROW_ALL, /* the root, never shown */
    VKP_ROW_PROJECT,
    VKP_ROW_TASK,
    VKP_ROW_ATTEMPT,
    VKP_ROW_LEFTOVERS,
    VKP_ROW_PROCESS,
} VkpRowKind;

/* The key of the project row for what belongs to none. */
#define VKP_ROW_KEY_NO_PROJECT "project:none"

typedef struct VkpRow VkpRow;
struct VkpRow {
    VkpRowKind kind;
    char *key;         /* unique in the tree; of a process "process:PID:TICKS", in whatever group. A
                        * GRefString, as the next two: one build shares them with the next. */
    char *label;       /* made fit for display, never empty */
    char *detail;      /* shown dimmed beside it: branch, agent, command; or NULL */
    VkpUuid id;        /* of the project, task or attempt; nil: none */
    VkpMember *member; /* of a process row, else NULL */
    VkpTotals totals;
    gboolean is_visible; /* it matches the filter, or a row below it does */
    VkpRow *parent;      /* borrowed; NULL for the root */
    GPtrArray *children; /* of VkpRow, owned; never NULL */
};

typedef enum {
    VKP_SHOW_ALL,
    VKP_SHOW_AGENTS,
    VKP_SHOW_DEV_SERVERS,
    VKP_SHOW_LEFTOVERS,
} VkpShow;

/* Which rows are visible. */
typedef struct {
    VkpShow show;
    const char *project_key; /* only this project; NULL: all */
    const char *search;      /* only what vkp_search_matches() with it; NULL: all */
} VkpRowFilter;

/* A built tree. Shared and immutable. */
typedef struct VkpRows VkpRows;

/* What rows are built from; all borrowed. */
typedef struct {
    const VkpRoster *roster;
    const VkpUsage *usage;      /* newer CPU and memory than the members have; NULL: none */
    const VkpRowFilter *filter; /* NULL: everything is visible */
    const VkpRows *before;      /* the previous build, whose texts are shared; NULL: none */
} VkpRowsInput;

/* Pure. */
VkpRows *vkp_rows_build(const VkpRowsInput *input);
VkpRows *vkp_rows_ref(VkpRows *rows);
void vkp_rows_unref(VkpRows *rows); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRows, vkp_rows_unref)

/* The root; borrowed. */
const VkpRow *vkp_rows_root(const VkpRows *rows);

/* Borrowed; NULL when there is no such row. */
const VkpRow *vkp_rows_lookup(const VkpRows *rows, const char *key);

/* Calls `visit` for every row but the root, parents first. */
typedef void (*VkpRowVisitor)(const VkpRow *row, gpointer user_data);
void vkp_rows_foreach(const VkpRows *rows, VkpRowVisitor visit, gpointer user_data);

/* Whether it is a coding agent or one of its launchers, and not what an agent started. */
gboolean vkp_row_is_agent(const VkpMember *member);

/* Whether the rows themselves are drawn differently; children are not compared. */
gboolean vkp_row_differs(const VkpRow *a, const VkpRow *b);
