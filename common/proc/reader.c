/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/contract.h"
#include "common/proc/image.h"
#include "common/proc/reader-private.h"

/* More than any line of /proc/PID/stat: 52 numbers of at most 20 digits, and a name. */
#define STAT_MAX_BYTES 2048

/* One in ten thousand reads meets a task that goes, if all that its process does is to execute
 * itself from a thread; that many in a row are none of these. */
#define MAX_READS_IN_PASSING 10

/* The kernel takes at most 6 MiB of arguments and environment together at an exec. */
#define ENVIRONMENT_MAX_BYTES (8u * 1024u * 1024u)

/* "self" names us by our number in the pid namespace that this proc file system shows. */
static gboolean shows_our_pids(int root)
{
    char target[16];
    gssize length = readlinkat(root, "self", target, sizeof target - 1);
    if (length <= 0)
        return FALSE;
    target[length] = '\0';
    pid_t pid;
    return vkp_pid_parse(target, &pid) && pid == getpid();
}

VkpReader *vkp_reader_open(const char *root, GError **error)
{
    const char *path = root ? root : "/proc";
    g_auto(VkpFd) fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct statfs system;
    if (fd < 0 || fstatfs(fd, &system) < 0) {
        vkp_set_error_errno(error, errno, "Cannot open the proc file system \"%s\"", path);
        return NULL;
    }
    VkpReader *reader = g_new0(VkpReader, 1);
    reader->root = vkp_fd_steal(&fd);
    reader->loadavg = -1;
    reader->mounts = vkp_mounts_new(NULL);
    reader->is_procfs = system.f_type == PROC_SUPER_MAGIC;
    reader->is_own = reader->is_procfs && shows_our_pids(reader->root);
    if (reader->is_procfs)
        vkp_mounts_refresh(reader->mounts);
    reader->ticks_per_second = (guint)MAX(sysconf(_SC_CLK_TCK), 1);
    return reader;
}

VkpReader *vkp_reader_dup(const VkpReader *reader, GError **error)
{
    int root = fcntl(reader->root, F_DUPFD_CLOEXEC, 0);
    if (root < 0) { /* EINVAL: not even the lowest number is allowed */
        vkp_set_error_errno(error, errno == EINVAL ? EMFILE : errno,
                            "Cannot open the proc file system once more");
        return NULL;
    }
    VkpReader *copy = g_memdup2(reader, sizeof *reader);
    copy->root = root;
    copy->loadavg = -1;
    copy->mounts = NULL;
    return copy;
}

VkpMounts *vkp_reader_mounts(VkpReader *reader)
{
    return reader->mounts;
}

void vkp_reader_close(VkpReader *reader)
{
    if (!reader)
        return;
    vkp_mounts_free(reader->mounts);
    vkp_fd_close(&reader->loadavg);
    vkp_fd_close(&reader->root);
    g_free(reader);
}

VkpDirectory vkp_reader_open_directory(VkpReader *reader, const char *path, GError **error)
{
    g_auto(VkpFd) fd = openat(reader->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory) {
        vkp_set_error_errno(error, errno, "Cannot open the folder \"%s\" of /proc", path);
        return NULL;
    }
    (void)vkp_fd_steal(&fd);
    return directory;
}

static int compare_pids(gconstpointer a, gconstpointer b)
{
    pid_t first = *(const pid_t *)a;
    pid_t second = *(const pid_t *)b;
    return (first > second) - (first < second);
}

GArray *vkp_reader_list_pids(VkpReader *reader, GError **error)
{
    g_auto(VkpDirectory) directory = vkp_reader_open_directory(reader, ".", error);
    if (!directory)
        return NULL;
    g_autoptr(GArray) pids = g_array_sized_new(FALSE, FALSE, sizeof(pid_t), 512);
    gboolean is_sorted = TRUE;
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(directory))) {
        pid_t pid;
        if (!vkp_pid_parse(entry->d_name, &pid))
            continue;
        is_sorted =
            is_sorted && (pids->len == 0 || g_array_index(pids, pid_t, pids->len - 1) < pid);
        g_array_append_val(pids, pid);
    }
    if (errno != 0) {
        vkp_set_error_errno(error, errno, "Cannot list /proc");
        return NULL;
    }
    /* The kernel lists them in order; other file systems don't. */
    if (!is_sorted)
        g_array_sort(pids, compare_pids);
    return g_steal_pointer(&pids);
}

pid_t vkp_reader_find_thread(VkpReader *reader, pid_t pid)
{
    VkpPidPath path = vkp_pid_path(pid, "task");
    g_auto(VkpDirectory) directory = vkp_reader_open_directory(reader, path.text, NULL);
    const struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        pid_t thread;
        if (vkp_pid_parse(entry->d_name, &thread) && thread != pid)
            return thread;
    }
    return 0;
}

/* One read() of a file that the kernel makes in one piece: less than `size` bytes is all of it, and
 * the second call that would say so is saved. */
static gssize read_once(VkpReader *reader, const char *path, char *buffer, gsize size)
{
    g_auto(VkpFd) fd = openat(reader->root, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    return vkp_fd_read(fd, buffer, size);
}

static gboolean take_stat(const char *line, gssize length, pid_t pid, VkpStat *stat, GError **error)
{
    if (length < 0) {
        vkp_set_error_errno(error, errno, "Cannot read the state of process %d", pid);
        return FALSE;
    }
    VkpStat parsed;
    if (length >= STAT_MAX_BYTES || !vkp_stat_parse(line, (gsize)length, &parsed)) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM,
                    "The state of process %d cannot be understood", pid);
        return FALSE;
    }
    *stat = parsed;
    return TRUE;
}

/* /proc lists no threads, but shows them to whoever asks for their number. A leader that is going,
 * its number passing to a thread, looks like one; a thread that is going goes at once. */
static gboolean is_bare_thread(const VkpStat *stat)
{
    return stat->is_thread && stat->state != 'Z' && stat->state != 'X';
}

/* Where a thread that is not the leader executes something, the leader goes and its number passes
 * to that thread. A read in that moment shows the leader's end, as if there was no other thread,
 * and not the process, which lives. The next one shows it, or that it is gone: nobody stays in
 * state X, and whoever can be read has a thread. */
static gboolean is_passing(const VkpStat *stat)
{
    return stat->state == 'X' || stat->threads == 0;
}

static gboolean read_stat(int fd, pid_t pid, VkpStat *stat, GError **error)
{
    char line[STAT_MAX_BYTES];
    VkpStat seen;
    guint n_reads = 0;
    do {
        gssize length = fd < 0 ? -1 : pread(fd, line, sizeof line, 0);
        if (!take_stat(line, length, pid, &seen, error))
            return FALSE;
    } while (is_passing(&seen) && ++n_reads < MAX_READS_IN_PASSING);
    if (is_bare_thread(&seen)) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND, "%d is a thread, not a process", pid);
        return FALSE;
    }
    *stat = seen;
    return TRUE;
}

gboolean vkp_reader_read_stat(VkpReader *reader, pid_t pid, VkpStat *stat, GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "stat");
    g_auto(VkpFd) fd = openat(reader->root, path.text, O_RDONLY | O_CLOEXEC);
    return read_stat(fd, pid, stat, error);
}

int vkp_reader_open_stat(VkpReader *reader, pid_t pid, GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "stat");
    int fd = openat(reader->root, path.text, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        vkp_set_error_errno(error, errno, "Cannot open the state of process %d", pid);
    return fd;
}

gboolean vkp_reader_read_open_stat(int fd, pid_t pid, VkpStat *stat, GError **error)
{
    return read_stat(fd, pid, stat, error);
}

gboolean vkp_reader_read_uid(VkpReader *reader, pid_t pid, uid_t *uid, GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "");
    struct stat status;
    if (fstatat(reader->root, path.text, &status, 0) < 0) {
        vkp_set_error_errno(error, errno, "Cannot look at process %d", pid);
        return FALSE;
    }
    *uid = status.st_uid;
    return TRUE;
}

/* NULL and errno on failure. The kernel fills what it is given as long as there is more
 * (environ_read() in fs/proc/base.c), so a short read is the last. */
static char *read_environment(VkpReader *reader, pid_t pid, gsize *length)
{
    VkpPidPath path = vkp_pid_path(pid, "environ");
    g_auto(VkpFd) fd = openat(reader->root, path.text, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    gsize room = 16 * 1024;
    gsize used = 0;
    g_autofree char *bytes = g_malloc(room);
    for (;;) {
        gssize got = vkp_fd_read(fd, bytes + used, room - used);
        if (got < 0)
            return NULL;
        used += (gsize)got;
        if (used < room || room >= ENVIRONMENT_MAX_BYTES)
            break;
        room *= 2;
        bytes = g_realloc(bytes, room);
    }
    *length = used;
    return g_steal_pointer(&bytes);
}

/* Gone, or we are out of descriptors or memory: none of it says anything about the environment. */
static gboolean is_worth_another_try(int saved_errno)
{
    VkpError code = vkp_error_code_from_errno(saved_errno);
    return code == VKP_ERROR_NOT_FOUND || code == VKP_ERROR_LIMITS_EXCEEDED;
}

VkpImage *vkp_reader_read_image(VkpReader *reader, pid_t pid, GError **error)
{
    VkpPidPath path = vkp_pid_path(pid, "cmdline");
    char command[VKP_COMMAND_MAX_BYTES + 1];
    gssize length = read_once(reader, path.text, command, sizeof command);
    if (length < 0) {
        vkp_set_error_errno(error, errno, "Cannot read the command line of process %d", pid);
        return NULL;
    }
    gsize environment_length = 0;
    g_autofree char *environment = read_environment(reader, pid, &environment_length);
    if (!environment && is_worth_another_try(errno)) {
        vkp_set_error_errno(error, errno, "Cannot read the environment of process %d", pid);
        return NULL;
    }
    gboolean cut = (gsize)length == sizeof command;
    return vkp_image_build(command, MIN((gsize)length, VKP_COMMAND_MAX_BYTES), cut, environment,
                           environment_length);
}

/* "folio_wait_bit_common", or "0": hidden from us, or it sleeps nowhere. */
static gboolean is_symbol(const char *text)
{
    const char *at = text;
    while (g_ascii_isalnum(*at) || *at == '_' || *at == '.')
        at++;
    return at > text && !*at && !g_str_equal(text, "0");
}

char *vkp_reader_dup_wait_channel(VkpReader *reader, pid_t pid)
{
    VkpPidPath path = vkp_pid_path(pid, "wchan");
    char symbol[64];
    gssize length = read_once(reader, path.text, symbol, sizeof symbol - 1);
    if (length <= 0)
        return NULL;
    symbol[length] = '\0';
    return is_symbol(symbol) ? g_strdup(symbol) : NULL;
}

/* kernel_clone() of kernel/fork.c has been _do_fork() and do_fork(); the wait is inlined there. */
gboolean vkp_reader_waits_for_vfork(VkpReader *reader, pid_t pid)
{
    g_autofree char *symbol = vkp_reader_dup_wait_channel(reader, pid);
    return g_strcmp0(symbol, "kernel_clone") == 0 || g_strcmp0(symbol, "_do_fork") == 0 ||
           g_strcmp0(symbol, "do_fork") == 0 || g_strcmp0(symbol, "wait_for_vfork_done") == 0;
}

int vkp_reader_open_pidfd(VkpReader *reader, pid_t pid, GError **error)
{
    if (!reader->is_own) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM,
                    "Process %d is not one of this system's own, so it cannot be held", pid);
        return -1;
    }
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    /* EINVAL: no process leads this number, at most a thread has it. Always close-on-exec. */
    if (fd < 0)
        vkp_set_error_errno(error, errno == EINVAL ? ESRCH : errno, "Cannot hold process %d", pid);
    return fd;
}
