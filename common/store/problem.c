/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/problem.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

void vkp_problem_clear(VkpProblem *problem)
{
    g_clear_pointer(&problem->text, g_free);
    *problem = (VkpProblem){0};
}

/* "The database "/a/b" <what>." */
static VkpProblem make(VkpDatabaseState state, const char *path, const char *what)
{
    g_autofree char *shown = g_filename_display_name(path);
    return (VkpProblem){
        .state = state,
        .text = g_strdup_printf("The database \"%s\" %s.", shown, what),
    };
}

VkpProblem vkp_problem_of_errno(const char *path, int saved_errno)
{
    if (saved_errno == ENOENT || saved_errno == ENOTDIR)
        return make(VKP_DATABASE_MISSING, path,
                    "is not there; vibe-kanban makes it when it first starts");
    g_autofree char *what = g_strdup_printf("cannot be read: %s", g_strerror(saved_errno));
    return make(VKP_DATABASE_UNREADABLE, path, what);
}

VkpProblem vkp_problem_no_file(const char *path)
{
    return make(
        VKP_DATABASE_UNREADABLE, path,
        "is not a regular file, or one of the files beside it (-journal, -wal, -shm) is not");
}

VkpProblem vkp_problem_no_board(const char *path, gboolean is_empty)
{
    return make(VKP_DATABASE_UNSUPPORTED, path,
                is_empty ? "is still empty"
                         : "is not one of vibe-kanban's, or of an unknown version");
}

static VkpProblem contention(const char *path)
{
    VkpProblem problem =
        make(VKP_DATABASE_LOCKED, path, "is locked by a program that is writing to it");
    problem.is_contention = TRUE;
    return problem;
}

/* Whether new files may be made beside the database, wherever links lead. */
static gboolean is_folder_writable(const char *path)
{
    char *resolved = realpath(path, NULL);
    g_autofree char *folder = g_path_get_dirname(resolved ? resolved : path);
    free(resolved);
    return access(folder, W_OK) == 0;
}

/* SQLite says "unable to open" when it needs files beside the database: a database in WAL mode
 * cannot be read, not even read only, without its -wal and -shm. */
static VkpProblem cannot_open(const char *path)
{
    if (access(path, R_OK) == 0 && !is_folder_writable(path))
        return make(VKP_DATABASE_UNREADABLE, path,
                    "is in WAL mode, in a folder that you may not write to: SQLite cannot read it "
                    "there");
    return make(VKP_DATABASE_UNREADABLE, path, "cannot be opened");
}

static VkpProblem read_only(const char *path, int code)
{
    if (code == SQLITE_READONLY_CANTINIT || code == SQLITE_READONLY_DIRECTORY)
        return cannot_open(path);
    /* A hot journal, or a WAL index that only a writer can rebuild. */
    return make(VKP_DATABASE_NEEDS_RECOVERY, path,
                "was left in the middle of a change; start vibe-kanban, which will recover it");
}

VkpProblem vkp_problem_of_sqlite(const char *path, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return contention(path);
    case SQLITE_READONLY:
        return read_only(path, code);
    case SQLITE_CANTOPEN:
        return cannot_open(path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
        return make(VKP_DATABASE_CORRUPT, path, "is damaged");
    case SQLITE_INTERRUPT:
        return make(VKP_DATABASE_UNREADABLE, path, "takes too long to be read");
    case SQLITE_ERROR:
    case SQLITE_TOOBIG:
        return make(VKP_DATABASE_UNSUPPORTED, path, "has a layout that is not known");
    default:
        break;
    }
    g_autofree char *what = g_strdup_printf("cannot be read: %s", sqlite3_errstr(code));
    return make(VKP_DATABASE_UNREADABLE, path, what);
}
