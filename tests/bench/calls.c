/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/calls.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The traced says "begin" by a byte, hears when it is seized, and marks where the counting begins
 * and ends by a call that nobody else makes. */
#define MARK SYS_getppid

struct Calls {
    pid_t tracer;
    int to_tracer;
    int from_tracer;
};

static gboolean resume_to_stop(pid_t pid, int *status)
{
    int signal = 0;
    for (;;) {
        if (ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal) < 0 ||
            waitpid(pid, status, __WALL) < 0 || !WIFSTOPPED(*status))
            return FALSE;
        if (WSTOPSIG(*status) == (SIGTRAP | 0x80))
            return TRUE;
        signal = *status >> 16 ? 0 : WSTOPSIG(*status);
    }
}

/* Between the two marks; -1 when it can't be told. */
static int count(pid_t pid)
{
    int status;
    int n = 0;
    guint n_marks = 0;
    while (n_marks < 2 && resume_to_stop(pid, &status)) {
        struct __ptrace_syscall_info info;
        if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof info, &info) < 0)
            return -1;
        if (info.op != PTRACE_SYSCALL_INFO_ENTRY)
            continue;
        if (info.entry.nr == MARK)
            n_marks++;
        else if (n_marks == 1)
            n++;
    }
    return n_marks == 2 ? n : -1;
}

static G_NORETURN void be_tracer(pid_t traced, int in, int out)
{
    char byte;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(in, &byte, 1) == 1) {
        int status;
        int n = -1;
        gboolean is_seized = ptrace(PTRACE_SEIZE, traced, NULL, PTRACE_O_TRACESYSGOOD) == 0 &&
                             ptrace(PTRACE_INTERRUPT, traced, NULL, NULL) == 0 &&
                             waitpid(traced, &status, __WALL) == traced;
        (void)!write(out, is_seized ? "y" : "n", 1);
        if (is_seized) {
            n = count(traced);
            ptrace(PTRACE_DETACH, traced, NULL, NULL);
        }
        (void)!write(out, &n, sizeof n);
    }
    _exit(0);
}

Calls *calls_new(void)
{
    Calls *calls = g_new0(Calls, 1);
    int there[2];
    int back[2];
    pid_t traced = getpid();
    g_assert_cmpint(pipe(there), ==, 0);
    g_assert_cmpint(pipe(back), ==, 0);
    /* Yama lets only ancestors trace, unless they are asked. */
    calls->tracer = fork();
    if (calls->tracer == 0) {
        close(there[1]);
        close(back[0]);
        be_tracer(traced, there[0], back[1]);
    }
    prctl(PR_SET_PTRACER, calls->tracer);
    close(there[0]);
    close(back[1]);
    calls->to_tracer = there[1];
    calls->from_tracer = back[0];
    return calls;
}

void calls_free(Calls *calls)
{
    if (!calls)
        return;
    close(calls->to_tracer);
    close(calls->from_tracer);
    waitpid(calls->tracer, NULL, 0);
    g_free(calls);
}

int calls_count(Calls *calls, void (*func)(void *data), void *data)
{
    char byte = 'n';
    int n = -1;
    if (write(calls->to_tracer, "", 1) != 1 || read(calls->from_tracer, &byte, 1) != 1)
        return -1;
    if (byte == 'y') {
        syscall(MARK);
        func(data);
        syscall(MARK);
    }
    return read(calls->from_tracer, &n, sizeof n) == sizeof n ? n : -1;
}
