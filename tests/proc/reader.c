/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/error.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

/* The reader over the real proc. */

#define ID_A "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

static VkpReader *open_reader(const char *root)
{
    g_autoptr(GError) error = NULL;
    VkpReader *reader = vkp_reader_open(root, &error);
    g_assert_no_error(error);
    return reader;
}

static void test_self(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(reader, getpid(), &stat, NULL));
    g_assert_cmpint(stat.parent_pid, ==, getppid());
    g_assert_cmpint(stat.group, ==, getpgrp());
    g_assert_cmpint(stat.session, ==, getsid(0));
    uid_t uid = 4711;
    g_assert_true(vkp_reader_read_uid(reader, getpid(), &uid, NULL));
    g_assert_cmpuint(uid, ==, geteuid());
    g_autoptr(GArray) pids = vkp_reader_list_pids(reader, NULL);
    g_assert_true(vkp_pids_contain(pids, getpid()));
    VkpUuid id = vkp_reader_boot_id(reader);
    g_assert_false(vkp_uuid_is_nil(&id));
    g_assert_cmpuint(vkp_reader_ticks_per_second(reader), ==, (guint)sysconf(_SC_CLK_TCK));
}

static void test_start_time(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    guint ticks = vkp_reader_ticks_per_second(reader);
    guint64 before = (guint64)g_get_real_time();
    g_autoptr(Child) child = child_start(child_idle, NULL);
    guint64 after = (guint64)g_get_real_time();
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(reader, child_pid(child), &stat, NULL));
    guint64 start = vkp_reader_boot_time_usec(reader) + vkp_ticks_to_usec(stat.start_ticks, ticks);
    guint64 tick = G_USEC_PER_SEC / ticks;
    g_assert_cmpuint(start + 2 * tick, >=, before);
    g_assert_cmpuint(start, <=, after + tick);
    /* Two measures a moment apart agree as well as it takes to know that the clock was not set. */
    guint64 first = vkp_reader_boot_time_usec(reader);
    guint64 second = vkp_reader_boot_time_usec(reader);
    g_assert_cmpuint(MAX(first, second) - MIN(first, second), <, G_USEC_PER_SEC / 10);
}

static void become_marked(Child *self, gpointer data)
{
    (void)data;
    static const char *const command[] = {"cat", "-", NULL};
    static const char *const environment[] = {"VK_TASK_ID=" ID_A, "VK_PROJECT_NAME=Shop", NULL};
    child_exec(self, command, environment);
}

typedef struct {
    VkpReader *reader;
    pid_t pid;
} Target;

static gboolean is_cat(gpointer data)
{
    const Target *target = data;
    g_autoptr(VkpImage) image = vkp_reader_read_image(target->reader, target->pid, NULL);
    return image && g_strcmp0(image->command[0], "cat") == 0 && image->marks.project_name;
}

static void test_real_image(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(become_marked, NULL);
    Target target = {reader, child_pid(child)};
    g_assert_true(vkp_deadline_wait(10000, is_cat, &target));
    g_autoptr(VkpImage) image = vkp_reader_read_image(reader, child_pid(child), NULL);
    g_assert_cmpstr(image->command[1], ==, "-");
    g_assert_cmpstr(image->marks.project_name, ==, "Shop");
    char text[VKP_UUID_TEXT_SIZE];
    g_assert_cmpstr(vkp_uuid_to_text(&image->marks.task_id, text), ==, ID_A);
}

static gboolean has_file_open(VkpReader *reader, pid_t pid, VkpInode file)
{
    g_autoptr(GError) error = NULL;
    gboolean is_open = FALSE;
    g_assert_true(vkp_reader_check_files_open(reader, pid, &file, 1, &is_open, &error));
    g_assert_no_error(error);
    return is_open;
}

static void hold_file(Child *self, gpointer data)
{
    int fd = open(data, O_RDONLY | O_CLOEXEC);
    child_say(self);
    child_hear(self);
    close(fd);
    child_say(self);
    child_idle(self, NULL);
}

static void test_real_open_file(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(VkpFakeProc) folder = vkp_fake_proc_new();
    g_autofree char *path = g_build_filename(vkp_fake_proc_root(folder), "loadavg", NULL);
    VkpInode file = vkp_file_inode(path);
    g_autoptr(Child) child = child_start(hold_file, path);
    child_hear(child);
    g_assert_true(has_file_open(reader, child_pid(child), file));
    vkp_fake_proc_delete(folder, "loadavg"); /* without a name it is still open */
    g_assert_true(has_file_open(reader, child_pid(child), file));
    child_say(child);
    child_hear(child);
    g_assert_false(has_file_open(reader, child_pid(child), file));
}

static void test_gone(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    pid_t pid = child_pid(child);
    g_auto(VkpFd) pidfd = vkp_reader_open_pidfd(reader, pid, NULL);
    g_assert_cmpint(pidfd, >=, 0);
    g_assert_cmpint(fcntl(pidfd, F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
    child_end(child);
    g_assert_true(vkp_deadline_wait_readable(0, pidfd));

    g_autoptr(GError) error = NULL;
    VkpStat stat;
    uid_t uid;
    g_assert_false(vkp_reader_read_stat(reader, pid, &stat, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_false(vkp_reader_read_uid(reader, pid, &uid, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(vkp_reader_read_image(reader, pid, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_null(vkp_reader_read_folder(reader, pid, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_cmpint(vkp_reader_open_pidfd(reader, pid, &error), ==, -1);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_cmpint(vkp_reader_open_pidfd(reader, 0, &error), ==, -1);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void *sleep_on(void *data)
{
    child_say(data);
    child_idle(data, NULL);
    return NULL;
}

static void idle_in_two(Child *self, gpointer data)
{
    pthread_t thread;
    pthread_create(&thread, NULL, sleep_on, self);
    child_idle(self, data);
}

/* It has a folder in /proc like any process, only nobody lists it. */
static void test_thread(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(idle_in_two, NULL);
    child_hear(child);
    pid_t thread = vkp_reader_find_thread(reader, child_pid(child));
    g_assert_cmpint(thread, >, 0);
    VkpStat stat;
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_reader_read_stat(reader, child_pid(child), &stat, NULL));
    g_assert_false(vkp_reader_read_stat(reader, thread, &stat, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_auto(VkpFd) fd = vkp_reader_open_stat(reader, thread, NULL);
    g_assert_false(vkp_reader_read_open_stat(fd, thread, &stat, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void exit_leader(Child *self, gpointer data)
{
    (void)data;
    (void)open("/dev/zero", O_RDONLY | O_CLOEXEC);
    pthread_t thread;
    pthread_create(&thread, NULL, sleep_on, self);
    pthread_exit(NULL);
}

static gboolean leader_is_zombie(gpointer data)
{
    const Target *target = data;
    VkpStat stat;
    return vkp_reader_read_stat(target->reader, target->pid, &stat, NULL) && stat.state == 'Z';
}

static void test_leaderless(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(exit_leader, NULL);
    child_hear(child);
    Target target = {reader, child_pid(child)};
    g_assert_true(vkp_deadline_wait(10000, leader_is_zombie, &target));
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(reader, child_pid(child), &stat, NULL));
    g_assert_false(vkp_state_is_dead(stat.state, stat.threads));
    pid_t thread = vkp_reader_find_thread(reader, child_pid(child));
    g_assert_cmpint(thread, >, 0);
    g_assert_cmpint(thread, !=, child_pid(child));
    g_autoptr(VkpImage) image = vkp_reader_read_image(reader, thread, NULL);
    g_assert_true(g_str_has_suffix(image->command[0], "test-proc-reader"));
    g_autoptr(VkpFolder) folder = vkp_reader_read_folder(reader, thread, NULL);
    g_assert_cmpuint(folder->n_chain, >, 0);
    /* Its files and sockets are found without being told of the thread. */
    g_assert_true(has_file_open(reader, child_pid(child), vkp_file_inode("/dev/zero")));
    g_autoptr(GArray) sockets = vkp_reader_list_sockets(reader, child_pid(child), NULL);
    g_assert_cmpuint(sockets->len, >, 0);
}

/* A process that has changed its uid without an exec may not be looked into by its like. */
static void look_at_undumpable(Child *self, gpointer data)
{
    (void)self;
    (void)data;
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    g_autoptr(GError) error = NULL;
    uid_t uid = 4711;
    g_assert_true(vkp_reader_read_uid(reader, child_pid(child), &uid, NULL));
    g_assert_cmpuint(uid, ==, geteuid());
    g_autoptr(VkpImage) image = vkp_reader_read_image(reader, child_pid(child), &error);
    g_assert_no_error(error);
    g_assert_false(image->environment_known);
    g_assert_cmpuint(g_strv_length(image->command), >, 0);
    g_assert_null(vkp_reader_read_folder(reader, child_pid(child), &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
    g_clear_error(&error);
    gboolean is_open = FALSE;
    const VkpInode file = {1, 1};
    g_assert_false(
        vkp_reader_check_files_open(reader, child_pid(child), &file, 1, &is_open, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
    child_end(child);
}

static void test_undumpable(void)
{
    if (geteuid() != 0) {
        g_test_skip("needs root to change the uid");
        return;
    }
    child_run_unprivileged(look_at_undumpable, NULL);
}

/* A proc file system of another pid namespace, where numbers are not ours. */
static void mount_other_proc(Child *self, gpointer data)
{
    int is_ready = unshare(CLONE_NEWNS | CLONE_NEWPID) == 0 &&
                   mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    pid_t init = is_ready ? fork() : -1;
    if (init == 0) {
        (void)(mount("proc", data, "proc", 0, NULL) == 0);
        child_say(self);
        child_idle(self, NULL);
    }
    if (init < 0)
        child_say(self);
    child_idle(self, NULL);
}

static void test_other_pid_namespace(void)
{
    if (geteuid() != 0) {
        g_test_skip("needs root to mount");
        return;
    }
    g_autoptr(VkpFakeProc) folder = vkp_fake_proc_new();
    const char *place = vkp_fake_proc_root(folder);
    g_autoptr(Child) child = child_start(mount_other_proc, (gpointer)place);
    child_hear(child);
    g_autofree char *root = g_strdup_printf("/proc/%d/root%s", child_pid(child), place);
    g_autoptr(VkpReader) reader = open_reader(root);
    VkpStat stat;
    if (!vkp_reader_read_stat(reader, 1, &stat, NULL)) {
        g_test_skip("cannot mount here");
        return;
    }
    g_assert_cmpint(stat.parent_pid, ==, 0);
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(vkp_reader_open_pidfd(reader, 1, &error), ==, -1);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

static void test_no_descriptors(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    struct rlimit before;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &before));
    struct rlimit none = {0, before.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &none));
    GError *errors[4] = {NULL};
    VkpStat stat;
    gboolean is_open;
    gboolean worked[] = {
        vkp_reader_list_pids(reader, &errors[0]) != NULL,
        vkp_reader_read_stat(reader, getpid(), &stat, &errors[1]),
        vkp_reader_check_files_open(reader, getpid(), &(VkpInode){1, 1}, 1, &is_open, &errors[2]),
        vkp_reader_read_folder(reader, getpid(), &errors[3]) != NULL,
    };
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    for (guint i = 0; i < G_N_ELEMENTS(errors); i++) {
        g_assert_false(worked[i]);
        g_assert_error(errors[i], VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
        g_clear_error(&errors[i]);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reader/real/sees-us-as-we-are", test_self);
    g_test_add_func("/reader/real/start-time-is-on-the-wall-clock", test_start_time);
    g_test_add_func("/reader/real/command-and-marks-of-a-child", test_real_image);
    g_test_add_func("/reader/real/who-has-a-file-open", test_real_open_file);
    g_test_add_func("/reader/real/who-is-gone-is-not-found", test_gone);
    g_test_add_func("/reader/real/a-thread-is-not-found", test_thread);
    g_test_add_func("/reader/real/a-leader-that-exited-is-read-through-a-thread", test_leaderless);
    g_test_add_func("/reader/real/what-may-not-be-read-is-missing", test_undumpable);
    g_test_add_func("/reader/real/other-pid-namespaces-are-not-ours", test_other_pid_namespace);
    g_test_add_func("/reader/real/out-of-descriptors-is-said", test_no_descriptors);
    return g_test_run();
}
