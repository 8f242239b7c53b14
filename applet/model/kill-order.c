/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/kill-order.h"

VkpKillOrder *vkp_kill_order_copy(const VkpKillOrder *order)
{
    VkpKillOrder *copy = g_memdup2(order, sizeof *order);
    copy->target = g_strdup(order->target);
    copy->subject = g_strdup(order->subject);
    copy->rows = order->rows ? vkp_rows_ref((VkpRows *)order->rows) : NULL;
    copy->only = order->only ? g_array_copy((GArray *)order->only) : NULL;
    return copy;
}

void vkp_kill_order_free(VkpKillOrder *order)
{
    if (!order)
        return;
    g_free((char *)order->target);
    g_free((char *)order->subject);
    vkp_rows_unref((VkpRows *)order->rows);
    if (order->only)
        g_array_unref((GArray *)order->only);
    g_free(order);
}

/* The leftovers of two projects differ by their subject alone. */
gboolean vkp_kill_order_equal(const VkpKillOrder *a, const VkpKillOrder *b)
{
    return a->scope == b->scope && a->worded_as == b->worded_as &&
           g_strcmp0(a->target, b->target) == 0 && g_strcmp0(a->subject, b->subject) == 0;
}

gboolean vkp_kill_order_includes(const VkpKillOrder *order, VkpIdentity identity)
{
    for (guint i = 0; order->only && i < order->only->len; i++)
        if (vkp_identity_equal(g_array_index(order->only, VkpIdentity, i), identity))
            return TRUE;
    return order->only == NULL;
}

gboolean vkp_kill_order_hides(const VkpKillOrder *order, VkpIdentity identity)
{
    if (!order->rows)
        return FALSE;
    char text[VKP_IDENTITY_TEXT_SIZE];
    g_autofree char *key = g_strconcat("process:", vkp_identity_to_text(identity, text), NULL);
    const VkpRow *row = vkp_rows_lookup(order->rows, key);
    return row && !row->is_visible;
}

VkpKillArguments *vkp_kill_order_to_arguments(const VkpKillOrder *order)
{
    VkpKillArguments *arguments = vkp_kill_arguments_new(order->scope, order->target);
    arguments->force = order->force;
    arguments->escalate = order->escalate;
    arguments->grace_ms = order->grace_ms;
    return arguments;
}
