/* SPDX-License-Identifier: Apache-2.0 */
#include <gtk/gtk.h>
#include <time.h>

#include "applet/resources.h"
#include "applet/view/process-tree.h"
#include "tests/view/sample.h"

/* How long 2,000 rows that all change take from the roster to the screen: median of the rounds, in
 * ms. Wants a display; tests/applet/bench.py gives it one. */

#define N_ROWS 2000
#define N_ROUNDS 50

static VkpRoster *make_roster(void)
{
    VkpRoster *roster = vkp_roster_new();
    for (guint i = 0; i < N_ROWS; i++)
        SAMPLE_ADD(roster, .pid = (pid_t)(i + 10), .name = "node",
                   .command =
                       (const char *const[]){"node", "/work/app/node_modules/.bin/vite", NULL},
                   .folder = "/work/app", .project = i / 500 + 1, .project_name = "Project",
                   .task = i / 50 + 1, .task_title = "Some task of the board",
                   .attempt = i / 50 + 1, .branch = "vk/some-branch");
    vkp_roster_seal(roster);
    return roster;
}

static void change_usage(VkpUsage *usage, VkpRoster *roster, guint round)
{
    for (guint i = 0; i < vkp_roster_size(roster); i++)
        vkp_usage_set(usage, vkp_roster_at(roster, i)->process->identity, (i + round) % 90,
                      (guint64)(i + round) * 100000);
}

/* Of this thread's own time: whatever else runs on the machine does not count. */
static gint64 thread_usec(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (gint64)now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static double elapsed_ms(gint64 *since)
{
    gint64 now = thread_usec();
    double elapsed = (double)(now - *since) / 1000;
    *since = now;
    return elapsed;
}

static int compare_doubles(gconstpointer a, gconstpointer b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static void print_median(const char *what, double *values)
{
    qsort(values, N_ROUNDS, sizeof *values, compare_doubles);
    g_print("%-24s %6.2f ms (worst %.2f)\n", what, values[N_ROUNDS / 2], values[N_ROUNDS - 1]);
}

static void drain(void)
{
    while (gtk_events_pending())
        gtk_main_iteration();
}

int main(int argc, char **argv)
{
    vkp_applet_register_resource();
    gtk_init(&argc, &argv);
    g_autoptr(VkpSettings) settings = vkp_settings_new();
    g_autoptr(VkpHistory) history = vkp_history_new();
    VkpProcessTree *tree = vkp_process_tree_new(settings, history);
    GtkWidget *window = gtk_offscreen_window_new();
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    gtk_widget_set_size_request(scroller, 1080, 640);
    gtk_container_add(GTK_CONTAINER(scroller), GTK_WIDGET(tree));
    gtk_container_add(GTK_CONTAINER(window), scroller);
    gtk_widget_show_all(window);
    g_autoptr(VkpRoster) roster = make_roster();
    g_autoptr(VkpUsage) usage = vkp_usage_new();
    double build[N_ROUNDS], sample[N_ROUNDS], update[N_ROUNDS], draw[N_ROUNDS], all[N_ROUNDS];
    VkpRows *rows = NULL;
    for (guint round = 0; round < N_ROUNDS; round++) {
        change_usage(usage, roster, round);
        gint64 start = thread_usec();
        gint64 since = start;
        g_autoptr(VkpRows) before = rows;
        rows = vkp_rows_build(&(VkpRowsInput){.roster = roster, .usage = usage, .before = before});
        build[round] = elapsed_ms(&since);
        vkp_history_take(history, rows);
        sample[round] = elapsed_ms(&since);
        vkp_process_tree_update(tree, rows, (VkpTreeMode){.is_searching = FALSE});
        update[round] = elapsed_ms(&since);
        drain();
        draw[round] = elapsed_ms(&since);
        all[round] = elapsed_ms(&start);
    }
    vkp_rows_unref(rows);
    print_median("build rows", build);
    print_median("take history", sample);
    print_median("update the tree", update);
    print_median("redraw", draw);
    print_median("all", all);
    return 0;
}
