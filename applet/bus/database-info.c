/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/database-info.h"

void vkp_database_info_clear(VkpDatabaseInfo *database)
{
    g_free(database->path);
    g_strfreev(database->degraded);
    *database = (VkpDatabaseInfo){.state = VKP_DATABASE_OK};
}

static gboolean update_path(VkpDatabaseInfo *database, GVariant *properties)
{
    const char *path;
    if (!g_variant_lookup(properties, "DatabasePath", "&s", &path) ||
        g_strcmp0(path, database->path) == 0)
        return FALSE;
    g_free(database->path);
    database->path = g_strdup(path);
    return TRUE;
}

static gboolean update_state(VkpDatabaseInfo *database, GVariant *properties)
{
    const char *word;
    VkpDatabaseState state;
    if (!g_variant_lookup(properties, "DatabaseState", "&s", &word) ||
        !vkp_database_state_from_string(word, &state) || state == database->state)
        return FALSE;
    database->state = state;
    return TRUE;
}

static gboolean update_degraded(VkpDatabaseInfo *database, GVariant *properties)
{
    g_auto(GStrv) degraded = NULL;
    if (!g_variant_lookup(properties, "Degraded", "^as", &degraded))
        return FALSE;
    const char *const nothing[] = {NULL};
    const char *const *before =
        database->degraded ? (const char *const *)database->degraded : nothing;
    if (g_strv_equal(before, (const char *const *)degraded))
        return FALSE;
    g_strfreev(database->degraded);
    database->degraded = g_steal_pointer(&degraded);
    return TRUE;
}

gboolean vkp_database_info_update(VkpDatabaseInfo *database, GVariant *properties)
{
    gboolean path = update_path(database, properties);
    gboolean state = update_state(database, properties);
    gboolean degraded = update_degraded(database, properties);
    return path || state || degraded;
}
