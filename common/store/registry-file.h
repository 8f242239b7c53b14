/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

/* The registry's file: creates, checks and migrates it, and moves a damaged one aside. */

/* An open database with our tables in it; see vkp_registry_open(). NULL and error on failure. */
sqlite3 *vkp_registry_file_open(const char *path, GError **error);

/* VKP_ERROR_DATABASE_UNAVAILABLE with what was tried, on which file, and what SQLite says. */
void vkp_registry_file_set_error(GError **error, sqlite3 *database, const char *tried);
