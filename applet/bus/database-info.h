/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/base/contract.h"

/* The service's properties that a person is told of. */
typedef struct {
    VkpDatabaseState state;
    char *path;     /* NULL: not told yet */
    GStrv degraded; /* words of the contract; NULL: none */
} VkpDatabaseInfo;

void vkp_database_info_clear(VkpDatabaseInfo *database);

/* Takes over what `properties` (a{sv}) holds. Returns whether anything changed. */
gboolean vkp_database_info_update(VkpDatabaseInfo *database, GVariant *properties);
