/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/test-loop.h"

#include <poll.h>
#include <time.h>

#include "common/base/error.h"

typedef struct {
    int fd;          /* -1: a timer */
    short events;    /* of a watch, for poll() */
    gint64 due_usec; /* of a timer */
    VkpLoopFunc func;
    void *data;
    gboolean is_fired; /* waits for its cancel */
    gboolean is_due;   /* in this turn */
} Source;

struct VkpTestLoop {
    GPtrArray *sources; /* of Source */
    GArray *entries;    /* of struct pollfd, one a watch; kept to spare allocations */
    VkpTestLoopTime longest_callback;
    VkpTestLoopTime paused_at; /* within the present callback */
    VkpTestLoopTime paused;
    int successes_left; /* -1: any number */
};

VkpTestLoop *vkp_test_loop_new(void)
{
    VkpTestLoop *loop = g_new0(VkpTestLoop, 1);
    loop->sources = g_ptr_array_new_with_free_func(g_free);
    loop->entries = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    loop->successes_left = -1;
    return loop;
}

void vkp_test_loop_free(VkpTestLoop *loop)
{
    if (!loop)
        return;
    g_assert_cmpuint(loop->sources->len, ==, 0);
    g_ptr_array_unref(loop->sources);
    g_array_unref(loop->entries);
    g_free(loop);
}

static Source *add_source(VkpTestLoop *loop, Source source, GError **error)
{
    if (loop->successes_left == 0) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED, "The test wants this to fail");
        return NULL;
    }
    if (loop->successes_left > 0)
        loop->successes_left--;
    Source *added = g_memdup2(&source, sizeof source);
    g_ptr_array_add(loop->sources, added);
    return added;
}

static void *watch(void *loop, int fd, VkpLoopEvent event, VkpLoopFunc func, void *data,
                   GError **error)
{
    short events = event == VKP_LOOP_READABLE ? POLLIN : 0;
    return add_source(loop, (Source){.fd = fd, .events = events, .func = func, .data = data},
                      error);
}

static void *start_timer(void *loop, guint64 usec, VkpLoopFunc func, void *data, GError **error)
{
    gint64 due = g_get_monotonic_time() + (gint64)usec;
    return add_source(loop, (Source){.fd = -1, .due_usec = due, .func = func, .data = data}, error);
}

static void cancel(void *loop, void *source)
{
    if (source)
        g_assert_true(g_ptr_array_remove_fast(((VkpTestLoop *)loop)->sources, source));
}

VkpLoop vkp_test_loop_ops(VkpTestLoop *loop)
{
    static const VkpLoopOps ops = {watch, start_timer, cancel};
    return (VkpLoop){&ops, loop};
}

/* Rounded up to whole milliseconds would make a 1 ms back-off a 2 ms one: ppoll takes the rest. */
static struct timespec time_to_wait(const VkpTestLoop *loop, guint timeout_ms)
{
    gint64 now = g_get_monotonic_time();
    gint64 wait = (gint64)timeout_ms * 1000;
    for (guint i = 0; i < loop->sources->len; i++) {
        const Source *source = g_ptr_array_index(loop->sources, i);
        if (source->fd < 0 && !source->is_fired)
            wait = MIN(wait, MAX(source->due_usec - now, 0));
    }
    return (struct timespec){wait / 1000000, (long)(wait % 1000000) * 1000};
}

static void poll_watches(VkpTestLoop *loop, guint timeout_ms)
{
    g_array_set_size(loop->entries, 0);
    for (guint i = 0; i < loop->sources->len; i++) {
        const Source *source = g_ptr_array_index(loop->sources, i);
        /* poll() passes over negative descriptors: timers and fired watches keep their place. */
        struct pollfd entry = {source->is_fired ? -1 : source->fd, source->events, 0};
        g_array_append_val(loop->entries, entry);
    }
    struct timespec wait = time_to_wait(loop, timeout_ms);
    if (ppoll((struct pollfd *)(void *)loop->entries->data, loop->entries->len, &wait, NULL) < 0)
        g_array_set_size(loop->entries, 0);
}

static void mark_due(VkpTestLoop *loop)
{
    gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < loop->entries->len; i++) {
        Source *source = g_ptr_array_index(loop->sources, i);
        const struct pollfd *entry = &g_array_index(loop->entries, struct pollfd, i);
        source->is_due =
            !source->is_fired && (source->fd < 0 ? source->due_usec <= now : entry->revents != 0);
    }
}

static Source *next_due(VkpTestLoop *loop)
{
    for (guint i = 0; i < loop->sources->len; i++) {
        Source *source = g_ptr_array_index(loop->sources, i);
        if (source->is_due)
            return source;
    }
    return NULL;
}

static VkpTestLoopTime now(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (VkpTestLoopTime){
        .work_usec = (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000,
        .wall_usec = g_get_monotonic_time(),
    };
}

static VkpTestLoopTime minus(VkpTestLoopTime end, VkpTestLoopTime begin)
{
    return (VkpTestLoopTime){end.work_usec - begin.work_usec, end.wall_usec - begin.wall_usec};
}

static void call(VkpTestLoop *loop, const Source *source)
{
    VkpTestLoopTime begin = now();
    VkpTestLoopTime *longest = &loop->longest_callback;
    loop->paused = (VkpTestLoopTime){0};
    source->func(source->data);
    VkpTestLoopTime took = minus(minus(now(), begin), loop->paused);
    longest->work_usec = MAX(longest->work_usec, took.work_usec);
    longest->wall_usec = MAX(longest->wall_usec, took.wall_usec);
}

gboolean vkp_test_loop_turn(VkpTestLoop *loop, guint timeout_ms)
{
    poll_watches(loop, timeout_ms);
    mark_due(loop);
    gboolean any = FALSE;
    /* A callback may cancel and start sources: look for the next one anew each time. */
    for (Source *source; (source = next_due(loop));) {
        source->is_due = FALSE;
        source->is_fired = TRUE;
        call(loop, source);
        any = TRUE;
    }
    return any;
}

gboolean vkp_test_loop_run(VkpTestLoop *loop, guint timeout_ms, VkpDeadlineFunc done, gpointer data)
{
    gint64 end = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    while (!done(data)) {
        gint64 left_ms = (end - g_get_monotonic_time()) / 1000;
        if (left_ms <= 0)
            return FALSE;
        vkp_test_loop_turn(loop, (guint)left_ms);
    }
    return TRUE;
}

guint vkp_test_loop_n_sources(const VkpTestLoop *loop)
{
    return loop->sources->len;
}

VkpTestLoopTime vkp_test_loop_longest_callback(const VkpTestLoop *loop)
{
    return loop->longest_callback;
}

void vkp_test_loop_pause_clock(VkpTestLoop *loop)
{
    loop->paused_at = now();
}

void vkp_test_loop_resume_clock(VkpTestLoop *loop)
{
    VkpTestLoopTime took = minus(now(), loop->paused_at);
    loop->paused.work_usec += took.work_usec;
    loop->paused.wall_usec += took.wall_usec;
}

void vkp_test_loop_fail_after(VkpTestLoop *loop, int n)
{
    loop->successes_left = n;
}
