/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/scanner.h"

#include <string.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/proc/scanner-private.h"
#include "tests/lib/fake-proc.h"

/* The scanner over a fake proc, where every change is made on purpose. */

#define ID_A "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define BOOT_USEC (VKP_FAKE_BOOT_TIME_SECONDS * G_USEC_PER_SEC)

typedef struct {
    VkpFakeProc *fake;
    VkpReader *reader;
    VkpScanner *scanner;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->fake = vkp_fake_proc_new();
    fixture->reader = vkp_reader_open(vkp_fake_proc_root(fixture->fake), NULL);
    fixture->scanner = vkp_scanner_new(fixture->reader, geteuid());
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_scanner_free(fixture->scanner);
    vkp_reader_close(fixture->reader);
    vkp_fake_proc_free(fixture->fake);
}

static VkpSnapshot *scan(const Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    VkpSnapshot *snapshot = vkp_scanner_scan(fixture->scanner, &error);
    g_assert_no_error(error);
    return snapshot;
}

/* One process of a fresh scan; a new reference. */
static VkpProcess *scan_one(const Fixture *fixture, pid_t pid)
{
    g_autoptr(VkpSnapshot) snapshot = scan(fixture);
    VkpProcess *process = vkp_snapshot_lookup(snapshot, pid);
    return process ? vkp_process_ref(process) : NULL;
}

static void test_facts(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const command[] = {"node", "server.js", NULL};
    static const char *const environment[] = {"VK_ATTEMPT_ID=" ID_A, NULL};
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 42,
                                                       .parent_pid = 7,
                                                       .group = 40,
                                                       .session = 39,
                                                       .state = 'R',
                                                       .name = "no)de\n \xff",
                                                       .start_ticks = 12345,
                                                       .user_ticks = 30,
                                                       .system_ticks = 12,
                                                       .threads = 11,
                                                       .resident_pages = 300,
                                                       .command = command,
                                                       .environment = environment,
                                                       .folder = "/"});
    g_autoptr(VkpProcess) process = scan_one(fixture, 42);
    g_assert_true(vkp_identity_equal(process->identity, (VkpIdentity){42, 12345}));
    g_assert_cmpint(process->parent_pid, ==, 7);
    g_assert_cmpint(process->group, ==, 40);
    g_assert_cmpint(process->session, ==, 39);
    g_assert_cmpuint(process->uid, ==, geteuid());
    g_assert_cmpint(process->state, ==, 'R');
    g_assert_cmpstr(process->name, ==, "no)de\n \xef\xbf\xbd");
    g_assert_cmpuint(process->threads, ==, 11);
    g_assert_cmpuint(process->memory_bytes, ==, 300 * (guint64)sysconf(_SC_PAGESIZE));
    g_assert_cmpuint(process->cpu_ticks, ==, 42);
    g_assert_cmpuint(process->start_time_usec, ==, BOOT_USEC + 123450000);
    g_assert_cmpstr(process->image->command[1], ==, "server.js");
    g_assert_false(vkp_uuid_is_nil(&process->image->marks.attempt_id));
    g_assert_cmpstr(process->folder->path, ==, "/");
    g_assert_false(process->is_kernel_thread);
}

static void test_name_of_thread(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const cases[][3] = {
        {"MainThread", "node", "node"},
        {"node-MainThread", "/opt/a-name-longer-than-comm", "a-name-longer-than-comm"},
        {"MainThread", "/opt/", "MainThread"},
        {"MainThread", NULL, "MainThread"},
        {"MainThreads", "node", "MainThreads"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const command[] = {cases[i][1], NULL};
        VkpFakeProcess fake = {.pid = (pid_t)i + 5, .name = cases[i][0], .command = command};
        vkp_fake_proc_put(fixture->fake, &fake);
        g_autoptr(VkpProcess) process = scan_one(fixture, fake.pid);
        g_assert_cmpstr(process->name, ==, cases[i][2]);
    }
}

static void test_empty(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(VkpSnapshot) snapshot = scan(fixture);
    g_assert_cmpuint(vkp_snapshot_size(snapshot), ==, 0);
    g_assert_cmpuint(vkp_snapshot_boot_time_usec(snapshot), ==, BOOT_USEC);
}

static void test_image_once(Fixture *fixture, gconstpointer data)
{
    (void)data;
    VkpFakeProcess process = {.pid = 5, .name = "node"};
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) first = scan_one(fixture, 5);
    vkp_fake_proc_write(fixture->fake, "5/cmdline", "unseen", -1);
    g_autoptr(VkpProcess) second = scan_one(fixture, 5);
    g_assert_true(second->image == first->image);

    process.name = "title";
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) titled = scan_one(fixture, 5);
    g_assert_cmpstr(titled->image->command[0], ==, "title");

    static const char *const command[] = {"execed", NULL};
    process.command = command;
    process.address = 4096;
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) execed = scan_one(fixture, 5);
    g_assert_cmpstr(execed->image->command[0], ==, "execed");
}

static void test_reused_pid(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const environment[] = {"VK_ATTEMPT_ID=" ID_A, NULL};
    VkpFakeProcess process = {
        .pid = 5, .start_ticks = 100, .environment = environment, .user_ticks = 900000000};
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) before = scan_one(fixture, 5);
    g_assert_false(vkp_uuid_is_nil(&before->image->marks.attempt_id));

    /* The same name and addresses: only the start tells. */
    process.start_ticks = 101;
    process.environment = NULL;
    process.user_ticks = 0;
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) after = scan_one(fixture, 5);
    g_assert_cmpuint(after->identity.start_ticks, ==, 101);
    g_assert_true(vkp_uuid_is_nil(&after->image->marks.attempt_id));
    g_assert_cmpfloat(before->cpu_percent, >, 0.0);
    g_assert_cmpfloat(after->cpu_percent, ==, 0.0);
}

static void test_folder_moves(Fixture *fixture, gconstpointer data)
{
    (void)data;
    VkpFakeProcess process = {.pid = 5, .folder = "/usr"};
    vkp_fake_proc_put(fixture->fake, &process);
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 6, .folder = "/usr"});
    g_autoptr(VkpProcess) first = scan_one(fixture, 5);
    g_autoptr(VkpProcess) neighbour = scan_one(fixture, 6);
    g_assert_true(neighbour->folder == first->folder);
    process.folder = "/";
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) second = scan_one(fixture, 5);
    g_assert_cmpstr(second->folder->path, ==, "/");
    g_assert_cmpuint(second->folder->n_chain, ==, 1);
    process.folder = "/usr (deleted)";
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) third = scan_one(fixture, 5);
    g_assert_true(third->folder->deleted);
    g_assert_cmpstr(third->folder->path, ==, "/usr");
}

static void test_disk_sleep(Fixture *fixture, gconstpointer data)
{
    (void)data;
    VkpFakeProcess process = {.pid = 5, .state = 'D', .folder = "/usr"};
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) asleep = scan_one(fixture, 5);
    g_assert_null(asleep->image);
    g_assert_cmpstr(asleep->folder->path, ==, "/usr");
    g_assert_cmpuint(asleep->folder->n_chain, ==, 0);

    vkp_fake_proc_write(fixture->fake, "5/wchan", "folio_wait_bit_common", -1);
    g_autoptr(VkpProcess) waiting = scan_one(fixture, 5);
    g_assert_null(waiting->image);
    vkp_fake_proc_write(fixture->fake, "5/wchan", "kernel_clone", -1);
    g_autoptr(VkpProcess) cloning = scan_one(fixture, 5);
    g_assert_nonnull(cloning->image);

    process.state = 'S';
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) awake = scan_one(fixture, 5);
    g_assert_cmpstr(awake->image->command[0], ==, "sample");
    g_assert_cmpuint(awake->folder->n_chain, ==, 2);

    process.state = 'D';
    process.name = "renamed";
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) again = scan_one(fixture, 5);
    g_assert_true(again->image == awake->image);
    g_assert_true(again->folder == awake->folder);

    process.folder = "/tmp";
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) moved = scan_one(fixture, 5);
    g_assert_cmpstr(moved->folder->path, ==, "/tmp");
    g_assert_cmpuint(moved->folder->n_chain, ==, 0);
}

static void test_zombie(Fixture *fixture, gconstpointer data)
{
    (void)data;
    VkpFakeProcess process = {.pid = 5, .folder = "/usr"};
    vkp_fake_proc_put(fixture->fake, &process);
    g_autoptr(VkpProcess) alive = scan_one(fixture, 5);
    process.state = 'Z';
    process.folder = NULL;
    vkp_fake_proc_put(fixture->fake, &process);
    vkp_fake_proc_write(fixture->fake, "5/cmdline", "", 0);
    g_autoptr(VkpProcess) dead = scan_one(fixture, 5);
    g_assert_true(vkp_process_is_dead(dead));
    g_assert_true(dead->image == alive->image);
    g_assert_true(dead->folder == alive->folder);
}

/* Between two reads of a process that ends, anything may be missing. */
static void test_vanishing(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const files[] = {"5/environ", "5/cmdline", "5/cwd"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = "/"});
        vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 6});
        vkp_fake_proc_delete(fixture->fake, files[i]);
        g_autoptr(VkpSnapshot) snapshot = scan(fixture);
        /* Its stat is still there, so it is, too: perhaps a zombie by now. */
        g_assert_nonnull(vkp_snapshot_lookup(snapshot, 5));
        g_assert_nonnull(vkp_snapshot_lookup(snapshot, 6));
        vkp_fake_proc_remove(fixture->fake, 5);
        g_autoptr(VkpProcess) gone = scan_one(fixture, 5);
        g_assert_null(gone);
    }
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5});
    vkp_fake_proc_delete(fixture->fake, "5/stat");
    g_autoptr(VkpSnapshot) snapshot = scan(fixture);
    g_assert_null(vkp_snapshot_lookup(snapshot, 5));
    g_assert_nonnull(vkp_snapshot_lookup(snapshot, 6));
}

static void test_unreadable(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = "/"});
    vkp_fake_proc_make_unreadable(fixture->fake, "5/environ");
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 6, .folder = "/"});
    vkp_fake_proc_make_unreadable(fixture->fake, "6/cmdline");
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 7, .folder = "/"});
    vkp_fake_proc_make_unreadable(fixture->fake, "7/cwd");
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 8});
    vkp_fake_proc_make_unreadable(fixture->fake, "8/stat");
    g_autoptr(VkpSnapshot) snapshot = scan(fixture);
    g_assert_false(vkp_snapshot_lookup(snapshot, 5)->image->environment_known);
    g_assert_null(vkp_snapshot_lookup(snapshot, 6)->image);
    g_assert_nonnull(vkp_snapshot_lookup(snapshot, 6)->folder);
    g_assert_null(vkp_snapshot_lookup(snapshot, 7)->folder);
    g_assert_nonnull(vkp_snapshot_lookup(snapshot, 7)->image);
    g_assert_null(vkp_snapshot_lookup(snapshot, 8));
}

static void test_others(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = "/"});
    vkp_fake_proc_put(fixture->fake,
                      &(VkpFakeProcess){.pid = 6, .folder = "/", .flags = 0x00200000});
    g_autoptr(VkpScanner) other = vkp_scanner_new(fixture->reader, geteuid() + 1);
    g_autoptr(VkpScanner) any = vkp_scanner_new(fixture->reader, VKP_SCANNER_ANY_UID);
    g_autoptr(VkpSnapshot) others = vkp_scanner_scan(other, NULL);
    g_autoptr(VkpSnapshot) all = vkp_scanner_scan(any, NULL);
    g_assert_null(vkp_snapshot_lookup(others, 5)->image);
    g_assert_null(vkp_snapshot_lookup(others, 5)->folder);
    g_assert_nonnull(vkp_snapshot_lookup(all, 5)->image);
    g_assert_nonnull(vkp_snapshot_lookup(all, 5)->folder);
    const VkpProcess *kernel_thread = vkp_snapshot_lookup(all, 6);
    g_assert_true(kernel_thread->is_kernel_thread);
    g_assert_cmpuint(kernel_thread->uid, ==, 0);
    g_assert_null(kernel_thread->image);
    g_assert_null(kernel_thread->folder);
}

static void test_changed_owner(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = "/"});
    g_autoptr(VkpProcess) ours = scan_one(fixture, 5);
    g_assert_nonnull(ours->image);
    if (!vkp_fake_proc_set_owner(fixture->fake, 5, geteuid() + 1)) {
        g_test_skip("needs root to give a file away");
        return;
    }
    g_autoptr(VkpProcess) theirs = scan_one(fixture, 5);
    g_assert_null(theirs->image);
    g_assert_null(theirs->folder);
}

static void set_boot(const Fixture *fixture, guint64 seconds)
{
    g_autofree char *text = g_strdup_printf("cpu 1\nbtime %" G_GUINT64_FORMAT "\n", seconds);
    vkp_fake_proc_write(fixture->fake, "stat", text, -1);
}

static void test_clock(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .start_ticks = 100});
    static const struct {
        guint64 boot;
        guint64 expected;
    } steps[] = {{1000, 1001}, {1001, 1001}, {999, 1001}, {1002, 1003},
                 {1001, 1003}, {5000, 5001}, {1000, 1001}};
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        set_boot(fixture, steps[i].boot);
        g_autoptr(VkpProcess) process = scan_one(fixture, 5);
        g_assert_cmpuint(process->start_time_usec / G_USEC_PER_SEC, ==, steps[i].expected);
    }
}

static void test_absurd_numbers(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = G_MAXINT,
                                                       .parent_pid = G_MAXINT,
                                                       .start_ticks = G_MAXUINT64,
                                                       .user_ticks = G_MAXUINT64,
                                                       .threads = G_MAXUINT,
                                                       .resident_pages = G_MAXUINT64});
    g_autoptr(VkpSnapshot) snapshot = scan(fixture);
    const VkpProcess *process = vkp_snapshot_lookup(snapshot, G_MAXINT);
    g_assert_cmpuint(process->memory_bytes, ==, G_MAXUINT64);
    g_assert_cmpuint(process->start_time_usec, ==, G_MAXINT64);
    g_assert_null(vkp_snapshot_parent(snapshot, process));
}

static guint n_remembered(const VkpScanner *scanner)
{
    return g_hash_table_size(scanner->sightings);
}

static void test_forgets(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (pid_t first = 1; first < 120; first += 30) {
        for (pid_t pid = first; pid < first + 30; pid++)
            vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = pid, .folder = "/"});
        g_autoptr(VkpSnapshot) snapshot = scan(fixture);
        g_assert_cmpuint(vkp_snapshot_size(snapshot), ==, 30);
        g_assert_cmpuint(n_remembered(fixture->scanner), ==, 30);
        for (pid_t pid = first; pid < first + 30; pid++)
            vkp_fake_proc_remove(fixture->fake, pid);
    }
    g_autoptr(VkpSnapshot) empty = scan(fixture);
    g_assert_cmpuint(vkp_snapshot_size(empty), ==, 0);
    g_assert_cmpuint(n_remembered(fixture->scanner), ==, 0);
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/scanner/every-fact-arrives", test_facts);
    ADD("/scanner/a-program-is-not-called-by-its-first-thread", test_name_of_thread);
    ADD("/scanner/nobody-there-is-an-empty-snapshot", test_empty);
    ADD("/scanner/an-image-is-read-once-an-exec-or-title", test_image_once);
    ADD("/scanner/a-reused-pid-inherits-nothing", test_reused_pid);
    ADD("/scanner/a-folder-is-followed-and-shared", test_folder_moves);
    ADD("/scanner/in-disk-sleep-nothing-is-read-that-could-wait", test_disk_sleep);
    ADD("/scanner/a-zombie-keeps-what-was-known", test_zombie);
    ADD("/scanner/who-ends-between-two-reads-harms-nobody", test_vanishing);
    ADD("/scanner/what-cannot-be-read-is-missing", test_unreadable);
    ADD("/scanner/others-and-kernel-threads-are-not-looked-into", test_others);
    ADD("/scanner/who-becomes-another-user-is-not-ours", test_changed_owner);
    ADD("/scanner/start-times-follow-steps-of-the-clock-only", test_clock);
    ADD("/scanner/absurd-numbers-saturate", test_absurd_numbers);
    ADD("/scanner/who-has-ended-is-forgotten", test_forgets);
    return g_test_run();
}
