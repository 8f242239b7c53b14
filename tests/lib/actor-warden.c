/* SPDX-License-Identifier: Apache-2.0 */
/* The ancestor of a family: starts actors for the test and is the subreaper of all that they start.
 * When the test hangs up, dies or takes too long, it kills its children until it has none: orphans
 * become its children. A child's pid cannot be reused before it is reaped, and only the warden
 * reaps, so kill() is safe here. */
#include "tests/lib/actor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    VkpStage *stage;
    int socket;
    int lifeline[2];
} Warden;

static void exec_actor(const Warden *warden, char *words, const VkpStageRequest *request)
{
    char *arguments[VKP_STAGE_WORDS_MAX + 2] = {(char *)"actor"};
    char *variables[VKP_STAGE_WORDS_MAX + 2] = {(char *)"PATH=/usr/local/bin:/usr/bin:/bin"};
    for (uint32_t i = 0; i < request->n_words + request->n_variables; i++) {
        char **place =
            i < request->n_words ? &arguments[i + 1] : &variables[i - request->n_words + 1];
        *place = words;
        words += strlen(words) + 1;
    }
    dup2(warden->lifeline[0], VKP_STAGE_LIFELINE_FD);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve("/proc/self/exe", arguments, variables);
    _exit(99);
}

static void answer_request(Warden *warden)
{
    static char packet[VKP_STAGE_REQUEST_MAX + 1];
    ssize_t length = recv(warden->socket, packet, VKP_STAGE_REQUEST_MAX, 0);
    VkpStageRequest request;
    if (length < (ssize_t)sizeof request)
        return;
    memcpy(&request, packet, sizeof request);
    pid_t pid = -EAGAIN;
    int left = atomic_load(&warden->stage->tickets);
    if (left > 0) {
        atomic_fetch_sub(&warden->stage->tickets, 1);
        pid = fork();
    }
    if (pid == 0)
        exec_actor(warden, packet + sizeof request, &request);
    (void)send(warden->socket, &pid, sizeof pid, MSG_NOSIGNAL);
}

static bool is_our_child(const char *pid_text)
{
    char path[64];
    char text[512];
    snprintf(path, sizeof path, "/proc/%.20s/stat", pid_text);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0)
        close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    const char *end = strrchr(text, ')');
    char state;
    int parent = 0;
    return end && sscanf(end + 1, " %c %d", &state, &parent) == 2 && parent == getpid();
}

static void kill_children(void)
{
    DIR *folder = opendir("/proc");
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_our_child(entry->d_name))
            kill(atoi(entry->d_name), SIGKILL);
    if (folder)
        closedir(folder);
}

/* Returns when there is no child left, and so no descendant. */
static void end_everybody(Warden *warden)
{
    atomic_store(&warden->stage->tickets, 0);
    close(warden->lifeline[1]); /* who idles ends by itself */
    for (;;) {
        kill_children();
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
            continue;
        if (pid < 0)
            return;
        (void)poll(NULL, 0, 1);
    }
}

static void serve(Warden *warden)
{
    sigset_t none;
    sigemptyset(&none);
    for (;;) {
        int64_t left = warden->stage->deadline_usec - actor_now_usec();
        if (left <= 0)
            return;
        struct timespec timeout = {left / 1000000, (left % 1000000) * 1000};
        struct pollfd entry = {.fd = warden->socket, .events = POLLIN};
        int n_ready = ppoll(&entry, 1, &timeout, &none);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (n_ready > 0 && entry.revents & (POLLHUP | POLLERR))
            return;
        if (n_ready > 0)
            answer_request(warden);
    }
}

int warden_main(void)
{
    Warden warden = {.socket = fcntl(VKP_STAGE_LIFELINE_FD, F_DUPFD_CLOEXEC, 10)};
    warden.stage =
        mmap(NULL, sizeof *warden.stage, PROT_READ | PROT_WRITE, MAP_SHARED, VKP_STAGE_PAGE_FD, 0);
    /* The number of the lifeline stays taken, by anything: dup2() onto itself would keep O_CLOEXEC.
     */
    fcntl(VKP_STAGE_LIFELINE_FD, F_SETFD, FD_CLOEXEC);
    if (warden.socket < 0 || warden.stage == MAP_FAILED || pipe2(warden.lifeline, O_CLOEXEC) < 0)
        actor_fail("This program is started by tests alone");
    /* Away from the test's group and terminal: who kills those must not kill the warden first. */
    setsid();
    prctl(PR_SET_NAME, "vkp-warden");
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    actor_handle(SIGCHLD);
    serve(&warden);
    end_everybody(&warden);
    return 0;
}
