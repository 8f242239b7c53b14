/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The steps of data/migrations/, embedded by the build in the order of their numbers. Step N takes
 * the registry from user_version N - 1 to N. */
extern const char *const vkp_migrations[];
extern const guint vkp_n_migrations;
