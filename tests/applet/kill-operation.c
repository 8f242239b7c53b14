/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/kill-operation.h"

#include "applet/view/sentences.h"
#include "tests/applet/fake-service.h"

#define LISTED "[{'id': <'10:1'>, 'name': <'node'>}]"
#define VICTIMS "[{'id': <'10:1'>, 'name': <'node'>, 'outcome': <'would_kill'>}]"
#define SURVIVED "[{'id': <'10:1'>, 'name': <'node'>, 'outcome': <'survived'>}]"

typedef struct {
    FakeService *service;
    VkpClient *client;
    VkpKillOperation *operation;
} Fixture;

static gboolean has_asked(gpointer data)
{
    g_main_context_iteration(NULL, FALSE);
    return vkp_kill_operation_state(data) != VKP_KILL_ASKING;
}

static gboolean is_over(gpointer data)
{
    g_main_context_iteration(NULL, FALSE);
    return vkp_kill_operation_is_over(data);
}

/* A kill of node that was confirmed and waits for its answer. */
static void set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    fixture->service = fake_service_new();
    fixture->service->list = LISTED;
    fixture->service->victims = VICTIMS;
    fixture->client = vkp_client_new(fixture->service->connection);
    vkp_client_start(fixture->client);
    fake_service_wait_state(fixture->client, VKP_CLIENT_READY);
    VkpKillOrder order = {
        .scope = VKP_SCOPE_SINGLE, .worded_as = VKP_SCOPE_SINGLE, .target = "10:1"};
    fixture->operation = vkp_kill_operation_new(fixture->client, &order);
    vkp_kill_operation_ask(fixture->operation);
    fake_service_wait(has_asked, fixture->operation);
    vkp_kill_operation_confirm(fixture->operation);
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_object_unref(fixture->operation);
    g_object_unref(fixture->client);
    fake_service_free(fixture->service);
}

typedef struct {
    VkpClient *client;
    guint n_lists;
} Listing;

static gboolean has_listed(gpointer data)
{
    const Listing *listing = data;
    g_main_context_iteration(NULL, FALSE);
    return vkp_client_n_lists(listing->client) > listing->n_lists;
}

static void change_list(Fixture *fixture, const char *list)
{
    Listing before = {fixture->client, vkp_client_n_lists(fixture->client)};
    fixture->service->list = list;
    vkp_client_retry(fixture->client);
    fake_service_wait(has_listed, &before);
}

static void answer(Fixture *fixture, const char *results)
{
    fake_service_answer(fixture->service, results);
    fake_service_wait(is_over, fixture->operation);
}

static void assert_result(Fixture *fixture, const char *expected)
{
    g_autofree char *sentence = vkp_sentence_dup_result(fixture->operation);
    g_assert_cmpstr(sentence, ==, expected);
}

static void
test_a_survivor_that_leaves_the_list_need_not_have_exited(Fixture *fixture,
                                                          gconstpointer data G_GNUC_UNUSED)
{
    answer(fixture, SURVIVED);
    assert_result(fixture, "Not killed: still running.");
    change_list(fixture, "[]");
    assert_result(fixture, "Not killed: no longer listed.");
    g_assert_true(vkp_kill_operation_has_failed(fixture->operation));
    g_assert_false(vkp_kill_operation_has_succeeded(fixture->operation));
}

static void
test_one_that_was_not_answered_for_is_lost_with_the_list(Fixture *fixture,
                                                         gconstpointer data G_GNUC_UNUSED)
{
    change_list(fixture, "[]");
    answer(fixture, "[]");
    assert_result(fixture, "1 is no longer listed.");
    g_assert_false(vkp_kill_operation_has_succeeded(fixture->operation));
    g_assert_false(vkp_kill_operation_has_failed(fixture->operation));
}

static void
test_one_that_was_lost_and_is_listed_again_has_survived(Fixture *fixture,
                                                        gconstpointer data G_GNUC_UNUSED)
{
    change_list(fixture, "[]");
    answer(fixture, "[]");
    change_list(fixture, LISTED);
    assert_result(fixture, "Not killed: still running.");
    g_assert_true(vkp_kill_operation_has_failed(fixture->operation));
}

static void test_one_that_the_service_found_gone_had_exited(Fixture *fixture,
                                                            gconstpointer data G_GNUC_UNUSED)
{
    answer(fixture, "[{'id': <'10:1'>, 'name': <'node'>, 'outcome': <'gone'>}]");
    change_list(fixture, "[]");
    assert_result(fixture, "It had exited already.");
    g_assert_true(vkp_kill_operation_has_succeeded(fixture->operation));
}

#define ADD(name, test)                                                                            \
    g_test_add("/applet/kill-operation/" name, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("a-survivor-that-leaves-the-list-need-not-have-exited",
        test_a_survivor_that_leaves_the_list_need_not_have_exited);
    ADD("one-that-was-not-answered-for-is-lost-with-the-list",
        test_one_that_was_not_answered_for_is_lost_with_the_list);
    ADD("one-that-was-lost-and-is-listed-again-has-survived",
        test_one_that_was_lost_and_is_listed_again_has_survived);
    ADD("one-that-the-service-found-gone-had-exited",
        test_one_that_the_service_found_gone_had_exited);
    return g_test_run();
}
