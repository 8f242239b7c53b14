/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/call-error.h"

#include <glib/gi18n.h>

#include "common/base/error.h"
#include "common/base/text.h"

void vkp_call_error_register(void)
{
    for (guint code = 0; code < VKP_N_ERRORS; code++)
        g_dbus_error_register_error(VKP_ERROR, (gint)code, vkp_error_to_bus_name((VkpError)code));
}

static gboolean is_nobody_there(const GError *error)
{
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN) ||
           g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER);
}

/* The last two may come after signals were sent. */
gboolean vkp_call_error_is_refusal(const GError *error)
{
    return is_nobody_there(error) ||
           (error->domain == VKP_ERROR && error->code != VKP_ERROR_KILL_FAILED &&
            error->code != VKP_ERROR_SYSTEM);
}

static const char *known_sentence(const GError *error)
{
    if (is_nobody_there(error))
        return _("The service is not running and could not be found to start it.");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMED_OUT) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_TIMEOUT))
        return _("The service does not answer.");
    if (g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY))
        return _("The service ended before it answered.");
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CLOSED) ||
        g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED))
        return _("The connection to the session bus was lost.");
    if (g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND))
        return _("The process has exited already.");
    if (g_error_matches(error, VKP_ERROR, VKP_ERROR_IDENTITY_CHANGED))
        return _("The process has exited already, and another one has its number now.");
    if (g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_MANAGED))
        return _("The process does not belong to any task any more.");
    if (g_error_matches(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
        return _("The service has too much to do or too much to tell.");
    return NULL;
}

char *vkp_call_error_dup_sentence(const GError *error)
{
    const char *known = known_sentence(error);
    if (known)
        return g_strdup(known);
    g_autoptr(GError) copy = g_error_copy(error);
    (void)g_dbus_error_strip_remote_error(copy);
    g_autofree char *shown = vkp_text_dup_display(copy->message);
    /* Translators: %s is the service's own message, in English */
    return g_strdup_printf(_("The service says: %s"), shown);
}
