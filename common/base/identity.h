/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Identifies a process even when its pid is reused: a pid is never passed on without its start
 * time. Start ticks are field 22 of /proc/PID/stat, in clock ticks since boot. pid 0: no process.
 */
typedef struct {
    pid_t pid;
    guint64 start_ticks;
} VkpIdentity;

#define VKP_IDENTITY_TEXT_SIZE 40

/* Writes "PID:STARTTICKS" to `text` and returns it. */
const char *vkp_identity_to_text(VkpIdentity identity, char text[VKP_IDENTITY_TEXT_SIZE]);

/* Parses "PID:STARTTICKS", decimal without signs or spaces. FALSE (and *identity untouched) else.
 */
gboolean vkp_identity_parse(const char *text, VkpIdentity *identity);

static inline gboolean vkp_identity_equal(VkpIdentity a, VkpIdentity b)
{
    return a.pid == b.pid && a.start_ticks == b.start_ticks;
}

/* Orders by start, then by pid: less than, equal to or greater than 0, as strcmp(). */
gint vkp_identity_compare_start(VkpIdentity a, VkpIdentity b);

/* For hash tables with VkpIdentity * as keys. */
guint vkp_identity_hash(gconstpointer identity);
gboolean vkp_identity_equal_keys(gconstpointer a, gconstpointer b);
