/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/history.h"
#include "common/view/order.h"

/* A column of the list. */
typedef struct {
    const char *name;  /* in the settings */
    const char *title; /* not translated yet */
    gint width;        /* in characters, until it is resized */
    float xalign;      /* 1 for figures: at the end of the reading direction */
    VkpOrderBy order_by;
    gboolean is_sortable;
    char *(*dup_text)(const VkpRow *row); /* NULL for the name and the activity line */
} VkpColumn;

/* All columns, shown or not, in the order of the list; the name comes first. Static. */
guint vkp_columns_n(void);
const VkpColumn *vkp_columns_at(guint index);

/* NULL when there is none of that name. Static. */
const VkpColumn *vkp_columns_lookup(const char *name);

/* A view column of fixed width with its cells. `history` is borrowed and outlives the view. */
GtkTreeViewColumn *vkp_columns_build(const VkpColumn *column, GtkWidget *tree,
                                     const VkpHistory *history);

/* The column of a view column. Static. */
const VkpColumn *vkp_columns_of(GtkTreeViewColumn *view_column);

/* The icon for the kind of row. Static. */
const char *vkp_columns_icon_name(const VkpRow *row);
