/* SPDX-License-Identifier: Apache-2.0 */
/* What outlives the evidence: memory and registrations. */
#include "common/roster/memory.h"

#include "common/roster/registrations.h"
#include "tests/roster/handmade.h"

static gboolean is_this_one(VkpIdentity identity, void *data)
{
    return vkp_identity_equal(identity, *(const VkpIdentity *)data);
}

static void test_memory_learns_the_strong_and_forgets_the_ended(void)
{
    g_autoptr(VkpMemory) memory = vkp_memory_new();
    VkpMember *weak = handmade_member(2, 2);
    weak->tie.confidence = 50;
    g_autoptr(VkpRoster) roster = handmade_roster(handmade_member(1, 1), weak, NULL);
    g_assert_true(vkp_memory_learn(memory, roster));
    g_assert_false(vkp_memory_learn(memory, roster));
    const VkpRemembered *seen = vkp_memory_lookup(memory, (VkpIdentity){1, 1});
    g_assert_nonnull(seen);
    g_assert_cmpuint(seen->attempt_id.bytes[0], ==, 1);
    g_assert_null(vkp_memory_lookup(memory, (VkpIdentity){2, 2}));
    g_assert_null(vkp_memory_lookup(memory, (VkpIdentity){1, 2}));
    g_autoptr(VkpRoster) empty = handmade_roster(NULL);
    g_assert_false(vkp_memory_learn(memory, empty)); /* it may be back in a moment */
    VkpIdentity ended = {1, 2};
    g_assert_false(vkp_memory_forget(memory, is_this_one, &ended));
    g_assert_nonnull(vkp_memory_lookup(memory, (VkpIdentity){1, 1}));
    ended.start_ticks = 1;
    g_assert_true(vkp_memory_forget(memory, is_this_one, &ended));
    g_assert_null(vkp_memory_lookup(memory, (VkpIdentity){1, 1}));
}

static void test_memory_keeps_what_has_become_weak(void)
{
    g_autoptr(VkpMemory) memory = vkp_memory_new();
    g_autoptr(VkpRoster) strong = handmade_roster(handmade_member(1, 1), NULL);
    vkp_memory_learn(memory, strong);
    VkpMember *member = handmade_member(1, 1);
    member->tie.confidence = 30;
    member->tie.attempt_id = (VkpUuid){{2}};
    g_autoptr(VkpRoster) weak = handmade_roster(member, NULL);
    g_assert_false(vkp_memory_learn(memory, weak));
    g_assert_cmpuint(vkp_memory_lookup(memory, (VkpIdentity){1, 1})->attempt_id.bytes[0], ==, 1);
}

static void test_memory_survives_a_restart(void)
{
    g_autoptr(VkpMemory) memory = vkp_memory_new();
    g_autoptr(VkpRoster) roster =
        handmade_roster(handmade_member(1, 1), handmade_member(2, 2), NULL);
    vkp_memory_learn(memory, roster);
    g_autoptr(GArray) kept = vkp_memory_to_array(memory);
    g_assert_cmpuint(kept->len, ==, 2);
    g_autoptr(VkpMemory) next = vkp_memory_new();
    vkp_memory_load(next, kept);
    g_assert_nonnull(vkp_memory_lookup(next, (VkpIdentity){2, 2}));
    g_assert_cmpint(vkp_memory_first_parent(next, (VkpIdentity){2, 2}), ==, 0);
    g_assert_false(vkp_memory_learn(next, roster));
    g_assert_cmpint(vkp_memory_first_parent(next, (VkpIdentity){2, 2}), ==, 1);
}

static void test_memory_knows_the_first_parent(void)
{
    g_autoptr(VkpMemory) memory = vkp_memory_new();
    g_autoptr(VkpRoster) roster = handmade_roster(handmade_member(1, 1), NULL);
    vkp_memory_learn(memory, roster);
    VkpMember *adopted = handmade_member(1, 1);
    adopted->process->parent_pid = 77;
    g_autoptr(VkpRoster) later = handmade_roster(adopted, NULL);
    vkp_memory_learn(memory, later);
    g_assert_cmpint(vkp_memory_first_parent(memory, (VkpIdentity){1, 1}), ==, 1);
}

static void test_memory_knows_borrowed_marks(void)
{
    g_autoptr(VkpMemory) memory = vkp_memory_new();
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    VkpBorrowedMarks borrowed = {.identity = {1, 1}, .marks.attempt_id = {{7}}, .server_group = 5};
    vkp_roster_add_borrowed(roster, &borrowed);
    vkp_roster_seal(roster);
    g_assert_false(vkp_memory_learn(memory, roster)); /* nothing that is stored */
    g_autoptr(VkpRoster) empty = handmade_roster(NULL);
    vkp_memory_learn(memory, empty);
    const VkpBorrowedMarks *known = vkp_memory_lookup_borrowed(memory, (VkpIdentity){1, 1});
    g_assert_nonnull(known);
    g_assert_cmpint(known->server_group, ==, 5);
    g_assert_null(vkp_memory_lookup_borrowed(memory, (VkpIdentity){1, 2}));
    VkpIdentity ended = {1, 1};
    g_assert_false(vkp_memory_forget(memory, is_this_one, &ended));
    g_assert_null(vkp_memory_lookup_borrowed(memory, ended));
}

static void test_memory_knows_who_was_sheltered(void)
{
    g_autoptr(VkpMemory) memory = vkp_memory_new();
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    VkpShelter shelter = {.identity = {1, 1}, .parent_pid = 9, .marks.attempt_id = {{7}}};
    vkp_roster_add_shelter(roster, &shelter);
    vkp_roster_seal(roster);
    g_assert_false(vkp_memory_learn(memory, roster)); /* nothing that is stored */
    g_autoptr(VkpRoster) empty = handmade_roster(NULL);
    vkp_memory_learn(memory, empty);
    const VkpShelter *known = vkp_memory_lookup_shelter(memory, (VkpIdentity){1, 1});
    g_assert_nonnull(known);
    g_assert_cmpint(known->parent_pid, ==, 9);
    g_assert_null(vkp_memory_lookup_shelter(memory, (VkpIdentity){1, 2}));
    VkpIdentity ended = {1, 1};
    vkp_memory_forget(memory, is_this_one, &ended);
    g_assert_null(vkp_memory_lookup_shelter(memory, ended));
}

static void test_registrations_of_what_was_seen(void)
{
    VkpMember *known = handmade_member(1, 1);
    VkpMember *fresh = handmade_member(2, 2);
    known->tie.evidence = fresh->tie.evidence = VKP_EVIDENCE_REGISTERED;
    fresh->tie.execution_id = (VkpUuid){{8}};
    g_autoptr(VkpRoster) roster = handmade_roster(known, fresh, handmade_member(3, 3), NULL);
    g_autoptr(GArray) registered = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    VkpRegistration one = {.identity = {1, 1}};
    g_array_append_val(registered, one);
    g_autoptr(GArray) found = vkp_registrations_find_new(roster, registered);
    g_assert_cmpuint(found->len, ==, 1);
    g_assert_cmpint(g_array_index(found, VkpRegistration, 0).identity.pid, ==, 2);
    g_assert_cmpuint(g_array_index(found, VkpRegistration, 0).execution_id.bytes[0], ==, 8);
}

static void add_process(VkpSnapshot *snapshot, pid_t pid, pid_t group, char state)
{
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){pid, (guint64)pid};
    process->group = group;
    process->session = 3;
    process->state = state;
    process->threads = 1;
    vkp_snapshot_add(snapshot, process);
}

static void test_registration_is_in_use_while_its_group_lives(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(1, 100);
    add_process(snapshot, 10, 10, 'S');
    add_process(snapshot, 21, 20, 'S');
    add_process(snapshot, 31, 30, 'Z');
    add_process(snapshot, 40, 40, 'Z');
    vkp_snapshot_seal(snapshot);
    const struct {
        VkpRegistration registration;
        gboolean is_in_use;
    } cases[] = {{{.identity = {10, 10}}, TRUE},  {{.identity = {10, 9}}, FALSE},
                 {{.identity = {20, 20}}, TRUE},  {{.identity = {20, 30}}, FALSE},
                 {{.identity = {30, 30}}, FALSE}, {{.identity = {40, 40}}, FALSE},
                 {{.identity = {3, 3}}, TRUE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vkp_registration_is_in_use(&cases[i].registration, snapshot), ==,
                        cases[i].is_in_use);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/" name, func)
    TEST("memory/learns-the-strong-and-forgets-the-ended",
         test_memory_learns_the_strong_and_forgets_the_ended);
    TEST("memory/keeps-what-has-become-weak", test_memory_keeps_what_has_become_weak);
    TEST("memory/survives-a-restart", test_memory_survives_a_restart);
    TEST("memory/knows-the-first-parent", test_memory_knows_the_first_parent);
    TEST("memory/knows-marks-from-a-server", test_memory_knows_borrowed_marks);
    TEST("memory/knows-who-was-sheltered", test_memory_knows_who_was_sheltered);
    TEST("registrations/of-what-was-seen", test_registrations_of_what_was_seen);
    TEST("registrations/in-use-while-the-group-lives",
         test_registration_is_in_use_while_its_group_lives);
#undef TEST
    return g_test_run();
}
