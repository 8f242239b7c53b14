/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/rivals.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/figures.h"

double rivals_run_ps(void)
{
    const char *const argv[] = {"ps", "-eo", "pid,ppid,comm,args,rss,pcpu", NULL};
    double begin = figures_now();
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    return figures_now() - begin;
}

static void read_file(int directory, const char *pid, const char *name)
{
    char path[64];
    char bytes[4096];
    g_snprintf(path, sizeof path, "%s/%s", pid, name);
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
    close(fd);
}

static void read_folder(int directory, const char *pid)
{
    char path[64];
    char target[4096];
    g_snprintf(path, sizeof path, "%s/cwd", pid);
    (void)!readlinkat(directory, path, target, sizeof target);
}

static void read_plainly(int directory, const char *pid)
{
    read_file(directory, pid, "stat");
    read_file(directory, pid, "cmdline");
    read_file(directory, pid, "statm");
    read_folder(directory, pid);
}

static void read_open_files(int directory, const char *pid)
{
    char path[64];
    struct stat status;
    g_snprintf(path, sizeof path, "%s/fd", pid);
    int fd = openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *descriptors = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    if (!descriptors)
        return;
    while ((entry = readdir(descriptors)))
        (void)!fstatat(fd, entry->d_name, &status, 0);
    closedir(descriptors);
}

static void read_evidence(int directory, const char *pid)
{
    read_file(directory, pid, "stat");
    read_file(directory, pid, "environ");
    read_folder(directory, pid);
    read_open_files(directory, pid);
}

static double run_scan(void (*read_one)(int directory, const char *pid))
{
    double begin = figures_now();
    DIR *proc = opendir("/proc");
    g_assert_nonnull(proc);
    const struct dirent *entry;
    while ((entry = readdir(proc)))
        if (g_ascii_isdigit(entry->d_name[0]))
            read_one(dirfd(proc), entry->d_name);
    closedir(proc);
    return figures_now() - begin;
}

double rivals_run_plain_scan(void)
{
    return run_scan(read_plainly);
}

double rivals_run_evidence(void)
{
    return run_scan(read_evidence);
}

/* Timed inside, so that Python's own start does not count. */
double rivals_run_psutil(void)
{
    const char script[] =
        "import psutil, time\n"
        "t = time.perf_counter()\n"
        "[p.info for p in psutil.process_iter(['pid', 'ppid', 'name', 'cmdline', 'cwd',"
        " 'memory_info', 'cpu_percent'])]\n"
        "print((time.perf_counter() - t) * 1e6)\n";
    const char *const argv[] = {"python3", "-c", script, NULL};
    g_autofree char *output = NULL;
    int status = 0;
    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, &output, NULL, &status, NULL) ||
        status != 0)
        return -1;
    return g_ascii_strtod(output, NULL);
}
