/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Reads one or more decimal digits that make a number of at most `max`, and moves *at past them.
 * FALSE when there is no such number at *at. */
gboolean vkp_number_take(const char **at, const char *end, guint64 max, guint64 *number);
