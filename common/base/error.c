/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"

#include <errno.h>

#include "common/base/contract.h"

GQuark vkp_error_quark(void)
{
    return g_quark_from_static_string("vkp-error-quark");
}

#define BUS_NAME(name) VKP_BUS_INTERFACE ".Error." name

static const char *const bus_names[VKP_N_ERRORS] = {
    [VKP_ERROR_INVALID_SCOPE] = BUS_NAME("InvalidScope"),
    [VKP_ERROR_INVALID_TARGET] = BUS_NAME("InvalidTarget"),
    [VKP_ERROR_INVALID_FILTER] = BUS_NAME("InvalidFilter"),
    [VKP_ERROR_INVALID_OPTION] = BUS_NAME("InvalidOption"),
    [VKP_ERROR_NOT_FOUND] = BUS_NAME("NoSuchProcess"),
    [VKP_ERROR_NOT_MANAGED] = BUS_NAME("NotManaged"),
    [VKP_ERROR_IDENTITY_CHANGED] = BUS_NAME("IdentityChanged"),
    [VKP_ERROR_PERMISSION_DENIED] = BUS_NAME("PermissionDenied"),
    [VKP_ERROR_KILL_FAILED] = BUS_NAME("KillFailed"),
    [VKP_ERROR_DATABASE_UNAVAILABLE] = BUS_NAME("DatabaseUnavailable"),
    [VKP_ERROR_LIMITS_EXCEEDED] = BUS_NAME("LimitsExceeded"),
    [VKP_ERROR_SYSTEM] = BUS_NAME("SystemError"),
};

const char *vkp_error_to_bus_name(VkpError code)
{
    g_return_val_if_fail((guint)code < VKP_N_ERRORS, bus_names[VKP_ERROR_SYSTEM]);
    return bus_names[code];
}

gboolean vkp_error_from_bus_name(const char *bus_name, VkpError *code)
{
    for (guint i = 0; i < VKP_N_ERRORS; i++) {
        if (g_strcmp0(bus_name, bus_names[i]) == 0) {
            *code = (VkpError)i;
            return TRUE;
        }
    }
    return FALSE;
}

VkpError vkp_error_code_from_errno(int saved_errno)
{
    switch (saved_errno) {
    case ENOENT:
    case ESRCH:
        return VKP_ERROR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return VKP_ERROR_PERMISSION_DENIED;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
        return VKP_ERROR_LIMITS_EXCEEDED;
    default:
        return VKP_ERROR_SYSTEM;
    }
}

void vkp_set_error_errno(GError **error, int saved_errno, const char *format, ...)
{
    if (!error)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, VKP_ERROR, (int)vkp_error_code_from_errno(saved_errno), "%s: %s", message,
                g_strerror(saved_errno));
}
