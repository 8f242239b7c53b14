/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The lines of a key file, for error messages: GKeyFile has the values, but not their line numbers.
 */

/* A group's header, or a key in a group. Both owned. */
typedef struct {
    guint number; /* from 1 */
    char *group;
    char *key; /* NULL: the header */
} VkpConfigLine;

/* All headers and keys in their order, as VkpConfigLine; comments and empty lines are skipped.
 * NULL and error, with `path` and the number, for the first line that is none of these. */
GArray *vkp_config_lines_split(const char *text, gsize length, const char *path, GError **error);

/* The first line that sets the key, or (`key` NULL) begins the group. Borrowed; NULL: none. */
const VkpConfigLine *vkp_config_lines_find(const GArray *lines, const char *group, const char *key);
