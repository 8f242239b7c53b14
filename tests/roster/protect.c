/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/protect.h"

#include "common/proc/image.h"

typedef struct {
    pid_t pid;
    pid_t parent;
    const char *name;
    const char *command; /* one word or two */
} Line;

static VkpSnapshot *make_snapshot(const Line *lines, guint n)
{
    VkpSnapshot *snapshot = vkp_snapshot_new(1, 100);
    for (guint i = 0; i < n; i++) {
        VkpProcess *process = vkp_process_new();
        process->identity = (VkpIdentity){lines[i].pid, (guint64)lines[i].pid};
        process->parent_pid = lines[i].parent;
        process->name = g_strdup(lines[i].name);
        process->threads = 1;
        process->state = 'S';
        const char *words[] = {lines[i].name, lines[i].command, NULL};
        process->image = vkp_image_new_for_command(words, FALSE);
        vkp_snapshot_add(snapshot, process);
    }
    vkp_snapshot_seal(snapshot);
    return snapshot;
}

static GArray *make_pids(pid_t pid)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_array_append_val(pids, pid);
    return pids;
}

static VkpProtection degree_of(const VkpProtected *protection, pid_t pid)
{
    return vkp_protect_of(protection, (VkpIdentity){pid, (guint64)pid});
}

static gboolean covers(const VkpProtected *protection, pid_t pid)
{
    return degree_of(protection, pid) != VKP_PROTECTION_NONE;
}

static void test_holder_and_all_above_it(void)
{
    const Line lines[] = {{1, 0, "init", NULL},       {10, 1, "bash", NULL},
                          {20, 10, "npm exec", NULL}, {30, 20, "vibe-kanban", NULL},
                          {40, 30, "agent", NULL},    {50, 10, "vim", NULL},
                          {60, 1, "other", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) holders = make_pids(30);
    VkpProtectInput input = {.snapshot = snapshot, .lines = holders};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    const pid_t covered[] = {1, 10, 20, 30};
    const pid_t free_ones[] = {40, 50, 60};
    for (guint i = 0; i < G_N_ELEMENTS(covered); i++)
        g_assert_true(covers(protection, covered[i]));
    for (guint i = 0; i < G_N_ELEMENTS(free_ones); i++)
        g_assert_false(covers(protection, free_ones[i]));
}

static void test_identity_and_not_pid(void)
{
    const Line lines[] = {{1, 0, "init", NULL}, {30, 1, "vibe-kanban", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) holders = make_pids(30);
    VkpProtectInput input = {.snapshot = snapshot, .lines = holders};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    g_assert_cmpint(vkp_protect_of(protection, (VkpIdentity){30, 31}), ==, VKP_PROTECTION_NONE);
}

static void test_who_is_not_there_protects_nobody(void)
{
    const Line lines[] = {{1, 0, "init", NULL}, {20, 1, "agent", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) absent = make_pids(99);
    VkpProtectInput input = {.snapshot = snapshot, .lines = absent, .buses = absent, .applet = 99};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    g_assert_false(covers(protection, 20));
    g_assert_false(covers(protection, 99));
}

/* Whoever starts something that takes the applet's name is not the session. */
static void test_the_applet_by_itself(void)
{
    const Line lines[] = {{1, 0, "init", NULL}, {10, 1, "agent", NULL}, {20, 10, "applet", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    VkpProtectInput input = {.snapshot = snapshot, .applet = 20};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    g_assert_true(covers(protection, 20));
    g_assert_false(covers(protection, 10));
}

static void test_a_line_through_the_bus_and_the_applet(void)
{
    const Line lines[] = {{1, 0, "init", NULL},
                          {10, 1, "session", NULL},
                          {20, 10, "applet", NULL},
                          {30, 20, "dbus-daemon", NULL},
                          {40, 30, "processesd", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) ourselves = make_pids(40);
    g_autoptr(GArray) buses = make_pids(30);
    VkpProtectInput input = {
        .snapshot = snapshot, .lines = ourselves, .buses = buses, .applet = 20};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    for (pid_t pid = 10; pid <= 40; pid += 10)
        g_assert_true(covers(protection, pid));
}

static void test_the_bus_by_itself(void)
{
    const Line lines[] = {{1, 0, "init", NULL},
                          {10, 1, "bash", NULL},
                          {20, 10, "dbus-daemon", "--session"},
                          {21, 20, "dbus-broker", NULL}, /* whom the daemon has activated */
                          {30, 10, "dbus-broker-lau", NULL},
                          {31, 30, "dbus-broker", NULL},
                          {40, 10, "dbus-broker", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) buses = make_pids(20);
    pid_t launcher = 30;
    g_array_append_val(buses, launcher);
    VkpProtectInput input = {.snapshot = snapshot, .buses = buses};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    const pid_t covered[] = {20, 30, 31};
    const pid_t free_ones[] = {10, 21, 40};
    for (guint i = 0; i < G_N_ELEMENTS(covered); i++)
        g_assert_true(covers(protection, covered[i]));
    for (guint i = 0; i < G_N_ELEMENTS(free_ones); i++)
        g_assert_false(covers(protection, free_ones[i]));
}

static void test_the_users_session(void)
{
    const Line lines[] = {{1, 0, "systemd", NULL},
                          {10, 1, "systemd", "--user"},
                          {11, 10, "(sd-pam)", NULL},
                          {12, 10, "dbus-daemon", "--address=systemd:"},
                          {13, 10, "dbus-broker-lau", NULL},
                          {14, 13, "dbus-broker", NULL},
                          /* Made by a task for itself, adopted later or not. */
                          {15, 10, "dbus-daemon", "--session"},
                          {16, 15, "agent", NULL},
                          {17, 16, "systemd", NULL},
                          {18, 16, "dbus-broker", NULL},
                          {19, 10, "agent", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    VkpProtectInput input = {.snapshot = snapshot};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    for (pid_t pid = 10; pid <= 14; pid++)
        g_assert_true(covers(protection, pid));
    for (pid_t pid = 15; pid <= 19; pid++)
        g_assert_false(covers(protection, pid));
}

/* The user's systemd may be above us, and the bus we are on its child. */
static void test_what_is_sure_is_not_only_by_name(void)
{
    const Line lines[] = {{1, 0, "systemd", NULL},
                          {10, 1, "systemd", "--user"},
                          {11, 10, "dbus-daemon", "--address=systemd:"},
                          {12, 10, "processesd", NULL},
                          {13, 10, "(sd-pam)", NULL},
                          {14, 10, "applet", NULL},
                          {20, 1, "systemd", "--user"}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) ourselves = make_pids(12);
    g_autoptr(GArray) buses = make_pids(11);
    VkpProtectInput input = {
        .snapshot = snapshot, .lines = ourselves, .buses = buses, .applet = 14};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    const pid_t sure[] = {1, 10, 11, 12};
    const pid_t by_name[] = {13, 14, 20};
    for (guint i = 0; i < G_N_ELEMENTS(sure); i++)
        g_assert_cmpint(degree_of(protection, sure[i]), ==, VKP_PROTECTION_SURE);
    for (guint i = 0; i < G_N_ELEMENTS(by_name); i++)
        g_assert_cmpint(degree_of(protection, by_name[i]), ==, VKP_PROTECTION_BY_NAME);
}

static void test_parents_in_a_circle(void)
{
    const Line lines[] = {{10, 20, "a", NULL}, {20, 10, "b", NULL}};
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(lines, G_N_ELEMENTS(lines));
    g_autoptr(GArray) holders = make_pids(10);
    VkpProtectInput input = {.snapshot = snapshot, .lines = holders};
    g_autoptr(VkpProtected) protection = vkp_protect_build(&input);
    g_assert_true(covers(protection, 10));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/protect/" name, func)
    TEST("holder-and-all-above-it", test_holder_and_all_above_it);
    TEST("identity-and-not-pid", test_identity_and_not_pid);
    TEST("who-is-not-there-protects-nobody", test_who_is_not_there_protects_nobody);
    TEST("the-applet-by-itself", test_the_applet_by_itself);
    TEST("a-line-through-the-bus-and-the-applet", test_a_line_through_the_bus_and_the_applet);
    TEST("the-bus-by-itself-with-its-broker", test_the_bus_by_itself);
    TEST("the-users-session", test_the_users_session);
    TEST("what-is-sure-is-not-only-by-name", test_what_is_sure_is_not_only_by_name);
    TEST("parents-in-a-circle", test_parents_in_a_circle);
    return g_test_run();
}
