/* SPDX-License-Identifier: Apache-2.0 */
#include "service/sandbox.h"

#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/error.h"

/* A proc file system with one process in it. */
#define PID 42

typedef struct {
    char *proc;
    char *root;  /* of the process */
    char *label; /* its attr/current */
} Scene;

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->proc = g_dir_make_tmp("vkp-sandbox-XXXXXX", NULL);
    g_autofree char *process = g_strdup_printf("%s/%d", scene->proc, PID);
    g_autofree char *attributes = g_build_filename(process, "attr", NULL);
    scene->root = g_build_filename(process, "root", NULL);
    scene->label = g_build_filename(attributes, "current", NULL);
    g_assert_cmpint(g_mkdir_with_parents(scene->root, 0700), ==, 0);
    g_assert_cmpint(g_mkdir_with_parents(attributes, 0700), ==, 0);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    const char *const argv[] = {"rm", "-rf", "--", scene->proc, NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    g_free(scene->proc);
    g_free(scene->root);
    g_free(scene->label);
}

static gboolean look(const char *proc, pid_t pid)
{
    gboolean is_inside;
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_sandbox_look(proc, pid, &is_inside, &error));
    g_assert_no_error(error);
    return is_inside;
}

static gboolean holds(const Scene *scene)
{
    return look(scene->proc, PID);
}

static void set_label(const Scene *scene, const char *label)
{
    g_assert_true(g_file_set_contents(scene->label, label, -1, NULL));
}

static void test_flatpak(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_false(holds(scene));
    g_autofree char *info = g_build_filename(scene->root, ".flatpak-info", NULL);
    g_assert_true(g_file_set_contents(info, "[Application]\n", -1, NULL));
    g_assert_true(holds(scene));
}

static void test_snap(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    set_label(scene, "snap.firefox.firefox (enforce)\n");
    g_assert_true(holds(scene));
    g_autofree char *filler = g_strnfill(4000, 'x');
    g_autofree char *long_label = g_strconcat("snap.", filler, " (enforce)\n", NULL);
    set_label(scene, long_label);
    g_assert_true(holds(scene));
    set_label(scene, "snap.code.code (complain)\n");
    g_assert_false(holds(scene));
    set_label(scene, "unconfined\n");
    g_assert_false(holds(scene));
}

/* A folder can be opened and not be read, as a file can that the disk or a fault gets at. */
static void test_unreadable_label(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_mkdir(scene->label, 0700), ==, 0);
    g_assert_true(holds(scene));
}

/* In a loop of links, so that not even root gets there. */
static void test_unreachable_label(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(symlink("current", scene->label), ==, 0);
    g_assert_true(holds(scene));
}

static void test_nobody(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_true(look(scene->proc, PID + 1));
    g_assert_cmpint(g_rmdir(scene->root), ==, 0);
    g_assert_true(holds(scene));
}

/* Says nothing about the process. */
static void test_no_descriptors(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    gboolean is_inside;
    g_autoptr(GError) error = NULL;
    struct rlimit usual;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &usual), ==, 0);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &(struct rlimit){0, usual.rlim_max}), ==, 0);
    gboolean is_told = vkp_sandbox_look(scene->proc, PID, &is_inside, &error);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &usual), ==, 0);
    g_assert_false(is_told);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
}

/* Whatever this kernel says of labels, or that it has none. */
static void test_ourselves(G_GNUC_UNUSED Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    if (g_file_test("/.flatpak-info", G_FILE_TEST_EXISTS))
        g_test_skip("the test itself is in a sandbox");
    else
        g_assert_false(look("/proc", getpid()));
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"a-flatpak-is-one", test_flatpak},
        {"a-confined-snap-is-one", test_snap},
        {"who-has-a-label-that-cannot-be-read-may-be-in-one", test_unreadable_label},
        {"who-has-a-label-that-cannot-be-reached-may-be-in-one", test_unreachable_label},
        {"who-has-gone-may-have-been-in-one", test_nobody},
        {"want-of-descriptors-tells-nothing", test_no_descriptors},
        {"we-are-in-none", test_ourselves},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/sandbox/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
