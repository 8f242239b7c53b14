/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/image-guard.h"

#include "common/base/error.h"

/* A service in the background may have to wait that long for its turn on a busy machine. */
#define PATIENCE_USEC (100 * G_TIME_SPAN_MILLISECOND)

/* One thread and its errand. Both sides hold a reference. */
typedef struct {
    gatomicrefcount references;
    VkpReader *reader;
    gint *n_stuck; /* shared by all helpers of a guard; g_atomic_rc_box */
    GMutex mutex;
    GCond changed;
    pid_t pid; /* to be read; 0: nothing to do */
    gboolean is_done;
    gboolean is_given_up; /* nobody waits any more: finish and go */
    VkpImage *image;
    GError *error;
} Helper;

struct VkpImageGuard {
    const VkpReader *reader;
    gint *n_stuck;
    Helper *helper; /* NULL: none at work */
};

static void helper_unref(Helper *helper)
{
    if (!g_atomic_ref_count_dec(&helper->references))
        return;
    vkp_reader_close(helper->reader);
    g_atomic_rc_box_release(helper->n_stuck);
    vkp_image_unref(helper->image);
    g_clear_error(&helper->error);
    g_mutex_clear(&helper->mutex);
    g_cond_clear(&helper->changed);
    g_free(helper);
}

/* The lock is held before and after, but not while reading. */
static void run_errand(Helper *helper)
{
    GError *error = NULL;
    pid_t pid = helper->pid;
    g_mutex_unlock(&helper->mutex);
    VkpImage *image = vkp_reader_read_image(helper->reader, pid, &error);
    g_mutex_lock(&helper->mutex);
    helper->image = image;
    helper->error = error;
    helper->pid = 0;
    helper->is_done = TRUE;
    g_cond_signal(&helper->changed);
}

static gpointer run_helper(gpointer data)
{
    Helper *helper = data;
    gboolean was_stuck = FALSE;
    g_mutex_lock(&helper->mutex);
    while (!helper->is_given_up) {
        if (helper->pid == 0) {
            g_cond_wait(&helper->changed, &helper->mutex);
            continue;
        }
        run_errand(helper);
        was_stuck = helper->is_given_up;
    }
    g_mutex_unlock(&helper->mutex);
    if (was_stuck)
        g_atomic_int_add(helper->n_stuck, -1);
    helper_unref(helper);
    return NULL;
}

/* A thread that can't be started now may be at another time: nobody is to blame but ourselves. */
static Helper *start_helper(const VkpImageGuard *guard, gboolean *is_late, GError **error)
{
    VkpReader *reader = vkp_reader_dup(guard->reader, error);
    if (!reader)
        return NULL;
    Helper *helper = g_new0(Helper, 1);
    g_atomic_ref_count_init(&helper->references);
    helper->reader = reader;
    helper->n_stuck = g_atomic_rc_box_acquire(guard->n_stuck);
    g_mutex_init(&helper->mutex);
    g_cond_init(&helper->changed);
    g_atomic_ref_count_inc(&helper->references);
    g_autoptr(GError) failure = NULL;
    GThread *thread = g_thread_try_new("image", run_helper, helper, &failure);
    if (thread) {
        g_thread_unref(thread);
        return helper;
    }
    *is_late = TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM, "Cannot start a thread: %s", failure->message);
    helper_unref(helper);
    helper_unref(helper);
    return NULL;
}

/* It goes by itself, at once or when its read ends. */
static void give_up(VkpImageGuard *guard)
{
    Helper *helper = g_steal_pointer(&guard->helper);
    g_mutex_lock(&helper->mutex);
    helper->is_given_up = TRUE;
    if (helper->pid != 0)
        g_atomic_int_inc(guard->n_stuck);
    g_cond_signal(&helper->changed);
    g_mutex_unlock(&helper->mutex);
    helper_unref(helper);
}

VkpImageGuard *vkp_image_guard_new(const VkpReader *reader)
{
    VkpImageGuard *guard = g_new0(VkpImageGuard, 1);
    guard->reader = reader;
    guard->n_stuck = g_atomic_rc_box_new0(gint);
    return guard;
}

void vkp_image_guard_free(VkpImageGuard *guard)
{
    if (!guard)
        return;
    if (guard->helper)
        give_up(guard);
    g_atomic_rc_box_release(guard->n_stuck);
    g_free(guard);
}

static gboolean await_answer(Helper *helper, pid_t pid)
{
    gint64 deadline = g_get_monotonic_time() + PATIENCE_USEC;
    helper->pid = pid;
    helper->is_done = FALSE;
    g_cond_signal(&helper->changed);
    while (!helper->is_done)
        if (!g_cond_wait_until(&helper->changed, &helper->mutex, deadline))
            break;
    return helper->is_done;
}

static void fail_late(gboolean *is_late, pid_t pid, GError **error)
{
    *is_late = TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM, "Process %d keeps its readers waiting", pid);
}

VkpImage *vkp_image_guard_read(VkpImageGuard *guard, pid_t pid, gboolean *is_late, GError **error)
{
    gboolean ignored;
    if (!is_late)
        is_late = &ignored;
    *is_late = FALSE;
    if (g_atomic_int_get(guard->n_stuck) >= VKP_IMAGE_GUARD_MAX_STUCK) {
        fail_late(is_late, pid, error);
        return NULL;
    }
    if (!guard->helper)
        guard->helper = start_helper(guard, is_late, error);
    Helper *helper = guard->helper;
    if (!helper)
        return NULL;
    g_mutex_lock(&helper->mutex);
    gboolean is_answered = await_answer(helper, pid);
    VkpImage *image = g_steal_pointer(&helper->image);
    GError *failure = g_steal_pointer(&helper->error);
    g_mutex_unlock(&helper->mutex);
    if (!is_answered) {
        give_up(guard);
        fail_late(is_late, pid, error);
        return NULL;
    }
    if (failure)
        g_propagate_error(error, failure);
    return image;
}
