/* SPDX-License-Identifier: Apache-2.0 */
#include "service/records.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "common/proc/scanner.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/fake-proc.h"

/* What is kept of the member 42 while it comes and goes, by hand: one roster has it, one nobody. */
typedef struct {
    char *folder;
    char *path;
    VkpFakeProc *proc;
    VkpReader *reader;
    VkpScanner *scanner;
    VkpRecords *records;
    VkpSnapshot *nothing; /* a snapshot in which nobody is */
    VkpRoster *nobody;
} Scene;

static const VkpIdentity member = {.pid = 42, .start_ticks = 4200};

static VkpSnapshot *scan(Scene *scene)
{
    g_autoptr(GError) error = NULL;
    VkpSnapshot *snapshot = vkp_scanner_scan(scene->scanner, &error);
    g_assert_no_error(error);
    return snapshot;
}

static VkpRoster *new_roster(VkpSnapshot *snapshot)
{
    VkpRoster *roster = vkp_roster_new();
    VkpProcess *process = vkp_snapshot_lookup_identity(snapshot, member);
    g_assert_nonnull(process);
    VkpMember *one = vkp_member_new(vkp_process_ref(process));
    one->tie.evidence = VKP_EVIDENCE_ENVIRONMENT;
    one->tie.confidence = 90;
    one->tie.attempt_id = fake_id(1);
    vkp_roster_add(roster, one);
    vkp_roster_seal(roster);
    return roster;
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->folder = g_dir_make_tmp("vkp-records-XXXXXX", NULL);
    scene->path = g_build_filename(scene->folder, "registry.sqlite", NULL);
    scene->proc = vkp_fake_proc_new();
    scene->reader = vkp_reader_open(vkp_fake_proc_root(scene->proc), NULL);
    scene->scanner = vkp_scanner_new(scene->reader, getuid());
    scene->nothing = scan(scene);
    scene->nobody = vkp_roster_new();
    vkp_roster_seal(scene->nobody);
    vkp_fake_proc_put(scene->proc, &(VkpFakeProcess){.pid = member.pid});
    scene->records = vkp_records_new(scene->path, scene->reader);

    g_autoptr(VkpSnapshot) snapshot = scan(scene);
    g_autoptr(VkpRoster) roster = new_roster(snapshot);
    g_assert_true(vkp_records_update(scene->records, snapshot, roster));
    g_assert_true(vkp_records_are_kept(scene->records));
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_records_free(scene->records);
    vkp_roster_unref(scene->nobody);
    vkp_snapshot_unref(scene->nothing);
    vkp_scanner_free(scene->scanner);
    vkp_reader_close(scene->reader);
    vkp_fake_proc_free(scene->proc);
    g_unlink(scene->path);
    g_assert_cmpint(g_rmdir(scene->folder), ==, 0);
    g_free(scene->path);
    g_free(scene->folder);
}

static gboolean remembers(const VkpRecords *records)
{
    return vkp_memory_lookup(vkp_records_memory(records), member) != NULL;
}

/* In this run and in the next one. */
static void assert_remembered(Scene *scene, gboolean expected)
{
    g_assert_cmpint(remembers(scene->records), ==, expected);
    vkp_records_free(scene->records);
    scene->records = vkp_records_new(scene->path, scene->reader);
    g_assert_true(vkp_records_are_kept(scene->records));
    g_assert_cmpint(remembers(scene->records), ==, expected);
}

/* The board is another one for a moment, say. */
static void test_no_member(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpSnapshot) snapshot = scan(scene);
    g_assert_false(vkp_records_update(scene->records, snapshot, scene->nobody));
    assert_remembered(scene, TRUE);
}

/* A scan leaves out what it could not read. */
static void test_not_seen(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_false(vkp_records_update(scene->records, scene->nothing, scene->nobody));
    assert_remembered(scene, TRUE);
}

static void test_unreadable(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_fake_proc_make_unreadable(scene->proc, "42/stat");
    g_assert_false(vkp_records_update(scene->records, scene->nothing, scene->nobody));
    assert_remembered(scene, TRUE);
}

static void test_ended(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_fake_proc_remove(scene->proc, member.pid);
    g_assert_true(vkp_records_update(scene->records, scene->nothing, scene->nobody));
    assert_remembered(scene, FALSE);
}

static void test_reused(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_fake_proc_put(scene->proc, &(VkpFakeProcess){.pid = member.pid, .start_ticks = 4300});
    g_autoptr(VkpSnapshot) snapshot = scan(scene);
    g_assert_true(vkp_records_update(scene->records, snapshot, scene->nobody));
    assert_remembered(scene, FALSE);
}

/* It may be a member still: it would be forgotten and learned anew all the time. */
static void test_zombie(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_fake_proc_put(scene->proc, &(VkpFakeProcess){.pid = member.pid, .state = 'Z'});
    g_autoptr(VkpSnapshot) snapshot = scan(scene);
    g_autoptr(VkpRoster) roster = new_roster(snapshot);
    g_assert_false(vkp_records_update(scene->records, snapshot, roster));
    assert_remembered(scene, TRUE);
}

/* Its main thread has exited, the others work on. */
static void test_registered_zombie_leader(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpRegistration registration = {member, fake_id(2)};
    vkp_records_register(scene->records, &registration);
    vkp_fake_proc_put(scene->proc,
                      &(VkpFakeProcess){.pid = member.pid, .state = 'Z', .threads = 3});
    g_assert_false(vkp_records_update(scene->records, scene->nothing, scene->nobody));
    g_assert_cmpuint(vkp_records_registrations(scene->records)->len, ==, 1);
    assert_remembered(scene, TRUE);
    g_assert_cmpuint(vkp_records_registrations(scene->records)->len, ==, 1);
}

static void test_registered_zombie(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpRegistration registration = {member, fake_id(2)};
    vkp_records_register(scene->records, &registration);
    vkp_fake_proc_put(scene->proc, &(VkpFakeProcess){.pid = member.pid, .state = 'Z'});
    g_assert_true(vkp_records_update(scene->records, scene->nothing, scene->nobody));
    g_assert_cmpuint(vkp_records_registrations(scene->records)->len, ==, 0);
}

static gint64 in_seconds(gint64 seconds)
{
    return g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
}

static gboolean is_kept_after(Scene *scene, gint64 seconds)
{
    vkp_records_retry(scene->records, in_seconds(seconds));
    return vkp_records_are_kept(scene->records);
}

/* A folder stands where the registry should be. */
static void put_in_the_way(Scene *scene)
{
    g_autofree char *aside = g_strconcat(scene->path, ".aside", NULL);
    g_assert_cmpint(g_rename(scene->path, aside), ==, 0);
    g_assert_cmpint(g_mkdir(scene->path, 0700), ==, 0);
}

/* ... and the records start from nothing. */
static void block(Scene *scene)
{
    vkp_records_free(g_steal_pointer(&scene->records));
    put_in_the_way(scene);
    g_test_expect_message("vibekanban-processesd", G_LOG_LEVEL_WARNING, "*not a regular file*");
    scene->records = vkp_records_new(scene->path, scene->reader);
    g_test_assert_expected_messages();
    g_assert_false(vkp_records_are_kept(scene->records));
}

static void unblock(Scene *scene)
{
    g_autofree char *aside = g_strconcat(scene->path, ".aside", NULL);
    g_assert_cmpint(g_rmdir(scene->path), ==, 0);
    g_assert_cmpint(g_rename(aside, scene->path), ==, 0);
}

/* Each failure doubles the pause, up to five minutes. */
static void test_retry(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    static const gint64 pauses[] = {30, 60, 120, 240, 300, 300};
    block(scene);
    for (guint i = 0; i < G_N_ELEMENTS(pauses); i++) {
        unblock(scene);
        g_assert_false(is_kept_after(scene, pauses[i] - 2)); /* is not tried */
        put_in_the_way(scene);
        g_assert_false(is_kept_after(scene, pauses[i] + 1)); /* is, in vain */
    }
    unblock(scene);
    g_assert_true(vkp_records_retry(scene->records, in_seconds(301)));
    g_assert_true(vkp_records_are_kept(scene->records));
    assert_remembered(scene, TRUE);
    g_assert_false(vkp_records_retry(scene->records, in_seconds(3600)));
}

/* Both what stood in the file and what came meanwhile, and of one process what is younger. */
static void test_registered_meanwhile(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpRegistration kept = {{41, 4100}, fake_id(2)};
    VkpRegistration older = {member, fake_id(3)};
    VkpRegistration younger = {member, fake_id(4)};
    VkpRegistration last = {{43, 4300}, fake_id(5)};
    vkp_records_register(scene->records, &kept);
    vkp_records_register(scene->records, &older);
    block(scene);
    g_assert_false(remembers(scene->records));
    vkp_records_register(scene->records, &younger);
    g_assert_false(vkp_records_are_kept(scene->records));
    unblock(scene);
    vkp_records_register(scene->records, &last); /* tries at once */
    assert_remembered(scene, TRUE);

    const GArray *registrations = vkp_records_registrations(scene->records);
    g_assert_cmpuint(registrations->len, ==, 3);
    for (guint i = 0; i < registrations->len; i++) {
        const VkpRegistration *one = &g_array_index(registrations, VkpRegistration, i);
        VkpUuid expected = fake_id(one->identity.pid == kept.identity.pid   ? 2
                                   : one->identity.pid == last.identity.pid ? 5
                                                                            : 4);
        g_assert_true(vkp_uuid_equal(&one->execution_id, &expected));
    }
}

static void hold(sqlite3 *other, const char *sql)
{
    g_assert_cmpint(sqlite3_exec(other, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

/* A file that is open and can't be written gets what it missed, too. */
static void test_locked(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    sqlite3 *other = NULL;
    g_assert_cmpint(sqlite3_open(scene->path, &other), ==, SQLITE_OK);
    hold(other, "BEGIN IMMEDIATE");
    VkpRegistration first = {{41, 4100}, fake_id(2)};
    g_test_expect_message("vibekanban-processesd", G_LOG_LEVEL_WARNING, "*locked*");
    vkp_records_register(scene->records, &first);
    g_test_assert_expected_messages();
    g_assert_false(vkp_records_are_kept(scene->records));
    vkp_fake_proc_remove(scene->proc, member.pid);
    g_assert_true(vkp_records_update(scene->records, scene->nothing, scene->nobody));
    hold(other, "ROLLBACK");
    sqlite3_close(other);
    g_assert_false(is_kept_after(scene, 29));
    g_assert_true(is_kept_after(scene, 31));
    assert_remembered(scene, FALSE);
}

/* What is written to a file without a name is lost with the program. */
static void test_deleted(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpRegistration first = {{41, 4100}, fake_id(2)};
    VkpRegistration second = {{43, 4300}, fake_id(3)};
    vkp_records_register(scene->records, &first);
    g_assert_cmpint(g_unlink(scene->path), ==, 0);
    vkp_records_register(scene->records, &second);
    assert_remembered(scene, TRUE);
    g_assert_cmpuint(vkp_records_registrations(scene->records)->len, ==, 2);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"a-tie-outlasts-not-being-a-member", test_no_member},
        {"a-tie-outlasts-not-being-seen", test_not_seen},
        {"a-tie-outlasts-not-being-readable", test_unreadable},
        {"a-tie-ends-with-its-process", test_ended},
        {"a-tie-ends-when-the-pid-is-anothers", test_reused},
        {"a-zombie-changes-nothing", test_zombie},
        {"a-zombie-is-registered-no-more", test_registered_zombie},
        {"a-registry-is-tried-again", test_retry},
        {"what-came-meanwhile-is-written", test_registered_meanwhile},
        {"what-could-not-be-written-is-written-later", test_locked},
        {"a-deleted-registry-is-made-anew", test_deleted},
        {"a-zombie-leader-of-living-threads-stays-registered", test_registered_zombie_leader},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/records/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
