/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/view/rows.h"

/* What rows can be sorted by; the names are the columns' in the view and in the settings. */
typedef enum {
    VKP_ORDER_NAME,
    VKP_ORDER_PID,
    VKP_ORDER_CPU,
    VKP_ORDER_MEMORY,
    VKP_ORDER_PORTS,
    VKP_ORDER_AGE,
    VKP_ORDER_WHY,
    VKP_ORDER_THREADS,
    VKP_ORDER_STATE,
    VKP_ORDER_FOLDER,
} VkpOrderBy;

typedef struct {
    VkpOrderBy by;
    gboolean descending;
} VkpOrder;

/* Compares siblings; never 0 for two different rows. The group of leftovers, and the row for what
 * belongs to no project, are last in ascending and descending order. */
int vkp_row_compare(const VkpRow *a, const VkpRow *b, const VkpOrder *order);
