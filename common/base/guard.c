/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/guard.h"

/* A service in the background may have to wait that long for its turn on a busy machine. */
#define PATIENCE_USEC (100 * G_TIME_SPAN_MILLISECOND)

#define PAUSE_USEC (5 * G_TIME_SPAN_SECOND)

/* One thread and its job. Both sides hold a reference. */
typedef struct {
    GMutex mutex;
    GCond changed;
    const VkpGuardKind *kind;
    gpointer job; /* to be done; NULL: nothing to do */
    gboolean is_done;
    gboolean is_given_up; /* nobody waits any more: finish and go */

    guint64 subject; /* of the guard alone, as what follows: that kept it waiting */
    gint64 not_before_usec;
} Helper;

struct VkpGuard {
    Helper *helper;      /* NULL: none at work */
    GPtrArray *given_up; /* Helper: those not back yet, and those back that the pause is for */
};

static void helper_clear(gpointer data)
{
    Helper *helper = data;
    g_mutex_clear(&helper->mutex);
    g_cond_clear(&helper->changed);
}

static void helper_unref(Helper *helper)
{
    g_atomic_rc_box_release_full(helper, helper_clear);
}

/* The lock is held before and after, but not while working. A job that nobody waits for any more is
 * ours to free, and not begun at all. */
static void do_job(Helper *helper)
{
    if (!helper->is_given_up) {
        g_mutex_unlock(&helper->mutex);
        helper->kind->run(helper->job);
        g_mutex_lock(&helper->mutex);
    }
    if (helper->is_given_up)
        helper->kind->free(helper->job);
    helper->job = NULL;
    helper->is_done = TRUE;
    g_cond_signal(&helper->changed);
}

static gpointer run_helper(gpointer data)
{
    Helper *helper = data;
    g_mutex_lock(&helper->mutex);
    while (helper->job || !helper->is_given_up) {
        if (helper->job)
            do_job(helper);
        else
            g_cond_wait(&helper->changed, &helper->mutex);
    }
    g_mutex_unlock(&helper->mutex);
    helper_unref(helper);
    return NULL;
}

/* NULL: the system has no thread for us. */
static Helper *start_helper(void)
{
    Helper *helper = g_atomic_rc_box_new0(Helper);
    g_mutex_init(&helper->mutex);
    g_cond_init(&helper->changed);
    GThread *thread = g_thread_try_new("guard", run_helper, g_atomic_rc_box_acquire(helper), NULL);
    if (thread) {
        g_thread_unref(thread);
        return helper;
    }
    helper_unref(helper);
    helper_unref(helper);
    return NULL;
}

/* It goes by itself, at once or when its job ends. */
static void let_go(Helper *helper)
{
    g_mutex_lock(&helper->mutex);
    helper->is_given_up = TRUE;
    g_cond_signal(&helper->changed);
    g_mutex_unlock(&helper->mutex);
}

VkpGuard *vkp_guard_new(void)
{
    VkpGuard *guard = g_new0(VkpGuard, 1);
    guard->given_up = g_ptr_array_new_with_free_func((GDestroyNotify)helper_unref);
    return guard;
}

void vkp_guard_free(VkpGuard *guard)
{
    if (!guard)
        return;
    if (guard->helper) {
        let_go(guard->helper);
        helper_unref(guard->helper);
    }
    g_ptr_array_unref(guard->given_up);
    g_free(guard);
}

static gboolean is_back(Helper *helper)
{
    g_mutex_lock(&helper->mutex);
    gboolean is_done = helper->is_done;
    g_mutex_unlock(&helper->mutex);
    return is_done;
}

/* Also forgets those that are back and whose pause is over. */
static gboolean must_leave(VkpGuard *guard, guint64 subject)
{
    guint n_stuck = 0;
    gboolean is_barred = FALSE;
    gint64 now_usec = guard->given_up->len > 0 ? g_get_monotonic_time() : 0;
    for (guint i = guard->given_up->len; i-- > 0;) {
        Helper *helper = g_ptr_array_index(guard->given_up, i);
        gboolean is_stuck = !is_back(helper);
        n_stuck += is_stuck;
        if (is_stuck || now_usec < helper->not_before_usec)
            is_barred |= subject != 0 && helper->subject == subject;
        else
            g_ptr_array_remove_index_fast(guard->given_up, i);
    }
    return is_barred || n_stuck >= VKP_GUARD_MAX_STUCK;
}

/* Whether it was done in time. If not, the helper is given up in the same moment, so that one side
 * only ends up with the job. */
static gboolean work(Helper *helper, const VkpGuardKind *kind, gpointer job)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_USEC;
    g_mutex_lock(&helper->mutex);
    helper->kind = kind;
    helper->job = job;
    helper->is_done = FALSE;
    g_cond_signal(&helper->changed);
    while (!helper->is_done)
        if (!g_cond_wait_until(&helper->changed, &helper->mutex, deadline))
            break;
    gboolean is_done = helper->is_done;
    helper->is_given_up = !is_done;
    g_mutex_unlock(&helper->mutex);
    return is_done;
}

gboolean vkp_guard_run(VkpGuard *guard, const VkpGuardKind *kind, guint64 subject, gpointer job)
{
    gboolean may_run = !must_leave(guard, subject);
    if (may_run && !guard->helper)
        guard->helper = start_helper();
    if (!may_run || !guard->helper) {
        kind->free(job);
        return FALSE;
    }
    if (work(guard->helper, kind, job))
        return TRUE;
    guard->helper->subject = subject;
    guard->helper->not_before_usec = g_get_monotonic_time() + PAUSE_USEC;
    g_ptr_array_add(guard->given_up, g_steal_pointer(&guard->helper));
    return FALSE;
}
