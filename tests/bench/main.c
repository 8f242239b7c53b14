/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "tests/bench/results.h"
#include "tests/lib/bus.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/isolation.h"

/* How fast it is, beside others' ways to the same list on the same machine at the same time: only
 * the ratios mean anything. See run.sh. */

#define N_MEMBERS 20
#define N_EXECUTIONS 10000

typedef struct {
    gboolean is_large;
    gboolean is_quick;
    gboolean is_patient;
    guint quiet_seconds;
} Options;

static void print_row(const char *what, const char *goal, const GArray *all,
                      double (*value)(const BenchResults *results, guint column))
{
    printf("%-44s %-22s", what, goal);
    for (guint i = 0; i < all->len; i++) {
        double figure = value(&g_array_index(all, BenchResults, i), i);
        if (isnan(figure))
            printf(" %12s", "-");
        else
            printf(" %12.4g", figure);
    }
    printf("\n");
}

#define ROW(name, expression)                                                                      \
    static double name(const BenchResults *r, G_GNUC_UNUSED guint column)                          \
    {                                                                                              \
        return (expression);                                                                       \
    }

ROW(row_ps, r->ps / 1000)
ROW(row_psutil, r->psutil < 0 ? NAN : r->psutil / 1000)
ROW(row_plain, r->plain_scan / 1000)
ROW(row_evidence, r->evidence / 1000)
ROW(row_first, r->first_list / 1000)
ROW(row_first_ratio, r->first_list / r->ps)
ROW(row_first_calls, (double)r->first_list_calls / (r->n + N_MEMBERS))
ROW(row_list, r->list)
ROW(row_list_ratio, r->ps / r->list)
ROW(row_churn, r->list_in_churn)
ROW(row_idle, r->tick_idle)
ROW(row_idle_worst, r->tick_idle_worst)
ROW(row_idle_calls, r->tick_idle_calls)
ROW(row_busy, r->tick_busy)
ROW(row_busy_calls, r->tick_busy_calls)
ROW(row_encode, r->encode)
ROW(row_bus, r->list_on_bus)
ROW(row_bus99, r->list_on_bus99)
ROW(row_in_kill, r->list_in_kill)
ROW(row_in_kill99, r->list_in_kill99)
ROW(row_kill, r->kill / 1000)
ROW(row_call, r->call_on_bus)
ROW(row_alone, r->exit_alone)
ROW(row_exit, r->exit_to_signal)
ROW(row_exit99, r->exit_to_signal99)
ROW(row_born, r->born_to_added / 1000)
ROW(row_born_list, r->born_to_list * 100)
ROW(row_cpu, r->cpu_percent)
ROW(row_resident, r->resident_kib / 1024)
ROW(row_growth, r->growth_kib)

static void print_head(const GArray *all)
{
    static const char *const kinds[] = {"idle", "busy", "threaded"};
    printf("%-44s %-22s", "", "goal");
    for (guint i = 0; i < all->len; i++) {
        const BenchResults *r = &g_array_index(all, BenchResults, i);
        g_autofree char *head = g_strdup_printf("%u %s", r->n, kinds[r->kind]);
        printf(" %12s", head);
    }
    printf("\n");
}

static void print_all(const GArray *all)
{
    print_head(all);
    print_row("ps -eo pid,ppid,comm,args,rss,pcpu, ms", "", all, row_ps);
    print_row("psutil, ms", "", all, row_psutil);
    print_row("plain C scan, ms", "", all, row_plain);
    print_row("plain C scan for the evidence, ms", "", all, row_evidence);
    print_row("first List after start, ms", "", all, row_first);
    print_row("  as a part of ps", "0.125 or less", all, row_first_ratio);
    print_row("  system calls a process", "2 or fewer", all, row_first_calls);
    print_row("monitored List inside, us", "", all, row_list);
    print_row("  times faster than ps", "200 (at 1000)", all, row_list_ratio);
    print_row("  when somebody was born or has ended", "", all, row_churn);
    print_row("tick, members idle, us, median", "150, 1.3x over all N", all, row_idle);
    print_row("  system calls", "45 or fewer", all, row_idle_calls);
    print_row("  the slowest of 120", "", all, row_idle_worst);
    print_row("tick, members busy, us, median", "350, 1.3x over all N", all, row_busy);
    print_row("  system calls", "", all, row_busy_calls);
    print_row("20 members encoded, us", "", all, row_encode);
    print_row("List end to end, us, p50", "500 or less", all, row_bus);
    print_row("  p99", "", all, row_bus99);
    print_row("List during a kill, us, p50", "as without", all, row_in_kill);
    print_row("  p99", "", all, row_in_kill99);
    print_row("Kill of all 20, answered, ms", "", all, row_kill);
    print_row("a call that does nothing, us, p50", "", all, row_call);
    print_row("an exit alone, us, p50", "", all, row_alone);
    print_row("exit to signal, us, p50", "350 or less", all, row_exit);
    print_row("  p99", "2000 or less", all, row_exit99);
    print_row("birth to \"added\", ms, worst", "1000 (one tick)", all, row_born);
    print_row("  births that a List shows at once, %", "100", all, row_born_list);
    print_row("CPU with nobody looking, % of a core", "0.01 (at 1000)", all, row_cpu);
    print_row("resident memory of the service, MiB", "8 or less", all, row_resident);
    print_row("  its growth over 10^6 ticks, KiB", "0", all, row_growth);
}

static BenchResults measure(const BenchPlace *place, CrowdKind kind, guint n)
{
    BenchResults results = {.kind = kind, .n = n};
    fprintf(stderr, "%u processes ...\n", n);
    /* Such a bus lives five minutes, so each crowd gets its own. */
    g_autoptr(VkpTestBus) bus = vkp_test_bus_new(NULL);
    setenv("DBUS_SESSION_BUS_ADDRESS", vkp_test_bus_address(bus), TRUE);
    setenv("XDG_RUNTIME_DIR", place->folder, TRUE);
    g_autoptr(Crowd) crowd = crowd_new(kind, n, N_MEMBERS, place->mark);
    g_usleep(G_USEC_PER_SEC);
    bench_inside(place, crowd, &results);
    bench_outside(place, crowd, &results);
    return results;
}

static GArray *measure_all(const BenchPlace *place, const Options *options)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(BenchResults));
    const guint sizes[] = {100, 1000, 5000};
    for (guint i = 0; i < (options->is_large ? 3 : 2); i++) {
        BenchResults results = measure(place, CROWD_IDLE, sizes[i]);
        g_array_append_val(all, results);
    }
    if (options->is_quick)
        return all;
    BenchResults busy = measure(place, CROWD_BUSY, 1000);
    g_array_append_val(all, busy);
    BenchResults threaded = measure(place, CROWD_THREADED, options->is_large ? 1000 : 300);
    g_array_append_val(all, threaded);
    return all;
}

static void print_machine(void)
{
    struct utsname system;
    double load[3] = {0};
    uname(&system);
    (void)!getloadavg(load, 3);
    printf("%s %s, %ld cores, load %.1f, uid %u\n\n", system.sysname, system.release,
           sysconf(_SC_NPROCESSORS_ONLN), load[0], getuid());
}

static void run(const Options *options)
{
    g_autofree char *folder = g_dir_make_tmp("vkp-bench-XXXXXX", NULL);
    g_autofree char *database_path = g_build_filename(folder, "board.sqlite", NULL);
    g_autoptr(FakeBoard) board = fake_board_new(database_path, FAKE_LAYOUT_E_LATE);
    VkpUuid id = fake_id(1);
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", vkp_uuid_to_text(&id, text));
    fake_board_add_attempt(board, &(FakeAttempt){.id = id, .folder = folder, .name = "bench"});
    fake_board_add_execution(board, &(FakeExecution){.id = fake_id(2), .attempt_id = id});

    BenchPlace place = {folder,
                        database_path,
                        mark,
                        g_getenv("VKP_BENCH_SERVICE"),
                        options->quiet_seconds,
                        options->is_patient};
    double anew = 0;
    double unchanged = 0;
    print_machine();
    g_autoptr(GArray) all = measure_all(&place, options);
    bench_board(folder, N_EXECUTIONS, &anew, &unchanged);
    print_all(all);
    printf("\nA board of %d executions: %.1f ms to read, %.0f us to find it unchanged\n",
           N_EXECUTIONS, anew / 1000, unchanged);
    const char *const argv[] = {"rm", "-rf", "--", folder, NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
}

int main(int argc, char **argv)
{
    crowd_enter(argc, argv);
    vkp_isolation_enter(argv);
    Options options = {.quiet_seconds = 10};
    for (int i = 1; i < argc; i++) {
        if (g_str_equal(argv[i], "--large")) {
            options.is_large = TRUE;
        } else if (g_str_equal(argv[i], "--quick")) {
            options.is_quick = TRUE;
        } else if (g_str_equal(argv[i], "--patient")) {
            options.quiet_seconds = 60;
            options.is_patient = TRUE;
        } else {
            fprintf(stderr, "usage: %s [--quick] [--large] [--patient]\n", argv[0]);
            return EXIT_FAILURE;
        }
    }
    run(&options);
    return EXIT_SUCCESS;
}
