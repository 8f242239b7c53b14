/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "common/store/schema.h"

/* Which of the tables and columns that we use exist, according to PRAGMA table_info. */
typedef struct VkpColumns VkpColumns;

/* Looks at the open database. NULL on failure, with SQLite's code in *code (SQLITE_OK otherwise).
 */
VkpColumns *vkp_columns_load(sqlite3 *database, int *code);
void vkp_columns_free(VkpColumns *columns); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpColumns, vkp_columns_free)

gboolean vkp_columns_have(const VkpColumns *columns, const char *table, const char *column);

/* The generation that these columns belong to. Pure. */
VkpGeneration vkp_columns_generation(const VkpColumns *columns);
