/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Absolute paths as text; the file system is not looked at. */

/* The path without ".", "..", repeated and trailing slashes: its shortest form. NULL if `path` is
 * NULL or not absolute. The caller frees it. */
char *vkp_path_dup_shortest(const char *path);

/* Whether the path is the folder or below it, compared by whole components; both in their shortest
 * form. */
gboolean vkp_path_is_within(const char *path, const char *folder);

/* Cuts the last component off; "/a" becomes "", and so does "". Returns whether there was one. */
gboolean vkp_path_cut_component(char *path);
