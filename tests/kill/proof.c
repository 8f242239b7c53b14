/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/proof.h"

#include <signal.h>
#include <unistd.h>

#include "common/kill/target.h"
#include "common/proc/image.h"
#include "tests/kill/sketch.h"
#include "tests/lib/deadline.h"
#include "tests/lib/family.h"

/* A real process, and a member drawn from what it is; each test then tells a lie about it. */
typedef struct {
    VkpFamily *family;
    VkpReader *reader;
    pid_t pid;
    VkpMember *member;
    VkpProcess *process; /* of the member */
} Fixture;

#define MARK "VK_ATTEMPT_ID=0b7c1e2f-6f0b-4ff1-b07a-6d3ef2b5aaaa"
#define OTHER_ID "1b7c1e2f-6f0b-4ff1-b07a-6d3ef2b5aaaa"
#define OTHER_MARK "VK_ATTEMPT_ID=" OTHER_ID
#define SECOND_MARK "VK_WORKSPACE_ID=" OTHER_ID

static void draw(Fixture *fixture, pid_t pid)
{
    vkp_member_unref(fixture->member);
    fixture->member = sketch_after_life(fixture->reader, pid, VKP_EVIDENCE_NONE);
    fixture->process = fixture->member->process;
    fixture->pid = pid;
}

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const environment[] = {MARK, NULL};
    VkpActor actor = {.script = "chdir /usr idle", .environment = environment};
    fixture->family = vkp_family_new(10, 30);
    fixture->reader = vkp_reader_open(NULL, NULL);
    pid_t pid = vkp_family_spawn(fixture->family, &actor);
    vkp_family_settle(fixture->family, 1);
    draw(fixture, pid);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_member_unref(fixture->member);
    vkp_reader_close(fixture->reader);
    vkp_family_free(fixture->family);
}

static VkpProof check(Fixture *fixture, VkpEvidence evidence)
{
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(fixture->reader, fixture->pid, &stat, NULL));
    fixture->member->tie.evidence = evidence;
    return vkp_proof_check(fixture->member, &stat, fixture->reader, NULL);
}

static void assert_proof(Fixture *fixture, VkpEvidence evidence, VkpProof expected)
{
    g_assert_cmpint(check(fixture, evidence), ==, expected);
}

/* What the roster saw, had the process had this environment and these words then. */
static void draw_image(Fixture *fixture, const char *mark, const char *word)
{
    vkp_image_unref(fixture->process->image);
    gsize mark_length = mark ? strlen(mark) + 1 : 0;
    fixture->process->image =
        vkp_image_build(word, strlen(word) + 1, FALSE, mark ? mark : "", mark_length);
}

static void test_truth_stands(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (VkpEvidence evidence = VKP_EVIDENCE_REGISTERED; evidence <= VKP_EVIDENCE_WORKING_DIRECTORY;
         evidence++)
        assert_proof(fixture, evidence, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_NONE, VKP_PROOF_FALLS);
}

static void test_other_mark_falls(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *kept = g_strdup(fixture->process->image->command[0]);
    draw_image(fixture, OTHER_MARK, kept);
    fixture->process->parent_pid++;
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_FALLS);
    assert_proof(fixture, VKP_EVIDENCE_DESCENDANT, VKP_PROOF_FALLS);
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, VKP_PROOF_FALLS);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, VKP_PROOF_FALLS);
}

static void test_mark_in_another_place_stands(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->process->parent_pid++;
    fixture->process->group++;
    fixture->process->session++;
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_DESCENDANT, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_PROCESS_GROUP, VKP_PROOF_FALLS);
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, VKP_PROOF_FALLS);
}

static void test_either_group_or_session_will_do(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->process->group++;
    assert_proof(fixture, VKP_EVIDENCE_PROCESS_GROUP, VKP_PROOF_STANDS);
    fixture->process->group--;
    fixture->process->session++;
    assert_proof(fixture, VKP_EVIDENCE_PROCESS_GROUP, VKP_PROOF_STANDS);
}

static void test_descendant_without_a_mark_is_known_by_its_parent(Fixture *fixture,
                                                                  gconstpointer data)
{
    (void)data;
    pid_t bare = vkp_family_run(fixture->family, "idle");
    vkp_family_settle(fixture->family, 2);
    draw(fixture, bare);
    assert_proof(fixture, VKP_EVIDENCE_DESCENDANT, VKP_PROOF_STANDS);
    fixture->process->parent_pid++;
    assert_proof(fixture, VKP_EVIDENCE_DESCENDANT, VKP_PROOF_FALLS);
}

static void test_other_command_alone_leaves_it_open(Fixture *fixture,
                                                    G_GNUC_UNUSED gconstpointer data)
{
    draw_image(fixture, MARK, "something-else");
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, VKP_PROOF_UNSEEN);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, VKP_PROOF_UNSEEN);
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_STANDS);
}

static void test_other_folder_falls(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t elsewhere = vkp_family_run(fixture->family, "chdir /etc idle");
    vkp_family_settle(fixture->family, 2);
    VkpFolder *usr = vkp_folder_ref(fixture->process->folder);
    draw(fixture, elsewhere);
    assert_proof(fixture, VKP_EVIDENCE_WORKING_DIRECTORY, VKP_PROOF_STANDS);
    vkp_folder_unref(fixture->process->folder);
    fixture->process->folder = usr;
    assert_proof(fixture, VKP_EVIDENCE_WORKING_DIRECTORY, VKP_PROOF_FALLS);
    vkp_folder_unref(fixture->process->folder);
    fixture->process->folder = vkp_folder_new("/etc", FALSE, NULL, 0);
    assert_proof(fixture, VKP_EVIDENCE_WORKING_DIRECTORY, VKP_PROOF_STANDS);
    vkp_folder_unref(g_steal_pointer(&fixture->process->folder));
    assert_proof(fixture, VKP_EVIDENCE_WORKING_DIRECTORY, VKP_PROOF_FALLS);
}

/* Their memory is not looked at: it could make us wait. */
static void test_out_of_sight_the_place_decides(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t parent = vkp_family_run(fixture->family, "vfork idle");
    vkp_family_settle(fixture->family, 3);
    draw(fixture, parent);
    g_assert_cmpint(fixture->process->state, ==, 'D');
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_STANDS);
    fixture->process->group++;
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_FALLS);
}

static gboolean has_title(gpointer data)
{
    Fixture *fixture = data;
    g_autoptr(VkpImage) now = vkp_reader_read_image(fixture->reader, fixture->pid, NULL);
    return now && vkp_uuid_is_nil(&now->marks.attempt_id);
}

/* Draws one that has written over its marks since, as the roster knows it. */
static void draw_titled(Fixture *fixture)
{
    const char *const environment[] = {MARK, NULL};
    VkpActor actor = {.script = "on-term ( title ) idle", .environment = environment};
    pid_t pid = vkp_family_spawn(fixture->family, &actor);
    vkp_family_settle(fixture->family, 2);
    draw(fixture, pid);
    g_assert_no_errno(kill(pid, SIGTERM));
    g_assert_true(vkp_deadline_wait(10000, has_title, fixture));
}

/* As if read within the clock tick of its start, or so many later. */
static void set_place(Fixture *fixture, guint n_ticks_later)
{
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(fixture->reader, fixture->pid, &stat, NULL));
    vkp_image_set_place(fixture->process->image, &stat, stat.start_ticks + n_ticks_later);
}

static void test_overwritten_marks_stand(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_titled(fixture);
    set_place(fixture, 1);
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_STANDS);
    fixture->process->parent_pid++;
    assert_proof(fixture, VKP_EVIDENCE_DESCENDANT, VKP_PROOF_STANDS);
}

static void test_overwritten_command_stands(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_image(fixture, MARK, "before-the-title");
    set_place(fixture, 1);
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, VKP_PROOF_STANDS);
}

static void assert_by_image(Fixture *fixture, VkpProof expected)
{
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, expected);
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, expected);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, expected);
    fixture->process->parent_pid++;
    assert_proof(fixture, VKP_EVIDENCE_DESCENDANT, expected);
    fixture->process->parent_pid--;
}

/* A process can write into its own environment what it likes, and stays the one that it was. */
static void test_other_mark_in_the_same_memory_was_written_over(Fixture *fixture,
                                                                gconstpointer data)
{
    (void)data;
    draw_image(fixture, OTHER_MARK, "x");
    set_place(fixture, 1);
    assert_by_image(fixture, VKP_PROOF_STANDS);
    fixture->process->image->place.environment_end += 16;
    assert_by_image(fixture, VKP_PROOF_FALLS);
}

/* Within one tick, a twin of the same parent may have its pid, its start and its addresses. */
static void test_other_mark_of_the_first_tick_falls(Fixture *fixture,
                                                    G_GNUC_UNUSED gconstpointer data)
{
    draw_image(fixture, OTHER_MARK, "x");
    set_place(fixture, 0);
    assert_by_image(fixture, VKP_PROOF_FALLS);
}

/* Where nothing is randomised, an exec leads to the same addresses. */
static void test_other_mark_without_randomisation_falls(Fixture *fixture,
                                                        G_GNUC_UNUSED gconstpointer data)
{
    const char *const environment[] = {MARK, NULL};
    vkp_family_spawn(fixture->family, &(VkpActor){.script = "run ( setarch -R sleep 30 )",
                                                  .environment = environment});
    draw(fixture, vkp_family_find(fixture->family, "sleep").pid);
    draw_image(fixture, OTHER_MARK, "x");
    set_place(fixture, 1);
    assert_by_image(fixture, VKP_PROOF_FALLS);
}

static pid_t spawn_nested(Fixture *fixture)
{
    const char *const environment[] = {MARK, SECOND_MARK, NULL};
    pid_t pid = vkp_family_spawn(fixture->family,
                                 &(VkpActor){.script = "idle", .environment = environment});
    vkp_family_settle(fixture->family, 2);
    return pid;
}

/* A board within a board leaves two attempts' marks. */
static void test_second_attempt_counts_like_the_first(Fixture *fixture,
                                                      G_GNUC_UNUSED gconstpointer data)
{
    draw(fixture, spawn_nested(fixture));
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_STANDS);
    g_autofree char *word = g_strdup(fixture->process->image->command[0]);
    draw_image(fixture, MARK, word);
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_FALLS);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, VKP_PROOF_FALLS);
    set_place(fixture, 0);
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_FALLS);
    assert_proof(fixture, VKP_EVIDENCE_REMEMBERED, VKP_PROOF_FALLS);
}

/* A title covers what comes first. */
static void test_overwritten_first_of_two_attempts_stands(Fixture *fixture,
                                                          G_GNUC_UNUSED gconstpointer data)
{
    fixture->process->image->marks.other_attempt_id = fixture->process->image->marks.attempt_id;
    g_assert_true(vkp_uuid_parse(OTHER_ID, &fixture->process->image->marks.attempt_id));
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_FALLS);
    set_place(fixture, 0);
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_STANDS);
    assert_proof(fixture, VKP_EVIDENCE_REGISTERED, VKP_PROOF_STANDS);
}

/* It was shed by an exec, if nobody else can have its pid and start. */
static void test_absent_marks_in_other_memory(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_titled(fixture);
    assert_proof(fixture, VKP_EVIDENCE_ENVIRONMENT, VKP_PROOF_FALLS); /* its place is not known */
    set_place(fixture, 0);
    fixture->process->image->place.environment_start -= 16;
    assert_by_image(fixture, VKP_PROOF_FALLS);
    set_place(fixture, 1);
    fixture->process->image->place.environment_start -= 16;
    assert_by_image(fixture, VKP_PROOF_STANDS);
}

static VkpTarget *adopt(Fixture *fixture, int fd_limit)
{
    VkpKillContext context = {.reader = fixture->reader};
    fixture->member->tie.evidence = VKP_EVIDENCE_ENVIRONMENT;
    VkpTarget *target = vkp_target_new(fixture->member, TRUE);
    vkp_target_adopt(target, &context, fd_limit);
    return target;
}

static void test_right_one_is_held(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    VkpTarget *target = adopt(fixture, G_MAXINT);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_HELD);
    g_assert_cmpint(target->pidfd, >=, 0);
    g_assert_false(vkp_target_look(target));
    vkp_family_kill(fixture->family, fixture->pid);
    g_assert_true(vkp_target_look(target));
    g_assert_false(vkp_target_signal(target, 0));
    vkp_target_free(target);
}

static void test_reused_number_is_set_aside(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->process->identity.start_ticks--;
    VkpTarget *target = adopt(fixture, G_MAXINT);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_SET_ASIDE);
    g_assert_cmpint(target->decided, ==, VKP_OUTCOME_IDENTITY_CHANGED);
    g_assert_nonnull(target->detail);
    vkp_target_free(target);
}

static void test_ended_one_is_gone(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_family_kill(fixture->family, fixture->pid);
    VkpTarget *target = adopt(fixture, G_MAXINT);
    g_assert_cmpint(target->decided, ==, VKP_OUTCOME_GONE);
    vkp_target_free(target);
}

static void test_descriptors_of_others_are_left_to_them(Fixture *fixture,
                                                        G_GNUC_UNUSED gconstpointer data)
{
    VkpTarget *target = adopt(fixture, 3);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_PENDING);
    g_assert_true(target->lacks_descriptor);
    VkpKillContext context = {.reader = fixture->reader};
    vkp_target_adopt(target, &context, G_MAXINT);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_HELD);
    vkp_target_free(target);
}

static void test_three_doubts_are_enough(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_image(fixture, OTHER_MARK, "x");
    VkpKillContext context = {.reader = fixture->reader};
    VkpTarget *target = adopt(fixture, G_MAXINT);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_PENDING);
    vkp_target_adopt(target, &context, G_MAXINT);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_PENDING);
    vkp_target_adopt(target, &context, G_MAXINT);
    g_assert_cmpint(target->stage, ==, VKP_TARGET_SET_ASIDE);
    g_assert_cmpint(target->decided, ==, VKP_OUTCOME_IDENTITY_CHANGED);
    g_assert_cmpint(target->pidfd, ==, -1);
    vkp_target_free(target);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add("/kill/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("proof/truth-stands", test_truth_stands);
    ADD("proof/other-mark-falls", test_other_mark_falls);
    ADD("proof/mark-in-another-place-stands", test_mark_in_another_place_stands);
    ADD("proof/either-group-or-session-will-do", test_either_group_or_session_will_do);
    ADD("proof/descendant-without-a-mark-is-known-by-its-parent",
        test_descendant_without_a_mark_is_known_by_its_parent);
    ADD("proof/other-command-alone-leaves-it-open", test_other_command_alone_leaves_it_open);
    ADD("proof/other-folder-falls", test_other_folder_falls);
    ADD("proof/out-of-sight-the-place-decides", test_out_of_sight_the_place_decides);
    ADD("proof/overwritten-marks-stand", test_overwritten_marks_stand);
    ADD("proof/overwritten-command-stands", test_overwritten_command_stands);
    ADD("proof/second-attempt-counts-like-the-first", test_second_attempt_counts_like_the_first);
    ADD("proof/overwritten-first-of-two-attempts-stands",
        test_overwritten_first_of_two_attempts_stands);
    ADD("proof/other-mark-in-the-same-memory-was-written-over",
        test_other_mark_in_the_same_memory_was_written_over);
    ADD("proof/other-mark-of-the-first-tick-falls", test_other_mark_of_the_first_tick_falls);
    ADD("proof/other-mark-without-randomisation-falls",
        test_other_mark_without_randomisation_falls);
    ADD("proof/absent-marks-in-other-memory", test_absent_marks_in_other_memory);
    ADD("target/right-one-is-held", test_right_one_is_held);
    ADD("target/reused-number-is-set-aside", test_reused_number_is_set_aside);
    ADD("target/ended-one-is-gone", test_ended_one_is_gone);
    ADD("target/descriptors-of-others-are-left-to-them",
        test_descriptors_of_others_are_left_to_them);
    ADD("target/three-doubts-are-enough", test_three_doubts_are_enough);
    return g_test_run();
}
