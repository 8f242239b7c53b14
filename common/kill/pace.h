/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* How long a job waits before its next look at the system: after an event (the caller sets *pause
 * to 0) not at all, then longer and longer, up to 20 ms. `now_usec` is monotonic. One look serves
 * all jobs, so all are made to wait until the same moments, multiples of the pause. `least_usec`
 * lengthens the pause where looks are expensive; 0: it does not. */
gint64 vkp_pace_next(gint64 *pause, gint64 least_usec, gint64 now_usec);
