/* SPDX-License-Identifier: Apache-2.0 */
/* The service among 1,000 processes, 50 births a second, 20 clients and a board that is written to
 * all the time: what it costs at the end is what it cost at the beginning. VKP_SOAK_SECONDS says
 * how long; see run.sh. */
#include <stdlib.h>

#include "common/proc/reader.h"
#include "tests/lib/deadline.h"
#include "tests/lib/figures.h"
#include "tests/service/hostile.h"
#include "tests/soak/load.h"

#define CROWD 960
#define MEMBERS 40
#define CLIENTS 20
#define PAUSE_USEC 25000
#define DEFAULT_SECONDS 30
#define P99_MAX_USEC 10000
/* Where the machine lets even arithmetic of the same length wait for longer than that, a List may
 * take so many times as long as arithmetic does. */
#define P99_MAX_RATIO 2.0
#define FIRST_ROUNDS 1000000
#define MEMORY_MAX_RATIO 1.10
#define SLACK_DESCRIPTORS 8 /* of members that come and go */

typedef struct {
    Fixture *fixture;
    VkpReader *reader;
    sd_bus *clients[CLIENTS];
    guint rounds; /* of arithmetic that take as long as a List, by the median */
} Soak;

/* What the service has used in a stretch of time. */
typedef struct {
    guint64 memory_kib;
    guint descriptors; /* the fewest seen */
    double cpu_percent;
    double p50_usec;
    double p99_usec;
    double arithmetic50_usec;
    double arithmetic99_usec;
    guint n_lists;
} Cost;

static guint count_descriptors(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", pid);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    guint n = 0;
    g_assert_nonnull(folder);
    while (g_dir_read_name(folder))
        n++;
    return n;
}

static VkpStat look(const Soak *soak)
{
    VkpStat stat;
    g_autoptr(GError) error = NULL;
    vkp_reader_read_stat(soak->reader, soak->fixture->service, &stat, &error);
    g_assert_no_error(error);
    return stat;
}

/* What the machine does to work that asks nothing of anybody. */
static double calculate_once(guint rounds)
{
    volatile guint64 sum = 0;
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < rounds; i++)
        sum = sum + i;
    (void)sum;
    return (double)(g_get_monotonic_time() - begin);
}

static void drain(const Soak *soak)
{
    for (guint i = 0; i < CLIENTS; i++)
        while (sd_bus_process(soak->clients[i], NULL) > 0)
            continue;
    while (g_main_context_iteration(NULL, FALSE))
        continue;
}

/* Lists, in turns, for so long. */
static Cost work(const Soak *soak, gint64 usec)
{
    g_autoptr(Figures) lists = figures_new();
    g_autoptr(Figures) arithmetic = figures_new();
    guint n_lists = 0;
    gint64 begin = g_get_monotonic_time();
    VkpStat before = look(soak);
    guint descriptors = G_MAXUINT;
    for (guint i = 0; g_get_monotonic_time() - begin < usec; i++) {
        figures_add(lists, hostile_list_once(soak->clients[i % CLIENTS]));
        n_lists++;
        figures_add(arithmetic, calculate_once(soak->rounds));
        drain(soak);
        descriptors = MIN(descriptors, count_descriptors(soak->fixture->service));
        g_usleep(PAUSE_USEC);
    }
    VkpStat after = look(soak);
    double seconds = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
    guint64 ticks = after.user_ticks + after.system_ticks - before.user_ticks - before.system_ticks;
    return (Cost){
        .memory_kib = after.resident_pages * (guint64)sysconf(_SC_PAGESIZE) / 1024,
        .descriptors = descriptors,
        .cpu_percent = 100.0 * (double)ticks / vkp_reader_ticks_per_second(soak->reader) / seconds,
        .p50_usec = figures_at(lists, 0.5),
        .p99_usec = figures_at(lists, 0.99),
        .arithmetic50_usec = figures_at(arithmetic, 0.5),
        .arithmetic99_usec = figures_at(arithmetic, 0.99),
        .n_lists = n_lists,
    };
}

static void print_cost(const char *when, const Cost *cost)
{
    g_test_message("%-6s %6u KiB, %3u descriptors, %5.1f %% CPU, List p50 %5.2f ms, p99 %5.2f ms "
                   "(%u); arithmetic p50 %5.2f ms, p99 %5.2f ms",
                   when, (guint)cost->memory_kib, cost->descriptors, cost->cpu_percent,
                   cost->p50_usec / 1000, cost->p99_usec / 1000, cost->n_lists,
                   cost->arithmetic50_usec / 1000, cost->arithmetic99_usec / 1000);
}

static void start(Soak *soak)
{
    soak->reader = vkp_reader_open(NULL, NULL);
    vkp_family_free(soak->fixture->family);
    soak->fixture->family = vkp_family_new(MEMBERS, vkp_deadline_lifetime());
    for (guint i = 0; i < MEMBERS; i++)
        fixture_spawn_member(soak->fixture, 21 + i % 3, "name worker idle");
    vkp_family_settle(soak->fixture->family, MEMBERS);
    for (guint i = 0; i < CLIENTS; i++) {
        soak->clients[i] = hostile_connect(soak->fixture);
        if (i % 2 == 0)
            hostile_send(soak->clients[i], "Subscribe", "");
    }
}

static void end(Soak *soak)
{
    for (guint i = 0; i < CLIENTS; i++)
        sd_bus_close_unref(soak->clients[i]);
    vkp_reader_close(soak->reader);
}

static void assert_no_growth(const Cost *first, const Cost *last)
{
    g_assert_cmpuint(last->descriptors, <=, first->descriptors + SLACK_DESCRIPTORS);
    g_assert_cmpfloat((double)last->memory_kib, <, MEMORY_MAX_RATIO * (double)first->memory_kib);
    if (last->p99_usec >= P99_MAX_USEC)
        g_assert_cmpfloat(last->p99_usec, <, P99_MAX_RATIO * last->arithmetic99_usec);
}

static void test_soak(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *text = g_getenv("VKP_SOAK_SECONDS");
    gint64 usec = (text ? atoi(text) : DEFAULT_SECONDS) * G_USEC_PER_SEC;
    g_autofree char *id = fixture_id(22);
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", id);
    pid_t loads[] = {load_start_crowd(CROWD), load_start_births(mark),
                     load_start_writer(fixture->database_path)};
    Soak soak = {.fixture = fixture, .rounds = FIRST_ROUNDS};
    start(&soak);
    Cost warm = work(&soak, usec / 4);
    soak.rounds = (guint)(soak.rounds * warm.p50_usec / warm.arithmetic50_usec);
    Cost first = work(&soak, usec / 6);
    print_cost("start", &first);
    work(&soak, usec - usec / 4 - usec / 6 * 2);
    Cost last = work(&soak, usec / 6);
    print_cost("end", &last);
    assert_no_growth(&first, &last);
    end(&soak);
    for (guint i = 0; i < G_N_ELEMENTS(loads); i++)
        load_end(loads[i]);
}

static void add_tests(void)
{
    fixture_add("/soak/nothing-grows", test_soak);
}

int main(int argc, char **argv)
{
    load_enter(argc, argv);
    return fixture_main(argc, argv, add_tests);
}
