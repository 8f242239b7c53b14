/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Absolute paths as text; the disk is not asked. */

/* The path without ".", "..", repeated and final slashes. NULL for one that is not absolute, NULL
 * included. The caller frees it. */
char *vkp_path_dup_shortest(const char *path);

/* Whether the path is the folder or below it, by whole components; both in their shortest form. */
gboolean vkp_path_is_within(const char *path, const char *folder);

/* Cuts the last component off; "/a" becomes "", and so does "". Returns whether there was one. */
gboolean vkp_path_cut_component(char *path);
