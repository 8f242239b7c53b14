/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Other ways to the same list, each once; µs. */
double rivals_run_ps(void);
double rivals_run_plain_scan(void);
double rivals_run_psutil(void); /* below 0: not installed */
