/* SPDX-License-Identifier: Apache-2.0 */
/* Members, rosters, steps between them, filters. */
#include "common/roster/change.h"

#include <string.h>

#include "common/proc/image.h"
#include "common/roster/filter.h"
#include "tests/roster/handmade.h"

static pid_t pid_at(const VkpRoster *roster, guint index)
{
    return vkp_roster_at(roster, index)->process->identity.pid;
}

static void test_roster_is_in_order_of_start(void)
{
    g_autoptr(VkpRoster) roster =
        handmade_roster(handmade_member(5, 300), handmade_member(9, 100), handmade_member(7, 100),
                        handmade_member(1, 200), NULL);
    const pid_t order[] = {7, 9, 1, 5};
    g_assert_cmpuint(vkp_roster_size(roster), ==, 4);
    for (guint i = 0; i < 4; i++)
        g_assert_cmpint(pid_at(roster, i), ==, order[i]);
    g_assert_nonnull(vkp_roster_lookup(roster, (VkpIdentity){5, 300}));
    g_assert_null(vkp_roster_lookup(roster, (VkpIdentity){5, 301}));
    g_assert_null(vkp_roster_lookup_pid(roster, 6));
}

static void test_roster_keeps_the_last_of_repeated_members(void)
{
    VkpMember *last = handmade_member(5, 300);
    g_autoptr(VkpRoster) roster = handmade_roster(handmade_member(5, 300), handmade_member(5, 300),
                                                  last, handmade_member(5, 400), NULL);
    g_assert_cmpuint(vkp_roster_size(roster), ==, 2);
    g_assert_true(vkp_roster_lookup(roster, (VkpIdentity){5, 300}) == last);
    g_assert_cmpuint(vkp_roster_lookup_pid(roster, 5)->process->identity.start_ticks, ==, 400);
}

static void test_roster_counts(void)
{
    VkpMember *executor = handmade_member(1, 1);
    executor->tie.is_executor = TRUE;
    VkpMember *leftover = handmade_member(2, 2);
    leftover->tie.leftover_reason = VKP_LEFTOVER_SERVER_GONE;
    g_autoptr(VkpRoster) roster = handmade_roster(executor, leftover, handmade_member(3, 3), NULL);
    g_assert_cmpuint(vkp_roster_n_executors(roster), ==, 1);
    g_assert_cmpuint(vkp_roster_n_leftovers(roster), ==, 1);
}

static void test_weak_is_below_sixty(void)
{
    g_autoptr(VkpMember) member = handmade_member(1, 1);
    member->tie.confidence = 60;
    g_assert_false(vkp_member_is_weak(member));
    member->tie.confidence = 59;
    g_assert_true(vkp_member_is_weak(member));
}

static void set_command(VkpMember *member, const char *word)
{
    const char *words[] = {word, NULL};
    member->process->image = vkp_image_new_for_command(words, FALSE);
}

static void set_port(VkpMember *member, guint16 port)
{
    member->ports = g_array_new(FALSE, FALSE, sizeof(guint16));
    g_array_append_val(member->ports, port);
}

/* What is done to one of two equal members, and whether that is news. */
typedef struct {
    void (*alter)(VkpMember *member);
    gboolean is_news;
} Alteration;

static void alter_cpu(VkpMember *member)
{
    member->process->cpu_percent = 50;
    member->process->cpu_ticks = 7;
}
static void alter_memory(VkpMember *member)
{
    member->process->memory_bytes = 4096;
}
static void alter_threads(VkpMember *member)
{
    member->process->threads = 9;
}
static void alter_running(VkpMember *member)
{
    member->process->state = 'R';
}
static void alter_waiting(VkpMember *member)
{
    member->process->state = 'D';
}
static void alter_stopped(VkpMember *member)
{
    member->process->state = 'T';
}
static void alter_zombie(VkpMember *member)
{
    member->process->state = 'Z';
}
static void alter_parent(VkpMember *member)
{
    member->process->parent_pid = 99;
}
static void alter_name(VkpMember *member)
{
    g_free(member->process->name);
    member->process->name = g_strdup("another");
}
static void alter_command(VkpMember *member)
{
    set_command(member, "other");
}
static void alter_folder(VkpMember *member)
{
    member->process->folder = vkp_folder_new("/somewhere", FALSE, NULL, 0);
}
static void alter_ports(VkpMember *member)
{
    set_port(member, 3000);
}
static void alter_evidence(VkpMember *member)
{
    member->tie.evidence = VKP_EVIDENCE_REMEMBERED;
}
static void alter_leftover(VkpMember *member)
{
    member->tie.leftover_reason = VKP_LEFTOVER_EXECUTOR_EXITED;
}
static void alter_execution(VkpMember *member)
{
    member->tie.execution_id.bytes[3] = 1;
}
static void alter_title(VkpMember *member)
{
    vkp_tie_set_string(&member->tie.task_title, "Title");
}
static void alter_protected(VkpMember *member)
{
    member->tie.is_protected = TRUE;
}

static void test_what_is_news(void)
{
    const Alteration alterations[] = {
        {alter_cpu, FALSE},     {alter_memory, FALSE},  {alter_threads, TRUE},
        {alter_running, FALSE}, {alter_waiting, FALSE}, {alter_stopped, TRUE},
        {alter_zombie, TRUE},   {alter_parent, TRUE},   {alter_name, TRUE},
        {alter_command, TRUE},  {alter_folder, TRUE},   {alter_ports, TRUE},
        {alter_evidence, TRUE}, {alter_leftover, TRUE}, {alter_execution, TRUE},
        {alter_title, TRUE},    {alter_protected, TRUE}};
    for (guint i = 0; i < G_N_ELEMENTS(alterations); i++) {
        g_autoptr(VkpMember) before = handmade_member(1, 1);
        g_autoptr(VkpMember) after = handmade_member(1, 1);
        g_assert_false(vkp_member_differs(before, after));
        alterations[i].alter(after);
        g_test_message("alteration %u", i);
        g_assert_cmpint(vkp_member_differs(before, after), ==, alterations[i].is_news);
        g_assert_cmpint(vkp_member_differs(after, before), ==, alterations[i].is_news);
    }
}

static void test_equal_commands_ports_and_folders_are_no_news(void)
{
    g_autoptr(VkpMember) before = handmade_member(1, 1);
    g_autoptr(VkpMember) after = handmade_member(1, 1);
    VkpMember *both[] = {before, after};
    for (guint i = 0; i < 2; i++) {
        set_command(both[i], "word");
        set_port(both[i], 3000);
        both[i]->process->folder = vkp_folder_new("/here", FALSE, NULL, 0);
    }
    g_assert_false(vkp_member_differs(before, after));
    g_autoptr(VkpMember) without = handmade_member(2, 2);
    g_autoptr(VkpMember) with_none = handmade_member(2, 2);
    with_none->ports = g_array_new(FALSE, FALSE, sizeof(guint16));
    g_assert_false(vkp_member_differs(without, with_none));
}

static void expect_change(const GPtrArray *changes, guint index, VkpChangeKind kind, pid_t pid)
{
    const VkpChange *change = g_ptr_array_index(changes, index);
    g_assert_cmpint(change->kind, ==, kind);
    g_assert_cmpint(change->member->process->identity.pid, ==, pid);
}

static void test_diff_tells_removed_first(void)
{
    VkpMember *stopped = handmade_member(2, 2);
    stopped->process->state = 'T';
    g_autoptr(VkpRoster) before =
        handmade_roster(handmade_member(1, 1), handmade_member(2, 2), handmade_member(3, 3),
                        handmade_member(9, 9), NULL);
    g_autoptr(VkpRoster) after = handmade_roster(
        handmade_member(0x7f, 1), stopped, handmade_member(3, 3), handmade_member(9, 10), NULL);
    g_autoptr(GPtrArray) changes = vkp_change_diff(before, after);
    g_assert_cmpuint(changes->len, ==, 5);
    expect_change(changes, 0, VKP_CHANGE_REMOVED, 1);
    expect_change(changes, 1, VKP_CHANGE_REMOVED, 9); /* its pid was reused */
    expect_change(changes, 2, VKP_CHANGE_ADDED, 0x7f);
    expect_change(changes, 3, VKP_CHANGE_CHANGED, 2);
    expect_change(changes, 4, VKP_CHANGE_ADDED, 9);
}

static void test_diff_is_empty_when_only_usage_moved(void)
{
    VkpMember *busy = handmade_member(1, 1);
    busy->process->cpu_percent = 99;
    g_autoptr(VkpRoster) before = handmade_roster(handmade_member(1, 1), NULL);
    g_autoptr(VkpRoster) after = handmade_roster(busy, NULL);
    g_autoptr(GPtrArray) changes = vkp_change_diff(before, after);
    g_assert_cmpuint(changes->len, ==, 0);
}

static void test_applying_all_steps_leads_to_the_next_roster(void)
{
    VkpMember *stopped = handmade_member(2, 2);
    stopped->process->state = 'T';
    g_autoptr(VkpRoster) before =
        handmade_roster(handmade_member(1, 1), handmade_member(2, 2), NULL);
    g_autoptr(VkpRoster) after = handmade_roster(stopped, handmade_member(4, 4), NULL);
    g_autoptr(GPtrArray) changes = vkp_change_diff(before, after);
    VkpRoster *copy = vkp_roster_ref(before);
    for (guint round = 0; round < 2; round++) { /* repeated steps are fine */
        for (guint i = 0; i < changes->len; i++) {
            VkpRoster *next = vkp_change_apply(copy, g_ptr_array_index(changes, i));
            vkp_roster_unref(copy);
            copy = next;
        }
        g_autoptr(GPtrArray) rest = vkp_change_diff(copy, after);
        g_assert_cmpuint(rest->len, ==, 0);
    }
    vkp_roster_unref(copy);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/" name, func)
    TEST("roster/is-in-order-of-start", test_roster_is_in_order_of_start);
    TEST("roster/keeps-the-last-of-repeated-members",
         test_roster_keeps_the_last_of_repeated_members);
    TEST("roster/counts", test_roster_counts);
    TEST("member/weak-is-below-sixty", test_weak_is_below_sixty);
    TEST("change/what-is-news", test_what_is_news);
    TEST("change/equal-commands-ports-and-folders-are-no-news",
         test_equal_commands_ports_and_folders_are_no_news);
    TEST("change/diff-tells-removed-first", test_diff_tells_removed_first);
    TEST("change/diff-is-empty-when-only-usage-moved", test_diff_is_empty_when_only_usage_moved);
    TEST("change/applying-all-steps-leads-to-the-next-roster",
         test_applying_all_steps_leads_to_the_next_roster);
    return g_test_run();
}
