/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/figures.h"

#include <time.h>

Figures *figures_new(void)
{
    Figures *figures = g_new0(Figures, 1);
    figures->samples = g_array_new(FALSE, FALSE, sizeof(double));
    return figures;
}

void figures_free(Figures *figures)
{
    if (!figures)
        return;
    g_array_unref(figures->samples);
    g_free(figures);
}

double figures_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void figures_add(Figures *figures, double usec)
{
    g_array_append_val(figures->samples, usec);
}

static int compare(gconstpointer a, gconstpointer b)
{
    double first = *(const double *)a;
    double second = *(const double *)b;
    return (first > second) - (first < second);
}

double figures_at(const Figures *figures, double part)
{
    guint n = figures->samples->len;
    if (n == 0)
        return 0;
    g_array_sort(figures->samples, compare);
    return g_array_index(figures->samples, double, MIN((guint)(part * n), n - 1));
}
