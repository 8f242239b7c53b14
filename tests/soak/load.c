/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/soak/load.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CROWD_WORD "--crowd"
#define BIRTHS_WORD "--births"
#define WRITER_WORD "--writer"
#define BIRTH_PAUSE_USEC 20000
#define WRITE_PAUSE_USEC 100000

static G_NORETURN void wait_for_the_end(void)
{
    for (;;)
        pause();
}

static G_NORETURN void be_crowd(guint n)
{
    for (guint i = 0; i < n; i++) {
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            wait_for_the_end();
        }
    }
    wait_for_the_end();
}

static void live_shortly(guint number, char *mark)
{
    char *const environment[] = {number % 5 == 0 ? mark : NULL, NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (number % 3 == 0)
        execle("/bin/sleep", "sleep", number % 2 ? "0.2" : "1", (char *)NULL, environment);
    usleep((useconds_t)(number % 11) * 100000);
    _exit(0);
}

static G_NORETURN void be_births(char *mark)
{
    signal(SIGCHLD, SIG_IGN);
    for (guint number = 0;; number++) {
        if (fork() == 0)
            live_shortly(number, mark);
        usleep(BIRTH_PAUSE_USEC);
    }
}

static G_NORETURN void be_writer(const char *path)
{
    sqlite3 *database = NULL;
    if (sqlite3_open(path, &database) != SQLITE_OK)
        _exit(1);
    sqlite3_busy_timeout(database, 5000);
    for (guint i = 0;; i++) {
        char *sql = sqlite3_mprintf("UPDATE tasks SET title = 'Task %u'", i);
        sqlite3_exec(database, sql, NULL, NULL, NULL);
        sqlite3_free(sql);
        usleep(WRITE_PAUSE_USEC);
    }
}

void load_enter(int argc, char **argv)
{
    if (argc != 3)
        return;
    gboolean is_crowd = g_str_equal(argv[1], CROWD_WORD);
    gboolean is_births = g_str_equal(argv[1], BIRTHS_WORD);
    gboolean is_writer = g_str_equal(argv[1], WRITER_WORD);
    if (is_crowd || is_births || is_writer)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (is_crowd)
        be_crowd((guint)atoi(argv[2]));
    if (is_births)
        be_births(argv[2]);
    if (is_writer)
        be_writer(argv[2]);
}

/* The death signal comes when the thread that forked ends: the main one, with the program. */
static pid_t start(const char *word, const char *argument)
{
    pid_t pid = fork();
    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        execl("/proc/self/exe", "soak-load", word, argument, (char *)NULL);
        _exit(1);
    }
    return pid;
}

pid_t load_start_crowd(guint n)
{
    g_autofree char *number = g_strdup_printf("%u", n);
    return start(CROWD_WORD, number);
}

pid_t load_start_births(const char *mark)
{
    return start(BIRTHS_WORD, mark);
}

pid_t load_start_writer(const char *database_path)
{
    return start(WRITER_WORD, database_path);
}

void load_end(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
