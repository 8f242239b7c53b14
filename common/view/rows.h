/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"
#include "common/view/totals.h"
#include "common/view/usage.h"

/* What a person sees: the roster as a tree of project > task > attempt > process, with sums, and in
 * each project a group of its leftovers. Built anew from each roster; rows keep their `key` from
 * one build to the next, so that a view can update its own in place. */

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
    char *key;         /* unique in the tree; "process:PID:TICKS" wherever a process stands. A
                        * GRefString, as the next two: one build shares them with the next. */
    char *label;       /* made fit for display, never empty */
    char *detail;      /* what may be shown dimmed beside it: branch, agent, command; or NULL */
    VkpUuid id;        /* of the project, task or attempt; nil: none */
    VkpMember *member; /* of a process row, else NULL */
    VkpTotals totals;
    gboolean is_visible; /* passes the filter, or something below it does */
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
    const char *search;      /* only what vkp_search_matches() finds by it; NULL: all */
} VkpRowFilter;

/* A built tree. Shared and immutable. */
typedef struct VkpRows VkpRows;

/* What rows are built from; all borrowed. */
typedef struct {
    const VkpRoster *roster;
    const VkpUsage *usage;      /* newer figures than the members have; NULL: none */
    const VkpRowFilter *filter; /* NULL: everything is visible */
    const VkpRows *before;      /* the build before, to take over its texts; NULL: none */
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

/* Whether it is a coding agent's own process, or one of its launchers. */
gboolean vkp_row_is_agent(const VkpMember *member);

/* Whether the row is drawn differently: its texts, figures or place in words, not its children. */
gboolean vkp_row_differs(const VkpRow *a, const VkpRow *b);
