/* SPDX-License-Identifier: Apache-2.0 */
/* Our own registry as it is found on disk: bytes of a good file written over (an even first byte),
 * or rows that we would not write (an odd one). */
#include "common/store/registry.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake-board.h"

#define MAX_DAMAGED 16

static char folder[64];

static void remove_files(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
    for (int n = 0; n <= MAX_DAMAGED; n++) {
        for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
            char path[128];
            g_snprintf(path, sizeof path, "%s/r%s", folder, suffixes[i]);
            if (n > 0)
                g_snprintf(path, sizeof path, "%s/r.damaged-%d%s", folder, n, suffixes[i]);
            unlink(path);
        }
    }
}

static void leave(void)
{
    remove_files();
    rmdir(folder);
}

static void make_folder(void)
{
    if (folder[0])
        return;
    g_strlcpy(folder, "/tmp/vkp-fuzz-registry-XXXXXX", sizeof folder);
    FUZZ_CHECK(mkdtemp(folder));
    atexit(leave);
}

/* A good file of ours with one row of each kind. */
static void write_good(const char *path, const VkpUuid *boot)
{
    g_autoptr(VkpRegistry) registry = vkp_registry_open(path, boot, NULL);
    g_autoptr(GArray) ties = g_array_new(FALSE, FALSE, sizeof(VkpRemembered));
    VkpRemembered tie = {{4242, 7}, fake_id(2), fake_id(3)};
    g_array_append_val(ties, tie);
    VkpRegistration registration = {{4242, 7}, fake_id(3)};
    FUZZ_CHECK(registry && vkp_registry_register(registry, &registration, NULL));
    FUZZ_CHECK(vkp_registry_remember(registry, ties, NULL));
}

static void write_over(const char *path, FuzzInput *input)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    FUZZ_CHECK(fd >= 0);
    while (input->left > 0) {
        gsize length;
        off_t at = (off_t)fuzz_number(input, 2);
        const char *bytes = fuzz_run(input, &length);
        FUZZ_CHECK(pwrite(fd, bytes, length, at) == (gssize)length);
    }
    close(fd);
}

/* Constraints are off, as whoever edits the file can have them. */
static void write_rows(const char *path, const VkpUuid *boot, FuzzInput *input)
{
    sqlite3 *database = NULL;
    FUZZ_CHECK(sqlite3_open(path, &database) == SQLITE_OK);
    sqlite3_exec(database, "PRAGMA ignore_check_constraints = ON", NULL, NULL, NULL);
    while (input->left > 0) {
        gboolean is_tie = fuzz_byte(input) & 1;
        sqlite3_stmt *row = NULL;
        FUZZ_CHECK(sqlite3_prepare_v2(database,
                                      is_tie ? "REPLACE INTO remembered VALUES (?1, ?2, ?3, ?4, ?5)"
                                             : "REPLACE INTO registrations VALUES (?1, ?2, ?3, ?4)",
                                      -1, &row, NULL) == SQLITE_OK);
        sqlite3_bind_blob(row, 1, boot->bytes, 16, SQLITE_TRANSIENT);
        sqlite3_bind_int64(row, 2, (sqlite3_int64)fuzz_number(input, 8));
        sqlite3_bind_int64(row, 3, (sqlite3_int64)fuzz_number(input, 8));
        for (int column = 4; column <= (is_tie ? 5 : 4); column++) {
            gsize length;
            const char *bytes = fuzz_run(input, &length);
            sqlite3_bind_blob(row, column, bytes, (int)length, SQLITE_TRANSIENT);
        }
        sqlite3_step(row);
        sqlite3_finalize(row);
    }
    sqlite3_close(database);
}

static void read_all(const char *path, const VkpUuid *boot)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpRegistry) registry = vkp_registry_open(path, boot, &error);
    FUZZ_CHECK(registry || error);
    if (!registry)
        return;
    g_autoptr(GArray) registrations = vkp_registry_load(registry, NULL);
    g_autoptr(GArray) ties = vkp_registry_recall(registry, NULL);
    for (guint i = 0; registrations && i < registrations->len; i++)
        FUZZ_CHECK(g_array_index(registrations, VkpRegistration, i).identity.pid > 0);
    for (guint i = 0; ties && i < ties->len; i++)
        FUZZ_CHECK(g_array_index(ties, VkpRemembered, i).identity.pid > 0);
    g_autoptr(GArray) none = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    vkp_registry_keep_only(registry, none, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_folder();
    FuzzInput input = {data, size};
    char path[128];
    g_snprintf(path, sizeof path, "%s/r", folder);
    VkpUuid boot = fake_id(1);
    write_good(path, &boot);
    if (fuzz_byte(&input) & 1)
        write_rows(path, &boot, &input);
    else
        write_over(path, &input);
    read_all(path, &boot);
    remove_files();
    return 0;
}
