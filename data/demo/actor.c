/* SPDX-License-Identifier: Apache-2.0 */

/* Plays the programs that agents start (claude, npm, node ...) on the demo's board. It is run
 * through a link of the wanted name and finds its part, a list of steps, in the variable
 * DEMO_<NAME>:
 *
 *   title TEXT    rewrites its short name, as npm does
 *   memory MIB    holds that much memory
 *   busy PERCENT  keeps a processor that busy
 *   run COMMAND   starts a child through the shell
 *   listen FILE   takes a free TCP port on the loopback and writes its number to FILE
 *   await FILE    goes on when FILE is there
 *   wait          waits for its last child and exits
 *   leave         exits, and leaves its children behind
 *
 * After the last step it stays, until a signal ends it. */

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLICE_MS = 200 };

typedef struct {
    pid_t child;  /* the last one */
    int listener; /* -1: none */
    int busy_percent;
    char *memory; /* held until the end */
} Actor;

static void fail(const char *what)
{
    fprintf(stderr, "demo actor %s: %s: %s\n", program_invocation_short_name, what,
            strerror(errno));
    exit(1);
}

/* The name of the link we were run through, whatever argv[0] claims. */
static const char *own_name(void)
{
    const char *path = (const char *)getauxval(AT_EXECFN);
    const char *slash = path ? strrchr(path, '/') : NULL;

    return slash ? slash + 1 : "actor";
}

static char *own_part(void)
{
    char variable[64];
    int length = snprintf(variable, sizeof variable, "DEMO_%s", own_name());

    for (int i = 0; i < length && variable[i]; i++)
        variable[i] = isalnum((unsigned char)variable[i]) ? (char)toupper(variable[i]) : '_';
    const char *part = getenv(variable);
    return part ? strdup(part) : NULL;
}

static void hold_memory(Actor *actor, size_t mebibytes)
{
    size_t size = mebibytes << 20;

    actor->memory = malloc(size);
    if (!actor->memory)
        fail("malloc");
    /* Touched, and not alike, so that it is really resident. */
    for (size_t i = 0; i < size; i += 1024)
        ((volatile char *)actor->memory)[i] = (char)i;
}

static void run(Actor *actor, char *command)
{
    char *arguments[] = {(char[]){"sh"}, (char[]){"-c"}, command, NULL};

    errno = posix_spawn(&actor->child, "/bin/sh", NULL, NULL, arguments, environ);
    if (errno)
        fail(command);
}

static void write_port(const char *file, unsigned port)
{
    FILE *stream = fopen(file, "we");

    if (!stream || fprintf(stream, "%u\n", port) < 0 || fclose(stream) != 0)
        fail(file);
}

static void listen_on_free_port(Actor *actor, const char *file)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    actor->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (actor->listener < 0 || bind(actor->listener, (struct sockaddr *)&address, size) < 0 ||
        listen(actor->listener, 8) < 0 ||
        getsockname(actor->listener, (struct sockaddr *)&address, &size) < 0)
        fail("listen");
    write_port(file, ntohs(address.sin_port));
}

static void answer(int listener)
{
    static const char reply[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"
                                "A dev server of the demo.\n";
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (client < 0)
        return;
    (void)send(client, reply, sizeof reply - 1, MSG_NOSIGNAL);
    close(client);
}

static void await_file(const char *file)
{
    while (access(file, F_OK) != 0)
        (void)poll(NULL, 0, 20);
}

static _Noreturn void wait_for_child(const Actor *actor)
{
    while (waitpid(actor->child, NULL, 0) < 0 && errno == EINTR)
        ;
    exit(0);
}

static void burn(int milliseconds)
{
    clock_t end = clock() + (clock_t)milliseconds * (CLOCKS_PER_SEC / 1000);

    while (clock() < end)
        ;
}

static _Noreturn void stay(const Actor *actor)
{
    struct pollfd listener = {.fd = actor->listener, .events = POLLIN};

    for (;;) {
        int busy_ms = SLICE_MS * actor->busy_percent / 100;

        if (poll(&listener, 1, actor->busy_percent ? SLICE_MS - busy_ms : -1) > 0)
            answer(actor->listener);
        burn(busy_ms);
    }
}

static void play_step(Actor *actor, char *step)
{
    char *rest = step + strcspn(step, " ");

    if (*rest)
        *rest++ = '\0';
    if (strcmp(step, "title") == 0)
        prctl(PR_SET_NAME, rest);
    else if (strcmp(step, "memory") == 0)
        hold_memory(actor, strtoul(rest, NULL, 10));
    else if (strcmp(step, "busy") == 0)
        actor->busy_percent = (int)strtol(rest, NULL, 10) % 100;
    else if (strcmp(step, "run") == 0)
        run(actor, rest);
    else if (strcmp(step, "listen") == 0)
        listen_on_free_port(actor, rest);
    else if (strcmp(step, "await") == 0)
        await_file(rest);
    else if (strcmp(step, "wait") == 0)
        wait_for_child(actor);
    else if (strcmp(step, "leave") == 0)
        exit(0);
    else
        fail(step);
}

int main(void)
{
    Actor actor = {.listener = -1};
    char *part = own_part();

    for (char *step = part; step && *step;) {
        char *next = step + strcspn(step, "\n");
        if (*next)
            *next++ = '\0';
        play_step(&actor, step);
        step = next;
    }
    free(part);
    stay(&actor);
}
