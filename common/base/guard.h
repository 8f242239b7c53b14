/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Does what may keep its caller waiting for ever, such as touching a file whose server is gone: a
 * thread of ours waits in our place, and is given up after a moment. For one thread's use. */
typedef struct VkpGuard VkpGuard;

/* How many threads may be given up at a time; then nothing is done until one of them comes back. */
#define VKP_GUARD_MAX_STUCK 4

/* A kind of job. `run` is called in the other thread and touches nothing but the job, which nobody
 * else has meanwhile. `free` is called in either. */
typedef struct {
    void (*run)(gpointer job);
    GDestroyNotify free;
} VkpGuardKind;

VkpGuard *vkp_guard_new(void);
void vkp_guard_free(VkpGuard *guard); /* takes NULL; waits for nobody */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpGuard, vkp_guard_free)

/* TRUE: the job was done within 100 ms, and is the caller's again. FALSE: it was not, or not even
 * begun, and is freed as soon as nobody works on it. `subject` names what it may wait for, 0:
 * nothing to be remembered. What kept a job waiting is not tried again before that one has come
 * back, nor within the next 5 s: FALSE at once. */
gboolean vkp_guard_run(VkpGuard *guard, const VkpGuardKind *kind, guint64 subject, gpointer job);
