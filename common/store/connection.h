/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* A connection to a database of another program: read only, in SQLite's defensive mode, bounded in
 * time, and only open for milliseconds. */
typedef struct VkpConnection VkpConnection;

/* Opens `path` (absolute). NULL on failure, with SQLite's extended code in *code. SQLite opens
 * lazily: most failures show when something is read. The caller has checked that it is a regular
 * file. */
VkpConnection *vkp_connection_open(const char *path, int *code);
void vkp_connection_close(VkpConnection *connection); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpConnection, vkp_connection_close)

/* Borrowed. */
sqlite3 *vkp_connection_database(VkpConnection *connection);
