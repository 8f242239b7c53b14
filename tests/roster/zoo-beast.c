/* SPDX-License-Identifier: Apache-2.0 */
/* A program that puts itself into states that no shell command leads to, one word after the other,
 * and then waits for its end, two minutes at most:
 *
 *   name NAME     what comm says          undumpable   neither environ nor cwd can be read
 *   threads       five more               leaderless   the first thread ends, another goes on
 *   subreaper     adopts orphans          title        overwrites its arguments and environment
 *   setsid        a session of its own    no-words     executes itself with an empty command line
 *   await         goes on at SIGUSR1       open FILE    for reading and writing
 *   lock FILE     the same, and locks it as SQLite does
 *   fork          a child goes on with the words behind, the parent waits
 *   part          the same, and the parent ends
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

extern char **environ;

static void *wait_for_ever(void *nothing)
{
    (void)nothing;
    for (;;)
        pause();
    return NULL;
}

static void start_threads(int n)
{
    while (n-- > 0) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
            abort();
    }
}

/* As setproctitle() does it: arguments and environment lie one behind the other. */
static void overwrite_title(char **words)
{
    char *begin = words[0];
    char *end = begin;
    for (char **word = words; *word; word++)
        end = *word + strlen(*word) + 1;
    for (char **variable = environ; *variable; variable++)
        end = *variable + strlen(*variable) + 1;
    memset(begin, 0, (size_t)(end - begin));
    memcpy(begin, "title", sizeof "title");
}

static void execute_without_words(void)
{
    char *none[] = {NULL};
    execv("/proc/self/exe", none);
    abort();
}

static sigset_t user_signal(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    return set;
}

/* Blocked from the beginning, so it may come early. */
static void await_user_signal(void)
{
    sigset_t set = user_signal();
    int number = 0;
    sigwait(&set, &number);
}

static int open_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        abort();
    return fd;
}

static void lock_file(const char *path)
{
    struct flock lock = {.l_type = F_RDLCK, .l_start = 0x40000002, .l_len = 510};
    if (fcntl(open_file(path), F_SETLK, &lock) < 0)
        abort();
}

/* A step with a word behind it. */
static int take_long_step(const char *step, const char *word)
{
    if (strcmp(step, "name") == 0)
        prctl(PR_SET_NAME, word);
    else if (strcmp(step, "open") == 0)
        open_file(word);
    else if (strcmp(step, "lock") == 0)
        lock_file(word);
    else
        return 0;
    return 1;
}

/* FALSE for the parent of a fork, which does nothing more. */
static int take_step(const char *step, char **original_words)
{
    if (strcmp(step, "undumpable") == 0)
        prctl(PR_SET_DUMPABLE, 0);
    else if (strcmp(step, "subreaper") == 0)
        prctl(PR_SET_CHILD_SUBREAPER, 1);
    else if (strcmp(step, "threads") == 0)
        start_threads(5);
    else if (strcmp(step, "setsid") == 0)
        setsid();
    else if (strcmp(step, "title") == 0)
        overwrite_title(original_words);
    else if (strcmp(step, "await") == 0)
        await_user_signal();
    else if (strcmp(step, "no-words") == 0)
        execute_without_words();
    else if (strcmp(step, "fork") == 0)
        return fork() == 0;
    else if (strcmp(step, "part") == 0 && fork() != 0)
        _exit(0);
    else if (strcmp(step, "leaderless") == 0) {
        start_threads(1);
        syscall(SYS_exit, 0);
    }
    return 1;
}

static void live(char **words, int n_words)
{
    char **copies =
        calloc((size_t)n_words + 1, sizeof *copies); /* before a title overwrites them */
    if (!copies)
        abort();
    for (int i = 0; i < n_words; i++)
        copies[i] = strdup(words[i]);
    for (int i = 1; i < n_words; i++) {
        alarm(120); /* not inherited by forks */
        if (copies[i + 1] && take_long_step(copies[i], copies[i + 1]))
            i++;
        else if (!take_step(copies[i], words))
            break;
    }
}

int main(int n_words, char **words)
{
    sigset_t set = user_signal();
    sigprocmask(SIG_BLOCK, &set, NULL);
    /* Newer kernels turn an empty command line into one empty word. */
    if (n_words == 0 || !*words[0])
        prctl(PR_SET_NAME, "wordless");
    else
        live(words, n_words);
    alarm(120);
    wait_for_ever(NULL);
    return 0;
}
