/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Times, taken and looked at: µs. */
typedef struct {
    GArray *samples; /* double */
} Figures;

Figures *figures_new(void);
void figures_free(Figures *figures);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Figures, figures_free)

/* µs, to the nanosecond, of the monotonic clock. */
double figures_now(void);

void figures_add(Figures *figures, double usec);

/* The sample below which that part of them lies; 0.5: the median. 0 when there is none. */
double figures_at(const Figures *figures, double part);
