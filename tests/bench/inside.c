/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "service/encode.h"
#include "service/manager.h"
#include "tests/bench/calls.h"
#include "tests/bench/results.h"
#include "tests/bench/rivals.h"
#include "tests/lib/figures.h"
#include "tests/service/members.h"

#define ROUNDS 9
#define TICKS 120
#define BIRTHS 60
#define MANY_TICKS 1000000

/* The same with more processes only takes longer. */
#define GROWTH_N 100u

/* Until nobody counts as young any more: then a tick is what it mostly is. */
#define SETTLING_USEC (17 * G_USEC_PER_SEC)

/* A loop that turns when it is told to: the manager's tick is called by hand. */
typedef struct {
    VkpLoopFunc tick;
    void *data;
} HandLoop;

static void *watch(void *loop, G_GNUC_UNUSED int fd, G_GNUC_UNUSED VkpLoopEvent event,
                   G_GNUC_UNUSED VkpLoopFunc func, G_GNUC_UNUSED void *data,
                   G_GNUC_UNUSED GError **error)
{
    return loop;
}

static void *start_timer(void *data, G_GNUC_UNUSED guint64 usec, VkpLoopFunc func, void *func_data,
                         G_GNUC_UNUSED GError **error)
{
    HandLoop *loop = data;
    loop->tick = func;
    loop->data = func_data;
    return loop;
}

static void cancel(G_GNUC_UNUSED void *loop, G_GNUC_UNUSED void *source)
{
}

static const VkpLoopOps hand_loop_ops = {watch, start_timer, cancel};

typedef struct {
    HandLoop loop;
    VkpManager *manager;
} Inside;

static void open_manager(const BenchPlace *place, Inside *inside)
{
    VkpManagerOptions options = {
        .database_path = place->database_path,
        .places = {.home = place->folder},
        .uid = getuid(),
        .loop = {&hand_loop_ops, &inside->loop},
    };
    g_autoptr(GError) error = NULL;
    inside->manager = vkp_manager_new(&options, &error);
    g_assert_no_error(error);
}

static void list(void *data)
{
    Inside *inside = data;
    g_assert_true(vkp_manager_refresh(inside->manager, NULL));
}

static void tick(void *data)
{
    Inside *inside = data;
    inside->loop.tick(inside->loop.data);
}

static double time_one(void (*func)(void *data), void *data)
{
    double begin = figures_now();
    func(data);
    return figures_now() - begin;
}

/* In turns, so that whatever else the machine does hits them all. */
static void compare_with_rivals(const BenchPlace *place, Calls *calls, BenchResults *results)
{
    g_autoptr(Figures) ps = figures_new();
    g_autoptr(Figures) psutil = figures_new();
    g_autoptr(Figures) plain = figures_new();
    g_autoptr(Figures) evidence = figures_new();
    g_autoptr(Figures) first = figures_new();
    for (guint round = 0; round < ROUNDS; round++) {
        Inside inside = {0};
        figures_add(ps, rivals_run_ps());
        figures_add(plain, rivals_run_plain_scan());
        figures_add(psutil, rivals_run_psutil());
        figures_add(evidence, rivals_run_evidence());
        open_manager(place, &inside);
        figures_add(first, time_one(list, &inside));
        vkp_manager_free(inside.manager);
    }
    Inside inside = {0};
    open_manager(place, &inside);
    results->first_list_calls = calls_count(calls, list, &inside);
    vkp_manager_free(inside.manager);
    results->ps = figures_at(ps, 0.5);
    results->plain_scan = figures_at(plain, 0.5);
    results->evidence = figures_at(evidence, 0.5);
    results->psutil = figures_at(psutil, 0.5);
    results->first_list = figures_at(first, 0.5);
}

static int compare_counts(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* The median of some ticks. */
static int count_calls(Calls *calls, Inside *inside, gulong pause_usec)
{
    int counts[15];
    for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_usleep(pause_usec);
        counts[i] = calls_count(calls, tick, inside);
    }
    qsort(counts, G_N_ELEMENTS(counts), sizeof counts[0], compare_counts);
    return counts[G_N_ELEMENTS(counts) / 2];
}

/* Time passes between ticks: the busy ones must have been busy, and the sweeps come in turn. */
static void time_ticks(Inside *inside, gulong pause_usec, Figures *ticks)
{
    for (guint i = 0; i < TICKS; i++) {
        g_usleep(pause_usec);
        figures_add(ticks, time_one(tick, inside));
    }
}

/* Somebody who is none of ours has been born, or has ended, since the last one. */
static double time_lists_in_churn(Inside *inside)
{
    g_autoptr(Figures) figures = figures_new();
    for (guint i = 0; i < BIRTHS; i++) {
        pid_t stranger = crowd_start_member("VKP_BENCH_STRANGER=1");
        figures_add(figures, time_one(list, inside));
        crowd_end(stranger);
        figures_add(figures, time_one(list, inside));
    }
    return figures_at(figures, 0.5);
}

static void time_encoding(Inside *inside, BenchResults *results)
{
    g_autoptr(Figures) figures = figures_new();
    g_autoptr(GPtrArray) members = list_members(inside->manager);
    sd_bus *bus = NULL;
    g_assert_cmpint(sd_bus_open_user(&bus), >=, 0);
    for (guint i = 0; i < 100; i++) {
        double begin = figures_now();
        sd_bus_message *message = NULL;
        g_assert_cmpint(sd_bus_message_new_signal(bus, &message, "/a", "a.b", "C"), >=, 0);
        g_assert_cmpint(vkp_encode_members(message, members), >=, 0);
        sd_bus_message_unref(message);
        figures_add(figures, figures_now() - begin);
    }
    sd_bus_flush_close_unref(bus);
    results->encode = figures_at(figures, 0.5);
}

double bench_resident_kib(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", pid);
    g_autofree char *text = NULL;
    unsigned long size;
    unsigned long resident;
    if (!g_file_get_contents(path, &text, NULL, NULL) ||
        sscanf(text, "%lu %lu", &size, &resident) != 2)
        return -1;
    return (double)resident * (double)sysconf(_SC_PAGESIZE) / 1024;
}

static double measure_growth(Inside *inside)
{
    for (guint i = 0; i < MANY_TICKS / 10; i++)
        tick(inside);
    double before = bench_resident_kib(getpid());
    for (guint i = 0; i < MANY_TICKS; i++)
        tick(inside);
    return bench_resident_kib(getpid()) - before;
}

void bench_inside(const BenchPlace *place, Crowd *crowd, BenchResults *results)
{
    g_autoptr(Calls) calls = calls_new();
    g_autoptr(Figures) lists = figures_new();
    g_autoptr(Figures) idle = figures_new();
    g_autoptr(Figures) busy = figures_new();
    Inside inside = {0};
    compare_with_rivals(place, calls, results);

    open_manager(place, &inside);
    list(&inside);
    vkp_manager_start(inside.manager);
    vkp_manager_set_watched(inside.manager, TRUE); /* else quiet ticks are skipped */
    g_usleep(SETTLING_USEC);
    tick(&inside);
    tick(&inside);
    time_ticks(&inside, 20000, idle);
    for (guint i = 0; i < TICKS; i++)
        figures_add(lists, time_one(list, &inside));
    results->tick_idle_calls = count_calls(calls, &inside, 0);
    results->list_in_churn = time_lists_in_churn(&inside);

    crowd_set_members_busy(crowd, TRUE);
    g_usleep(G_USEC_PER_SEC);
    time_ticks(&inside, 120000, busy);
    results->tick_busy_calls = count_calls(calls, &inside, 120000);
    crowd_set_members_busy(crowd, FALSE);
    time_encoding(&inside, results);
    results->growth_kib =
        place->counts_growth && results->n <= GROWTH_N ? measure_growth(&inside) : NAN;
    vkp_manager_free(inside.manager);
    results->list = figures_at(lists, 0.5);
    results->tick_idle = figures_at(idle, 0.5);
    results->tick_idle_worst = figures_at(idle, 1);
    results->tick_busy = figures_at(busy, 0.5);
}
