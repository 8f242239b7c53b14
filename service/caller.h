/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Who talks to us, by unique name: asked of the bus once and kept until the name leaves it. The bus
 * never gives a unique name to anybody else again, so what is known of one stays true.
 *
 * Nobody waits while the bus is asked: the calls of somebody new are held, and begun in the order
 * in which they came when the answer is there. Who leaves before takes his calls with him. */
typedef struct VkpCallers VkpCallers;

typedef struct {
    char *name; /* the unique name */
    uid_t uid;
    pid_t pid;
    gboolean is_sandboxed; /* may look, must not touch */
    guint n_calls;         /* under way; counted by whoever answers late */
    gint64 spent_usec;     /* what its turns have cost: see service/turns.h */
    gboolean is_subscribed;
    gboolean has_left; /* and is known no more: only calls under way hold it */
} VkpCaller;

/* Calls under way that one caller may have, and calls of any kind that are held for it before. */
#define VKP_CALLER_MAX_CALLS 16u
#define VKP_CALLER_MAX_HELD 64u

/* FALSE and LIMITS_EXCEEDED when the caller has as many under way as he may. */
gboolean vkp_caller_may_call(const VkpCaller *caller, GError **error);

/* The same for a call that does something to processes ("kill", as the refusal has it):
 * PERMISSION_DENIED for a caller in a sandbox. */
gboolean vkp_caller_may_touch(const VkpCaller *caller, const char *verb, GError **error);

/* One more call under way, and one less (takes NULL). In between the caller stays, also when it has
 * left. Returns the caller. */
VkpCaller *vkp_caller_begin_call(VkpCaller *caller);
void vkp_caller_end_call(VkpCaller *caller);

typedef struct {
    /* Serves a call that was held; returns what a method handler returns. */
    int (*serve)(sd_bus_message *message, void *data, sd_bus_error *bus_error);
    /* A call that was held was answered with the error: nobody can tell who its caller is. May be
     * NULL. */
    void (*refused)(sd_bus_message *message, const GError *error, void *data);
    void (*left)(void *data); /* a caller has, and is forgotten */
    void *data;
} VkpCallersListener;

/* `bus` is borrowed and outlives the callers. NULL and error when it can't tell who leaves. */
VkpCallers *vkp_callers_new(sd_bus *bus, const char *proc_root, const VkpCallersListener *listener,
                            GError **error);

/* Takes NULL. Calls still held are given up. */
void vkp_callers_free(VkpCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpCallers, vkp_callers_free)

/* For each call as it comes in, before anything else; returns what a filter returns: 0 when its
 * sender is known, 1 when it is held. */
int vkp_callers_admit(VkpCallers *callers, sd_bus_message *message, sd_bus_error *bus_error);

/* The sender of an admitted call; borrowed until it leaves. PERMISSION_DENIED when it is not known.
 */
VkpCaller *vkp_callers_of(const VkpCallers *callers, sd_bus_message *message, GError **error);

/* The known caller of that unique name; NULL when it has left. */
VkpCaller *vkp_callers_lookup(const VkpCallers *callers, const char *name);

guint vkp_callers_n_subscribed(const VkpCallers *callers);
