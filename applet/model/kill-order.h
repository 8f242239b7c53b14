/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/kill-arguments.h"
#include "common/view/rows.h"

/* What a person wants to be killed, and how. Plain values; a caller that only passes one on may use
 * borrowed strings and rows. */
typedef struct {
    VkpScopeKind scope;
    VkpScopeKind worded_as; /* the scope named in texts, where the bus has no such scope */
    const char *target;
    const char *subject;     /* the target's name in texts; NULL: the scope needs none */
    gboolean has_no_project; /* is for what belongs to no project; `subject` is a text for that */
    const GArray *only;      /* of VkpIdentity: only these of the scope's members; NULL: all */
    const VkpRows *rows;     /* what the person looks at; NULL: nothing */
    gboolean force;
    gboolean escalate;
    guint grace_ms;
} VkpKillOrder;

/* A deep copy. */
VkpKillOrder *vkp_kill_order_copy(const VkpKillOrder *order);
void vkp_kill_order_free(VkpKillOrder *order); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillOrder, vkp_kill_order_free)

/* Whether both are for the same processes. */
gboolean vkp_kill_order_equal(const VkpKillOrder *a, const VkpKillOrder *b);

/* Whether `identity` is among `only`, if that is set. */
gboolean vkp_kill_order_includes(const VkpKillOrder *order, VkpIdentity identity);

/* Whether the list's filter hides the row of `identity`. */
gboolean vkp_kill_order_hides(const VkpKillOrder *order, VkpIdentity identity);

/* The arguments for the service; without `expected`. */
VkpKillArguments *vkp_kill_order_to_arguments(const VkpKillOrder *order);
