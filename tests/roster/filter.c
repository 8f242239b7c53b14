/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/filter.h"

#include "common/base/path.h"
#include "common/proc/image.h"
#include "common/roster/change.h"

typedef struct {
    pid_t pid;
    pid_t parent;
    guint64 start;
    const char *folder;
    guint8 attempt;
    gboolean is_executor;
    VkpLeftoverReason leftover;
} Line;

/* Who runs, and who of them belongs to something: those with an attempt. */
typedef struct {
    VkpSnapshot *snapshot;
    VkpRoster *roster;
} Crowd;

static VkpMember *new_member(const Line *line, VkpProcess *process)
{
    VkpMember *member = vkp_member_new(process);
    member->tie.attempt_id.bytes[0] = line->attempt;
    member->tie.task_id.bytes[1] = line->attempt;
    member->tie.project_id.bytes[2] = line->attempt;
    member->tie.execution_id.bytes[3] = line->attempt;
    member->tie.is_executor = line->is_executor;
    member->tie.leftover_reason = line->leftover;
    return member;
}

static Crowd *crowd_new(const Line *lines, guint n)
{
    Crowd *crowd = g_new0(Crowd, 1);
    crowd->snapshot = vkp_snapshot_new(1, 100);
    crowd->roster = vkp_roster_new();
    for (guint i = 0; i < n; i++) {
        VkpProcess *process = vkp_process_new();
        process->identity = (VkpIdentity){lines[i].pid, lines[i].start};
        process->parent_pid = lines[i].parent;
        if (lines[i].folder)
            process->folder = vkp_folder_new(lines[i].folder, FALSE, NULL, 0);
        if (lines[i].attempt > 0)
            vkp_roster_add(crowd->roster, new_member(&lines[i], vkp_process_ref(process)));
        vkp_snapshot_add(crowd->snapshot, process);
    }
    vkp_snapshot_seal(crowd->snapshot);
    vkp_roster_seal(crowd->roster);
    return crowd;
}

static void crowd_free(Crowd *crowd)
{
    vkp_snapshot_unref(crowd->snapshot);
    vkp_roster_unref(crowd->roster);
    g_free(crowd);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crowd, crowd_free)

/* The pids that pass, as "10 20 30". */
static char *apply(const VkpFilter *filter, const Crowd *crowd)
{
    g_autoptr(GPtrArray) found = vkp_filter_apply(filter, crowd->roster, crowd->snapshot);
    GString *pids = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++) {
        const VkpMember *member = g_ptr_array_index(found, i);
        g_string_append_printf(pids, "%s%d", i > 0 ? " " : "", member->process->identity.pid);
    }
    return g_string_free(pids, FALSE);
}

static void expect(const VkpFilter *filter, const Crowd *crowd, const char *pids)
{
    g_autofree char *found = apply(filter, crowd);
    g_assert_cmpstr(found, ==, pids);
}

static void test_zeroed_means_everything(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, FALSE, 0}, {20, 1, 2, NULL, 2, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){0}, crowd, "10 20");
}

static void test_conditions_hold_together(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, TRUE, 0},
                          {20, 1, 2, NULL, 1, FALSE, VKP_LEFTOVER_SERVER_GONE},
                          {30, 1, 3, NULL, 2, TRUE, VKP_LEFTOVER_SERVER_GONE}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    VkpFilter filter = {.executors_only = TRUE};
    expect(&filter, crowd, "10 30");
    filter.leftovers_only = TRUE;
    expect(&filter, crowd, "30");
    filter.attempt_id = (VkpWantedId){TRUE, {{1}}};
    expect(&filter, crowd, "");
}

static void test_each_id(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, FALSE, 0}, {20, 1, 2, NULL, 2, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.attempt_id = {TRUE, {{2}}}}, crowd, "20");
    expect(&(VkpFilter){.task_id = {TRUE, {{0, 2}}}}, crowd, "20");
    expect(&(VkpFilter){.project_id = {TRUE, {{0, 0, 2}}}}, crowd, "20");
    expect(&(VkpFilter){.execution_id = {TRUE, {{0, 0, 0, 2}}}}, crowd, "20");
    expect(&(VkpFilter){.attempt_id = {TRUE, {{3}}}}, crowd, "");
}

/* Who has no execution has a nil one. */
static void test_nil_is_carried_by_nobody(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    vkp_roster_at(crowd->roster, 0)->tie.execution_id = (VkpUuid){0};
    expect(&(VkpFilter){.execution_id = {.is_set = TRUE}}, crowd, "");
    expect(&(VkpFilter){.task_id = {.is_set = TRUE}}, crowd, "");
}

static void test_pid_and_its_descendants(void)
{
    const Line lines[] = {
        {10, 1, 1, NULL, 1, FALSE, 0},
        {20, 10, 2, NULL, 1, FALSE, 0},
        {30, 20, 3, NULL, 1, FALSE, 0},
        {40, 1, 4, NULL, 1, FALSE, 0},
        {15, 10, 0, NULL, 1, FALSE, 0}}; /* older than its parent: not its child */
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.pid = 20}, crowd, "20 30");
    expect(&(VkpFilter){.pid = 10}, crowd, "10 20 30");
    expect(&(VkpFilter){.pid = 40}, crowd, "40");
    expect(&(VkpFilter){.pid = 77}, crowd, "");
}

/* Shells, servers and launchers need not belong to anything themselves. */
static void test_descendants_behind_strangers(void)
{
    const Line lines[] = {{1, 0, 0, NULL, 0, FALSE, 0},   {10, 1, 1, NULL, 0, FALSE, 0},
                          {20, 10, 2, NULL, 0, FALSE, 0}, {30, 20, 3, NULL, 1, FALSE, 0},
                          {40, 30, 4, NULL, 0, FALSE, 0}, {50, 40, 5, NULL, 1, FALSE, 0},
                          {60, 1, 6, NULL, 1, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.pid = 10}, crowd, "30 50");
    expect(&(VkpFilter){.pid = 20}, crowd, "30 50");
    expect(&(VkpFilter){.pid = 30}, crowd, "30 50");
    expect(&(VkpFilter){.pid = 40}, crowd, "50");
    expect(&(VkpFilter){.pid = 1}, crowd, "30 50 60");
}

/* As with hidepid, which shows nobody else's processes: not pid 1, not the display manager. */
static void test_descendants_of_somebody_hidden(void)
{
    const Line lines[] = {{50, 500, 5, NULL, 0, FALSE, 0},
                          {60, 50, 6, NULL, 1, FALSE, 0},
                          {70, 500, 7, NULL, 1, FALSE, 0},
                          {80, 501, 8, NULL, 1, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.pid = 500}, crowd, "60 70");
}

/* Whoever ended since the look is in the snapshot alone. */
static void test_whoever_has_gone_since(void)
{
    const Line lines[] = {{10, 1, 1, NULL, 1, FALSE, 0},
                          {20, 10, 2, NULL, 1, FALSE, 0},
                          {30, 20, 3, NULL, 1, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    VkpRoster *before = crowd->roster;
    VkpChange change = {VKP_CHANGE_REMOVED, vkp_roster_lookup_pid(before, 20)};
    crowd->roster = vkp_change_apply(before, &change);
    vkp_roster_unref(before);
    expect(&(VkpFilter){.pid = 10}, crowd, "10 30");
    expect(&(VkpFilter){.pid = 20}, crowd, "30");
}

static void test_parents_in_a_circle(void)
{
    const Line lines[] = {{10, 30, 5, NULL, 1, FALSE, 0},
                          {20, 10, 5, NULL, 1, FALSE, 0},
                          {30, 20, 5, NULL, 1, FALSE, 0},
                          {40, 40, 5, NULL, 1, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    expect(&(VkpFilter){.pid = 20}, crowd, "20"); /* nobody is another's parent then */
    expect(&(VkpFilter){.pid = 99}, crowd, "");
    expect(&(VkpFilter){.pid = 40}, crowd, "40");
}

static void test_deep_chain(void)
{
    enum { DEPTH = 100000 };
    g_autofree Line *lines = g_new0(Line, DEPTH);
    for (gint i = 0; i < DEPTH; i++)
        lines[i] = (Line){i + 10, i + 9, (guint64)i, NULL, 1, FALSE, 0};
    g_autoptr(Crowd) crowd = crowd_new(lines, DEPTH);
    VkpFilter filter = {.pid = 11};
    g_autoptr(GPtrArray) found = vkp_filter_apply(&filter, crowd->roster, crowd->snapshot);
    g_assert_cmpuint(found->len, ==, DEPTH - 1);
}

static void test_folder_by_components(void)
{
    const Line lines[] = {{10, 1, 1, "/w/one", 1, FALSE, 0},
                          {20, 1, 2, "/w/one/src", 1, FALSE, 0},
                          {30, 1, 3, "/w/one-more", 1, FALSE, 0},
                          {40, 1, 4, NULL, 1, FALSE, 0},
                          {50, 1, 5, "/", 1, FALSE, 0}};
    g_autoptr(Crowd) crowd = crowd_new(lines, G_N_ELEMENTS(lines));
    const struct {
        const char *folder;
        const char *pids;
    } cases[] = {{"/w/one", "10 20"}, {"/w/one/", "10 20"},  {"//w//one///", "10 20"},
                 {"/w", "10 20 30"},  {"/", "10 20 30 50"},  {"/w/one/src/x", ""},
                 {"/w/on", ""},       {"///", "10 20 30 50"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(VkpFilter) filter = {.working_directory = vkp_path_dup_shortest(cases[i].folder)};
        expect(&filter, crowd, cases[i].pids);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/filter/" name, func)
    TEST("zeroed-means-everything", test_zeroed_means_everything);
    TEST("conditions-hold-together", test_conditions_hold_together);
    TEST("each-id", test_each_id);
    TEST("nil-is-carried-by-nobody", test_nil_is_carried_by_nobody);
    TEST("pid-and-its-descendants", test_pid_and_its_descendants);
    TEST("descendants-behind-strangers", test_descendants_behind_strangers);
    TEST("descendants-of-somebody-hidden", test_descendants_of_somebody_hidden);
    TEST("whoever-has-gone-since-is-missing-and-nobody-else", test_whoever_has_gone_since);
    TEST("parents-in-a-circle", test_parents_in_a_circle);
    TEST("deep-chain", test_deep_chain);
    TEST("folder-by-components", test_folder_by_components);
    return g_test_run();
}
