/* SPDX-License-Identifier: Apache-2.0 */
#include "service/config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/contract.h"
#include "common/base/error.h"

/* What a configuration file may say, and where the finger points when it says something else. */

static void parse(VkpConfig *config, const char *text)
{
    g_autoptr(GError) error = NULL;
    vkp_config_parse(config, text, strlen(text), "test.conf", "/home/me", &error);
    g_assert_no_error(error);
}

static void assert_defaults(const VkpConfig *config)
{
    g_assert_null(config->database_path);
    g_assert_cmpuint(config->tick_usec, ==, 2000000);
    g_assert_cmpuint(config->watched_usec, ==, 1000000);
    g_assert_null(config->worktree_roots);
    g_assert_null(config->shared_daemons);
    g_assert_cmpuint(config->grace_ms, ==, VKP_GRACE_DEFAULT_MS);
}

static void test_nothing(void)
{
    const char *const texts[] = {"", "\n\n", "# nothing\n", "[Kill]\n", "[Kill]\n[Interval]"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_auto(VkpConfig) config = {0};
        parse(&config, texts[i]);
        assert_defaults(&config);
    }
}

static void test_everything(void)
{
    g_auto(VkpConfig) config = {0};
    parse(&config, "# of mine\n"
                   "[Database]\nPath = ~/boards/db.sqlite\n"
                   "[Interval]\r\nIdleSeconds=10\r\n  WatchedSeconds=0.5\n"
                   "[Worktrees]\nRoots=/mnt/a;~/b/;/mnt/with space/../c\n"
                   "[Processes]\nSharedDaemons=my-daemon;tsserver;\n"
                   "[Kill]\nGraceSeconds=2.5");
    g_assert_cmpstr(config.database_path, ==, "/home/me/boards/db.sqlite");
    g_assert_cmpuint(config.tick_usec, ==, 10000000);
    g_assert_cmpuint(config.watched_usec, ==, 500000);
    g_autofree char *roots = g_strjoinv("|", config.worktree_roots);
    g_assert_cmpstr(roots, ==, "/mnt/a|/home/me/b|/mnt/c");
    g_autofree char *names = g_strjoinv("|", config.shared_daemons);
    g_assert_cmpstr(names, ==, "my-daemon|tsserver");
    g_assert_cmpuint(config.grace_ms, ==, 2500);
}

static void test_bounds(void)
{
    g_auto(VkpConfig) config = {0};
    parse(&config, "[Kill]\nGraceSeconds=0\n[Interval]\nIdleSeconds=0.2\nWatchedSeconds=3600\n");
    g_assert_cmpuint(config.grace_ms, ==, 0);
    g_assert_cmpuint(config.tick_usec, ==, 200000);
    g_assert_cmpuint(config.watched_usec, ==, G_GUINT64_CONSTANT(3600000000));
}

/* The configuration stays as it was, and the message begins with "test.conf:LINE: ". */
static void assert_refused(const char *text, gsize length, guint line, const char *words)
{
    g_auto(VkpConfig) config = {.grace_ms = 7};
    g_autoptr(GError) error = NULL;
    g_autofree char *place = g_strdup_printf("test.conf:%u: ", line);
    g_assert_false(vkp_config_parse(&config, text, length, "test.conf", "/home/me", &error));
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, place));
    g_assert_nonnull(strstr(error->message, words));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpuint(strlen(error->message), <, 512);
    g_assert_cmpuint(config.grace_ms, ==, 7);
}

typedef struct {
    const char *text;
    guint line;
    const char *words;
} Mistake;

static void assert_all_refused(const Mistake *mistakes, guint n)
{
    for (guint i = 0; i < n; i++)
        assert_refused(mistakes[i].text, strlen(mistakes[i].text), mistakes[i].line,
                       mistakes[i].words);
}

static void test_unknown_words(void)
{
    const Mistake mistakes[] = {
        {"[Kil]\n", 1, "[Database], [Interval], [Worktrees], [Processes], [Kill]"},
        {"[Kill]\n\n[kill]\nGraceSeconds=1\n", 3, "no group [kill]"},
        {"# x\n[Interval]\nIdleSecond=2\n", 3, "IdleSeconds, WatchedSeconds"},
        {"[Kill]\nPath=/x\n", 2, "no key \"Path\" in [Kill]; it must be one of GraceSeconds"},
        {"[Kill]\nGraceSeconds[de]=1\n", 2, "GraceSeconds[de]"},
        {"[Kill]\n\x1b[2J=1\n", 2, "\\x1b[2J"},
    };
    assert_all_refused(mistakes, G_N_ELEMENTS(mistakes));
    g_autofree char *filler = g_strnfill(50000, 'k');
    g_autofree char *long_word = g_strconcat("[Kill]\n", filler, "=1\n", NULL);
    assert_refused(long_word, strlen(long_word), 2, "kkk");
}

static void test_not_a_key_file(void)
{
    const Mistake mistakes[] = {
        {"GraceSeconds=1\n", 1, "must come before the first key"},
        {"[Kill]\nGraceSeconds 1\n", 2, "This line must be"},
        {"[Kill]\n=1\n", 2, "This line must be"},
        {"\n[Kill\nGraceSeconds=1\n", 2, "This line must be"},
        {"[]\n", 1, "This line must be"},
        {"[a[b]\n", 1, "This line must be"},
        {"[Kill] # mine\n", 1, "This line must be"},
        {"[Kill]\n; an ini comment\n", 2, "This line must be"},
        {"[Kill]\n# fine\nGraceSeconds=\xff\n", 3, "UTF-8"},
    };
    assert_all_refused(mistakes, G_N_ELEMENTS(mistakes));
    const char with_nul[] = "[Kill]\nGrace\0Seconds=1\n";
    assert_refused(with_nul, sizeof with_nul - 1, 2, "UTF-8");
}

static void test_repeated_keys(void)
{
    const Mistake mistakes[] = {
        {"[Kill]\nGraceSeconds=1\n\nGraceSeconds=2\n", 4, "the first is on line 2"},
        {"[Kill]\nGraceSeconds=1\n[Interval]\n[Kill]\nGraceSeconds=1\n", 5,
         "the first is on line 2"},
    };
    assert_all_refused(mistakes, G_N_ELEMENTS(mistakes));
}

static void test_bad_values(void)
{
    const Mistake mistakes[] = {
        {"[Kill]\nGraceSeconds=60.1\n", 2, "from 0 to 60, but is \"60.1\""},
        {"[Kill]\nGraceSeconds=-1\n", 2, "from 0 to 60"},
        {"[Kill]\nGraceSeconds=nan\n", 2, "from 0 to 60"},
        {"[Kill]\nGraceSeconds=\n", 2, "from 0 to 60"},
        {"[Kill]\nGraceSeconds=5s\n", 2, "but is \"5s\""},
        {"[Kill]\nGraceSeconds=5 # five\n", 2, "but is \"5 # five\""},
        {"[Interval]\nIdleSeconds=0.1\n", 2, "from 0.2 to 3600"},
        {"[Interval]\nIdleSeconds=2\nWatchedSeconds=inf\n", 3, "from 0.2 to 3600"},
        {"[Database]\nPath=db.sqlite\n", 2, "an absolute path"},
        {"[Database]\nPath=\n", 2, "an absolute path"},
        {"[Database]\nPath=/bad\\escape\n", 2, "an absolute path"},
        {"[Worktrees]\nRoots=/mnt/a;b\n", 2, "absolute paths"},
        {"[Worktrees]\nRoots=/mnt/a\\q\n", 2, "absolute paths"},
        {"[Processes]\nSharedDaemons=/usr/bin/tsserver\n", 2, "without a slash"},
        {"[Processes]\nSharedDaemons=a;;b\n", 2, "names of processes"},
        {"[Processes]\nSharedDaemons=sixteen-letters-\n", 2, "15 bytes at most"},
    };
    assert_all_refused(mistakes, G_N_ELEMENTS(mistakes));
}

static void test_too_many_words(void)
{
    g_autoptr(GString) roots = g_string_new("[Worktrees]\nRoots=");
    g_autoptr(GString) names = g_string_new("[Processes]\nSharedDaemons=");
    for (guint i = 0; i < 65; i++) {
        g_string_append(roots, "/r;");
        g_string_append(names, "d;");
    }
    assert_refused(roots->str, roots->len, 2, "up to 64 absolute paths");
    assert_refused(names->str, names->len, 2, "up to 64 names of processes");
    g_auto(VkpConfig) config = {0};
    g_string_truncate(roots, roots->len - strlen("/r;"));
    parse(&config, roots->str);
    g_assert_cmpuint(g_strv_length(config.worktree_roots), ==, 64);
}

/* What is on the disk, in a folder of the test's own. */
static char *dup_path_of(const char *text)
{
    g_autofree char *folder = g_dir_make_tmp("vkp-config-XXXXXX", NULL);
    char *path = g_build_filename(folder, "test.conf", NULL);
    if (text)
        g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void remove_with_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_remove(path);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void test_file(void)
{
    g_autofree char *path = dup_path_of("[Kill]\nGraceSeconds=3\n");
    g_auto(VkpConfig) config = {0};
    g_autoptr(GError) error = NULL;
    vkp_config_load(&config, path, TRUE, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(config.grace_ms, ==, 3000);
    remove_with_folder(path);
}

static void test_missing_file(void)
{
    g_autofree char *path = dup_path_of(NULL);
    g_auto(VkpConfig) config = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_config_load(&config, path, TRUE, NULL, NULL));
    assert_defaults(&config);
    g_assert_false(vkp_config_load(&config, path, FALSE, NULL, &error));
    g_assert_nonnull(strstr(error->message, path));
    remove_with_folder(path);
}

static void test_huge_file(void)
{
    g_autofree char *text = g_strnfill(100000, '\n');
    g_autofree char *path = dup_path_of(text);
    g_auto(VkpConfig) config = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_config_load(&config, path, TRUE, NULL, &error));
    g_assert_nonnull(strstr(error->message, "must not be larger than 65536 bytes"));
    remove_with_folder(path);
}

/* A folder there is a mistake, not a file that is missing. */
static void test_not_a_file(void)
{
    g_auto(VkpConfig) config = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_config_load(&config, "/usr", TRUE, NULL, &error));
    g_assert_nonnull(strstr(error->message, "/usr"));
}

/* Nobody writes to it, and an empty file would be all defaults. */
static void test_pipe(void)
{
    g_autofree char *path = dup_path_of("");
    g_auto(VkpConfig) config = {0};
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_false(vkp_config_load(&config, path, TRUE, NULL, &error));
    g_assert_nonnull(strstr(error->message, path));
    g_assert_true(vkp_config_load(&config, "/dev/null", FALSE, NULL, NULL));
    remove_with_folder(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/service/config/nothing-said-is-the-defaults", test_nothing);
    g_test_add_func("/service/config/everything-can-be-said", test_everything);
    g_test_add_func("/service/config/bounds-are-inside", test_bounds);
    g_test_add_func("/service/config/an-unknown-word-is-named-with-the-valid-ones",
                    test_unknown_words);
    g_test_add_func("/service/config/a-line-that-is-no-key-file's-is-named", test_not_a_key_file);
    g_test_add_func("/service/config/a-repeated-key-is-refused", test_repeated_keys);
    g_test_add_func("/service/config/a-bad-value-is-named-with-what-was-expected", test_bad_values);
    g_test_add_func("/service/config/a-list-that-is-too-long-is-told-so", test_too_many_words);
    g_test_add_func("/service/config/a-file-is-read", test_file);
    g_test_add_func("/service/config/a-missing-file-is-fine-unless-asked-for", test_missing_file);
    g_test_add_func("/service/config/a-huge-file-is-refused", test_huge_file);
    g_test_add_func("/service/config/a-folder-is-refused", test_not_a_file);
    g_test_add_func("/service/config/a-pipe-is-refused", test_pipe);
    return g_test_run();
}
