/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/base/contract.h"

/* The service's properties that a person is told of. */
typedef struct {
    VkpDatabaseState state;
    char *path;     /* NULL: not told yet */
    GStrv degraded; /* words of the contract; NULL: none */
} VkpDatabase;

void vkp_database_clear(VkpDatabase *database);

/* Takes over what `properties` (a{sv}) holds. Returns whether anything changed. */
gboolean vkp_database_update(VkpDatabase *database, GVariant *properties);
