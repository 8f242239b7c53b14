/* SPDX-License-Identifier: Apache-2.0 */
#include "service/bus-error.h"

#include <errno.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "tests/service/fake-bus.h"

static void test_names(void)
{
    for (guint code = 0; code < VKP_N_ERRORS; code++) {
        sd_bus_error bus_error = SD_BUS_ERROR_NULL;
        g_autoptr(GError) error = g_error_new(VKP_ERROR, (int)code, "number %u", code);
        g_assert_cmpint(vkp_bus_error_set(&bus_error, error), <, 0);
        g_assert_cmpstr(bus_error.name, ==, vkp_error_to_bus_name((VkpError)code));
        g_assert_cmpstr(bus_error.message, ==, error->message);
        sd_bus_error_free(&bus_error);
    }
}

/* sd-bus answers EIO for a name that it has never heard of. */
static void test_errnos(void)
{
    const struct {
        VkpError code;
        int expected;
    } cases[] = {
        {VKP_ERROR_INVALID_SCOPE, EINVAL},
        {VKP_ERROR_INVALID_TARGET, EINVAL},
        {VKP_ERROR_INVALID_FILTER, EINVAL},
        {VKP_ERROR_INVALID_OPTION, EINVAL},
        {VKP_ERROR_NOT_FOUND, ESRCH},
        {VKP_ERROR_NOT_MANAGED, ENOENT},
        {VKP_ERROR_IDENTITY_CHANGED, ESTALE},
        {VKP_ERROR_PERMISSION_DENIED, EACCES},
        {VKP_ERROR_DATABASE_UNAVAILABLE, ENODATA},
        {VKP_ERROR_LIMITS_EXCEEDED, E2BIG},
    };
    g_assert_cmpint(vkp_bus_error_register(), >=, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        sd_bus_error bus_error =
            SD_BUS_ERROR_MAKE_CONST(vkp_error_to_bus_name(cases[i].code), "why");
        g_assert_cmpint(sd_bus_error_get_errno(&bus_error), ==, cases[i].expected);
    }
}

static void test_strangers_message(void)
{
    sd_bus_error bus_error = SD_BUS_ERROR_NULL;
    g_autoptr(GError) error = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "no \xff file");
    g_assert_cmpint(vkp_bus_error_set(&bus_error, error), <, 0);
    g_assert_cmpstr(bus_error.name, ==, vkp_error_to_bus_name(VKP_ERROR_SYSTEM));
    g_assert_true(vkp_text_is_valid(bus_error.message));
    sd_bus_error_free(&bus_error);
}

static int refuse_call(sd_bus_message *message, void *data, G_GNUC_UNUSED sd_bus_error *bus_error)
{
    uint8_t type;
    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
        return 0;
    g_assert_cmpint(vkp_bus_error_reply(message, data), >=, 0);
    return 1;
}

/* Whoever answers late has no *bus_error to fill; sd-bus would refuse the text as it is, and then
 * the caller would wait for nothing. */
static void assert_answered(GError *error, VkpError expected)
{
    FakeBus *bus = fake_bus_new();
    g_assert_cmpint(sd_bus_add_filter(bus->bus, NULL, refuse_call, error), >=, 0);
    guint64 serial = fake_bus_call(bus, ":1.7", "Anything");
    g_assert_cmpstr(fake_bus_answer(bus, serial), ==, vkp_error_to_bus_name(expected));
    fake_bus_free(bus);
}

static void test_late_answer(void)
{
    g_autoptr(GError) own = g_error_new_literal(VKP_ERROR, VKP_ERROR_KILL_FAILED, "no \xff luck");
    g_autoptr(GError) other = g_error_new_literal(G_FILE_ERROR, G_FILE_ERROR_NOENT, "no \xff file");
    assert_answered(own, VKP_ERROR_KILL_FAILED);
    assert_answered(other, VKP_ERROR_SYSTEM);
}

static void test_from_errno(void)
{
    g_autoptr(GError) error = NULL;
    vkp_set_error_bus(&error, -EACCES, "Cannot open door %d", 3);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
    g_assert_true(g_str_has_prefix(error->message, "Cannot open door 3: "));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/service/bus-error/each-code-has-its-name", test_names);
    g_test_add_func("/service/bus-error/each-name-has-its-errno", test_errnos);
    g_test_add_func("/service/bus-error/another-domain-is-a-system-error-in-valid-text",
                    test_strangers_message);
    g_test_add_func("/service/bus-error/a-late-answer-comes-whatever-it-says", test_late_answer);
    g_test_add_func("/service/bus-error/an-errno-becomes-the-fitting-code", test_from_errno);
    return g_test_run();
}
