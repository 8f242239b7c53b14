/* SPDX-License-Identifier: Apache-2.0 */
/* A stat that is read while its number passes from one task to another, or while the last one is
 * taken away. */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/proc/reader.h"
#include "tests/lib/fake-proc.h"

/* What one that goes shows, instead of what the process does. */
typedef struct {
    const char *living;
    const char *passing;
} Difference;

static const Difference in_state = {") S ", ") X "};
static const Difference in_threads = {" 20 0 3 0 ", " 20 0 0 0 "};

/* A leader that goes has lost its exit signal, as if it were any thread. */
static const Difference in_signal = {" 17 1 0 ", " -1 1 0 "};

static const Difference *difference;
static guint n_passing; /* reads that will meet it */
static guint n_reads;

static void show_passing(char *line, gsize length, const Difference *as)
{
    char *at = memmem(line, length, as->living, strlen(as->living));
    g_assert_nonnull(at);
    memcpy(at, as->passing, strlen(as->passing));
}

ssize_t pread(int fd, void *buffer, size_t size, off_t offset)
{
    ssize_t length = syscall(SYS_pread64, fd, buffer, size, offset);
    n_reads++;
    if (length <= 0 || n_passing == 0)
        return length;
    n_passing--;
    show_passing(buffer, (gsize)length, difference);
    show_passing(buffer, (gsize)length, &in_signal);
    return length;
}

/* By its number and through an open file. */
static VkpStat read_both(const Difference *as, guint passing)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 42, .threads = 3});
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fake), NULL);
    g_auto(VkpFd) fd = vkp_reader_open_stat(reader, 42, NULL);
    VkpStat by_number;
    VkpStat by_file;
    difference = as;
    n_reads = 0;
    n_passing = passing;
    g_assert_true(vkp_reader_read_stat(reader, 42, &by_number, NULL));
    n_passing = passing;
    g_assert_true(vkp_reader_read_open_stat(fd, 42, &by_file, NULL));
    g_assert_cmpint(by_number.state, ==, by_file.state);
    g_assert_cmpint(by_number.threads, ==, by_file.threads);
    return by_number;
}

static void test_exec_of_a_thread(void)
{
    g_assert_cmpint(read_both(&in_state, 2).state, ==, 'S');
    g_assert_cmpuint(read_both(&in_threads, 2).threads, ==, 3);
}

static void test_end(void)
{
    g_assert_cmpint(read_both(&in_state, G_MAXUINT).state, ==, 'X');
    g_assert_cmpuint(n_reads, <, 100);
}

static void test_all_else(void)
{
    g_assert_cmpint(read_both(&in_state, 0).state, ==, 'S');
    g_assert_cmpuint(n_reads, ==, 2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reader/handover/exec-of-a-thread-is-no-death", test_exec_of_a_thread);
    g_test_add_func("/reader/handover/who-stays-dead-is-dead", test_end);
    g_test_add_func("/reader/handover/all-else-is-read-once", test_all_else);
    return g_test_run();
}
