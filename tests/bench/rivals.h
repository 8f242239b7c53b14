/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Other ways to the same list, each once; µs. */
double rivals_run_ps(void);
double rivals_run_plain_scan(void);
double rivals_run_psutil(void); /* below 0: not installed */

/* No rival but the limit: all that can tell whose a process is (its parent, environment and folder;
 * the files it has open, for a server), read once and thrown away. */
double rivals_run_evidence(void);
