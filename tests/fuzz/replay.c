/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzz target without a fuzzer: runs it once with each file in the folders that are named, as a
 * test of every build. */
#include <glib.h>

#include "tests/fuzz/fuzz.h"

static void test_seed(gconstpointer path)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_file_get_contents(path, &bytes, &length, &error);
    g_assert_no_error(error);
    g_autofree uint8_t *exact = g_memdup2(bytes, length);
    g_assert_cmpint(LLVMFuzzerTestOneInput(exact, length), ==, 0);
}

static void test_nothing(void)
{
    g_assert_cmpint(LLVMFuzzerTestOneInput((const uint8_t *)"", 0), ==, 0);
}

static guint add_folder(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) directory = g_dir_open(folder, 0, &error);
    g_assert_no_error(error);
    guint n_seeds = 0;
    for (const char *name; (name = g_dir_read_name(directory)); n_seeds++) {
        g_autofree char *test = g_strdup_printf("/seed/%s", name);
        g_test_add_data_func_full(test, g_build_filename(folder, name, NULL), test_seed, g_free);
    }
    return n_seeds;
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    guint n_seeds = 0;
    for (int i = 1; i < argc; i++)
        n_seeds += add_folder(argv[i]);
    g_assert_cmpuint(n_seeds, >, 0);
    g_test_add_func("/nothing", test_nothing);
    return g_test_run();
}
