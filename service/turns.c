/* SPDX-License-Identifier: Apache-2.0 */
#include "service/turns.h"

#include <time.h>

#include "service/bus-error.h"
#include "service/sd-pointers.h"

/* While the bus is never at rest, some are served after so long nevertheless: so many as begin in a
 * short time. */
#define PATIENCE_USEC (10 * 1000)
#define PATIENCE_SLACK_USEC 1000
#define ROUND_USEC (3 * 1000)

/* ... and so many times as long as the last ones took, so that the bus is not kept waiting for most
 * of the time: among what comes in are the calls of others. */
#define BUS_SHARE 2

/* What each caller's turns have cost tells who is next (start-time fair queueing). Whoever has not
 * asked for a long time has not saved up anything: his account starts where the one who is served
 * stands. */
struct VkpTurns {
    sd_event_source *idle; /* on while anybody waits */
    sd_event_source *late; /* likewise: the end of patience */
    GQueue lines;          /* Line, in order of arrival */
    gint64 now_usec;       /* the account of who was served last, as it was before */
    gint64 left_usec;      /* the account of all who have left */
    gint64 cost_usec;      /* of the last turns */
};

/* Not empty, unless its last one is being served. */
typedef struct {
    VkpCaller *caller; /* NULL: all who have left */
    gint64 spent_usec; /* the account */
    GQueue calls;      /* Waiting, in order of arrival */
} Line;

typedef struct {
    const VkpTurnKind *kind;
    void *call;
} Waiting;

static void waiting_drop(gpointer data)
{
    Waiting *waiting = data;
    waiting->kind->drop(waiting->call);
    g_free(waiting);
}

static void line_free(gpointer data)
{
    Line *line = data;
    g_queue_clear_full(&line->calls, waiting_drop);
    g_free(line);
}

static gint64 *account_of(VkpTurns *turns, VkpCaller *caller)
{
    return caller ? &caller->spent_usec : &turns->left_usec;
}

static Line *find_or_add_line(VkpTurns *turns, VkpCaller *caller)
{
    for (GList *link = turns->lines.head; link; link = link->next)
        if (((Line *)link->data)->caller == caller)
            return link->data;
    Line *line = g_new0(Line, 1);
    line->caller = caller;
    line->spent_usec = MAX(*account_of(turns, caller), turns->now_usec);
    g_queue_init(&line->calls);
    g_queue_push_tail(&turns->lines, line);
    return line;
}

/* Who has had the least, and of those who came first. NULL: nobody waits. */
static GList *find_next(VkpTurns *turns)
{
    GList *next = turns->lines.head;
    for (GList *link = next; link; link = link->next)
        if (((Line *)link->data)->spent_usec < ((Line *)next->data)->spent_usec)
            next = link;
    return next;
}

/* Returns what it cost; 0 when nobody waits. */
static gint64 serve_one(VkpTurns *turns)
{
    GList *link = find_next(turns);
    if (!link)
        return 0;
    Line *line = link->data;
    g_autofree Waiting *waiting = g_queue_pop_head(&line->calls);
    turns->now_usec = line->spent_usec;
    gint64 begun_usec = g_get_monotonic_time();
    waiting->kind->serve(waiting->call);
    gint64 cost_usec = MAX(g_get_monotonic_time() - begun_usec, 1);
    line->spent_usec += cost_usec;
    *account_of(turns, line->caller) = line->spent_usec;
    if (g_queue_is_empty(&line->calls)) {
        g_queue_delete_link(&turns->lines, link);
        line_free(line);
    }
    return cost_usec;
}

/* Neither can fail: both are there, and switching them takes no memory. */
static void set_sources(VkpTurns *turns)
{
    gboolean is_on = !g_queue_is_empty(&turns->lines);
    (void)sd_event_source_set_enabled(turns->idle, is_on ? SD_EVENT_ON : SD_EVENT_OFF);
    gint64 patience_usec = MAX(PATIENCE_USEC, turns->cost_usec * BUS_SHARE);
    /* From now on: the loop's own time is that of before the turn. */
    gint64 end_usec = g_get_monotonic_time() + patience_usec;
    (void)sd_event_source_set_time(turns->late, (uint64_t)end_usec);
    (void)sd_event_source_set_enabled(turns->late, is_on ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

static int on_idle(G_GNUC_UNUSED sd_event_source *source, void *data)
{
    VkpTurns *turns = data;
    turns->cost_usec = serve_one(turns);
    set_sources(turns);
    return 0;
}

static int on_late(G_GNUC_UNUSED sd_event_source *source, G_GNUC_UNUSED uint64_t usec, void *data)
{
    VkpTurns *turns = data;
    turns->cost_usec = 0;
    while (turns->cost_usec < ROUND_USEC && !g_queue_is_empty(&turns->lines))
        turns->cost_usec += serve_one(turns);
    set_sources(turns);
    return 0;
}

VkpTurns *vkp_turns_new(sd_event *event, GError **error)
{
    g_autoptr(VkpTurns) turns = g_new0(VkpTurns, 1);
    g_queue_init(&turns->lines);
    int r = sd_event_add_defer(event, &turns->idle, on_idle, turns);
    if (r >= 0)
        r = sd_event_source_set_priority(turns->idle, SD_EVENT_PRIORITY_IDLE);
    if (r >= 0)
        r = sd_event_add_time_relative(event, &turns->late, CLOCK_MONOTONIC, PATIENCE_USEC,
                                       PATIENCE_SLACK_USEC, on_late, turns);
    if (r >= 0)
        r = sd_event_source_set_priority(turns->late, SD_EVENT_PRIORITY_IMPORTANT);
    if (r >= 0) {
        set_sources(turns);
        return g_steal_pointer(&turns);
    }
    vkp_set_error_bus(error, r, "Cannot prepare to serve calls in turns");
    return NULL;
}

void vkp_turns_free(VkpTurns *turns)
{
    if (!turns)
        return;
    sd_event_source_disable_unref(turns->idle);
    sd_event_source_disable_unref(turns->late);
    g_queue_clear_full(&turns->lines, line_free);
    g_free(turns);
}

void vkp_turns_line_up(VkpTurns *turns, VkpCaller *caller, const VkpTurnKind *kind, void *call)
{
    gboolean is_first = g_queue_is_empty(&turns->lines);
    Waiting *waiting = g_new(Waiting, 1);
    *waiting = (Waiting){kind, call};
    g_queue_push_tail(&find_or_add_line(turns, caller)->calls, waiting);
    if (is_first)
        set_sources(turns);
}

/* Takes the line out of the others. */
static void take_over(VkpTurns *turns, Line *line)
{
    for (Waiting *waiting; (waiting = g_queue_pop_head(&line->calls));) {
        Line *left = waiting->kind->outlives_caller ? find_or_add_line(turns, NULL) : NULL;
        if (left && left->calls.length < VKP_TURNS_MAX_LEFT)
            g_queue_push_tail(&left->calls, waiting);
        else
            waiting_drop(waiting);
    }
    line_free(line);
}

void vkp_turns_note_left(VkpTurns *turns)
{
    GList *next;
    for (GList *link = turns->lines.head; link; link = next) {
        Line *line = link->data;
        next = link->next;
        if (!line->caller || !line->caller->has_left)
            continue;
        g_queue_delete_link(&turns->lines, link);
        take_over(turns, line);
    }
    if (g_queue_is_empty(&turns->lines)) /* else whoever waits would have to be patient anew */
        set_sources(turns);
}
