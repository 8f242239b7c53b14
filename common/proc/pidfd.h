/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* What can be done with a pidfd, see vkp_reader_open_pidfd(). */

/* pidfd_send_signal(). 0 or an errno. */
int vkp_pidfd_signal(int pidfd, int signal_number);

/* Whether its process is dead, with all its threads; reaped or not. */
gboolean vkp_pidfd_is_dead(int pidfd);
