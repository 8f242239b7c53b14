/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/menu-label.h"

#define MAX_CHARACTERS 40

static char *dup_short(const char *title)
{
    if (g_utf8_strlen(title, -1) <= MAX_CHARACTERS)
        return g_strdup(title);
    g_autofree char *start = g_utf8_substring(title, 0, MAX_CHARACTERS - 1);
    return g_strconcat(g_strchomp(start), "…", NULL);
}

char *vkp_menu_label_dup(const char *title)
{
    g_autofree char *shown = dup_short(title);
    g_auto(GStrv) parts = g_strsplit(shown, "_", -1);
    return g_strjoinv("__", parts);
}
