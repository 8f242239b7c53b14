/* SPDX-License-Identifier: Apache-2.0 */
/* The list of the frozen is written while everybody else waits for the loop: a crowd that is 16
 * times as large may take some 16 times as long, but not 256 times. */
#include <glib/gstdio.h>
#include <time.h>

#include "common/kill/frozen.h"

#define FEW 4096
#define MANY 65536
#define MAX_RATIO 40

/* Of this thread's work, so that others on the machine don't count. */
static gint64 used_usec(void)
{
    struct timespec used;
    g_assert_no_errno(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used));
    return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static GArray *crowd(pid_t first, guint n)
{
    GArray *identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < n; i++) {
        VkpIdentity identity = {first + (pid_t)i, 1};
        g_array_append_val(identities, identity);
    }
    return identities;
}

/* One job lists half of them, another one the other half; then both are done. */
static gint64 measure(const char *path, guint n)
{
    VkpUuid boot_id = {{1}};
    g_autoptr(GArray) ours = crowd(1, n / 2);
    g_autoptr(GArray) theirs = crowd(1 + (pid_t)n / 2, n / 2);
    gint64 begin = used_usec();
    g_assert_true(vkp_frozen_add(path, &boot_id, ours, NULL));
    g_assert_true(vkp_frozen_add(path, &boot_id, theirs, NULL));
    g_assert_true(vkp_frozen_remove(path, &boot_id, ours, NULL));
    g_assert_true(vkp_frozen_remove(path, &boot_id, theirs, NULL));
    gint64 usec = used_usec() - begin;
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    return usec;
}

static void test_time(void)
{
    g_autofree char *folder = g_dir_make_tmp("vkp-frozen-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "frozen", NULL);
    gint64 few_usec = measure(path, FEW);
    for (guint i = 0; i < 2; i++)
        few_usec = MAX(few_usec, measure(path, FEW));
    gint64 many_usec = measure(path, MANY);
    g_test_message("%d: %" G_GINT64_FORMAT " us, %d: %" G_GINT64_FORMAT " us", FEW, few_usec, MANY,
                   many_usec);
    g_assert_cmpint(many_usec, <, few_usec * MAX_RATIO);
    g_assert_no_errno(g_rmdir(folder));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kill/frozen-crowd/time-grows-with-the-crowd-only", test_time);
    return g_test_run();
}
