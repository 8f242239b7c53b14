/* SPDX-License-Identifier: Apache-2.0 */
/* Without arguments a test a situation. With --table each is run --runs N times (20) and a table
 * tells what came of it. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/kill/situation.h"

#define DEFAULT_RUNS 20

/* File systems that a situation mounts are nobody else's business. In a chroot, where "/" is no
 * mount, they may show elsewhere until they are unmounted. */
static void leave_mount_namespace(void)
{
    if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
        g_assert_cmpint(errno, ==, EINVAL);
}

static void test_situation(gconstpointer data)
{
    const VkpSituation *situation = data;
    const char *obstacle = situation->obstacle ? situation->obstacle() : NULL;
    if (obstacle) {
        g_test_skip(obstacle);
        return;
    }
    g_auto(VkpVerdict) verdict = vkp_situation_run(situation);
    g_test_message("%u results in %.1f ms", verdict.results->len, (double)verdict.usec / 1000);
    g_assert_cmpuint(verdict.n_false, ==, 0);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
    g_assert_cmpuint(verdict.n_frozen, ==, 0);
    g_assert_cmpuint(verdict.n_survivors, ==, situation->n_survivors);
    g_assert_cmpuint(verdict.n_failed, ==, situation->is_bystander ? 0 : situation->n_survivors);
}

typedef struct {
    guint survivors;
    guint false_answers;
    guint innocents;
    guint frozen;
    GArray *times; /* gint64, µs */
} Tally;

static gint compare_times(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;
    return (left > right) - (left < right);
}

static double time_at(const GArray *times, guint percent)
{
    return (double)g_array_index(times, gint64, (times->len - 1) * percent / 100) / 1000;
}

static void add_run(Tally *tally, const VkpSituation *situation)
{
    g_auto(VkpVerdict) verdict = vkp_situation_run(situation);
    guint expected = situation->is_bystander ? 0 : situation->n_survivors;
    tally->survivors += verdict.n_survivors;
    tally->false_answers += verdict.n_false;
    tally->false_answers += verdict.n_failed != expected;
    tally->innocents += verdict.n_innocents;
    tally->frozen += verdict.n_frozen;
    g_array_append_val(tally->times, verdict.usec);
}

static void print_row(const VkpSituation *situation, guint runs)
{
    const char *obstacle = situation->obstacle ? situation->obstacle() : NULL;
    if (obstacle) {
        printf("%-44s skipped: %s\n", situation->name, obstacle);
        return;
    }
    Tally tally = {.times = g_array_new(FALSE, FALSE, sizeof(gint64))};
    for (guint i = 0; i < runs; i++)
        add_run(&tally, situation);
    g_array_sort(tally.times, compare_times);
    printf("%-44s %9u %9u %6u %9u %7u %9.1f %9.1f\n", situation->name, tally.survivors,
           situation->n_survivors * runs, tally.false_answers, tally.innocents, tally.frozen,
           time_at(tally.times, 50), time_at(tally.times, 100));
    fflush(stdout);
    g_array_unref(tally.times);
}

static int print_table(guint runs, const char *only)
{
    guint n_situations;
    const VkpSituation *situations = vkp_situations(&n_situations);
    printf("%u runs each; survivors and expected ones, false answers, innocents hit and processes\n"
           "left frozen are sums over all runs\n\n",
           runs);
    printf("%-44s %9s %9s %6s %9s %7s %9s %9s\n", "situation", "survivors", "expected", "false",
           "innocents", "frozen", "median ms", "worst ms");
    for (guint i = 0; i < n_situations; i++)
        if (!only || g_str_equal(only, situations[i].name))
            print_row(&situations[i], runs);
    return 0;
}

int main(int argc, char **argv)
{
    gboolean table = FALSE;
    int runs = DEFAULT_RUNS;
    g_autofree char *only = NULL;
    const GOptionEntry entries[] = {
        {"table", 0, 0, G_OPTION_ARG_NONE, &table, "Print a table instead of testing", NULL},
        {"runs", 0, 0, G_OPTION_ARG_INT, &runs, "How often each situation is run", "N"},
        {"only", 0, 0, G_OPTION_ARG_STRING, &only, "One situation alone", "NAME"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_ignore_unknown_options(context, TRUE);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error))
        g_error("%s", error->message);
    leave_mount_namespace();
    if (table)
        return print_table((guint)MAX(runs, 1), only);

    g_test_init(&argc, &argv, NULL);
    guint n_situations;
    const VkpSituation *situations = vkp_situations(&n_situations);
    for (guint i = 0; i < n_situations; i++) {
        g_autofree char *path = g_strconcat("/kill/situations/", situations[i].name, NULL);
        g_test_add_data_func(path, &situations[i], test_situation);
    }
    return g_test_run();
}
