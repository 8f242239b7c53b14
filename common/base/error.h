/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Error codes, for callers of the library and for clients on the bus alike. Each has one name on
 * the bus; the table in error.c is used by the service and the applet. */
typedef enum {
    VKP_ERROR_INVALID_SCOPE,
    VKP_ERROR_INVALID_TARGET,
    VKP_ERROR_INVALID_FILTER,
    VKP_ERROR_INVALID_OPTION,
    VKP_ERROR_NOT_FOUND, /* no such process, or it ended meanwhile */
    VKP_ERROR_NOT_MANAGED,
    VKP_ERROR_IDENTITY_CHANGED,
    VKP_ERROR_PERMISSION_DENIED,
    VKP_ERROR_KILL_FAILED,
    VKP_ERROR_DATABASE_UNAVAILABLE,
    VKP_ERROR_LIMITS_EXCEEDED,
    VKP_ERROR_SYSTEM,
} VkpError;

#define VKP_N_ERRORS (VKP_ERROR_SYSTEM + 1)
#define VKP_ERROR (vkp_error_quark())

GQuark vkp_error_quark(void);

/* The error's full name on the bus, e.g. "org.vibekanban.Processes.Error.NoSuchProcess". */
const char *vkp_error_to_bus_name(VkpError code);

/* Finds the code of a name on the bus. FALSE (and *code untouched) when it is not one of ours. */
gboolean vkp_error_from_bus_name(const char *bus_name, VkpError *code);

/* The code that fits an errno: ENOENT and ESRCH are NOT_FOUND, EACCES and EPERM are
 * PERMISSION_DENIED, EMFILE, ENFILE and ENOMEM are LIMITS_EXCEEDED, all else is SYSTEM. */
VkpError vkp_error_code_from_errno(int saved_errno);

/* Sets *error to "<message>: <strerror>" with the code that fits the errno. */
void vkp_set_error_errno(GError **error, int saved_errno, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
