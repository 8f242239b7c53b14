/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The lowest file descriptor that kill jobs must leave to the rest of this program. */
int vkp_descriptors_first_spare(void);

/* Raises the soft limit of open files to the hard one, as a job needs a descriptor per process. To
 * be called once at start. Returns the limit that now applies; 0: not known. */
guint64 vkp_descriptors_raise_limit(void);
