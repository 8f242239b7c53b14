/* SPDX-License-Identifier: Apache-2.0 */
#include "service/bus-error.h"

#include <errno.h>

#include "common/base/error.h"
#include "common/base/text.h"

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
    g_test_add_func("/service/bus-error/an-errno-becomes-the-fitting-code", test_from_errno);
    return g_test_run();
}
