/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/registry.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"
#include "tests/lib/fake-board.h"
#include "tests/store/scratch.h"

static VkpRegistry *open_well(const char *path, guint boot)
{
    g_autoptr(GError) error = NULL;
    VkpUuid boot_id = fake_id(boot);
    VkpRegistry *registry = vkp_registry_open(path, &boot_id, &error);
    g_assert_no_error(error);
    g_assert_nonnull(registry);
    return registry;
}

static void assert_refused(const char *path, const char *why)
{
    g_autoptr(GError) error = NULL;
    VkpUuid boot_id = fake_id(1);
    g_assert_null(vkp_registry_open(path, &boot_id, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_DATABASE_UNAVAILABLE);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, why));
}

static void register_well(VkpRegistry *registry, pid_t pid, guint64 start_ticks, guint execution)
{
    g_autoptr(GError) error = NULL;
    VkpRegistration registration = {{pid, start_ticks}, fake_id(execution)};
    g_assert_true(vkp_registry_register(registry, &registration, &error));
    g_assert_no_error(error);
}

static GArray *load_well(VkpRegistry *registry)
{
    g_autoptr(GError) error = NULL;
    GArray *registrations = vkp_registry_load(registry, &error);
    g_assert_no_error(error);
    return registrations;
}

static void assert_registration(const GArray *registrations, guint index, pid_t pid,
                                guint64 start_ticks, guint execution)
{
    g_assert_cmpuint(index, <, registrations->len);
    const VkpRegistration *one = &g_array_index(registrations, VkpRegistration, index);
    VkpUuid id = fake_id(execution);
    g_assert_cmpint(one->identity.pid, ==, pid);
    g_assert_cmpuint(one->identity.start_ticks, ==, start_ticks);
    g_assert_true(vkp_uuid_equal(&one->execution_id, &id));
}

static void test_reopened(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "a/b/registry.sqlite");
    g_autoptr(VkpRegistry) first = open_well(path, 1);
    register_well(first, 42, 1000, 7);
    register_well(first, 43, G_MAXUINT64, 8);
    register_well(first, 42, 1000, 9);  /* again: replaced */
    register_well(first, 42, 2000, 10); /* another process of that pid */
    g_clear_pointer(&first, vkp_registry_close);
    g_autoptr(VkpRegistry) second = open_well(path, 1);
    g_autoptr(GArray) registrations = load_well(second);
    g_assert_cmpuint(registrations->len, ==, 3);
    assert_registration(registrations, 0, 42, 1000, 9);
    assert_registration(registrations, 1, 42, 2000, 10);
    assert_registration(registrations, 2, 43, G_MAXUINT64, 8);
}

/* What was written stands there even if we are killed: no commit is kept back. */
static void test_seen_by_another_process(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    g_autoptr(VkpRegistry) first = open_well(path, 1);
    register_well(first, 42, 1000, 7);
    g_autoptr(VkpRegistry) second = open_well(path, 1);
    g_autoptr(GArray) registrations = load_well(second);
    g_assert_cmpuint(registrations->len, ==, 1);
}

static const VkpUuid nil;

static void remember_well(VkpRegistry *registry, guint n_ties, guint attempt)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) remembered = g_array_new(FALSE, FALSE, sizeof(VkpRemembered));
    for (guint i = 0; i < n_ties; i++) {
        VkpRemembered tie = {.identity = {(pid_t)(100 + i), i},
                             .attempt_id = fake_id(attempt),
                             .execution_id = i % 2 ? fake_id(i) : nil};
        g_array_append_val(remembered, tie);
    }
    g_assert_true(vkp_registry_remember(registry, remembered, &error));
    g_assert_no_error(error);
}

static void assert_remembered(VkpRegistry *registry, guint n_ties, guint attempt)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) recalled = vkp_registry_recall(registry, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(recalled->len, ==, n_ties);
    for (guint i = 0; i < n_ties; i++) {
        const VkpRemembered *tie = &g_array_index(recalled, VkpRemembered, i);
        VkpUuid attempt_id = fake_id(attempt);
        VkpUuid execution_id = i % 2 ? fake_id(i) : nil;
        g_assert_cmpint(tie->identity.pid, ==, 100 + (pid_t)i);
        g_assert_cmpuint(tie->identity.start_ticks, ==, i);
        g_assert_true(vkp_uuid_equal(&tie->attempt_id, &attempt_id));
        g_assert_true(vkp_uuid_equal(&tie->execution_id, &execution_id));
    }
}

static void test_remembered(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    g_autoptr(VkpRegistry) registry = open_well(path, 1);
    remember_well(registry, 5, 9);
    assert_remembered(registry, 5, 9);
    remember_well(registry, 5, 10);
    remember_well(registry, 3, 10);
    assert_remembered(registry, 3, 10);
    g_clear_pointer(&registry, vkp_registry_close);
    g_autoptr(VkpRegistry) again = open_well(path, 1);
    assert_remembered(again, 3, 10);
    remember_well(again, 0, 0);
    assert_remembered(again, 0, 0);
}

/* The same again is no write: another process may hold the file. */
static void test_remembering_the_same_writes_nothing(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    g_autoptr(VkpRegistry) registry = open_well(path, 1);
    remember_well(registry, 4, 9);
    sqlite3 *other = NULL;
    g_assert_cmpint(sqlite3_open(path, &other), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), ==, SQLITE_OK);
    remember_well(registry, 4, 9);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) nothing = g_array_new(FALSE, FALSE, sizeof(VkpRemembered));
    gint64 started_usec = g_get_monotonic_time();
    g_assert_false(vkp_registry_remember(registry, nothing, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_DATABASE_UNAVAILABLE);
    g_assert_cmpint(g_get_monotonic_time() - started_usec, <, G_USEC_PER_SEC);
    sqlite3_close(other);
    assert_remembered(registry, 4, 9); /* all or nothing */
    remember_well(registry, 0, 0);
    assert_remembered(registry, 0, 0);
}

static void test_other_boot(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    g_autoptr(VkpRegistry) before = open_well(path, 1);
    register_well(before, 42, 1000, 7);
    remember_well(before, 2, 9);
    g_clear_pointer(&before, vkp_registry_close);
    g_autoptr(VkpRegistry) after = open_well(path, 2);
    g_autoptr(GArray) none = load_well(after);
    g_assert_cmpuint(none->len, ==, 0);
    assert_remembered(after, 0, 0);
    register_well(after, 42, 1000, 8);
    g_clear_pointer(&after, vkp_registry_close);
    g_autoptr(VkpRegistry) back = open_well(path, 1);
    g_autoptr(GArray) still_none = load_well(back);
    g_assert_cmpuint(still_none->len, ==, 0);
}

static void test_keep_only(void)
{
    g_autoptr(VkpRegistry) registry = open_well(":memory:", 1);
    for (guint i = 0; i < 10; i++)
        register_well(registry, (pid_t)(100 + i), i, i);
    g_autoptr(GArray) living = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    VkpRegistration alive[] = {{.identity = {103, 3}},
                               {.identity = {104, 99}}, /* the pid is another's now */
                               {.identity = {107, 7}},
                               {.identity = {999, 9}}};
    g_array_append_vals(living, alive, G_N_ELEMENTS(alive));
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_registry_keep_only(registry, living, &error));
    g_assert_no_error(error);
    g_autoptr(GArray) kept = load_well(registry);
    g_assert_cmpuint(kept->len, ==, 2);
    assert_registration(kept, 0, 103, 3, 3);
    assert_registration(kept, 1, 107, 7, 7);
}

static void test_private(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "state/vkp/registry.sqlite");
    mode_t before = umask(0);
    g_autoptr(VkpRegistry) registry = open_well(path, 1);
    register_well(registry, 42, 1000, 7);
    umask(before);
    static const struct {
        const char *name;
        mode_t mode;
    } cases[] = {{"state", 0700},
                 {"state/vkp", 0700},
                 {"state/vkp/registry.sqlite", 0600},
                 {"state/vkp/registry.sqlite-wal", 0600}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct stat status;
        g_assert_cmpint(stat(scratch_path(scratch, cases[i].name), &status), ==, 0);
        g_assert_cmpint(status.st_mode & 0777, ==, cases[i].mode);
    }
}

static void spoil_with_text(const char *path)
{
    g_assert_true(g_file_set_contents(path, "this was a registry once", -1, NULL));
}

static void spoil_in_the_middle(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpuint(length, >, 4096);
    memset(bytes + 100, 0xa5, length - 100);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)length, NULL));
}

static void spoil_by_cutting(const char *path)
{
    g_assert_cmpint(truncate(path, 5000), ==, 0);
}

static void test_damaged(void)
{
    static void (*const spoils[])(const char *) = {spoil_with_text, spoil_in_the_middle,
                                                   spoil_by_cutting};
    for (guint i = 0; i < G_N_ELEMENTS(spoils); i++) {
        g_autoptr(Scratch) scratch = scratch_new();
        const char *path = scratch_path(scratch, "registry.sqlite");
        vkp_registry_close(open_well(path, 1));
        for (guint k = 1; k <= 3; k++) {
            spoils[i](path);
            g_autofree char *spoiled = scratch_dup_hash(path);
            g_autoptr(VkpRegistry) registry = open_well(path, 1);
            register_well(registry, 42, 1000, 7);
            g_autoptr(GArray) registrations = load_well(registry);
            g_assert_cmpuint(registrations->len, ==, 1);
            g_autofree char *aside = g_strdup_printf("%s.damaged-%u", path, k);
            g_autofree char *kept = scratch_dup_hash(aside);
            g_assert_cmpstr(kept, ==, spoiled);
        }
    }
}

/* Damage without end does not fill the disk. */
static void test_damaged_again_and_again(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    for (guint i = 0; i < 20; i++) {
        spoil_with_text(path);
        vkp_registry_close(open_well(path, 1));
    }
    g_assert_true(
        g_file_test(scratch_path(scratch, "registry.sqlite.damaged-16"), G_FILE_TEST_EXISTS));
    g_assert_false(
        g_file_test(scratch_path(scratch, "registry.sqlite.damaged-17"), G_FILE_TEST_EXISTS));
}

static void test_too_new(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    vkp_registry_close(open_well(path, 1));
    sqlite3 *later = NULL;
    g_assert_cmpint(sqlite3_open(path, &later), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(later, "PRAGMA user_version = 1000", NULL, NULL, NULL), ==,
                    SQLITE_OK);
    sqlite3_close(later);
    g_autofree char *before = scratch_dup_hash(path);
    assert_refused(path, "later version");
    g_autofree char *after = scratch_dup_hash(path);
    g_assert_cmpstr(after, ==, before);
}

/* A file of an earlier version of ours keeps its rows. */
static void test_older_schema(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "registry.sqlite");
    g_autoptr(VkpRegistry) registry = open_well(path, 1);
    register_well(registry, 42, 1000, 7);
    g_clear_pointer(&registry, vkp_registry_close);
    sqlite3 *earlier = NULL;
    g_assert_cmpint(sqlite3_open(path, &earlier), ==, SQLITE_OK);
    g_assert_cmpint(
        sqlite3_exec(earlier, "DROP TABLE remembered; PRAGMA user_version = 1", NULL, NULL, NULL),
        ==, SQLITE_OK);
    sqlite3_close(earlier);
    g_autoptr(VkpRegistry) again = open_well(path, 1);
    g_autoptr(GArray) registrations = load_well(again);
    g_assert_cmpuint(registrations->len, ==, 1);
    remember_well(again, 2, 9);
    assert_remembered(again, 2, 9);
}

/* `--registry` with the wrong path must not touch vibe-kanban's own data. */
static void test_not_ours(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    for (FakeLayout layout = FAKE_LAYOUT_A; layout < FAKE_N_LAYOUTS; layout++) {
        fake_board_free(fake_board_new(path, layout));
        g_autofree char *before = scratch_dup_hash(path);
        assert_refused(path, "another program");
        g_autofree char *after = scratch_dup_hash(path);
        g_assert_cmpstr(after, ==, before);
        g_assert_cmpint(g_unlink(path), ==, 0);
    }
}

static void test_impossible_places(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    assert_refused(scratch_folder(scratch), "not a regular file");
    const char *fifo = scratch_path(scratch, "fifo");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    assert_refused(fifo, "not a regular file");
    g_autoptr(GError) error = NULL;
    VkpUuid boot_id = fake_id(1);
    const char *below_fifo = scratch_path(scratch, "fifo/registry.sqlite");
    g_assert_null(vkp_registry_open(below_fifo, &boot_id, &error));
    g_assert_nonnull(error);
    g_assert_nonnull(strstr(error->message, scratch_path(scratch, "fifo")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/registry/what-was-registered-is-there-after-reopening", test_reopened);
    g_test_add_func("/store/registry/what-was-registered-is-in-the-file-at-once",
                    test_seen_by_another_process);
    g_test_add_func("/store/registry/what-is-remembered-is-replaced-as-a-whole", test_remembered);
    g_test_add_func("/store/registry/remembering-the-same-writes-nothing",
                    test_remembering_the_same_writes_nothing);
    g_test_add_func("/store/registry/rows-of-another-boot-are-dropped", test_other_boot);
    g_test_add_func("/store/registry/only-the-living-are-kept", test_keep_only);
    g_test_add_func("/store/registry/folder-and-files-are-private", test_private);
    g_test_add_func("/store/registry/a-damaged-file-is-moved-aside", test_damaged);
    g_test_add_func("/store/registry/damage-without-end-does-not-fill-the-disk",
                    test_damaged_again_and_again);
    g_test_add_func("/store/registry/a-later-schema-is-refused", test_too_new);
    g_test_add_func("/store/registry/an-earlier-schema-is-brought-up-to-date", test_older_schema);
    g_test_add_func("/store/registry/a-board-is-refused-and-left-alone", test_not_ours);
    g_test_add_func("/store/registry/impossible-places-are-errors", test_impossible_places);
    return g_test_run();
}
