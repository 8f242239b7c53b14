/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/guard.h"

#include <unistd.h>

#include "tests/lib/deadline.h"

/* A second is far from the 100 ms, but the machine is shared. */
#define MOMENT_USEC G_USEC_PER_SEC
#define TIMEOUT_MS 20000

#define SUBJECT 7
#define OTHER_SUBJECT 8

/* Reads one byte, which may never come, and notes its own end. */
typedef struct {
    int fd;        /* below 0: does not wait */
    gint *n_freed; /* atomic */
    gboolean is_done;
} Job;

static void run_job(gpointer data)
{
    Job *job = data;
    char byte;
    job->is_done = job->fd < 0 || read(job->fd, &byte, 1) == 1;
}

static void free_job(gpointer data)
{
    Job *job = data;
    g_atomic_int_inc(job->n_freed);
    g_free(job);
}

static const VkpGuardKind kind = {run_job, free_job};

typedef struct {
    VkpGuard *guard;
    int pipe[2];
    gint n_freed;
    guint n_stuck;
} Fixture;

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->guard = vkp_guard_new();
    g_assert_no_errno(pipe(fixture->pipe));
}

static gboolean are_freed(gpointer data)
{
    Fixture *fixture = data;
    return (guint)g_atomic_int_get(&fixture->n_freed) == fixture->n_stuck;
}

static void let_one_go(Fixture *fixture)
{
    g_assert_cmpint(write(fixture->pipe[1], "x", 1), ==, 1);
}

/* Every job that was stuck is freed by its thread, and once. */
static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_guard_free(fixture->guard);
    for (guint i = 0; i < fixture->n_stuck; i++)
        let_one_go(fixture);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, are_freed, fixture));
    close(fixture->pipe[0]);
    close(fixture->pipe[1]);
}

static gpointer make_job(gint *n_freed, int fd)
{
    Job *job = g_new0(Job, 1);
    *job = (Job){fd, n_freed, FALSE};
    return job;
}

static void get_stuck(Fixture *fixture, guint64 subject)
{
    gint64 begin_usec = g_get_monotonic_time();
    gpointer job = make_job(&fixture->n_freed, fixture->pipe[0]);
    g_assert_false(vkp_guard_run(fixture->guard, &kind, subject, job));
    g_assert_cmpint(g_get_monotonic_time() - begin_usec, <, MOMENT_USEC);
    fixture->n_stuck++;
}

/* What is refused or late on a busy machine does not count as stuck. */
static gboolean is_answered(VkpGuard *guard, guint64 subject)
{
    static gint n_freed; /* outlives a job that is late */
    Job *job = make_job(&n_freed, -1);
    if (!vkp_guard_run(guard, &kind, subject, job))
        return FALSE;
    g_assert_true(job->is_done);
    free_job(job);
    return TRUE;
}

static gboolean is_answered_anyhow(gpointer data)
{
    return is_answered(data, 0);
}

static gboolean is_answered_on_subject(gpointer data)
{
    return is_answered(data, SUBJECT);
}

static gboolean is_answered_on_other(gpointer data)
{
    return is_answered(data, OTHER_SUBJECT);
}

static void test_done(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_answered_anyhow, fixture->guard));
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_answered_on_subject, fixture->guard));
}

static void test_stuck(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    get_stuck(fixture, 0);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_answered_anyhow, fixture->guard));
}

static void test_subject(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    get_stuck(fixture, SUBJECT);
    g_assert_false(is_answered(fixture->guard, SUBJECT));
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_answered_on_other, fixture->guard));
    g_assert_false(is_answered(fixture->guard, SUBJECT));
}

static void test_return(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    get_stuck(fixture, SUBJECT);
    let_one_go(fixture);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, are_freed, fixture));
    g_assert_false(is_answered(fixture->guard, SUBJECT)); /* not at once */
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_answered_on_subject, fixture->guard));
    fixture->n_stuck = 0;
    fixture->n_freed = 0;
}

static void test_full(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < VKP_GUARD_MAX_STUCK; i++)
        get_stuck(fixture, i);
    g_assert_false(is_answered(fixture->guard, SUBJECT)); /* or threads would pile up */
    g_assert_false(is_answered(fixture->guard, 0));
    let_one_go(fixture);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_answered_anyhow, fixture->guard));
    fixture->n_stuck--;
    g_atomic_int_add(&fixture->n_freed, -1);
}

static void test_nobody(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    get_stuck(fixture, SUBJECT);
    vkp_guard_free(g_steal_pointer(&fixture->guard));
}

#define ADD(name, func) g_test_add("/guard/" name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("what-is-done-in-time-comes-back", test_done);
    ADD("one-that-is-stuck-keeps-no-other-waiting", test_stuck);
    ADD("what-kept-one-waiting-is-left-alone", test_subject);
    ADD("and-tried-again-a-while-after-it-came-back", test_return);
    ADD("few-are-stuck-at-a-time", test_full);
    ADD("can-be-freed-while-one-waits", test_nobody);
    return g_test_run();
}
