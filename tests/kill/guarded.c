/* SPDX-License-Identifier: Apache-2.0 */
/* Targets with several threads, one of which may hold the lock of their memory. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/kill/outcome.h"
#include "common/kill/proof.h"
#include "common/proc/image.h"
#include "tests/kill/sketch.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-proc.h"

/* Far more than the 100 ms of one guarded read, but the machine is shared. */
#define MOMENT_USEC G_USEC_PER_SEC

/* Who opens a pipe without a writer waits, as who reads a memory waits for its lock. */
#define STUCK_PID 70000

/* The target is this very program: nobody signals it, and with the guard's it has many threads. */
typedef struct {
    VkpFakeProc *fake;
    VkpReader *fake_reader;
    VkpReader *reader;
    VkpImageGuard *guard; /* on the fake one */
    VkpMember *member;
    VkpKillContext context;
    VkpTarget *target;
    guint n_stuck;
} Fixture;

static gboolean lacks_threads;

/* The C library's, but that it fails at times. */
int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *(*run)(void *), void *restrict argument)
{
    static int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (lacks_threads)
        return EAGAIN;
    if (!next)
        next =
            __extension__(int (*)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *))
                dlsym(RTLD_NEXT, "pthread_create");
    return next(thread, attributes, run, argument);
}

static char *command_path(const Fixture *fixture, pid_t pid)
{
    return g_strdup_printf("%s/%d/cmdline", vkp_fake_proc_root(fixture->fake), pid);
}

static void add_stuck(Fixture *fixture, pid_t pid)
{
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = pid, .threads = 2});
    g_autofree char *path = command_path(fixture, pid);
    g_assert_no_errno(g_unlink(path));
    g_assert_no_errno(mkfifo(path, 0600));
}

static gboolean can_release(gpointer data)
{
    int writer = open(data, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (writer < 0)
        return FALSE;
    g_assert_cmpint(write(writer, "late", 5), ==, 5);
    close(writer);
    return TRUE;
}

/* Lets the one go that waits there, or will in a moment: the guard's patience may have ended before
 * its thread came that far. */
static void release(const Fixture *fixture, pid_t pid)
{
    g_autofree char *path = command_path(fixture, pid);
    g_assert_true(vkp_deadline_wait(10000, can_release, path));
}

static void fill_guard(Fixture *fixture)
{
    for (pid_t i = 0; i < VKP_GUARD_MAX_STUCK; i++) {
        add_stuck(fixture, STUCK_PID + i);
        g_assert_null(vkp_image_guard_read(fixture->guard, STUCK_PID + i, NULL, NULL));
    }
    fixture->n_stuck = VKP_GUARD_MAX_STUCK;
}

static void empty_guard(Fixture *fixture)
{
    while (fixture->n_stuck > 0)
        release(fixture, STUCK_PID + (pid_t)--fixture->n_stuck);
}

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->fake = vkp_fake_proc_new();
    fixture->fake_reader = vkp_reader_open(vkp_fake_proc_root(fixture->fake), NULL);
    fixture->reader = vkp_reader_open(NULL, NULL);
    fixture->guard = vkp_image_guard_new(fixture->fake_reader);
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = getpid(), .threads = 2});
    fixture->member = sketch_after_life(fixture->reader, getpid(), VKP_EVIDENCE_ENVIRONMENT);
    vkp_image_unref(fixture->member->process->image);
    fixture->member->process->image = vkp_image_build("sample", 7, FALSE, "", 0);
    fixture->context = (VkpKillContext){.reader = fixture->reader, .guard = fixture->guard};
    fixture->target = vkp_target_new(fixture->member, TRUE);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    empty_guard(fixture);
    vkp_target_free(fixture->target);
    vkp_member_unref(fixture->member);
    vkp_image_guard_free(fixture->guard);
    vkp_reader_close(fixture->reader);
    vkp_reader_close(fixture->fake_reader);
    vkp_fake_proc_free(fixture->fake);
}

static VkpProof check(Fixture *fixture, pid_t pid, guint threads)
{
    VkpStat stat = {.pid = pid, .state = 'S', .threads = threads};
    return vkp_proof_check(fixture->member, &stat, fixture->fake_reader, fixture->guard);
}

/* Without the guard this would not end. */
static void test_waits_a_moment(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    add_stuck(fixture, STUCK_PID);
    fixture->n_stuck = 1;
    gint64 begin = g_get_monotonic_time();
    g_assert_cmpint(check(fixture, STUCK_PID, 2), ==, VKP_PROOF_WAITS);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, MOMENT_USEC);
}

static void test_one_thread(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fill_guard(fixture);
    g_assert_cmpint(check(fixture, getpid(), 1), ==, VKP_PROOF_STANDS);
    g_assert_cmpint(check(fixture, getpid(), 2), ==, VKP_PROOF_WAITS);
}

static gboolean is_held(gpointer data)
{
    Fixture *fixture = data;
    vkp_target_adopt(fixture->target, &fixture->context, G_MAXINT);
    return fixture->target->stage == VKP_TARGET_HELD;
}

/* However often it is tried: that is no doubt about who it is. */
static void test_no_doubt(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fill_guard(fixture);
    for (guint i = 0; i < 50; i++) {
        fixture->target->not_before_usec = 0;
        g_assert_false(is_held(fixture));
        g_assert_cmpint(fixture->target->stage, ==, VKP_TARGET_PENDING);
    }
    empty_guard(fixture);
    g_assert_true(vkp_deadline_wait(10000, is_held, fixture));
}

static void test_pause(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fill_guard(fixture);
    gint64 begin = g_get_monotonic_time();
    g_assert_false(is_held(fixture));
    gint64 not_before = fixture->target->not_before_usec;
    g_assert_cmpint(not_before, >=, begin + 500 * G_TIME_SPAN_MILLISECOND);
    if (g_get_monotonic_time() < not_before) {
        g_assert_false(is_held(fixture));
        g_assert_cmpint(fixture->target->not_before_usec, ==, not_before);
    }
}

static void test_told(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    VkpScope scope = {.kind = VKP_SCOPE_ALL};
    VkpKillOptions options = {0};
    VkpCrew *crew = vkp_crew_new(&scope, &options);
    g_autoptr(GPtrArray) members = g_ptr_array_new();
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    g_ptr_array_add(members, fixture->member);
    vkp_crew_add_planned(crew, &(VkpPlan){.targets = members}, 0);
    fill_guard(fixture);
    vkp_target_adopt(vkp_crew_at(crew, 0), &fixture->context, G_MAXINT);
    vkp_outcome_append(results, crew, fixture->reader);
    const VkpResult *result = g_ptr_array_index(results, 0);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(strstr(result->detail, "in time"));
    vkp_crew_free(crew);
}

static gboolean is_proven(gpointer data)
{
    return check(data, getpid(), 2) == VKP_PROOF_STANDS;
}

/* The service's unit has a limit. */
static void test_no_thread(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    lacks_threads = TRUE;
    g_assert_cmpint(check(fixture, getpid(), 2), ==, VKP_PROOF_WAITS);
    lacks_threads = FALSE;
    g_assert_true(vkp_deadline_wait(10000, is_proven, fixture));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/kill/guarded/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("many-threads-keep-us-waiting-a-moment-only", test_waits_a_moment);
    ADD("one-thread-needs-no-guard", test_one_thread);
    ADD("who-keeps-us-waiting-is-not-in-doubt", test_no_doubt);
    ADD("who-keeps-us-waiting-is-left-alone-for-a-while", test_pause);
    ADD("who-keeps-us-waiting-to-the-end-has-survived", test_told);
    ADD("without-a-thread-it-waits-for-one", test_no_thread);
    return g_test_run();
}
