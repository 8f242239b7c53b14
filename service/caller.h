/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Who talks to us, by unique name: asked of the bus once and kept until the name leaves it. The bus
 * never gives a unique name to anybody else again, so what is known of one stays true. */
typedef struct VkpCallers VkpCallers;

typedef struct {
    char *name; /* the unique name */
    uid_t uid;
    pid_t pid;
    gboolean is_sandboxed; /* may look, must not touch */
    guint n_calls;         /* under way; counted by whoever answers late */
    gboolean is_subscribed;
} VkpCaller;

/* Calls under way that one caller may have. */
#define VKP_CALLER_MAX_CALLS 16u

/* Called when a caller has left the bus and is forgotten. */
typedef void (*VkpCallerLeft)(void *data);

/* `bus` is borrowed and outlives the callers. */
VkpCallers *vkp_callers_new(sd_bus *bus, const char *proc_root, VkpCallerLeft left, void *data);
void vkp_callers_free(VkpCallers *callers); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpCallers, vkp_callers_free)

/* The sender of the message; borrowed until it leaves. NULL and error when it is gone already or
 * the bus won't tell. */
VkpCaller *vkp_callers_of(VkpCallers *callers, sd_bus_message *message, GError **error);

/* The caller of that unique name; NULL when it has left. */
VkpCaller *vkp_callers_lookup(const VkpCallers *callers, const char *name);

guint vkp_callers_n_subscribed(const VkpCallers *callers);
