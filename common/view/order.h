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

/* For siblings; total: never 0 for two different rows. Leftovers and what belongs to no project
 * stay last whichever way the order goes. */
int vkp_row_compare(const VkpRow *a, const VkpRow *b, const VkpOrder *order);
