/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/fixture.h"

void fixture_set_up(Fixture *fixture, gconstpointer data)
{
    FakeLayout layout = (FakeLayout)GPOINTER_TO_INT(data);
    fixture->scratch = scratch_new();
    const char *path = scratch_path(fixture->scratch, "db.sqlite");
    fixture->board = fake_board_new(path, layout);
    fake_board_add_project(fixture->board, fake_id(1), "shop");
    fake_board_add_task(fixture->board, fake_id(2), fake_id(1), "Fix login", NULL);
    FakeAttempt attempt = {.id = fake_id(3),
                           .task_id = fake_id(2),
                           .folder = "/w/a",
                           .branch = "vk/a",
                           .agent = "CLAUDE_CODE"};
    fake_board_add_attempt(fixture->board, &attempt);
    FakeExecution execution = {.id = fake_id(4), .attempt_id = fake_id(3)};
    fake_board_add_execution(fixture->board, &execution);
    g_setenv("HOME", "/home/ada", TRUE); /* in time: GLib looks there once */
    fixture->store = vkp_store_new(path);
}

void fixture_tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_store_free(fixture->store);
    fake_board_free(fixture->board);
    scratch_free(fixture->scratch);
}

const VkpAttempt *fixture_attempt_of(Fixture *fixture, guint number)
{
    VkpUuid id = fake_id(number);
    return vkp_board_lookup_attempt(vkp_store_board(fixture->store), &id);
}

const VkpExecution *fixture_execution_of(Fixture *fixture, guint number)
{
    VkpUuid id = fake_id(number);
    return vkp_board_lookup_execution(vkp_store_board(fixture->store), &id);
}

void fixture_read_well(Fixture *fixture)
{
    g_assert_true(vkp_store_refresh(fixture->store));
    g_assert_cmpstr(vkp_store_problem(fixture->store), ==, NULL);
    g_assert_cmpstr(fixture_attempt_of(fixture, 3)->task_title, ==, "Fix login");
    g_assert_cmpint(fixture_execution_of(fixture, 4)->status, ==, VKP_EXECUTION_RUNNING);
}

guint fixture_n_skipped(Fixture *fixture)
{
    return vkp_board_n_skipped(vkp_store_board(fixture->store));
}
