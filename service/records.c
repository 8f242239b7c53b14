/* SPDX-License-Identifier: Apache-2.0 */
#include "service/records.h"

#include "common/base/error.h"
#include "common/roster/registrations.h"

/* Between two tries, while the registry does not work; the pause doubles. */
#define RETRY_MIN_USEC (30 * G_TIME_SPAN_SECOND)
#define RETRY_MAX_USEC (5 * G_TIME_SPAN_MINUTE)

struct VkpRecords {
    VkpReader *reader;     /* borrowed */
    char *path;            /* NULL: nothing is kept */
    VkpRegistry *registry; /* NULL: not open, or not yet */
    gboolean is_failing;   /* then nothing is written but all of it, by the next try */
    gint64 retry_at_usec;  /* monotonic; while failing */
    gint64 pause_usec;     /* likewise, before that try */
    GArray *registrations;
    VkpMemory *memory;
};

/* Takes the error, NULL when all went well; logs a change only. */
static void note_outcome(VkpRecords *records, GError *failure)
{
    g_autoptr(GError) error = failure;
    if (error && !records->is_failing)
        g_warning("Registrations will not survive a restart: %s", error->message);
    if (!error && records->is_failing)
        g_message("The registry \"%s\" works again", records->path);
    if (error) {
        records->pause_usec =
            records->is_failing ? MIN(2 * records->pause_usec, RETRY_MAX_USEC) : RETRY_MIN_USEC;
        records->retry_at_usec = g_get_monotonic_time() + records->pause_usec;
    }
    records->is_failing = error != NULL;
}

static VkpRegistration *at(const VkpRecords *records, guint index)
{
    return &g_array_index(records->registrations, VkpRegistration, index);
}

/* What was registered meanwhile is younger than what stands in the file. */
static void take_in(VkpRecords *records, const GArray *registrations)
{
    g_autoptr(GHashTable) known = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < records->registrations->len; i++)
        g_hash_table_add(known, GINT_TO_POINTER(at(records, i)->identity.pid));
    for (guint i = 0; i < registrations->len; i++) {
        const VkpRegistration *registration = &g_array_index(registrations, VkpRegistration, i);
        if (g_hash_table_add(known, GINT_TO_POINTER(registration->identity.pid)))
            g_array_append_vals(records->registrations, registration, 1);
    }
}

/* All or nothing: what could not be read now would be lost for good by the next write. Under an
 * unknown boot, everything would pass for an earlier boot's. */
static gboolean load(VkpRecords *records, GError **error)
{
    VkpUuid boot_id = vkp_reader_boot_id(records->reader);
    if (vkp_uuid_is_nil(&boot_id)) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM, "The system's boot id is not known");
        return FALSE;
    }
    g_autoptr(VkpRegistry) registry = vkp_registry_open(records->path, &boot_id, error);
    if (!registry)
        return FALSE;
    g_autoptr(GArray) remembered = vkp_registry_recall(registry, error);
    if (!remembered)
        return FALSE;
    g_autoptr(GArray) registrations = vkp_registry_load(registry, error);
    if (!registrations)
        return FALSE;
    vkp_memory_load(records->memory, remembered);
    take_in(records, registrations);
    records->registry = g_steal_pointer(&registry);
    return TRUE;
}

VkpRecords *vkp_records_new(const char *path, VkpReader *reader)
{
    VkpRecords *records = g_new0(VkpRecords, 1);
    records->reader = reader;
    records->path = g_strdup(path);
    records->registrations = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    records->memory = vkp_memory_new();
    if (path) {
        GError *error = NULL;
        load(records, &error);
        note_outcome(records, error);
    }
    return records;
}

void vkp_records_free(VkpRecords *records)
{
    if (!records)
        return;
    vkp_registry_close(records->registry);
    vkp_memory_free(records->memory);
    g_array_unref(records->registrations);
    g_free(records->path);
    g_free(records);
}

gboolean vkp_records_are_kept(const VkpRecords *records)
{
    return !records->is_failing;
}

const GArray *vkp_records_registrations(const VkpRecords *records)
{
    return records->registrations;
}

const VkpMemory *vkp_records_memory(const VkpRecords *records)
{
    return records->memory;
}

static gboolean write_memory(VkpRecords *records, GError **error)
{
    g_autoptr(GArray) remembered = vkp_memory_to_array(records->memory);
    return vkp_registry_remember(records->registry, remembered, error);
}

static gboolean write_all(VkpRecords *records, GError **error)
{
    for (guint i = 0; i < records->registrations->len; i++)
        if (!vkp_registry_register(records->registry, at(records, i), error))
            return FALSE;
    return vkp_registry_keep_only(records->registry, records->registrations, error) &&
           write_memory(records, error);
}

/* Returns whether the file told anything. */
static gboolean try_again(VkpRecords *records)
{
    GError *error = NULL;
    gboolean has_loaded = !records->registry && load(records, &error);
    if (records->registry)
        write_all(records, &error);
    note_outcome(records, error);
    return has_loaded;
}

/* A file that was taken away since is made anew. */
static gboolean can_write(VkpRecords *records)
{
    if (records->registry && !vkp_registry_is_in_place(records->registry)) {
        g_clear_pointer(&records->registry, vkp_registry_close);
        try_again(records);
    }
    return records->registry && !records->is_failing;
}

gboolean vkp_records_retry(VkpRecords *records, gint64 now_usec)
{
    return records->is_failing && now_usec >= records->retry_at_usec && try_again(records);
}

static void add(VkpRecords *records, const VkpRegistration *registration)
{
    for (guint i = records->registrations->len; i-- > 0;)
        if (at(records, i)->identity.pid == registration->identity.pid)
            g_array_remove_index(records->registrations, i);
    g_array_append_vals(records->registrations, registration, 1);
    if (!can_write(records))
        return;
    GError *error = NULL;
    vkp_registry_register(records->registry, registration, &error);
    note_outcome(records, error);
}

void vkp_records_register(VkpRecords *records, const VkpRegistration *registration)
{
    gboolean was_failing = records->is_failing;
    add(records, registration);
    if (was_failing)
        try_again(records);
}

/* Being absent from one snapshot is no proof: a scan leaves out what it could not read. Whether the
 * process is gone, or else what its stat says; FALSE and zeroes when that can't be told. */
static gboolean is_gone(const VkpRecords *records, VkpIdentity identity, VkpStat *stat)
{
    VkpStat now;
    g_autoptr(GError) error = NULL;
    *stat = (VkpStat){0};
    if (!vkp_reader_read_stat(records->reader, identity.pid, &now, &error))
        return g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    if (now.start_ticks != identity.start_ticks)
        return TRUE;
    *stat = now;
    return FALSE;
}

static gboolean is_over(const VkpRecords *records, const VkpSnapshot *snapshot,
                        const VkpRegistration *registration)
{
    if (vkp_registration_is_in_use(registration, snapshot))
        return FALSE;
    VkpStat stat;
    return is_gone(records, registration->identity, &stat) ||
           vkp_state_is_dead(stat.state, stat.threads);
}

/* Returns whether anybody was forgotten. */
static gboolean forget_registrations(VkpRecords *records, const VkpSnapshot *snapshot)
{
    guint n_before = records->registrations->len;
    for (guint i = n_before; i-- > 0;)
        if (is_over(records, snapshot, at(records, i)))
            g_array_remove_index(records->registrations, i);
    if (records->registrations->len == n_before)
        return FALSE;
    if (!can_write(records))
        return TRUE;
    GError *error = NULL;
    vkp_registry_keep_only(records->registry, records->registrations, &error);
    note_outcome(records, error);
    return TRUE;
}

typedef struct {
    const VkpRecords *records;
    const VkpSnapshot *snapshot;
} Forgetting;

/* A zombie is still there, and may still be a member. */
static gboolean has_gone(VkpIdentity identity, void *data)
{
    const Forgetting *forgetting = data;
    VkpStat stat;
    return !vkp_snapshot_lookup_identity(forgetting->snapshot, identity) &&
           is_gone(forgetting->records, identity, &stat);
}

/* Returns whether the ties are others than before. */
static gboolean update_memory(VkpRecords *records, const VkpSnapshot *snapshot,
                              const VkpRoster *roster)
{
    Forgetting forgetting = {records, snapshot};
    gboolean has_changed = vkp_memory_forget(records->memory, has_gone, &forgetting);
    has_changed |= vkp_memory_learn(records->memory, roster);
    if (!has_changed || !can_write(records))
        return has_changed;
    GError *error = NULL;
    write_memory(records, &error);
    note_outcome(records, error);
    return TRUE;
}

gboolean vkp_records_update(VkpRecords *records, const VkpSnapshot *snapshot,
                            const VkpRoster *roster)
{
    gboolean has_changed = forget_registrations(records, snapshot);
    g_autoptr(GArray) found = vkp_registrations_find_new(roster, records->registrations);
    for (guint i = 0; i < found->len; i++)
        add(records, &g_array_index(found, VkpRegistration, i));
    has_changed |= found->len > 0;
    return update_memory(records, snapshot, roster) || has_changed;
}
