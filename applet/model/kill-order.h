/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/kill-arguments.h"
#include "common/view/rows.h"

/* What is to be killed, and how. Plain values; a caller that only passes one on may borrow its
 * strings and rows. */
typedef struct {
    VkpScopeKind scope;
    VkpScopeKind worded_as; /* what a person asked for, where the bus has no such scope */
    const char *target;
    const char *subject;     /* its name for a person; NULL: the scope needs none */
    gboolean has_no_project; /* what belongs to no project; the subject only stands for that */
    const GArray *only;  /* of VkpIdentity: the scope's members outside do not count; NULL: all */
    const VkpRows *rows; /* what the person looks at; NULL: nothing */
    gboolean force;
    gboolean escalate;
    guint grace_ms;
} VkpKillOrder;

/* Copies that own what they hold. */
VkpKillOrder *vkp_kill_order_copy(const VkpKillOrder *order);
void vkp_kill_order_free(VkpKillOrder *order); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillOrder, vkp_kill_order_free)

/* Whether both mean the same processes. */
gboolean vkp_kill_order_equal(const VkpKillOrder *a, const VkpKillOrder *b);

/* Whether `identity` counts. */
gboolean vkp_kill_order_includes(const VkpKillOrder *order, VkpIdentity identity);

/* Whether its row is not visible to the person. */
gboolean vkp_kill_order_hides(const VkpKillOrder *order, VkpIdentity identity);

/* What to ask of the service, without victims. */
VkpKillArguments *vkp_kill_order_to_arguments(const VkpKillOrder *order);
