/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* How long a job waits before it looks again: 20 ms in the end, less after something happened
 * (*pause is 0 then, and nothing is waited for). `now_usec` is monotonic. A look costs the same for
 * one job and for a hundred, so all who wait are due at the same moments, multiples of the pause.
 * `least_usec` stretches the pause where looks are dear; 0: it does not. */
gint64 vkp_pace_next(gint64 *pause, gint64 least_usec, gint64 now_usec);
