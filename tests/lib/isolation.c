/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/isolation.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MARK "VKP_TEST_IS_ISOLATED"

static G_NORETURN void skip(const char *what)
{
    printf("1..0 # SKIP no pid namespace to be had here: %s: %s\n", what, g_strerror(errno));
    exit(EXIT_SUCCESS);
}

static G_NORETURN void fail(const char *what)
{
    perror(what);
    _exit(126);
}

/* Reaps whoever ends until `program` does, and ends as it did. */
static G_NORETURN void end_as(pid_t program)
{
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(-1, &status, 0)) != program)
        if (ended < 0 && errno != EINTR)
            fail("waitpid");
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    _exit(128 + WTERMSIG(status));
}

static void write_map(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        skip(path);
    close(fd);
}

/* Without root it takes a user namespace, in which we stay who we are. */
static void unshare_all(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    if (uid == 0) {
        if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
            skip("unshare");
        return;
    }
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0)
        skip("unshare");
    g_autofree char *uid_map = g_strdup_printf("%u %u 1", uid, uid);
    g_autofree char *gid_map = g_strdup_printf("%u %u 1", gid, gid);
    write_map("/proc/self/setgroups", "deny");
    write_map("/proc/self/uid_map", uid_map);
    write_map("/proc/self/gid_map", gid_map);
}

/* The first process of the namespace reaps orphans until the program ends, and with it the kernel
 * ends everybody else. */
static G_NORETURN void be_init(char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        skip("mount");
    pid_t program = fork();
    if (program < 0)
        fail("fork");
    if (program == 0) {
        setenv(MARK, "1", TRUE);
        execv("/proc/self/exe", argv);
        perror("exec");
        _exit(127);
    }
    end_as(program);
}

void vkp_isolation_enter(char **argv)
{
    if (getenv(MARK)) {
        unsetenv(MARK);
        return;
    }
    unshare_all();
    pid_t init = fork();
    if (init < 0)
        skip("fork");
    if (init == 0)
        be_init(argv);
    end_as(init);
}
