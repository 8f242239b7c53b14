/* SPDX-License-Identifier: Apache-2.0 */
#include "service/bus-error.h"

#include <errno.h>
#include <string.h>

#include "common/base/contract.h"
#include "common/base/error.h"
#include "common/base/text.h"

#define MESSAGE_MAX_BYTES 1024

#define NAME(word) VKP_BUS_INTERFACE ".Error." word

/* sd-bus keeps the table itself, so it must be constant: the names are those of
 * vkp_error_to_bus_name(), which a test compares. */
static const sd_bus_error_map errno_of_name[] = {
    SD_BUS_ERROR_MAP(NAME("InvalidScope"), EINVAL),
    SD_BUS_ERROR_MAP(NAME("InvalidTarget"), EINVAL),
    SD_BUS_ERROR_MAP(NAME("InvalidFilter"), EINVAL),
    SD_BUS_ERROR_MAP(NAME("InvalidOption"), EINVAL),
    SD_BUS_ERROR_MAP(NAME("NoSuchProcess"), ESRCH),
    SD_BUS_ERROR_MAP(NAME("NotManaged"), ENOENT),
    SD_BUS_ERROR_MAP(NAME("IdentityChanged"), ESTALE),
    SD_BUS_ERROR_MAP(NAME("PermissionDenied"), EACCES),
    SD_BUS_ERROR_MAP(NAME("KillFailed"), EIO),
    SD_BUS_ERROR_MAP(NAME("DatabaseUnavailable"), ENODATA),
    SD_BUS_ERROR_MAP(NAME("LimitsExceeded"), E2BIG),
    SD_BUS_ERROR_MAP(NAME("SystemError"), EIO),
    SD_BUS_ERROR_MAP_END,
};

int vkp_bus_error_register(void)
{
    return sd_bus_error_add_map(errno_of_name);
}

int vkp_bus_error_set(sd_bus_error *bus_error, const GError *error)
{
    VkpError code = error->domain == VKP_ERROR ? (VkpError)error->code : VKP_ERROR_SYSTEM;
    /* The message may quote a caller's or a process's words. */
    g_autofree char *message =
        vkp_text_dup_valid(error->message, strlen(error->message), MESSAGE_MAX_BYTES);
    return sd_bus_error_set(bus_error, vkp_error_to_bus_name(code), message);
}

int vkp_bus_error_reply(sd_bus_message *message, const GError *error)
{
    sd_bus_error bus_error = SD_BUS_ERROR_NULL;
    (void)vkp_bus_error_set(&bus_error, error);
    int r = sd_bus_reply_method_error(message, &bus_error);
    sd_bus_error_free(&bus_error);
    return r;
}

void vkp_set_error_bus(GError **error, int r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    vkp_set_error_errno(error, -r, "%s", message);
}
