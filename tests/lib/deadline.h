/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Waiting in tests: never for a while, always for something. */

typedef gboolean (*VkpDeadlineFunc)(gpointer data);

/* Asks `func` again and again, with pauses of 0.2 to 10 ms, until it says TRUE or `timeout_ms` are
 * over. Returns its last answer. */
gboolean vkp_deadline_wait(guint timeout_ms, VkpDeadlineFunc func, gpointer data);

/* For how many seconds what a test starts may live at most: 300, unless VKP_TEST_LIFETIME_SECONDS
 * says otherwise. */
guint vkp_deadline_lifetime(void);

/* Whether `fd` becomes readable (or hangs up) in time; a pidfd does when its process is dead. */
gboolean vkp_deadline_wait_readable(guint timeout_ms, int fd);
