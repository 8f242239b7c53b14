/* SPDX-License-Identifier: Apache-2.0 */
/* Without arguments a test a situation. With --table every situation is staged once and a table
 * tells what was expected and what came of it; --only NAME for one alone, --as-user for an ordinary
 * user instead of root. */
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/base/text.h"
#include "tests/lib/actor-path.h"
#include "tests/lib/isolation.h"
#include "tests/roster/zoo.h"

#define ORDINARY_UID 1000
#define DROPPED_WORD "--dropped"

typedef const ZooSituation *(*ZooTable)(guint *n);

static const ZooTable tables[] = {zoo_launched,   zoo_escapes, zoo_leftovers,
                                  zoo_bystanders, zoo_servers, zoo_places,
                                  zoo_strange,    zoo_hostile, zoo_desktop};

static gboolean has_word(char **argv, const char *word)
{
    return g_strv_contains((const char *const *)argv, word);
}

static G_NORETURN void skip_all(const char *why)
{
    printf("1..0 # SKIP %s\n", why);
    exit(EXIT_SUCCESS);
}

/* Executes itself anew: who has changed its user may not look at itself in /proc until then. */
static G_NORETURN void drop_to_ordinary_user(char **argv)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, argv[0]);
    g_ptr_array_add(words, (gpointer)DROPPED_WORD);
    for (char **word = argv + 1; *word; word++)
        g_ptr_array_add(words, *word);
    g_ptr_array_add(words, NULL);
    if (setgroups(0, NULL) < 0 || setresgid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID) < 0 ||
        setresuid(ORDINARY_UID, ORDINARY_UID, ORDINARY_UID) < 0)
        skip_all("this root may not become an ordinary user");
    if (access(VKP_TEST_ACTOR, X_OK) < 0)
        skip_all("an ordinary user may not run what is in the build folder");
    setenv("HOME", "/nonexistent", TRUE);
    execv("/proc/self/exe", (char **)words->pdata);
    skip_all("an ordinary user may not run this program");
}

static void enter(char **argv)
{
    if (has_word(argv, DROPPED_WORD))
        return;
    if (has_word(argv, "--as-user") && geteuid() != 0)
        skip_all("an ordinary user already");
    vkp_isolation_enter(argv);
    if (has_word(argv, "--as-user"))
        drop_to_ordinary_user(argv);
}

static void print_fates(const ZooReport *report)
{
    for (guint i = 0; i < report->fates->len; i++) {
        const ZooFate *fate = g_ptr_array_index(report->fates, i);
        g_autofree char *name = vkp_text_dup_display(fate->verdict->name);
        gboolean is_right = g_strcmp0(fate->told, fate->verdict->told) == 0 &&
                            fate->is_hit == fate->verdict->is_hit;
        printf("#   %-16s %-44s %-6s %s\n", name, fate->told, fate->is_hit ? "hit" : "spared",
               is_right ? "" : "WRONG");
        if (!is_right)
            printf("#   %-16s %-44s %-6s\n", "  expected", fate->verdict->told,
                   fate->verdict->is_hit ? "hit" : "spared");
    }
}

/* NULL and *obstacle when it cannot be staged. */
static ZooReport *run(const ZooSituation *situation, const char **obstacle)
{
    *obstacle = situation->obstacle ? situation->obstacle() : NULL;
    if (*obstacle)
        return NULL;
    ZooReport *report = zoo_run(situation);
    *obstacle = report->obstacle;
    if (*obstacle)
        g_clear_pointer(&report, zoo_report_free);
    return report;
}

static void test_situation(gconstpointer data)
{
    const char *obstacle;
    g_autoptr(ZooReport) report = run(data, &obstacle);
    if (!report) {
        g_test_skip(obstacle);
        return;
    }
    print_fates(report);
    g_assert_cmpuint(report->n_wrong_kills, ==, 0);
    g_assert_cmpuint(report->n_told_wrong, ==, 0);
    g_assert_cmpuint(report->n_missed, ==, 0);
}

typedef struct {
    guint situations;
    guint right;
    guint skipped;
    guint wrong_kills;
    guint missed;
} Totals;

static void print_situation(const ZooSituation *situation, Totals *totals)
{
    const char *obstacle;
    g_autoptr(ZooReport) report = run(situation, &obstacle);
    totals->situations++;
    if (!report) {
        totals->skipped++;
        printf("%s: skipped, %s\n", situation->name, obstacle);
        return;
    }
    printf("%s\n", situation->name);
    for (guint i = 0; i < report->fates->len; i++) {
        const ZooFate *fate = g_ptr_array_index(report->fates, i);
        g_autofree char *name = vkp_text_dup_display(fate->verdict->name);
        printf("    %-16.16s %-46s %-46s %-6s %-6s\n", name, fate->verdict->told, fate->told,
               fate->verdict->is_hit ? "hit" : "spared", fate->is_hit ? "hit" : "spared");
    }
    fflush(stdout);
    totals->right += !report->n_told_wrong && !report->n_wrong_kills && !report->n_missed;
    totals->wrong_kills += report->n_wrong_kills;
    totals->missed += report->n_missed;
}

static int print_table(const char *only)
{
    Totals totals = {0};
    printf("    %-16s %-46s %-46s %-6s %-6s\n", "process", "List expected", "List got", "kill",
           "got");
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        guint n = 0;
        const ZooSituation *situations = tables[i](&n);
        for (guint j = 0; j < n; j++)
            if (!only || g_str_equal(only, situations[j].name))
                print_situation(&situations[j], &totals);
    }
    printf("\n%u situations as uid %u: %u right, %u skipped, %u wrong; %u wrong kills, %u missed\n",
           totals.situations, geteuid(), totals.right, totals.skipped,
           totals.situations - totals.right - totals.skipped, totals.wrong_kills, totals.missed);
    return totals.wrong_kills || totals.right + totals.skipped < totals.situations;
}

static void add_tests(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        guint n = 0;
        const ZooSituation *situations = tables[i](&n);
        for (guint j = 0; j < n; j++) {
            g_autofree char *path = g_strconcat("/roster/zoo/", situations[j].name, NULL);
            g_test_add_data_func(path, &situations[j], test_situation);
        }
    }
}

int main(int argc, char **argv)
{
    enter(argv);
    gboolean table = FALSE;
    gboolean as_user = FALSE;
    gboolean dropped = FALSE;
    g_autofree char *only = NULL;
    const GOptionEntry entries[] = {
        {"table", 0, 0, G_OPTION_ARG_NONE, &table, "Print a table instead of testing", NULL},
        {"only", 0, 0, G_OPTION_ARG_STRING, &only, "One situation alone", "NAME"},
        {"as-user", 0, 0, G_OPTION_ARG_NONE, &as_user, "As an ordinary user, given root", NULL},
        {"dropped", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &dropped, "", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_ignore_unknown_options(context, TRUE);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error))
        g_error("%s", error->message);
    if (table)
        return print_table(only);
    g_test_init(&argc, &argv, NULL);
    /* The manager warns of a damaged database, and some of ours are. */
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    add_tests();
    return g_test_run();
}
