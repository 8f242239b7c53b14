/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/sentences.h"

#include "tests/applet/fake-service.h"

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

/* Of a00, a01 and so on, from the number 10 on. */
static char *dup_processes(guint n, const char *outcome)
{
    GString *text = g_string_new("[");
    for (guint i = 0; i < n; i++)
        g_string_append_printf(text,
                               "%s{'id': <'%u:1'>, 'name': <'a%02u'>, 'confidence': <uint32 90>, "
                               "'outcome': <'%s'>}",
                               i > 0 ? ", " : "", i + 10, i, outcome);
    return g_string_free(g_string_append(text, "]"), FALSE);
}

/* Kills so many, which all come to that outcome, and says the result. */
static char *dup_result(guint n, VkpScopeKind scope, const char *outcome,
                        char *(*dup_sentence)(VkpKillOperation *))
{
    g_autofree char *victims = dup_processes(n, "would_kill");
    g_autofree char *results = dup_processes(n, outcome);
    g_autoptr(FakeService) service = fake_service_new();
    service->list = service->victims = victims;
    g_autoptr(VkpClient) client = vkp_client_new(service->connection);
    vkp_client_start(client);
    fake_service_wait_state(client, VKP_CLIENT_READY);
    VkpKillOrder order = {.scope = scope, .worded_as = scope, .target = "10:1"};
    g_autoptr(VkpKillOperation) operation = vkp_kill_operation_new(client, &order);
    vkp_kill_operation_ask(operation);
    fake_service_wait(has_asked, operation);
    vkp_kill_operation_confirm(operation);
    fake_service_answer(service, results);
    fake_service_wait(is_over, operation);
    return dup_sentence(operation);
}

static void test_a_few_survivors_are_named_with_their_reasons(void)
{
    g_autofree char *two = dup_result(2, VKP_SCOPE_LEFTOVERS, "denied", vkp_sentence_dup_result);
    g_assert_cmpstr(two, ==,
                    "2 of 2 survived: a00 (10), permission denied; a01 (11), permission denied.");
}

static void test_more_survivors_are_counted_at_the_end(void)
{
    g_autofree char *five = dup_result(5, VKP_SCOPE_LEFTOVERS, "survived", vkp_sentence_dup_result);
    g_assert_cmpstr(five, ==,
                    "5 of 5 survived: a00 (10), still running; a01 (11), still running; a02 (12), "
                    "still running; and 2 more.");
}

static void test_a_single_one_is_named_only_where_no_title_does(void)
{
    g_autofree char *result = dup_result(1, VKP_SCOPE_SINGLE, "denied", vkp_sentence_dup_result);
    g_assert_cmpstr(result, ==, "Not killed: permission denied.");
    g_autofree char *news = dup_result(1, VKP_SCOPE_SINGLE, "denied", vkp_sentence_dup_news);
    g_assert_cmpstr(news, ==, "1 of 1 survived: a00 (10), permission denied.");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/sentences/a-few-survivors-are-named-with-their-reasons",
                    test_a_few_survivors_are_named_with_their_reasons);
    g_test_add_func("/applet/sentences/more-survivors-are-counted-at-the-end",
                    test_more_survivors_are_counted_at_the_end);
    g_test_add_func("/applet/sentences/a-single-one-is-named-only-where-no-title-does",
                    test_a_single_one_is_named_only_where_no_title_does);
    return g_test_run();
}
