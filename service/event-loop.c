/* SPDX-License-Identifier: Apache-2.0 */
#include "service/event-loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

#include "common/base/error.h"

typedef struct {
    sd_event_source *source;
    VkpLoopFunc func;
    void *data;
} Source;

#define SLACK_SHORT_USEC 500

static guint64 slack_of(guint64 usec)
{
    if (usec >= VKP_LOOP_LONG_USEC)
        return VKP_LOOP_SLACK_USEC;
    return CLAMP(usec, 1, SLACK_SHORT_USEC); /* 0 would mean sd-event's own 250 ms */
}

/* `func` may cancel its own source, so the source is not touched after the call. Both kinds are
 * one-shot: sd-event has switched the source off already. */
static void fire(Source *source)
{
    source->func(source->data);
}

static int on_event(G_GNUC_UNUSED sd_event_source *event_source, G_GNUC_UNUSED int fd,
                    G_GNUC_UNUSED uint32_t events, void *data)
{
    fire(data);
    return 0;
}

static int on_timer(G_GNUC_UNUSED sd_event_source *event_source, G_GNUC_UNUSED uint64_t usec,
                    void *data)
{
    fire(data);
    return 0;
}

static void cancel(G_GNUC_UNUSED void *loop, void *data)
{
    Source *source = data;
    if (!source)
        return;
    sd_event_source_disable_unref(source->source);
    g_free(source);
}

static Source *source_new(VkpLoopFunc func, void *data)
{
    Source *source = g_new0(Source, 1);
    source->func = func;
    source->data = data;
    return source;
}

static void *watch(void *loop, int fd, VkpLoopEvent event, VkpLoopFunc func, void *data,
                   GError **error)
{
    /* EPOLLHUP needs no asking for. */
    uint32_t events = event == VKP_LOOP_READABLE ? EPOLLIN : 0;
    Source *source = source_new(func, data);
    int r = sd_event_add_io(loop, &source->source, fd, events, on_event, source);
    if (r >= 0)
        r = sd_event_source_set_enabled(source->source, SD_EVENT_ONESHOT);
    if (r < 0) {
        vkp_set_error_errno(error, -r, "Cannot watch descriptor %d", fd);
        cancel(loop, source);
        return NULL;
    }
    return source;
}

static void *start_timer(void *loop, guint64 usec, VkpLoopFunc func, void *data, GError **error)
{
    Source *source = source_new(func, data);
    int r = sd_event_add_time_relative(loop, &source->source, CLOCK_MONOTONIC, usec, slack_of(usec),
                                       on_timer, source);
    if (r < 0) {
        vkp_set_error_errno(error, -r, "Cannot start a timer of %" G_GUINT64_FORMAT " µs", usec);
        cancel(loop, source);
        return NULL;
    }
    return source;
}

VkpLoop vkp_event_loop(sd_event *event)
{
    static const VkpLoopOps ops = {watch, start_timer, cancel};
    return (VkpLoop){&ops, event};
}
