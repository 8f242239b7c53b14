/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/proc/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/deadline.h"

#define PATIENCE_MS 10000
#define UNPRIVILEGED_ID 65534

struct Child {
    pid_t pid; /* 0 in the child itself, and when it was reaped */
    int socket;
};

static void live(Child *self, pid_t parent, ChildFunc func, gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    alarm(CHILD_SECONDS);
    func(self, data);
    _exit(0);
}

Child *child_start(ChildFunc func, gpointer data)
{
    int sockets[2];
    g_assert_no_errno(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets));
    pid_t parent = getpid();
    Child *child = g_new0(Child, 1);
    child->pid = fork();
    g_assert_cmpint(child->pid, >=, 0);
    child->socket = sockets[child->pid == 0];
    close(sockets[child->pid != 0]);
    if (child->pid == 0)
        live(child, parent, func, data);
    return child;
}

pid_t child_pid(const Child *child)
{
    return child->pid;
}

void child_say(Child *child)
{
    g_assert_cmpint(send(child->socket, "!", 1, MSG_NOSIGNAL), ==, 1);
}

static gboolean receive(Child *child)
{
    char byte;
    gssize got;
    do
        got = read(child->socket, &byte, 1);
    while (got < 0 && errno == EINTR);
    return got == 1;
}

void child_hear(Child *child)
{
    if (child->pid == 0) {
        if (!receive(child))
            _exit(0);
        return;
    }
    g_assert_true(vkp_deadline_wait_readable(PATIENCE_MS, child->socket));
    g_assert_true(receive(child));
}

gboolean child_was_told(Child *self)
{
    char byte;
    return recv(self->socket, &byte, 1, MSG_DONTWAIT) >= 0;
}

void child_idle(Child *self, gpointer unused)
{
    (void)unused;
    for (;;)
        child_hear(self);
}

void child_exec(Child *self, const char *const *command, const char *const *environment)
{
    static const char *const nothing[] = {NULL};
    dup2(self->socket, STDIN_FILENO);
    execve("/bin/cat", (char **)command, (char **)(environment ? environment : nothing));
    _exit(127);
}

void child_await_exit(Child *child)
{
    siginfo_t info;
    g_assert_no_errno(waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT));
}

void child_join(Child *child)
{
    int status = -1;
    g_assert_cmpint(waitpid(child->pid, &status, 0), ==, child->pid);
    child->pid = 0;
    g_assert_cmpint(status, ==, 0);
}

void child_end(Child *child)
{
    if (child->pid == 0)
        return;
    /* Not reaped yet, so the number is still the child's. */
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    child->pid = 0;
}

void child_free(Child *child)
{
    if (!child)
        return;
    child_end(child);
    close(child->socket);
    g_free(child);
}

typedef struct {
    ChildFunc func;
    gpointer data;
} Unprivileged;

static void drop_and_run(Child *self, gpointer data)
{
    const Unprivileged *unprivileged = data;
    if (getuid() == 0) {
        g_assert_no_errno(setresgid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID));
        g_assert_no_errno(setresuid(UNPRIVILEGED_ID, UNPRIVILEGED_ID, UNPRIVILEGED_ID));
        /* The change of uid has cleared it. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    unprivileged->func(self, unprivileged->data);
}

void child_run_unprivileged(ChildFunc func, gpointer data)
{
    Unprivileged unprivileged = {func, data};
    g_autoptr(Child) child = child_start(drop_and_run, &unprivileged);
    child_join(child);
}
