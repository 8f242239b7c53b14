/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Runs jobs that may block for ever, such as touching a file whose server does not respond: a
 * helper thread runs them, and is abandoned ("given up") if it takes too long. To be used from one
 * thread. */
typedef struct VkpGuard VkpGuard;

/* So many abandoned threads may be blocked at a time; then no job is run until one of them returns.
 */
#define VKP_GUARD_MAX_STUCK 4

/* A kind of job. `run` is called in the helper thread and touches nothing but the job, which no
 * other thread uses meanwhile. `free` is called in either thread. */
typedef struct {
    void (*run)(gpointer job);
    GDestroyNotify free;
} VkpGuardKind;

VkpGuard *vkp_guard_new(void);
void vkp_guard_free(VkpGuard *guard); /* takes NULL; waits for nobody */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpGuard, vkp_guard_free)

/* TRUE: the job was done within 100 ms, and belongs to the caller again. FALSE: it was not, or was
 * not even started, and is freed as soon as no thread works on it. `subject` identifies what the
 * job may block on, such as a file system; 0: nothing that needs to be remembered. After a job on a
 * subject took too long, jobs on it return FALSE at once until that one has returned, and for at
 * least 5 s. */
gboolean vkp_guard_run(VkpGuard *guard, const VkpGuardKind *kind, guint64 subject, gpointer job);
