/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"

#include <errno.h>
#include <string.h>

#define PREFIX "org.vibekanban.Processes.Error."

/* The contract's list, in the order of the codes. */
static const char *const names[VKP_N_ERRORS] = {
    "InvalidScope",  "InvalidTarget",       "InvalidFilter",   "InvalidOption",
    "NoSuchProcess", "NotManaged",          "IdentityChanged", "PermissionDenied",
    "KillFailed",    "DatabaseUnavailable", "LimitsExceeded",  "SystemError",
};

static void test_names(void)
{
    for (guint i = 0; i < VKP_N_ERRORS; i++) {
        g_autofree char *name = g_strconcat(PREFIX, names[i], NULL);
        VkpError code = (VkpError)-1;
        g_assert_cmpstr(vkp_error_to_bus_name((VkpError)i), ==, name);
        g_assert_true(vkp_error_from_bus_name(name, &code));
        g_assert_cmpint(code, ==, i);
    }
}

static void test_strangers(void)
{
    static const char *const strangers[] = {NULL,
                                            "",
                                            "InvalidScope",
                                            PREFIX,
                                            PREFIX "Invalid",
                                            PREFIX "invalidscope",
                                            "org.freedesktop.DBus.Error.Failed",
                                            "x" PREFIX "InvalidScope",
                                            PREFIX "InvalidScope "};
    for (guint i = 0; i < G_N_ELEMENTS(strangers); i++) {
        VkpError code = VKP_ERROR_KILL_FAILED;
        g_assert_false(vkp_error_from_bus_name(strangers[i], &code));
        g_assert_cmpint(code, ==, VKP_ERROR_KILL_FAILED);
    }
}

static void test_errno(void)
{
    static const struct {
        int number;
        VkpError code;
    } cases[] = {
        {ENOENT, VKP_ERROR_NOT_FOUND},
        {ESRCH, VKP_ERROR_NOT_FOUND},
        {EACCES, VKP_ERROR_PERMISSION_DENIED},
        {EPERM, VKP_ERROR_PERMISSION_DENIED},
        {EMFILE, VKP_ERROR_LIMITS_EXCEEDED},
        {ENOMEM, VKP_ERROR_LIMITS_EXCEEDED},
        {ENFILE, VKP_ERROR_LIMITS_EXCEEDED},
        {EIO, VKP_ERROR_SYSTEM},
        {0, VKP_ERROR_SYSTEM},
        {-7, VKP_ERROR_SYSTEM},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vkp_error_code_from_errno(cases[i].number), ==, cases[i].code);
}

static void test_message(void)
{
    g_autoptr(GError) error = NULL;
    vkp_set_error_errno(&error, ENOENT, "Cannot open \"%s\"", "/x");
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_assert_true(g_str_has_prefix(error->message, "Cannot open \"/x\": "));
    g_assert_cmpstr(error->message + strlen("Cannot open \"/x\": "), ==, g_strerror(ENOENT));
    vkp_set_error_errno(NULL, ENOENT, "%s", "nobody wants to know");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/error/each-code-has-its-name", test_names);
    g_test_add_func("/error/other-names-are-not-ours", test_strangers);
    g_test_add_func("/error/errno-becomes-a-code", test_errno);
    g_test_add_func("/error/message-says-what-was-tried", test_message);
    return g_test_run();
}
