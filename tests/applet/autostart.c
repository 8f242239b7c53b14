/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/autostart.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "applet/settings.h"

/* What a copy of this program is told to do. */
#define WRITE "--write"

/* All that means something in the Exec of a desktop entry, and a space. */
#define FOLDER "a \"b` $c \\d %f"
#define QUOTED "a \\\"b\\` \\$c \\\\d %%f"

static char *install_copy(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *odd = g_build_filename(folder, FOLDER, NULL);
    g_assert_cmpint(g_mkdir_with_parents(odd, 0700), ==, 0);
    char *copy = g_build_filename(odd, "applet", NULL);
    g_autoptr(GFile) from = g_file_new_for_path("/proc/self/exe");
    g_autoptr(GFile) to = g_file_new_for_path(copy);
    g_file_copy(from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
    g_assert_no_error(error);
    return copy;
}

/* As from a build folder: not in the path. */
static void run_copy(const char *folder, const char *copy)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    g_subprocess_launcher_setenv(launcher, "XDG_CONFIG_HOME", folder, TRUE);
    g_subprocess_launcher_setenv(launcher, "PATH", folder, TRUE);
    g_autoptr(GSubprocess) child = g_subprocess_launcher_spawn(launcher, &error, copy, WRITE, NULL);
    g_assert_no_error(error);
    g_assert_true(g_subprocess_wait_check(child, NULL, &error));
    g_assert_no_error(error);
}

static void remove_all(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        remove_all(below);
    }
    g_clear_pointer(&dir, g_dir_close);
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void test_a_program_in_an_odd_folder_is_quoted_as_desktop_entries_are(void)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_dir_make_tmp("vkp-autostart-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *copy = install_copy(folder);
    run_copy(folder, copy);
    g_autofree char *entry = g_build_filename(folder, "autostart", VKP_APPLET_ID ".desktop", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_assert_true(g_key_file_load_from_file(file, entry, G_KEY_FILE_NONE, &error));
    g_autofree char *exec = g_key_file_get_string(file, "Desktop Entry", "Exec", &error);
    g_autofree char *expected = g_strconcat("\"", folder, "/" QUOTED "/applet\" --hidden", NULL);
    g_assert_cmpstr(exec, ==, expected);
    remove_all(folder);
}

int main(int argc, char **argv)
{
    if (argc == 2 && g_str_equal(argv[1], WRITE))
        return vkp_autostart_set_enabled(TRUE, NULL) ? 0 : 1;
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/autostart/a-program-in-an-odd-folder-is-quoted-as-desktop-entries-are",
                    test_a_program_in_an_odd_folder_is_quoted_as_desktop_entries_are);
    return g_test_run();
}
