/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/filter.h"

#include "common/proc/image.h"

typedef struct {
    pid_t pid;
    pid_t parent;
    guint64 start;
    const char *folder;
    guint8 attempt;
    gboolean is_executor;
    VkpLeftoverReason leftover;
} Line;

static VkpRoster *new_roster(const Line *lines, guint n)
{
    VkpRoster *roster = vkp_roster_new();
    for (guint i = 0; i < n; i++) {
        VkpProcess *process = vkp_process_new();
        process->identity = (VkpIdentity){lines[i].pid, lines[i].start};
        process->parent_pid = lines[i].parent;
        if (lines[i].folder)
            process->folder = vkp_folder_new(lines[i].folder, FALSE, NULL, 0);
        VkpMember *member = vkp_member_new(process);
        member->tie.attempt_id.bytes[0] = lines[i].attempt;
        member->tie.task_id.bytes[1] = lines[i].attempt;
        member->tie.project_id.bytes[2] = lines[i].attempt;
        member->tie.execution_id.bytes[3] = lines[i].attempt;
        member->tie.is_executor = lines[i].is_executor;
        member->tie.leftover_reason = lines[i].leftover;
        vkp_roster_add(roster, member);
    }
    vkp_roster_seal(roster);
    return roster;
}

/* The pids that pass, as "10 20 30". */
static char *apply(const VkpFilter *filter, const VkpRoster *roster)
{
    g_autoptr(GPtrArray) found = vkp_filter_apply(filter, roster);
    GString *pids = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const VkpMember *member = g_ptr_array_index(found, i);
        g_string_append_printf(pids, "%s%d", i > 0 ? " " : "", member->process->identity.pid);
    }
    return g_string_free(pids, FALSE);
}

static void expect(const VkpFilter *filter, const VkpRoster *roster, const char *pids)
{
    g_autofree char *found = apply(filter, roster);
    g_assert_cmpstr(found, ==, pids);
}

static void test_zeroed_means_everything(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, FALSE, 0}, {20, 1, 2, NULL, 2, FALSE, 0}};
    g_autoptr(VkpRoster) roster = new_roster(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){0}, roster, "10 20");
}

static void test_conditions_hold_together(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, TRUE, 0},
                          {20, 1, 2, NULL, 1, FALSE, VKP_LEFTOVER_SERVER_GONE},
                          {30, 1, 3, NULL, 2, TRUE, VKP_LEFTOVER_SERVER_GONE}};
    g_autoptr(VkpRoster) roster = new_roster(lines, G_N_ELEMENTS(lines));
    VkpFilter filter = {.executors_only = TRUE};
    expect(&filter, roster, "10 30");
    filter.leftovers_only = TRUE;
    expect(&filter, roster, "30");
    filter.attempt_id = (VkpUuid){{1}};
    expect(&filter, roster, "");
}

static void test_each_id(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, FALSE, 0}, {20, 1, 2, NULL, 2, FALSE, 0}};
    g_autoptr(VkpRoster) roster = new_roster(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.attempt_id = {{2}}}, roster, "20");
    expect(&(VkpFilter){.task_id = {{0, 2}}}, roster, "20");
    expect(&(VkpFilter){.project_id = {{0, 0, 2}}}, roster, "20");
    expect(&(VkpFilter){.execution_id = {{0, 0, 0, 2}}}, roster, "20");
    expect(&(VkpFilter){.attempt_id = {{3}}}, roster, "");
}

static void test_pid_and_its_descendants(void)
{
    const Line lines[] = {
        {10, 1, 1, NULL, 1, FALSE, 0},   {20, 10, 2, NULL, 1, FALSE, 0},
        {30, 20, 3, NULL, 1, FALSE, 0},  {40, 1, 4, NULL, 1, FALSE, 0},
        {50, 500, 5, NULL, 1, FALSE, 0}, {60, 50, 6, NULL, 1, FALSE, 0},
        {15, 10, 0, NULL, 1, FALSE, 0}}; /* older than its parent: not its child */
    g_autoptr(VkpRoster) roster = new_roster(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.pid = 20}, roster, "20 30");
    expect(&(VkpFilter){.pid = 40}, roster, "40");
    expect(&(VkpFilter){.pid = 500}, roster, "50 60"); /* no member itself */
    expect(&(VkpFilter){.pid = 77}, roster, "");
}

static void test_parents_in_a_circle(void)
{
    const Line lines[] = {{10, 30, 5, NULL, 1, FALSE, 0},
                          {20, 10, 5, NULL, 1, FALSE, 0},
                          {30, 20, 5, NULL, 1, FALSE, 0},
                          {40, 40, 5, NULL, 1, FALSE, 0}};
    g_autoptr(VkpRoster) roster = new_roster(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.pid = 20}, roster, "10 20 30");
    expect(&(VkpFilter){.pid = 99}, roster, "");
    expect(&(VkpFilter){.pid = 40}, roster, "40");
}

static void test_deep_chain(void)
{
    enum { DEPTH = 100000 };
    g_autofree Line *lines = g_new0(Line, DEPTH);
    for (gint i = 0; i < DEPTH; i++)
        lines[i] = (Line){i + 10, i + 9, (guint64)i, NULL, 1, FALSE, 0};
    g_autoptr(VkpRoster) roster = new_roster(lines, DEPTH);
    VkpFilter filter = {.pid = 11};
    g_autoptr(GPtrArray) found = vkp_filter_apply(&filter, roster);
    g_assert_cmpuint(found->len, ==, DEPTH - 1);
}

static void test_folder_by_components(void)
{
    const Line lines[] = {{10, 1, 1, "/w/one", 1, FALSE, 0},
                          {20, 1, 2, "/w/one/src", 1, FALSE, 0},
                          {30, 1, 3, "/w/one-more", 1, FALSE, 0},
                          {40, 1, 4, NULL, 1, FALSE, 0},
                          {50, 1, 5, "/", 1, FALSE, 0}};
    g_autoptr(VkpRoster) roster = new_roster(lines, G_N_ELEMENTS(lines));
    const struct {
        const char *folder;
        const char *pids;
    } cases[] = {{"/w/one", "10 20"}, {"/w/one/", "10 20"},  {"//w//one///", "10 20"},
                 {"/w", "10 20 30"},  {"/", "10 20 30 50"},  {"/w/one/src/x", ""},
                 {"/w/on", ""},       {"///", "10 20 30 50"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(VkpFilter) filter = {.working_directory = g_strdup(cases[i].folder)};
        expect(&filter, roster, cases[i].pids);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/filter/" name, func)
    TEST("zeroed-means-everything", test_zeroed_means_everything);
    TEST("conditions-hold-together", test_conditions_hold_together);
    TEST("each-id", test_each_id);
    TEST("pid-and-its-descendants", test_pid_and_its_descendants);
    TEST("parents-in-a-circle", test_parents_in_a_circle);
    TEST("deep-chain", test_deep_chain);
    TEST("folder-by-components", test_folder_by_components);
    return g_test_run();
}
