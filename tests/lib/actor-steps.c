/* SPDX-License-Identifier: Apache-2.0 */
/* A process that does what its words say, one step after the other:
 *
 *   name NAME            what /proc/PID/comm says (the words stay as they are)
 *   chdir FOLDER         setsid            setpgid           uid NUMBER
 *   lend UID OTHER       seen as UID's, signalled by OTHER alone
 *   ignore SIGNAL        a number          open FILE         for reading and writing, until "close"
 *   listen PORT          on 127.0.0.1      env NAME=VALUE    unenv NAME      (seen after exec)
 *   sleep MS             burn MS           exit CODE         settle
 *   fork N ( STEPS )     N children play the steps
 *   exec ( STEPS )       the same program anew     exec-as NAME ( STEPS )   with NAME for words[0]
 *   run ( PROGRAM WORDS )  another program, in this process
 *   on-term ( STEPS )    what to do at SIGTERM instead of dying
 *   wait                 until all children are dead, reaping them
 *   reap                 for ever, reaping children
 *   supervise ( STEPS )  a child that plays the steps, and another when it is dead, and so on
 *   idle                 for ever, without reaping anybody
 *   stop                 stops itself, and goes on when continued
 *   title                writes over its environment, as a long title does
 *   hydra, twins, storm N MS, hop N MS, hop-sessions N MS, leaderless, vfork, trace ( STEPS ),
 *   pid-namespace ( STEPS ), exec-again N, forge      see actor-unruly.c
 *
 * At the end of its steps a process exits with 0. */
#include "tests/lib/actor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What stands behind a step's word. */
typedef struct {
    char *text; /* the word behind it, and that as a number */
    int number;
    int second; /* the next one as a number */
    Script group;
} Arguments;

static void step_name(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    prctl(PR_SET_NAME, arguments->text);
}

static void step_chdir(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    if (chdir(arguments->text) < 0)
        actor_fail(arguments->text);
}

static void step_setsid(Actor *actor, const Arguments *arguments)
{
    (void)actor, (void)arguments;
    setsid();
}

static void step_setpgid(Actor *actor, const Arguments *arguments)
{
    (void)actor, (void)arguments;
    setpgid(0, 0);
}

static void step_uid(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    uid_t id = (uid_t)arguments->number;
    if (setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
        actor_fail("uid");
}

/* Looks like a process of the first user to everybody who lists processes, and takes signals from
 * the second one alone. */
static void step_lend(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    uid_t owner = (uid_t)arguments->number;
    uid_t other = (uid_t)arguments->second;
    if (setresgid(owner, owner, owner) < 0 || setresuid(other, owner, other) < 0 ||
        prctl(PR_SET_DUMPABLE, 1) < 0)
        actor_fail("lend");
}

static void step_ignore(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    signal(arguments->number, SIG_IGN);
}

static void step_open(Actor *actor, const Arguments *arguments)
{
    actor->opened = open(arguments->text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (actor->opened < 0)
        actor_fail(arguments->text);
}

static void step_close(Actor *actor, const Arguments *arguments)
{
    (void)arguments;
    close(actor->opened);
}

static void step_listen(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_port = htons((uint16_t)arguments->number);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4) < 0)
        actor_fail("listen");
}

static void step_env(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    putenv(arguments->text);
}

static void step_unenv(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    unsetenv(arguments->text);
}

static void step_sleep(Actor *actor, const Arguments *arguments)
{
    int64_t end = actor_now_usec() + (int64_t)arguments->number * 1000;
    for (int64_t left; (left = end - actor_now_usec()) > 0;)
        actor_pause(actor, -1, (int)((left + 999) / 1000));
}

static void step_burn(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    int64_t end = actor_now_usec() + (int64_t)arguments->number * 1000;
    while (actor_now_usec() < end)
        continue;
}

static void step_exit(Actor *actor, const Arguments *arguments)
{
    (void)actor;
    _exit(arguments->number);
}

static void step_settle(Actor *actor, const Arguments *arguments)
{
    (void)arguments;
    actor_settle(actor);
}

static void step_fork(Actor *actor, const Arguments *arguments)
{
    for (int n = arguments->number; n > 0; n--)
        actor_fork_play(actor, arguments->group);
}

/* The words of the group as a vector of their own, with `first` (may be NULL) before them. */
static char **dup_words(char *first, Script group)
{
    char **words = calloc((size_t)(group.end - group.begin) + 2, sizeof *words);
    if (!words)
        actor_fail("calloc");
    char **next = words;
    if (first)
        *next++ = first;
    for (char **word = group.begin; word < group.end; word++)
        *next++ = *word;
    return words;
}

static void step_exec_as(Actor *actor, const Arguments *arguments)
{
    char **words = dup_words(arguments->text, arguments->group);
    actor_unblock_all();
    atomic_fetch_sub(&actor->stage->n_started, 1); /* the new image counts itself */
    execv("/proc/self/exe", words);
    actor_fail("exec");
}

static void step_exec(Actor *actor, const Arguments *arguments)
{
    step_exec_as(actor, &(Arguments){.text = actor->words[0], .group = arguments->group});
}

static void step_run(Actor *actor, const Arguments *arguments)
{
    char **words = dup_words(NULL, arguments->group);
    actor_settle(actor);
    actor_unblock_all();
    execvp(words[0], words);
    actor_fail(words[0]);
}

static void step_on_term(Actor *actor, const Arguments *arguments)
{
    actor->on_term = arguments->group;
    actor_handle(SIGTERM);
}

static void step_wait(Actor *actor, const Arguments *arguments)
{
    (void)arguments;
    actor_settle(actor);
    for (pid_t pid; (pid = waitpid(-1, NULL, WNOHANG)) >= 0;)
        if (pid == 0)
            actor_pause(actor, -1, -1);
}

static void step_reap(Actor *actor, const Arguments *arguments)
{
    (void)arguments;
    actor_settle(actor);
    for (;;)
        if (waitpid(-1, NULL, WNOHANG) <= 0)
            actor_pause(actor, -1, -1);
}

static void step_supervise(Actor *actor, const Arguments *arguments)
{
    for (;;) {
        pid_t child = actor_fork_play(actor, arguments->group);
        actor_settle(actor);
        while (child < 0 || waitpid(child, NULL, WNOHANG) == 0)
            actor_pause(actor, -1, -1);
    }
}

static void step_idle(Actor *actor, const Arguments *arguments)
{
    (void)arguments;
    actor_settle(actor);
    for (;;)
        actor_pause(actor, -1, -1);
}

static void step_stop(Actor *actor, const Arguments *arguments)
{
    (void)arguments;
    actor_settle(actor);
    raise(SIGSTOP);
}

static void step_storm(Actor *actor, const Arguments *arguments)
{
    unruly_storm(actor, arguments->number, arguments->second);
}

static void step_hop(Actor *actor, const Arguments *arguments)
{
    unruly_hop(actor, arguments->number, arguments->second, false);
}

static void step_hop_sessions(Actor *actor, const Arguments *arguments)
{
    unruly_hop(actor, arguments->number, arguments->second, true);
}

static void step_trace(Actor *actor, const Arguments *arguments)
{
    unruly_trace(actor, arguments->group);
}

static void step_pid_namespace(Actor *actor, const Arguments *arguments)
{
    unruly_pid_namespace(actor, arguments->group);
}

static void step_exec_again(Actor *actor, const Arguments *arguments)
{
    unruly_exec_again(actor, arguments->number);
}

/* Steps without arguments that actor-unruly.c plays. */
#define UNRULY_STEP(name, call)                                                                    \
    static void step_##name(Actor *actor, const Arguments *arguments)                              \
    {                                                                                              \
        (void)actor, (void)arguments;                                                              \
        call;                                                                                      \
    }
UNRULY_STEP(hydra, unruly_hydra(actor))
UNRULY_STEP(twins, unruly_twins(actor))
UNRULY_STEP(leaderless, unruly_leaderless(actor))
UNRULY_STEP(vfork, unruly_vfork(actor))
UNRULY_STEP(title, unruly_title())
UNRULY_STEP(forge, unruly_forge())

typedef struct {
    const char *word;
    int n_texts; /* how many words it takes, not counting the group */
    bool has_group;
    void (*play)(Actor *actor, const Arguments *arguments);
} Step;

static const Step steps[] = {
    {"name", 1, false, step_name},
    {"chdir", 1, false, step_chdir},
    {"setsid", 0, false, step_setsid},
    {"setpgid", 0, false, step_setpgid},
    {"uid", 1, false, step_uid},
    {"lend", 2, false, step_lend},
    {"ignore", 1, false, step_ignore},
    {"open", 1, false, step_open},
    {"close", 0, false, step_close},
    {"listen", 1, false, step_listen},
    {"env", 1, false, step_env},
    {"unenv", 1, false, step_unenv},
    {"sleep", 1, false, step_sleep},
    {"burn", 1, false, step_burn},
    {"exit", 1, false, step_exit},
    {"settle", 0, false, step_settle},
    {"fork", 1, true, step_fork},
    {"exec", 0, true, step_exec},
    {"exec-as", 1, true, step_exec_as},
    {"run", 0, true, step_run},
    {"on-term", 0, true, step_on_term},
    {"wait", 0, false, step_wait},
    {"reap", 0, false, step_reap},
    {"supervise", 0, true, step_supervise},
    {"idle", 0, false, step_idle},
    {"stop", 0, false, step_stop},
    {"hydra", 0, false, step_hydra},
    {"twins", 0, false, step_twins},
    {"storm", 2, false, step_storm},
    {"hop", 2, false, step_hop},
    {"hop-sessions", 2, false, step_hop_sessions},
    {"leaderless", 0, false, step_leaderless},
    {"vfork", 0, false, step_vfork},
    {"trace", 0, true, step_trace},
    {"pid-namespace", 0, true, step_pid_namespace},
    {"exec-again", 1, false, step_exec_again},
    {"title", 0, false, step_title},
    {"forge", 0, false, step_forge},
};

static const Step *find_step(const char *word)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (!strcmp(steps[i].word, word))
            return &steps[i];
    errno = EINVAL;
    actor_fail(word);
}

/* The group that begins at `word`; *after is the word behind its end. */
static Script read_group(char **word, Script script, char ***after)
{
    int depth = 0;
    for (char **end = word; end < script.end; end++) {
        depth += !strcmp(*end, "(") - !strcmp(*end, ")");
        if (depth > 0)
            continue;
        *after = end + 1;
        return (Script){word + 1, end};
    }
    errno = EINVAL;
    actor_fail("a group without an end");
}

void actor_play(Actor *actor, Script script)
{
    for (char **word = script.begin; word < script.end;) {
        const Step *step = find_step(*word++);
        if (script.end - word < step->n_texts + step->has_group) {
            errno = EINVAL;
            actor_fail(step->word);
        }
        Arguments arguments = {.text = step->n_texts > 0 ? *word : NULL};
        arguments.number = step->n_texts > 0 ? atoi(word[0]) : 0;
        arguments.second = step->n_texts > 1 ? atoi(word[1]) : 0;
        word += step->n_texts;
        if (step->has_group)
            arguments.group = read_group(word, script, &word);
        step->play(actor, &arguments);
    }
}
