/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/image-guard.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/proc/scanner.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-proc.h"

/* Who opens a pipe without a writer waits, as who reads the memory of a process waits for its lock.
 * No more than this must be felt of it; a second is far from the 100 ms, but the machine is shared.
 */
#define MOMENT_USEC G_USEC_PER_SEC

#define STUCK_PID 7
#define GOOD_PID 5
#define PLAIN_PID 4 /* one thread */

typedef struct {
    VkpFakeProc *fake;
    VkpReader *reader;
} Fixture;

static char *command_path(const Fixture *fixture, pid_t pid)
{
    return g_strdup_printf("%s/%d/cmdline", vkp_fake_proc_root(fixture->fake), pid);
}

static void add_stuck(Fixture *fixture, pid_t pid)
{
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = pid, .threads = 2});
    g_autofree char *path = command_path(fixture, pid);
    g_assert_no_errno(g_unlink(path));
    g_assert_no_errno(mkfifo(path, 0600));
}

typedef struct {
    const char *path;
    int writer;
} Release;

static gboolean can_write(gpointer data)
{
    Release *release = data;
    release->writer = open(release->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return release->writer >= 0;
}

/* Lets those go that wait there; on a busy machine they may be on their way yet. */
static void release(const Fixture *fixture, pid_t pid)
{
    g_autofree char *path = command_path(fixture, pid);
    Release release = {path, -1};
    g_assert_true(vkp_deadline_wait(10000, can_write, &release));
    g_assert_cmpint(write(release.writer, "late", 5), ==, 5);
    close(release.writer);
}

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    fixture->fake = vkp_fake_proc_new();
    fixture->reader = vkp_reader_open(vkp_fake_proc_root(fixture->fake), &error);
    g_assert_no_error(error);
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = GOOD_PID, .threads = 2});
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_reader_close(fixture->reader);
    vkp_fake_proc_free(fixture->fake);
}

static void expect_stuck(VkpImageGuard *guard, pid_t pid)
{
    gboolean is_late = FALSE;
    g_autoptr(GError) error = NULL;
    gint64 begin = g_get_monotonic_time();
    g_assert_null(vkp_image_guard_read(guard, pid, &is_late, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    g_assert_true(is_late);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, MOMENT_USEC);
}

static gboolean can_read(gpointer data)
{
    g_autoptr(VkpImage) image = vkp_image_guard_read(data, GOOD_PID, NULL, NULL);
    g_assert_true(!image || g_str_equal(image->command[0], "sample"));
    return image != NULL;
}

static void test_same(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpImageGuard) guard = vkp_image_guard_new(fixture->reader);
    g_assert_true(vkp_deadline_wait(10000, can_read, guard));
    g_autoptr(GError) error = NULL;
    gboolean is_late = TRUE;
    g_assert_null(vkp_image_guard_read(guard, 4711, &is_late, &error));
    if (!is_late) /* on a busy machine */
        g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void test_one_stuck(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpImageGuard) guard = vkp_image_guard_new(fixture->reader);
    add_stuck(fixture, STUCK_PID);
    expect_stuck(guard, STUCK_PID);
    g_assert_true(vkp_deadline_wait(10000, can_read, guard));
    release(fixture, STUCK_PID);
}

static void test_all_stuck(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpImageGuard) guard = vkp_image_guard_new(fixture->reader);
    for (pid_t i = 0; i < VKP_GUARD_MAX_STUCK; i++) {
        add_stuck(fixture, STUCK_PID + i);
        expect_stuck(guard, STUCK_PID + i);
    }
    g_assert_false(can_read(guard)); /* or threads would pile up */
    release(fixture, STUCK_PID);
    g_assert_true(vkp_deadline_wait(10000, can_read, guard));
    for (pid_t i = 1; i < VKP_GUARD_MAX_STUCK; i++)
        release(fixture, STUCK_PID + i);
}

static void test_freed_meanwhile(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    VkpImageGuard *guard = vkp_image_guard_new(fixture->reader);
    add_stuck(fixture, STUCK_PID);
    expect_stuck(guard, STUCK_PID);
    vkp_image_guard_free(guard);
    release(fixture, STUCK_PID);
}

static VkpProcess *scan_for(VkpScanner *scanner, pid_t pid)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scanner, &error);
    g_assert_no_error(error);
    VkpProcess *process = vkp_snapshot_lookup(snapshot, pid);
    g_assert_nonnull(process);
    return vkp_process_ref(process);
}

/* Shown with what is known, and not tried again at each look. */
static void test_scan(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    add_stuck(fixture, STUCK_PID);
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = PLAIN_PID});
    g_autoptr(VkpScanner) scanner = vkp_scanner_new(fixture->reader, VKP_SCANNER_ANY_UID);
    gint64 begin = g_get_monotonic_time();
    for (guint i = 0; i < 2 * VKP_GUARD_MAX_STUCK; i++) {
        g_autoptr(VkpProcess) stuck = scan_for(scanner, STUCK_PID);
        g_autoptr(VkpProcess) good = scan_for(scanner, PLAIN_PID);
        g_assert_null(stuck->image);
        g_assert_cmpstr(stuck->name, ==, "sample");
        g_assert_nonnull(good->image);
    }
    g_assert_cmpint(g_get_monotonic_time() - begin, <, MOMENT_USEC);
    release(fixture, STUCK_PID);
}

#define ADD(name, func)                                                                            \
    g_test_add("/proc/image-guard/" name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("reads-what-the-reader-reads", test_same);
    ADD("waits-a-moment-only", test_one_stuck);
    ADD("has-few-threads-waiting", test_all_stuck);
    ADD("can-be-freed-while-one-waits", test_freed_meanwhile);
    ADD("a-scan-shows-what-is-known", test_scan);
    return g_test_run();
}
