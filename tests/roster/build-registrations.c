/* SPDX-License-Identifier: Apache-2.0 */
/* Executions' own processes as our registry has them. */
#include "tests/roster/scene.h"

#define REGISTERED VKP_EVIDENCE_REGISTERED
#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT
#define GROUP VKP_EVIDENCE_PROCESS_GROUP

static void test_registration_names_the_very_process(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 90);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 500);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101);
    SCENE_ADD(scene, .pid = 102, .start = 400);
    scene_register(scene, 100, 100, 1);
    scene_register(scene, 101, 55, 1);  /* a reused pid */
    scene_register(scene, 102, 400, 2); /* older than its row */
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    scene_expect_none(scene, 101);
    scene_expect_none(scene, 102);
}

/* Rows bear the time of a clock that was right, or not, when they were written. */
static void test_registration_outlasts_a_clock_that_was_set(void)
{
    static const double row_starts[] = {90, 5000, 3e9, 0.001};
    for (guint i = 0; i < G_N_ELEMENTS(row_starts); i++) {
        g_autoptr(Scene) scene = scene_new();
        SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = row_starts[i]);
        SCENE_ADD(scene, .pid = 90);
        SCENE_ADD(scene, .pid = 100, .parent = 90);
        SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = scene_attempt_mark(scene, 1));
        scene_register(scene, 100, 100, 1);
        scene_remember(scene, 100, 100, 1, 1);
        scene_build(scene);
        scene_expect(scene, 100, REGISTERED, 100, 1, 1);
        g_assert_cmpint(scene_tie(scene, 100)->leftover_reason, ==, VKP_LEFTOVER_NONE);
        g_assert_cmpint(scene_tie(scene, 101)->leftover_reason, ==, VKP_LEFTOVER_NONE);
    }
}

static void test_row_of_the_future_refutes_no_registration(void)
{
    g_autoptr(Scene) scene = scene_new();
    scene_set_board_current(scene, 1000);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 1003);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 1001);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101);
    scene_register(scene, 100, 100, 1);
    scene_register(scene, 101, 101, 2);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    scene_expect_none(scene, 101); /* written while it was read */
}

static void test_registration_beats_the_pid_column(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 90);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    scene_register(scene, 100, 100, 1);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
}

/* Its row may be about to be written; one that has been seen there is gone. */
static void test_registration_for_an_execution_that_is_not_there(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 90);
    SCENE_ADD(scene, .pid = 100, .parent = 90);
    SCENE_ADD(scene, .pid = 101, .parent = 90);
    scene_register(scene, 100, 100, 7);
    scene_register(scene, 101, 101, 8);
    scene_remember(scene, 101, 101, 77, 8);
    scene_build(scene);
    const VkpTie *tie = scene_tie(scene, 100);
    g_assert_cmpint(tie->evidence, ==, REGISTERED);
    g_assert_cmpuint(tie->confidence, ==, 50);
    g_assert_cmpint(tie->leftover_reason, ==, VKP_LEFTOVER_NONE);
    g_assert_cmpint(tie->kind, ==, VKP_KIND_UNKNOWN);
    scene_expect(scene, 101, REGISTERED, 90, 77, 8);
    g_assert_cmpint(scene_tie(scene, 101)->leftover_reason, ==, VKP_LEFTOVER_ATTEMPT_DELETED);
}

/* The agent and one of its group, both with the mark of attempt 77, which the board lacks. */
static void test_registration_for_a_deleted_execution_with_marks(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *marks =
        g_strjoin(" ", scene_attempt_mark(scene, 77),
                  scene_mark(scene, "VK_EXECUTION_PROCESS_ID", scene_execution_id(6)), NULL);
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .group = 100,
              .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 102, .parent = 101, .group = 100);
    SCENE_ADD(scene, .pid = 110, .environment = marks);
    scene_register(scene, 100, 100, 7);
    scene_register(scene, 110, 110, 7); /* the marks come from another execution */
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 90, 77, 7);
    scene_expect(scene, 101, ENVIRONMENT, 90, 77, 7);
    scene_expect(scene, 102, GROUP, 80, 77, 7);
    g_assert_cmpint(scene_tie(scene, 100)->leftover_reason, ==, VKP_LEFTOVER_ATTEMPT_DELETED);
    scene_expect(scene, 110, REGISTERED, 50, 0, 7);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/build/" name, func)
    TEST("registration-names-the-very-process", test_registration_names_the_very_process);
    TEST("registration-outlasts-a-clock-that-was-set",
         test_registration_outlasts_a_clock_that_was_set);
    TEST("row-of-the-future-refutes-no-registration",
         test_row_of_the_future_refutes_no_registration);
    TEST("registration-beats-the-pid-column", test_registration_beats_the_pid_column);
    TEST("registration-for-an-execution-that-is-not-there",
         test_registration_for_an_execution_that_is_not_there);
    TEST("registration-for-a-deleted-execution-with-marks",
         test_registration_for_a_deleted_execution_with_marks);
    return g_test_run();
}
