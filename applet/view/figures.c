/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/figures.h"

#define LEFT_TO_RIGHT_MARK "\u200e"

gboolean vkp_figures_is(const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (g_unichar_isalpha(g_utf8_get_char(at)))
            return FALSE;
    return TRUE;
}

char *vkp_figures_dup(const char *text, GtkTextDirection direction)
{
    gboolean is_turned = direction == GTK_TEXT_DIR_RTL && *text && vkp_figures_is(text);
    return g_strconcat(is_turned ? LEFT_TO_RIGHT_MARK : "", text, NULL);
}
