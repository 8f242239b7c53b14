/* SPDX-License-Identifier: Apache-2.0 */
/* The life of one actor: births, waiting, signals. What the words mean is in actor-steps.c. */
#include "tests/lib/actor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t is_terminated;

static void note_signal(int number)
{
    if (number == SIGTERM)
        is_terminated = 1;
}

_Noreturn void actor_fail(const char *what)
{
    fprintf(stderr, "actor %d: %s: %s\n", getpid(), what, strerror(errno));
    _exit(99);
}

int64_t actor_now_usec(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void actor_begin(Actor *actor)
{
    int64_t left = (actor->stage->deadline_usec - actor_now_usec()) / 1000000;
    alarm(left > 0 ? (unsigned)left + 1 : 1);
    atomic_fetch_add(&actor->stage->n_started, 1);
    actor->has_settled = false;
}

void actor_settle(Actor *actor)
{
    if (actor->has_settled)
        return;
    actor->has_settled = true;
    atomic_fetch_add(&actor->stage->n_settled, 1);
}

bool actor_take_ticket(Actor *actor)
{
    int left = atomic_load(&actor->stage->tickets);
    while (left > 0)
        if (atomic_compare_exchange_weak(&actor->stage->tickets, &left, left - 1))
            return true;
    return false;
}

pid_t actor_fork(Actor *actor)
{
    if (!actor_take_ticket(actor))
        return -1;
    pid_t pid = fork();
    if (pid == 0)
        actor_begin(actor);
    return pid;
}

pid_t actor_fork_play(Actor *actor, Script script)
{
    pid_t pid = actor_fork(actor);
    if (pid != 0)
        return pid;
    actor_play(actor, script);
    _exit(0);
}

bool actor_take_term(Actor *actor)
{
    if (!is_terminated)
        return false;
    is_terminated = 0;
    atomic_fetch_add(&actor->stage->signal_count, 1);
    return true;
}

bool actor_is_readable(int fd)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    return poll(&entry, 1, 0) > 0;
}

void actor_pause(Actor *actor, int fd, int milliseconds)
{
    struct pollfd entries[] = {{.fd = VKP_STAGE_LIFELINE_FD}, {.fd = fd, .events = POLLIN}};
    struct timespec timeout = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
    sigset_t none;
    sigemptyset(&none);
    (void)ppoll(entries, 2, milliseconds < 0 ? NULL : &timeout, &none);
    if (entries[0].revents & (POLLHUP | POLLERR | POLLNVAL))
        _exit(0);
    if (!actor->on_term.begin || !actor_take_term(actor))
        return;
    /* Once only: a second SIGTERM finds no mercy, and children are born without the handler. */
    signal(SIGTERM, SIG_DFL);
    actor_unblock_all();
    actor_play(actor, actor->on_term);
}

void actor_handle(int signal_number)
{
    struct sigaction action = {.sa_handler = note_signal};
    sigaction(signal_number, &action, NULL);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, signal_number);
    sigprocmask(SIG_BLOCK, &blocked, NULL); /* delivered in actor_pause() alone: no race */
}

void actor_unblock_all(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

int main(int n_words, char **words)
{
    if (n_words == 2 && !strcmp(words[1], VKP_STAGE_WARDEN_WORD))
        return warden_main();
    Actor actor = {.words = words};
    actor.stage =
        mmap(NULL, sizeof *actor.stage, PROT_READ | PROT_WRITE, MAP_SHARED, VKP_STAGE_PAGE_FD, 0);
    if (actor.stage == MAP_FAILED)
        actor_fail("This program is started by tests alone");
    const char *slash = strrchr(words[0], '/');
    prctl(PR_SET_NAME, slash ? slash + 1 : words[0]);
    actor_handle(SIGCHLD);
    actor_begin(&actor);
    actor_play(&actor, (Script){words + 1, words + n_words});
    return 0;
}
