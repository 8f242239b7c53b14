/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/process-tree.h"

#include "applet/model/tree-model.h"
#include "applet/resources.h"
#include "tests/view/sample.h"

/* The list on a real display, 2,000 rows long: what a person selected, collapsed and scrolled to
 * stays while the world changes. */

#define N_ROWS 2000

typedef struct {
    VkpSettings *settings;
    VkpHistory *history;
    GtkWidget *window;
    GtkScrolledWindow *scroller;
    VkpProcessTree *tree;
} Fixture;

#define DEADLINE_USEC (20 * G_USEC_PER_SEC)

/* Runs the loop until nothing is to be done any more, frame clock included. */
static void settle(void)
{
    for (guint quiet = 0; quiet < 20; quiet++) {
        while (gtk_events_pending()) {
            gtk_main_iteration();
            quiet = 0;
        }
        g_usleep(2000); /* less than a frame: the clock may want another one */
    }
}

static void add_row(VkpRoster *roster, guint i, const char *name)
{
    g_autofree char *title = g_strdup_printf("task %03u", i / 50);
    SAMPLE_ADD(roster, .pid = (pid_t)(i + 10), .name = name, .project = 1, .project_name = "P",
               .task = i / 50 % 250 + 1, .task_title = title, .attempt = i / 50 % 250 + 1,
               .cpu = i % 7);
}

/* Rows from `first` on; search may be NULL. */
static void show_rows(Fixture *fixture, guint first, const char *search, VkpTreeMode mode)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    for (guint i = first; i < N_ROWS; i++)
        add_row(roster, i, "node");
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(
        &(VkpRowsInput){.roster = roster, .filter = &(VkpRowFilter){.search = search}});
    vkp_process_tree_update(fixture->tree, rows, mode);
    settle();
}

/* A pointer that stands on the list holds its order. */
static void move_pointer_away(GtkWidget *window)
{
    GdkScreen *screen = gtk_widget_get_screen(window);
    GdkSeat *seat = gdk_display_get_default_seat(gdk_screen_get_display(screen));
    gdk_device_warp(gdk_seat_get_pointer(seat), screen, 1279, 799);
}

static void set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->settings = vkp_settings_new();
    fixture->history = vkp_history_new();
    fixture->tree = vkp_process_tree_new(fixture->settings, fixture->history);
    fixture->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_default_size(GTK_WINDOW(fixture->window), 900, 500);
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    fixture->scroller = GTK_SCROLLED_WINDOW(scroller);
    gtk_container_add(GTK_CONTAINER(scroller), GTK_WIDGET(fixture->tree));
    gtk_container_add(GTK_CONTAINER(fixture->window), scroller);
    gtk_widget_show_all(fixture->window);
    move_pointer_away(fixture->window);
    show_rows(fixture, 0, NULL, (VkpTreeMode){.is_searching = FALSE});
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    gtk_widget_destroy(fixture->window);
    settle();
    vkp_history_free(fixture->history);
    vkp_settings_unref(fixture->settings);
}

static GtkTreeView *view(Fixture *fixture)
{
    return GTK_TREE_VIEW(fixture->tree);
}

static char *key_at(Fixture *fixture, GtkTreePath *path)
{
    GtkTreeModel *model = gtk_tree_view_get_model(view(fixture));
    GtkTreeIter iter;
    g_assert_true(gtk_tree_model_get_iter(model, &iter, path));
    return g_strdup(vkp_tree_model_row(VKP_TREE_MODEL(model), &iter)->key);
}

/* The row at the top of what is seen. */
static char *top_key(Fixture *fixture)
{
    g_autoptr(GtkTreePath) path = NULL;
    gint64 deadline = g_get_monotonic_time() + DEADLINE_USEC;
    while (!gtk_tree_view_get_visible_range(view(fixture), &path, NULL)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        settle();
    }
    return key_at(fixture, path);
}

/* Near the top is good enough: what counts is that it stays there. */
static void scroll_to(Fixture *fixture, const char *path_text)
{
    GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment(fixture->scroller);
    g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_string(path_text);
    gint64 deadline = g_get_monotonic_time() + DEADLINE_USEC;
    while (gtk_adjustment_get_value(adjustment) <= 0) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline);
        gtk_tree_view_scroll_to_cell(view(fixture), path, NULL, TRUE, 0, 0);
        settle();
    }
}

static void test_scroll_stays_while_rows_above_go_and_come(Fixture *fixture,
                                                           gconstpointer data G_GNUC_UNUSED)
{
    scroll_to(fixture, "0:30:0:20");
    g_autofree char *before = top_key(fixture);
    show_rows(fixture, 500, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_autofree char *after = top_key(fixture);
    g_assert_cmpstr(after, ==, before);
    show_rows(fixture, 0, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_autofree char *again = top_key(fixture);
    g_assert_cmpstr(again, ==, before);
}

static void test_selection_stays_while_rows_above_go_and_come(Fixture *fixture,
                                                              gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_string("0:30:0:20");
    gtk_tree_view_set_cursor(view(fixture), path, NULL, FALSE);
    g_autofree char *before = g_strdup(vkp_process_tree_selected(fixture->tree)->key);
    show_rows(fixture, 500, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_assert_cmpstr(vkp_process_tree_selected(fixture->tree)->key, ==, before);
    show_rows(fixture, N_ROWS - 10, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_assert_null(vkp_process_tree_selected(fixture->tree));
}

static gboolean is_expanded(Fixture *fixture, const char *path_text)
{
    g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_string(path_text);
    return gtk_tree_view_row_expanded(view(fixture), path);
}

static void test_collapsed_rows_stay_so_and_others_open(Fixture *fixture,
                                                        gconstpointer data G_GNUC_UNUSED)
{
    g_assert_true(is_expanded(fixture, "0"));
    g_assert_true(is_expanded(fixture, "0:3:0"));
    g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_string("0:3");
    gtk_tree_view_collapse_row(view(fixture), path);
    show_rows(fixture, 25, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_assert_false(is_expanded(fixture, "0:3"));
    show_rows(fixture, 0, "task", (VkpTreeMode){.is_searching = TRUE});
    g_assert_true(is_expanded(fixture, "0:3"));
    show_rows(fixture, 0, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_assert_false(is_expanded(fixture, "0:3"));
    g_assert_true(is_expanded(fixture, "0:4"));
}

static void test_search_gives_the_scroll_back(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    scroll_to(fixture, "0:20:0:10");
    g_autofree char *before = top_key(fixture);
    show_rows(fixture, 0, "task 003", (VkpTreeMode){.is_searching = TRUE});
    show_rows(fixture, 0, "task 00", (VkpTreeMode){.is_searching = TRUE});
    show_rows(fixture, 0, NULL, (VkpTreeMode){.is_searching = FALSE});
    g_autofree char *after = top_key(fixture);
    g_assert_cmpstr(after, ==, before);
}

/* A hundred processes of a project, and those of others that come before it by their names. */
static void show_projects(Fixture *fixture, guint n_before, VkpTreeMode mode)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    for (guint i = 0; i < 100; i++)
        SAMPLE_ADD(roster, .pid = (pid_t)(i + 10), .project = 99, .project_name = "last");
    for (guint i = 0; i < n_before; i++) {
        g_autofree char *name = g_strdup_printf("%02u", 50 - i);
        SAMPLE_ADD(roster, .pid = (pid_t)(i + 500), .project = i + 1, .project_name = name);
    }
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    vkp_process_tree_update(fixture->tree, rows, mode);
    settle();
}

static void test_the_top_stays_in_sight(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment(fixture->scroller);
    for (guint n = 0; n < 5; n++) {
        show_projects(fixture, n, (VkpTreeMode){.is_covered = FALSE});
        g_assert_cmpfloat(gtk_adjustment_get_value(adjustment), ==, 0);
    }
    /* Behind a menu it is the rows that stay where they are. */
    g_autofree char *before = top_key(fixture);
    show_projects(fixture, 5, (VkpTreeMode){.is_covered = TRUE});
    g_autofree char *after = top_key(fixture);
    g_assert_cmpstr(after, ==, before);
}

/* Two processes of one task, by their names. */
static void show_two(Fixture *fixture, const char *first, const char *second, VkpTreeMode mode)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    add_row(roster, 0, first);
    add_row(roster, 1, second);
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    vkp_process_tree_update(fixture->tree, rows, mode);
    settle();
}

static void assert_key_at(Fixture *fixture, const char *path_text, const char *expected)
{
    g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_string(path_text);
    g_autofree char *key = key_at(fixture, path);
    g_assert_cmpstr(key, ==, expected);
}

static void test_rows_do_not_move_behind_a_menu(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    show_two(fixture, "bash", "node", (VkpTreeMode){.is_covered = FALSE});
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_from_string("0:0:0:0");
    g_autofree char *before = key_at(fixture, first);
    show_two(fixture, "node", "bash", (VkpTreeMode){.is_covered = TRUE});
    assert_key_at(fixture, "0:0:0:0", before);
    show_two(fixture, "node", "bash", (VkpTreeMode){.is_covered = FALSE});
    assert_key_at(fixture, "0:0:0:1", before);
}

static void test_rows_come_to_their_place_behind_a_menu(Fixture *fixture,
                                                        gconstpointer data G_GNUC_UNUSED)
{
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_from_string("0:0");
    g_autofree char *before = key_at(fixture, first);
    show_rows(fixture, 60, NULL, (VkpTreeMode){.is_covered = TRUE});
    g_autofree char *fewer = key_at(fixture, first);
    g_assert_cmpstr(fewer, !=, before);
    show_rows(fixture, 0, NULL, (VkpTreeMode){.is_covered = TRUE});
    assert_key_at(fixture, "0:0", before);
}

int main(int argc, char **argv)
{
    vkp_applet_register_resource();
    gtk_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/applet/process-tree/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("scroll-stays-while-rows-above-go-and-come",
        test_scroll_stays_while_rows_above_go_and_come);
    ADD("selection-stays-while-rows-above-go-and-come",
        test_selection_stays_while_rows_above_go_and_come);
    ADD("collapsed-rows-stay-so-and-others-open", test_collapsed_rows_stay_so_and_others_open);
    ADD("the-top-stays-in-sight", test_the_top_stays_in_sight);
    ADD("search-gives-the-scroll-back", test_search_gives_the_scroll_back);
    ADD("rows-do-not-move-behind-a-menu", test_rows_do_not_move_behind_a_menu);
    ADD("rows-come-to-their-place-behind-a-menu", test_rows_come_to_their_place_behind_a_menu);
    return g_test_run();
}
