/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/database-sentences.h"

#include <glib/gi18n.h>

#include "common/base/text.h"

const char *vkp_sentence_database_title(VkpDatabaseState state)
{
    switch (state) {
    case VKP_DATABASE_OK:
        break;
    case VKP_DATABASE_MISSING:
        return _("No vibe-kanban database");
    case VKP_DATABASE_LOCKED:
        return _("The vibe-kanban database is locked");
    case VKP_DATABASE_NEEDS_RECOVERY:
        return _("The vibe-kanban database needs recovery");
    case VKP_DATABASE_UNREADABLE:
        return _("The vibe-kanban database cannot be read");
    case VKP_DATABASE_UNSUPPORTED:
        return _("This is not a vibe-kanban database we know");
    case VKP_DATABASE_CORRUPT:
        return _("The vibe-kanban database is damaged");
    }
    return "";
}

static char *dup_advice(VkpDatabaseState state, const char *path)
{
    switch (state) {
    case VKP_DATABASE_OK:
        break;
    case VKP_DATABASE_MISSING:
        /* Translators: %s is the path of a file, here and in the following sentences */
        return g_strdup_printf(
            _("It is expected at %s and picked up as soon as vibe-kanban has made it."), path);
    case VKP_DATABASE_LOCKED:
        return g_strdup_printf(_("Another program keeps %s locked. It is tried again by itself."),
                               path);
    case VKP_DATABASE_NEEDS_RECOVERY:
        return g_strdup_printf(_("vibe-kanban was interrupted while it wrote %s. Start it once, so "
                                 "that it can bring the file in order."),
                               path);
    case VKP_DATABASE_UNREADABLE:
        return g_strdup_printf(_("Check who may read %s and its folder."), path);
    case VKP_DATABASE_UNSUPPORTED:
        return g_strdup_printf(
            _("%s has tables of another version. An update of this program may know them."), path);
    case VKP_DATABASE_CORRUPT:
        return g_strdup_printf(_("%s is not a proper database any more. vibe-kanban, or a backup, "
                                 "has to replace it."),
                               path);
    }
    return g_strdup(path);
}

char *vkp_sentence_dup_database(const VkpDatabaseInfo *database)
{
    g_autofree char *path = vkp_text_dup_display(database->path ? database->path : "?");
    return dup_advice(database->state, path);
}
