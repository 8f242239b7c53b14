/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/identity.h"

#include <string.h>

#include "common/base/number.h"

const char *vkp_identity_to_text(VkpIdentity identity, char text[VKP_IDENTITY_TEXT_SIZE])
{
    g_snprintf(text, VKP_IDENTITY_TEXT_SIZE, "%d:%" G_GUINT64_FORMAT, identity.pid,
               identity.start_ticks);
    return text;
}

/* No needless zero in front: one identity has one text. */
static gboolean take_decimal(const char **at, guint64 max, guint64 *number)
{
    const char *begin = *at;
    return vkp_number_take(at, begin + strlen(begin), max, number) &&
           (*begin != '0' || *at == begin + 1);
}

gboolean vkp_identity_parse(const char *text, VkpIdentity *identity)
{
    guint64 pid = 0;
    guint64 start_ticks = 0;
    const char *at = text;
    if (!at || !take_decimal(&at, G_MAXINT, &pid) || pid == 0 || *at != ':')
        return FALSE;
    at++;
    if (!take_decimal(&at, G_MAXUINT64, &start_ticks) || *at != '\0')
        return FALSE;
    *identity = (VkpIdentity){.pid = (pid_t)pid, .start_ticks = start_ticks};
    return TRUE;
}

gint vkp_identity_compare_start(VkpIdentity a, VkpIdentity b)
{
    if (a.start_ticks != b.start_ticks)
        return a.start_ticks < b.start_ticks ? -1 : 1;
    return (a.pid > b.pid) - (a.pid < b.pid);
}

guint vkp_identity_hash(gconstpointer identity)
{
    const VkpIdentity *key = (const VkpIdentity *)identity;
    return (guint)key->pid * 2654435761u ^ (guint)key->start_ticks;
}

gboolean vkp_identity_equal_keys(gconstpointer a, gconstpointer b)
{
    return vkp_identity_equal(*(const VkpIdentity *)a, *(const VkpIdentity *)b);
}
