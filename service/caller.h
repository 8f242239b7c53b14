/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* The callers and their credentials, by unique name: the bus is asked for them once, and they are
 * kept until the caller leaves the bus. The bus never reuses a unique name, so they stay true.
 *
 * The bus is asked asynchronously: meanwhile the calls of a new caller are held, and then served in
 * the order in which they came. The held calls of a caller that leaves before are dropped. */
typedef struct VkpCallers VkpCallers;

typedef struct {
    char *name; /* the unique name */
    uid_t uid;
    pid_t pid;
    gboolean is_sandboxed; /* may list processes, but not end or register them */
    guint n_calls;         /* in flight; counted by handlers that answer later */
    gint64 spent_usec;     /* the time its calls have cost: see service/turns.h */
    gboolean is_subscribed;
    gboolean has_left; /* the bus: kept only for its calls in flight */
} VkpCaller;

/* How many calls of one caller may be in flight, and how many of any kind may be held before. */
#define VKP_CALLER_MAX_CALLS 16u
#define VKP_CALLER_MAX_HELD 64u

/* FALSE and LIMITS_EXCEEDED when the caller has VKP_CALLER_MAX_CALLS in flight. */
gboolean vkp_caller_may_call(const VkpCaller *caller, GError **error);

/* The same for a call that ends or registers processes; PERMISSION_DENIED for a caller in a
 * sandbox. `verb`, such as "kill", is for that message. */
gboolean vkp_caller_may_touch(const VkpCaller *caller, const char *verb, GError **error);

/* Counts a call in flight, and ends it (takes NULL). In between the record of the caller is kept,
 * even if it has left the bus. Returns the caller. */
VkpCaller *vkp_caller_begin_call(VkpCaller *caller);
void vkp_caller_end_call(VkpCaller *caller);

typedef struct {
    /* Serves a call that was held; returns what a method handler returns. */
    int (*serve)(sd_bus_message *message, void *data, sd_bus_error *bus_error);
    /* A call that was held was answered with this error, since its caller's credentials could not
     * be determined. May be NULL. */
    void (*refused)(sd_bus_message *message, const GError *error, void *data);
    void (*left)(void *data); /* a caller has left the bus, and was removed */
    void *data;
} VkpCallersListener;

/* `bus` is borrowed and outlives the callers. NULL and error when it can't be watched for callers
 * that leave. */
VkpCallers *vkp_callers_new(sd_bus *bus, const char *proc_root, const VkpCallersListener *listener,
                            GError **error);

/* Takes NULL. Drops the calls still held. */
void vkp_callers_free(VkpCallers *callers);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpCallers, vkp_callers_free)

/* To be called for each incoming call before anything else; returns what a message filter returns:
 * 0 when its sender is known, 1 when the call is held. */
int vkp_callers_admit(VkpCallers *callers, sd_bus_message *message, sd_bus_error *bus_error);

/* The sender of an admitted call; borrowed until it leaves. PERMISSION_DENIED when it is not known.
 */
VkpCaller *vkp_callers_of(const VkpCallers *callers, sd_bus_message *message, GError **error);

/* The known caller of that unique name; NULL when it has left. */
VkpCaller *vkp_callers_lookup(const VkpCallers *callers, const char *name);

guint vkp_callers_n_subscribed(const VkpCallers *callers);
