/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/client.h"

#include "tests/applet/fake-service.h"

/* A client that could not even make its proxy, of a bus that would not refuse it again. */
static VkpClient *start_refused(FakeService *service)
{
    VkpClient *client = vkp_client_new(service->connection);
    service->is_refusing = TRUE;
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*cannot be reached*");
    vkp_client_start(client);
    fake_service_wait_state(client, VKP_CLIENT_UNREACHABLE);
    g_test_assert_expected_messages();
    g_assert_nonnull(vkp_client_problem(client));
    service->is_refusing = FALSE;
    return client;
}

static void test_retry_makes_the_proxy_that_failed(void)
{
    g_autoptr(FakeService) service = fake_service_new();
    g_autoptr(VkpClient) client = start_refused(service);
    vkp_client_retry(client);
    fake_service_wait_state(client, VKP_CLIENT_READY);
}

static void test_a_proxy_that_failed_is_made_by_itself_after_a_while(void)
{
    g_autoptr(FakeService) service = fake_service_new();
    g_autoptr(VkpClient) client = start_refused(service);
    fake_service_wait_state(client, VKP_CLIENT_READY);
}

static void test_impatience_does_not_make_two(void)
{
    g_autoptr(FakeService) service = fake_service_new();
    g_autoptr(VkpClient) client = vkp_client_new(service->connection);
    vkp_client_start(client);
    vkp_client_retry(client);
    fake_service_wait_state(client, VKP_CLIENT_READY);
    g_assert_cmpuint(service->n_lists, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/client/retry-makes-the-proxy-that-failed",
                    test_retry_makes_the_proxy_that_failed);
    g_test_add_func("/applet/client/a-proxy-that-failed-is-made-by-itself-after-a-while",
                    test_a_proxy_that_failed_is_made_by_itself_after_a_while);
    g_test_add_func("/applet/client/impatience-does-not-make-two",
                    test_impatience_does_not_make_two);
    return g_test_run();
}
