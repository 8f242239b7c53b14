/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/registry-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/file.h"
#include "common/store/migrations.h"

/* "VKPR" in the file's header tells our database from anybody else's. It is set before the change
 * to WAL mode: so it stands in the file itself, where it is read without opening the database. */
#define APPLICATION_ID 0x564b5052
#define HEADER_BYTES 100
#define APPLICATION_ID_OFFSET 68

#define BUSY_MSEC 50
#define MAX_DAMAGED 16

typedef enum {
    STANDING_OURS, /* or nothing yet */
    STANDING_DAMAGED,
    STANDING_REFUSED, /* with an error */
} Standing;

static gboolean is_in_memory(const char *path)
{
    return g_str_equal(path, ":memory:");
}

void vkp_registry_file_set_error(GError **error, sqlite3 *database, const char *tried)
{
    /* Out of memory there is no database at all, of which only the message can be asked. */
    const char *path = database ? sqlite3_db_filename(database, "main") : NULL;
    g_autofree char *shown = g_filename_display_name(path ? path : "");
    g_set_error(error, VKP_ERROR, VKP_ERROR_DATABASE_UNAVAILABLE,
                "Cannot %s the registry \"%s\": %s", tried, shown, sqlite3_errmsg(database));
}

static Standing refuse(GError **error, const char *path, const char *why)
{
    g_autofree char *shown = g_filename_display_name(path);
    g_set_error(error, VKP_ERROR, VKP_ERROR_DATABASE_UNAVAILABLE,
                "Cannot use \"%s\" as the registry: %s", shown, why);
    return STANDING_REFUSED;
}

/* Looks before SQLite may write (it recovers what it opens): what was meant may be vibe-kanban's
 * own database. Reading the file ourselves is right only because nobody here has it open yet. */
static Standing look_at(const char *path, GError **error)
{
    struct stat status;
    if (is_in_memory(path) || stat(path, &status) < 0)
        return STANDING_OURS;
    if (!S_ISREG(status.st_mode))
        return refuse(error, path, "it is not a regular file");
    gsize length = 0;
    g_autofree char *header = vkp_file_read(AT_FDCWD, path, HEADER_BYTES, &length, NULL, error);
    if (!header)
        return STANDING_REFUSED;
    if (length == 0)
        return STANDING_OURS;
    if (length < HEADER_BYTES || memcmp(header, "SQLite format 3", 16) != 0)
        return STANDING_DAMAGED;
    guint32 application_id;
    memcpy(&application_id, header + APPLICATION_ID_OFFSET, sizeof application_id);
    if (GUINT32_FROM_BE(application_id) != APPLICATION_ID)
        return refuse(error, path, "it is another program's database");
    return STANDING_OURS;
}

static gboolean is_damage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* Runs a statement that answers with one row; SQLITE_ROW means that it has. */
static int query(sqlite3 *database, const char *sql, sqlite3_stmt **statement)
{
    int code = sqlite3_prepare_v2(database, sql, -1, statement, NULL);
    return code == SQLITE_OK ? sqlite3_step(*statement) : code;
}

static int query_version(sqlite3 *database, gint64 *version)
{
    sqlite3_stmt *statement = NULL;
    int code = query(database, "PRAGMA user_version", &statement);
    if (code == SQLITE_ROW)
        *version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return code;
}

static int query_soundness(sqlite3 *database, gboolean *is_sound)
{
    sqlite3_stmt *statement = NULL;
    int code = query(database, "PRAGMA quick_check(1)", &statement);
    if (code == SQLITE_ROW)
        *is_sound = g_strcmp0((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
    sqlite3_finalize(statement);
    return code;
}

static Standing judge_failure(sqlite3 *database, int code, const char *tried, GError **error)
{
    if (is_damage(code))
        return STANDING_DAMAGED;
    vkp_registry_file_set_error(error, database, tried);
    return STANDING_REFUSED;
}

static Standing judge(sqlite3 *database, const char *path, gint64 *version, GError **error)
{
    gboolean is_sound = FALSE;
    int code = query_version(database, version);
    if (code != SQLITE_ROW)
        return judge_failure(database, code, "read", error);
    if (*version > vkp_n_migrations)
        return refuse(error, path, "a later version of this program has written it");
    /* A page that can't be read for a moment, for want of memory say, passes for damage here, and
     * only here: so it is asked twice. */
    code = query_soundness(database, &is_sound);
    if (code == SQLITE_ROW && !is_sound)
        code = query_soundness(database, &is_sound);
    if (code != SQLITE_ROW)
        return judge_failure(database, code, "check", error);
    return is_sound ? STANDING_OURS : STANDING_DAMAGED;
}

/* One step and its number, or neither. */
static int migrate(sqlite3 *database, guint step)
{
    g_autofree char *sql = g_strdup_printf("BEGIN IMMEDIATE; %s PRAGMA user_version = %u; COMMIT",
                                           vkp_migrations[step], step + 1);
    int code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK && !sqlite3_get_autocommit(database))
        sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
    return code;
}

/* WAL, so that a commit waits for no disk; in memory the pragma changes nothing. */
static Standing prepare(sqlite3 *database, const char *path, GError **error)
{
    gint64 version = 0;
    Standing standing = judge(database, path, &version, error);
    if (standing != STANDING_OURS)
        return standing;
    g_autofree char *set_up = g_strdup_printf("PRAGMA application_id = %d;"
                                              "PRAGMA journal_mode = WAL;"
                                              "PRAGMA synchronous = NORMAL",
                                              APPLICATION_ID);
    int code =
        sqlite3_exec(database, version == 0 ? set_up : strchr(set_up, ';') + 1, NULL, NULL, NULL);
    for (guint step = (guint)version; code == SQLITE_OK && step < vkp_n_migrations; step++)
        code = migrate(database, step);
    return code == SQLITE_OK ? STANDING_OURS : judge_failure(database, code, "set up", error);
}

/* The file is made by us, so that nobody else can ever read it; -wal and -shm take after it. */
static gboolean make_private(const char *path, GError **error)
{
    if (is_in_memory(path))
        return TRUE;
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) < 0) {
        vkp_set_error_errno(error, errno, "Cannot make the folder \"%s\"", folder);
        return FALSE;
    }
    g_auto(VkpFd) fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno != EEXIST) {
        vkp_set_error_errno(error, errno, "Cannot make the registry \"%s\"", path);
        return FALSE;
    }
    return TRUE;
}

static Standing open_once(const char *path, sqlite3 **database, GError **error)
{
    Standing standing = look_at(path, error);
    if (standing != STANDING_OURS)
        return standing;
    if (!make_private(path, error))
        return STANDING_REFUSED;
    int code = sqlite3_open_v2(path, database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK)
        return judge_failure(*database, code, "open", error);
    sqlite3_extended_result_codes(*database, 1);
    sqlite3_busy_timeout(*database, BUSY_MSEC);
    sqlite3_db_config(*database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(*database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return prepare(*database, path, error);
}

/* To the first free of ".damaged-1" to "-16"; the last is taken again and again. What lies beside
 * it belongs to it and would spoil a new file. */
static gboolean move_aside(const char *path, GError **error)
{
    g_autofree char *aside = NULL;
    for (guint i = 1; i <= MAX_DAMAGED; i++) {
        g_free(aside);
        aside = g_strdup_printf("%s.damaged-%u", path, i);
        if (!g_file_test(aside, G_FILE_TEST_EXISTS))
            break;
    }
    if (rename(path, aside) < 0) {
        vkp_set_error_errno(error, errno, "Cannot move the damaged registry \"%s\" aside", path);
        return FALSE;
    }
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *companion = g_strconcat(path, suffixes[i], NULL);
        (void)unlink(companion);
    }
    return TRUE;
}

sqlite3 *vkp_registry_file_open(const char *path, GError **error)
{
    sqlite3 *database = NULL;
    Standing standing = open_once(path, &database, error);
    if (standing == STANDING_DAMAGED) {
        sqlite3_close(g_steal_pointer(&database));
        if (!move_aside(path, error))
            return NULL;
        standing = open_once(path, &database, error);
        if (standing == STANDING_DAMAGED)
            standing = refuse(error, path, "the file system returns other bytes than were written");
    }
    if (standing == STANDING_OURS)
        return database;
    sqlite3_close(database);
    return NULL;
}
