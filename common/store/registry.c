/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/registry.h"

#include <sqlite3.h>
#include <string.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/store/registry-file.h"

struct VkpRegistry {
    sqlite3 *database;
    char *path;
    VkpInode inode; /* unknown: in memory */
    VkpUuid boot_id;
    GArray *remembered; /* as they stand in the file; NULL: not known */
};

static gboolean run(VkpRegistry *registry, const char *sql, const char *tried, GError **error)
{
    if (sqlite3_exec(registry->database, sql, NULL, NULL, NULL) == SQLITE_OK)
        return TRUE;
    vkp_registry_file_set_error(error, registry->database, tried);
    return FALSE;
}

static sqlite3_stmt *prepare(VkpRegistry *registry, const char *sql, GError **error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(registry->database, sql, -1, &statement, NULL) != SQLITE_OK)
        vkp_registry_file_set_error(error, registry->database, "use");
    return statement;
}

static void bind_id(sqlite3_stmt *statement, int index, const VkpUuid *id)
{
    sqlite3_bind_blob(statement, index, id->bytes, sizeof id->bytes, SQLITE_TRANSIENT);
}

/* Runs a statement without an answer and makes it ready for the next time. */
static gboolean step(VkpRegistry *registry, sqlite3_stmt *statement, GError **error)
{
    gboolean is_done = sqlite3_step(statement) == SQLITE_DONE;
    if (!is_done)
        vkp_registry_file_set_error(error, registry->database, "write to");
    sqlite3_reset(statement);
    return is_done;
}

static gboolean drop_other_boots(VkpRegistry *registry, GError **error)
{
    static const char *const sql[] = {
        "DELETE FROM registrations WHERE boot_id <> ?1",
        "DELETE FROM remembered WHERE boot_id <> ?1",
    };
    gboolean is_done = TRUE;
    for (guint i = 0; is_done && i < G_N_ELEMENTS(sql); i++) {
        sqlite3_stmt *statement = prepare(registry, sql[i], error);
        if (!statement)
            return FALSE;
        bind_id(statement, 1, &registry->boot_id);
        is_done = step(registry, statement, error);
        sqlite3_finalize(statement);
    }
    return is_done;
}

VkpRegistry *vkp_registry_open(const char *path, const VkpUuid *boot_id, GError **error)
{
    g_autoptr(VkpRegistry) registry = g_new0(VkpRegistry, 1);
    registry->boot_id = *boot_id;
    registry->path = g_strdup(path);
    registry->database = vkp_registry_file_open(path, error);
    if (!registry->database || !drop_other_boots(registry, error))
        return NULL;
    registry->inode = vkp_file_inode(path);
    return g_steal_pointer(&registry);
}

void vkp_registry_close(VkpRegistry *registry)
{
    if (!registry)
        return;
    sqlite3_close(registry->database);
    g_free(registry->path);
    g_clear_pointer(&registry->remembered, g_array_unref);
    g_free(registry);
}

gboolean vkp_registry_is_in_place(const VkpRegistry *registry)
{
    return vkp_inode_equal(vkp_file_inode(registry->path), registry->inode);
}

/* Ends a transaction: commits if all went well so far, else takes everything back. */
static gboolean end_transaction(VkpRegistry *registry, gboolean is_well, GError **error)
{
    if (is_well && run(registry, "COMMIT", "write to", error))
        return TRUE;
    if (!sqlite3_get_autocommit(registry->database))
        sqlite3_exec(registry->database, "ROLLBACK", NULL, NULL, NULL);
    return FALSE;
}

static void bind_process(VkpRegistry *registry, sqlite3_stmt *statement, VkpIdentity identity)
{
    bind_id(statement, 1, &registry->boot_id);
    sqlite3_bind_int64(statement, 2, identity.pid);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64)identity.start_ticks);
}

gboolean vkp_registry_register(VkpRegistry *registry, const VkpRegistration *registration,
                               GError **error)
{
    sqlite3_stmt *statement =
        prepare(registry, "INSERT OR REPLACE INTO registrations VALUES (?1, ?2, ?3, ?4)", error);
    if (!statement)
        return FALSE;
    bind_process(registry, statement, registration->identity);
    bind_id(statement, 4, &registration->execution_id);
    gboolean is_done = step(registry, statement, error);
    sqlite3_finalize(statement);
    return is_done;
}

static VkpUuid column_id(sqlite3_stmt *row, int column)
{
    VkpUuid id = {0};
    const void *blob = sqlite3_column_blob(row, column);
    vkp_uuid_from_blob(blob, (gsize)sqlite3_column_bytes(row, column), &id);
    return id;
}

static VkpIdentity column_identity(sqlite3_stmt *row)
{
    return (VkpIdentity){sqlite3_column_int(row, 0), (guint64)sqlite3_column_int64(row, 1)};
}

/* A number that is no pid must not be cut down to one. */
static gboolean has_pid(sqlite3_stmt *row)
{
    sqlite3_int64 pid = sqlite3_column_int64(row, 0);
    return pid > 0 && pid <= G_MAXINT;
}

static void append_registration(GArray *registrations, sqlite3_stmt *row)
{
    if (!has_pid(row))
        return;
    VkpRegistration registration = {
        .identity = column_identity(row),
        .execution_id = column_id(row, 2),
    };
    g_array_append_val(registrations, registration);
}

static void append_remembered(GArray *remembered, sqlite3_stmt *row)
{
    if (!has_pid(row))
        return;
    VkpRemembered tie = {
        .identity = column_identity(row),
        .attempt_id = column_id(row, 2),
        .execution_id = column_id(row, 3),
    };
    g_array_append_val(remembered, tie);
}

/* All rows of this boot; `sql` has one parameter. Takes the array, which the rows go to. */
static GArray *load(VkpRegistry *registry, const char *sql, GArray *owned_rows,
                    void (*append)(GArray *, sqlite3_stmt *), GError **error)
{
    g_autoptr(GArray) rows = owned_rows;
    sqlite3_stmt *statement = prepare(registry, sql, error);
    if (!statement)
        return NULL;
    bind_id(statement, 1, &registry->boot_id);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        append(rows, statement);
    if (code != SQLITE_DONE)
        vkp_registry_file_set_error(error, registry->database, "read");
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? g_steal_pointer(&rows) : NULL;
}

GArray *vkp_registry_load(VkpRegistry *registry, GError **error)
{
    return load(registry,
                "SELECT pid, start_ticks, execution_id FROM registrations WHERE boot_id = ?1",
                g_array_new(FALSE, FALSE, sizeof(VkpRegistration)), append_registration, error);
}

GArray *vkp_registry_recall(VkpRegistry *registry, GError **error)
{
    return load(registry,
                "SELECT pid, start_ticks, attempt_id, execution_id FROM remembered "
                "WHERE boot_id = ?1",
                g_array_new(FALSE, FALSE, sizeof(VkpRemembered)), append_remembered, error);
}

static gboolean ties_equal(const VkpRemembered *a, const VkpRemembered *b)
{
    return vkp_identity_equal(a->identity, b->identity) &&
           vkp_uuid_equal(&a->attempt_id, &b->attempt_id) &&
           vkp_uuid_equal(&a->execution_id, &b->execution_id);
}

static gboolean is_in_file(const VkpRegistry *registry, const GArray *remembered)
{
    if (!registry->remembered || registry->remembered->len != remembered->len)
        return FALSE;
    for (guint i = 0; i < remembered->len; i++)
        if (!ties_equal(&g_array_index(registry->remembered, VkpRemembered, i),
                        &g_array_index(remembered, VkpRemembered, i)))
            return FALSE;
    return TRUE;
}

static gboolean insert_remembered(VkpRegistry *registry, const GArray *remembered, GError **error)
{
    sqlite3_stmt *statement =
        prepare(registry, "INSERT OR REPLACE INTO remembered VALUES (?1, ?2, ?3, ?4, ?5)", error);
    gboolean is_well = statement != NULL;
    for (guint i = 0; is_well && i < remembered->len; i++) {
        const VkpRemembered *tie = &g_array_index(remembered, VkpRemembered, i);
        bind_process(registry, statement, tie->identity);
        bind_id(statement, 4, &tie->attempt_id);
        sqlite3_bind_null(statement, 5);
        if (!vkp_uuid_is_nil(&tie->execution_id))
            bind_id(statement, 5, &tie->execution_id);
        is_well = step(registry, statement, error);
    }
    sqlite3_finalize(statement);
    return is_well;
}

gboolean vkp_registry_remember(VkpRegistry *registry, const GArray *remembered, GError **error)
{
    if (is_in_file(registry, remembered))
        return TRUE;
    g_clear_pointer(&registry->remembered, g_array_unref);
    if (!run(registry, "BEGIN IMMEDIATE", "write to", error))
        return FALSE;
    gboolean is_well = run(registry, "DELETE FROM remembered", "write to", error) &&
                       insert_remembered(registry, remembered, error);
    if (!end_transaction(registry, is_well, error))
        return FALSE;
    registry->remembered = g_array_copy((GArray *)remembered);
    return TRUE;
}

/* Those of `registrations` that are not among the living. */
static GArray *dup_dead(const GArray *registrations, const GArray *living)
{
    g_autoptr(GHashTable) alive = g_hash_table_new(vkp_identity_hash, vkp_identity_equal_keys);
    for (guint i = 0; i < living->len; i++)
        g_hash_table_add(alive, &g_array_index(living, VkpRegistration, i).identity);
    GArray *dead = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    for (guint i = 0; i < registrations->len; i++) {
        VkpRegistration *process = &g_array_index(registrations, VkpRegistration, i);
        if (!g_hash_table_contains(alive, &process->identity))
            g_array_append_val(dead, *process);
    }
    return dead;
}

static gboolean delete_registrations(VkpRegistry *registry, const GArray *dead, GError **error)
{
    sqlite3_stmt *statement = prepare(
        registry, "DELETE FROM registrations WHERE boot_id = ?1 AND pid = ?2 AND start_ticks = ?3",
        error);
    gboolean is_well = statement != NULL;
    for (guint i = 0; is_well && i < dead->len; i++) {
        const VkpRegistration *process = &g_array_index(dead, VkpRegistration, i);
        bind_process(registry, statement, process->identity);
        is_well = step(registry, statement, error);
    }
    sqlite3_finalize(statement);
    return is_well;
}

gboolean vkp_registry_keep_only(VkpRegistry *registry, const GArray *living, GError **error)
{
    g_autoptr(GArray) registrations = vkp_registry_load(registry, error);
    if (!registrations)
        return FALSE;
    g_autoptr(GArray) dead = dup_dead(registrations, living);
    if (dead->len == 0)
        return TRUE;
    if (!run(registry, "BEGIN IMMEDIATE", "write to", error))
        return FALSE;
    return end_transaction(registry, delete_registrations(registry, dead, error), error);
}
