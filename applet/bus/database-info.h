/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/base/contract.h"

/* The properties of the service that are shown to a person. */
typedef struct {
    VkpDatabaseState state;
    char *path;     /* NULL: not known yet */
    GStrv degraded; /* words of the contract; NULL: none */
} VkpDatabaseInfo;

void vkp_database_info_clear(VkpDatabaseInfo *database);

/* Copies the values in `properties` (a{sv}). Returns whether anything changed. */
gboolean vkp_database_info_update(VkpDatabaseInfo *database, GVariant *properties);
