/* SPDX-License-Identifier: Apache-2.0 */
#include "service/runtime.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"

typedef struct {
    char *parent;
    char *folder;
} Scene;

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->parent = g_dir_make_tmp("vkp-runtime-XXXXXX", NULL);
    scene->folder = g_build_filename(scene->parent, "vibekanban-processes", NULL);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *lock = g_build_filename(scene->folder, "lock", NULL);
    (void)g_unlink(lock);
    (void)g_unlink(scene->folder);
    (void)g_rmdir(scene->folder);
    g_assert_cmpint(g_rmdir(scene->parent), ==, 0);
    g_free(scene->folder);
    g_free(scene->parent);
}

static void assert_refused(const Scene *scene)
{
    g_auto(VkpRuntime) runtime = VKP_RUNTIME_INIT;
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_runtime_open(&runtime, scene->parent, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
    g_assert_null(runtime.frozen_path);
}

static void test_ours(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < 2; i++) { /* the second time it is there */
        g_auto(VkpRuntime) runtime = VKP_RUNTIME_INIT;
        g_autoptr(GError) error = NULL;
        vkp_runtime_open(&runtime, scene->parent, &error);
        g_assert_no_error(error);
        g_assert_nonnull(runtime.frozen_path);
    }
}

/* Whoever made it first, in a folder such as /tmp, could take the list of the frozen away. */
static void test_open_to_others(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_mkdir(scene->folder, 0700), ==, 0);
    g_assert_cmpint(chmod(scene->folder, 0777), ==, 0);
    assert_refused(scene);
    g_assert_cmpint(chmod(scene->folder, 0700), ==, 0);
    if (geteuid() == 0) {
        g_assert_cmpint(chown(scene->folder, 65534, 65534), ==, 0);
        assert_refused(scene);
    }
}

static void test_link(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(symlink(g_get_tmp_dir(), scene->folder), ==, 0);
    assert_refused(scene);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"our-own-folder-is-taken", test_ours},
        {"one-that-others-write-to-is-refused", test_open_to_others},
        {"a-link-is-refused", test_link},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/runtime/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
