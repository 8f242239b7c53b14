/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The lowest descriptor that a job must leave to everybody else in this program. */
int vkp_descriptors_first_spare(void);

/* Raises the soft limit of open files to the hard one: a job holds a descriptor a process. To be
 * called once at start. Returns the limit that holds now; 0: not known. */
guint64 vkp_descriptors_raise_limit(void);
