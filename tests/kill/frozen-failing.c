/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the frozen while the system fails: descriptors run out, a signal can't be sent. Only
 * who is certain to run or to be none of ours leaves the list. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/kill/frozen.h"
#include "tests/lib/deadline.h"
#include "tests/lib/family.h"

typedef struct {
    char *folder;
    char *path;
    VkpReader *reader;
    VkpUuid boot_id;
    VkpFamily *family;
    pid_t stopped;
} Fixture;

/* What sending a signal fails with; 0: it does not. */
static int signal_failure;

/* The C library's, but for the one call that must fail at times. No system call has more than six
 * arguments; those that are not there are rubbish that the kernel does not look at. */
long syscall(long number, ...)
{
    static long (*next)(long number, ...);
    if (!next)
        next = __extension__(long (*)(long, ...)) dlsym(RTLD_NEXT, "syscall");
    long words[6];
    va_list arguments;
    va_start(arguments, number);
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        words[i] = va_arg(arguments, long);
    va_end(arguments);
    if (number == SYS_pidfd_send_signal && signal_failure != 0) {
        errno = signal_failure;
        return -1;
    }
    return next(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

static VkpIdentity identity_of(pid_t pid)
{
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    return (VkpIdentity){pid, relative.start_ticks};
}

static gboolean is_stopped(gpointer data)
{
    VkpRelative relative;
    return vkp_relative_read(*(pid_t *)data, &relative) && relative.state == 'T';
}

static gboolean is_running(gpointer data)
{
    return !is_stopped(data);
}

static GArray *list_of(VkpIdentity identity)
{
    GArray *identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    return g_array_append_val(identities, identity);
}

/* One process is stopped, and on the list. */
static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->folder = g_dir_make_tmp("vkp-frozen-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "frozen", NULL);
    fixture->reader = vkp_reader_open(NULL, NULL);
    fixture->boot_id = vkp_reader_boot_id(fixture->reader);
    fixture->family = vkp_family_new(10, 30);
    fixture->stopped = vkp_family_run(fixture->family, "stop idle");
    g_assert_true(vkp_deadline_wait(10000, is_stopped, &fixture->stopped));
    g_autoptr(GArray) identities = list_of(identity_of(fixture->stopped));
    g_assert_true(vkp_frozen_save(fixture->path, &fixture->boot_id, identities, NULL));
}

/* The next who thaws can, and does. */
static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_family_free(fixture->family);
    vkp_reader_close(fixture->reader);
    g_unlink(fixture->path);
    g_assert_no_errno(g_rmdir(fixture->folder));
    g_free(fixture->path);
    g_free(fixture->folder);
}

static void assert_still_listed(Fixture *fixture)
{
    g_assert_true(is_stopped(&fixture->stopped));
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, &error), ==, 1);
    g_assert_no_error(error);
    g_assert_true(vkp_deadline_wait(10000, is_running, &fixture->stopped));
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

/* Leaves the process so many descriptors; returns the limit to be set again. */
static struct rlimit leave_descriptors(rlim_t n_left)
{
    int lowest = dup(STDERR_FILENO);
    g_assert_cmpint(lowest, >=, 0);
    close(lowest);
    struct rlimit before;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &before));
    struct rlimit few = {(rlim_t)lowest + n_left, before.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &few));
    return before;
}

static void test_list_cannot_be_opened(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GArray) identities = list_of(identity_of(fixture->stopped));
    g_autoptr(GError) add_error = NULL;
    g_autoptr(GError) remove_error = NULL;
    struct rlimit before = leave_descriptors(0);
    gboolean is_added = vkp_frozen_add(fixture->path, &fixture->boot_id, identities, &add_error);
    gboolean is_removed =
        vkp_frozen_remove(fixture->path, &fixture->boot_id, identities, &remove_error);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    g_assert_false(is_added || is_removed);
    g_assert_error(add_error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    g_assert_error(remove_error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    assert_still_listed(fixture);
}

/* Enough for the list, and then for a hold on the process, but not for a look at it as well. */
static void test_process_cannot_be_looked_at(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    struct rlimit before = leave_descriptors(1);
    guint n_thawed = vkp_frozen_thaw(fixture->path, fixture->reader, &error);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    g_assert_cmpuint(n_thawed, ==, 0);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    g_assert_nonnull(strstr(error->message, "cannot be looked at"));
    assert_still_listed(fixture);
}

static void test_signal_fails(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    signal_failure = ENOMEM;
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, &error), ==, 0);
    signal_failure = 0;
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    assert_still_listed(fixture);
}

/* Gone between the look and the signal, or become somebody else's. */
static void test_nobody_of_ours(Fixture *fixture, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    signal_failure = GPOINTER_TO_INT(data);
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, &error), ==, 0);
    signal_failure = 0;
    g_assert_no_error(error);
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

static void test_ended(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    vkp_family_kill(fixture->family, fixture->stopped);
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, &error), ==, 0);
    g_assert_no_error(error);
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

/* The job that was done with it first ends, and then we do: the other one still has it frozen. */
static void test_of_two_jobs(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GArray) again = list_of(identity_of(fixture->stopped));
    g_assert_true(vkp_frozen_add(fixture->path, &fixture->boot_id, again, NULL));
    g_assert_true(vkp_frozen_remove(fixture->path, &fixture->boot_id, again, NULL));
    assert_still_listed(fixture);
}

/* Between the steps of writing the list; the folder is removed at the end, so it must be empty. */
static void test_crash(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *unfinished = g_strconcat(fixture->path, ".aB3dE9", NULL);
    g_assert_true(g_file_set_contents(unfinished, "vibe", 4, NULL));
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, NULL), ==, 1);
    g_assert_false(g_file_test(unfinished, G_FILE_TEST_EXISTS));
}

/* One more than is believed: the list stays as it was. */
static void test_list_is_full(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GArray) more = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (pid_t i = 0; i < 65536; i++) {
        VkpIdentity identity = {i + 1, 1};
        g_array_append_val(more, identity);
    }
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_frozen_add(fixture->path, &fixture->boot_id, more, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    assert_still_listed(fixture);
}

/* Nobody but us could have taken them away. As root this shows nothing. */
static void test_list_without_rights(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_no_errno(g_chmod(fixture->path, 0));
    assert_still_listed(fixture);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, data, function)                                                                  \
    g_test_add("/kill/frozen-failing/" name, Fixture, GINT_TO_POINTER(data), set_up, function,     \
               tear_down)
    ADD("a-list-that-cannot-be-opened-stays", 0, test_list_cannot_be_opened);
    ADD("a-list-without-rights-is-read", 0, test_list_without_rights);
    ADD("who-cannot-be-looked-at-stays-listed", 0, test_process_cannot_be_looked_at);
    ADD("who-cannot-be-signalled-stays-listed", 0, test_signal_fails);
    ADD("who-is-gone-leaves-the-list", ESRCH, test_nobody_of_ours);
    ADD("who-is-not-ours-leaves-the-list", EPERM, test_nobody_of_ours);
    ADD("who-has-ended-leaves-the-list", 0, test_ended);
    ADD("who-two-jobs-freeze-stays-listed-for-the-other", 0, test_of_two_jobs);
    ADD("an-unfinished-list-is-removed", 0, test_crash);
    ADD("a-full-list-takes-nobody", 0, test_list_is_full);
    return g_test_run();
}
