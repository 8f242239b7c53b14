/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/proc/scanner.h"
#include "common/proc/table.h"
#include "tests/lib/isolation.h"

/* The table beside a full scan, every second, while others are forked and die: nobody who lived
 * longer than two ticks is missed, nobody lingers, those that are followed are what they are. For
 * more than a moment: --seconds N. */

#define FORKS_PER_SECOND 50
#define TICK_USEC G_USEC_PER_SEC
#define LINGERS_USEC (30 * G_USEC_PER_SEC)

typedef struct {
    VkpTable *table;
    VkpScanner *scanner;
    GHashTable *gone; /* pid -> gint64 *: since when the scan lacks whom the table has */
    gint64 now_usec;
    guint n_compared;
    guint n_missed;
    guint n_lingering;
    guint n_wrong;
} Soak;

/* Some of everything: sleeps at most 6 s, leaves, moves, executes, has a child that outlives it. */
static G_NORETURN void live(guint number)
{
    alarm(10);
    if (number % 3 == 0 && chdir(number % 2 ? "/usr" : "/tmp") < 0)
        _exit(1);
    if (number % 5 == 0)
        setsid();
    if (number % 7 == 0 && fork() == 0)
        number += 6;
    if (number % 4 == 0)
        execlp("sleep", "sleep", number % 8 ? "1" : "4", (char *)NULL);
    usleep((useconds_t)(number % 13) * 450000);
    _exit(0);
}

/* A parent of its own, so that the children are somebody else's to reap. */
static pid_t start_forker(void)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGCHLD, SIG_IGN);
    for (guint number = 0;; number++) {
        if (fork() == 0)
            live(number);
        usleep(1000000 / FORKS_PER_SECOND);
    }
}

static void tell(const char *what, const VkpProcess *process)
{
    g_test_message("%s: %d \"%s\" (%c), child of %d", what, process->identity.pid, process->name,
                   process->state, process->parent_pid);
}

static void find_missed(Soak *soak, const VkpSnapshot *table, const VkpSnapshot *scan,
                        const VkpSnapshot *earlier)
{
    for (guint i = 0; i < vkp_snapshot_size(scan); i++) {
        const VkpProcess *process = vkp_snapshot_at(scan, i);
        /* In the scan before the last one as well: there was at least one whole tick in between. */
        if (!earlier || !vkp_snapshot_lookup_identity(earlier, process->identity))
            continue;
        soak->n_compared++;
        if (vkp_snapshot_lookup_identity(table, process->identity))
            continue;
        tell("Missed", process);
        soak->n_missed++;
    }
}

static void find_lingering(Soak *soak, const VkpSnapshot *table, const VkpSnapshot *scan)
{
    g_autoptr(GHashTable) gone = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    for (guint i = 0; i < vkp_snapshot_size(table); i++) {
        const VkpProcess *process = vkp_snapshot_at(table, i);
        gpointer key = GINT_TO_POINTER(process->identity.pid);
        if (vkp_snapshot_lookup_identity(scan, process->identity))
            continue;
        const gint64 *since = g_hash_table_lookup(soak->gone, key);
        gint64 first = since ? *since : soak->now_usec;
        g_hash_table_insert(gone, key, g_memdup2(&first, sizeof first));
        if (soak->now_usec - first < LINGERS_USEC)
            continue;
        tell("Lingers", process);
        soak->n_lingering++;
    }
    g_hash_table_unref(soak->gone);
    soak->gone = g_steal_pointer(&gone);
}

/* Whose clock stands still in both scans can't have changed between them and the tick. */
static void find_wrong(Soak *soak, const VkpSnapshot *scan, const VkpSnapshot *earlier)
{
    for (guint i = 0; earlier && i < vkp_snapshot_size(scan); i++) {
        const VkpProcess *process = vkp_snapshot_at(scan, i);
        const VkpProcess *before = vkp_snapshot_lookup_identity(earlier, process->identity);
        const VkpProcess *known = vkp_table_lookup(soak->table, process->identity);
        if (!before || !known || before->parent_pid != process->parent_pid ||
            before->session != process->session || g_strcmp0(before->name, process->name) != 0 ||
            before->folder != process->folder)
            continue;
        if (known->parent_pid == process->parent_pid && known->session == process->session &&
            g_str_equal(known->name, process->name) &&
            g_strcmp0(known->folder ? known->folder->path : "",
                      process->folder ? process->folder->path : "") == 0)
            continue;
        tell("Wrong, in truth", process);
        tell("    and known as", known);
        soak->n_wrong++;
    }
}

/* Every second one, so that both ways of being looked at are had. */
static void follow_some(Soak *soak, const VkpSnapshot *snapshot)
{
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i += 2)
        g_array_append_val(identities, vkp_snapshot_at(snapshot, i)->identity);
    vkp_table_follow(soak->table, identities);
}

static guint seconds = 45;

static void test_soak(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, &error);
    g_assert_no_error(error);
    g_autoptr(VkpScanner) scanner = vkp_scanner_new(reader, geteuid());
    g_autoptr(VkpTable) table =
        vkp_table_new(&(VkpTableOptions){.reader = reader, .uid = geteuid()});
    g_autoptr(VkpSnapshot) earlier = NULL;
    Soak soak = {table, scanner, g_hash_table_new_full(NULL, NULL, NULL, g_free), 0, 0, 0, 0, 0};
    pid_t forker = start_forker();

    for (guint second = 0; second < seconds; second++) {
        soak.now_usec = g_get_monotonic_time();
        g_autoptr(VkpSnapshot) ticked = vkp_table_tick(table, VKP_TABLE_TICK, &error);
        g_assert_no_error(error);
        g_autoptr(VkpSnapshot) scan = vkp_scanner_scan(scanner, &error);
        g_assert_no_error(error);
        find_missed(&soak, ticked, scan, earlier);
        find_lingering(&soak, ticked, scan);
        find_wrong(&soak, scan, earlier);
        follow_some(&soak, ticked);
        vkp_snapshot_unref(earlier);
        earlier = vkp_snapshot_ref(scan);
        gint64 rest = soak.now_usec + TICK_USEC - g_get_monotonic_time();
        g_usleep((gulong)MAX(rest, 0));
    }
    kill(forker, SIGKILL);
    waitpid(forker, NULL, 0);
    g_hash_table_unref(soak.gone);
    g_test_message("%u compared, %u missed, %u lingering, %u wrong", soak.n_compared, soak.n_missed,
                   soak.n_lingering, soak.n_wrong);
    g_assert_cmpuint(soak.n_compared, >, seconds);
    g_assert_cmpuint(soak.n_missed, ==, 0);
    g_assert_cmpuint(soak.n_lingering, ==, 0);
    g_assert_cmpuint(soak.n_wrong, ==, 0);
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    if (argc == 3 && g_str_equal(argv[1], "--seconds"))
        seconds = (guint)MAX(atoi(argv[2]), 4);
    g_test_add_func("/proc/table/agrees-with-a-scan-while-others-fork", test_soak);
    return g_test_run();
}
