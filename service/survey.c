/* SPDX-License-Identifier: Apache-2.0 */
#include "service/survey.h"

#include <unistd.h>

#include "common/proc/ports.h"
#include "common/proc/scanner.h"
#include "common/roster/build.h"
#include "service/databases.h"

/* Worktrees are looked up on the disk when the board changes, and every so many looks, because they
 * may be made anew at the same path. */
#define LOOKS_PER_RESOLVE 5

struct VkpSurvey {
    uid_t uid;
    char *home;
    VkpScanner *scanner;
    VkpPorts *ports;
    VkpRecords *records;
    VkpDatabases *databases;
    VkpPlaces *places; /* NULL: not looked up yet */
    guint n_looks_since_resolve;
    GArray *spared; /* pid_t */
    guint hidden;   /* VkpDegraded of what the last scan could not see */
};

VkpSurvey *vkp_survey_new(const VkpSurveyOptions *options)
{
    VkpSurvey *survey = g_new0(VkpSurvey, 1);
    survey->uid = options->uid;
    survey->home = g_strdup(options->places.home);
    survey->spared = g_array_new(FALSE, FALSE, sizeof(pid_t));
    survey->scanner = vkp_scanner_new(options->reader, options->uid);
    survey->ports = vkp_ports_new(options->reader);
    survey->records = vkp_records_new(options->registry_path, options->reader);
    VkpDatabasesOptions databases = {options->reader, options->uid, options->database_path,
                                     options->places};
    survey->databases = vkp_databases_new(&databases);
    return survey;
}

void vkp_survey_free(VkpSurvey *survey)
{
    if (!survey)
        return;
    vkp_places_free(survey->places);
    vkp_databases_free(survey->databases);
    vkp_records_free(survey->records);
    vkp_ports_free(survey->ports);
    vkp_scanner_free(survey->scanner);
    g_array_unref(survey->spared);
    g_free(survey->home);
    g_free(survey);
}

void vkp_survey_set_spared(VkpSurvey *survey, const GArray *pids)
{
    g_array_set_size(survey->spared, 0);
    g_array_append_vals(survey->spared, pids->data, pids->len);
}

static void look_at_boards(VkpSurvey *survey, const VkpSnapshot *snapshot, VkpSurveyDepth depth)
{
    VkpLook look = depth == VKP_SURVEY_FOR_KILL ? VKP_LOOK_ALL : VKP_LOOK_YOUNG;
    gboolean is_another_board = vkp_databases_refresh(survey->databases, snapshot, look);
    survey->n_looks_since_resolve++;
    if (survey->places && !is_another_board && depth < VKP_SURVEY_ASKED &&
        survey->n_looks_since_resolve < LOOKS_PER_RESOLVE)
        return;
    VkpBoard *board = vkp_store_board(vkp_databases_store(survey->databases));
    g_clear_pointer(&survey->places, vkp_places_free);
    survey->places = vkp_places_resolve(board, survey->home);
    survey->n_looks_since_resolve = 0;
}

static VkpProtected *build_protection(const VkpSurvey *survey, const VkpSnapshot *snapshot)
{
    g_autoptr(GArray) spared = g_array_copy(survey->spared);
    pid_t ourselves = getpid();
    g_array_append_val(spared, ourselves);
    VkpProtectInput input = {
        .snapshot = snapshot,
        .holders = vkp_databases_servers(survey->databases),
        .spared = spared,
    };
    return vkp_protect_build(&input);
}

static VkpRoster *build_roster(const VkpSurvey *survey, const VkpSnapshot *snapshot)
{
    g_autoptr(VkpProtected) protection = build_protection(survey, snapshot);
    guint64 board_current_usec = vkp_databases_board_current_usec(survey->databases);
    if (board_current_usec > 0)
        board_current_usec += vkp_snapshot_boot_time_usec(snapshot);
    VkpRosterInput input = {
        .snapshot = snapshot,
        .board = vkp_store_board(vkp_databases_store(survey->databases)),
        .board_current_usec = board_current_usec,
        .places = survey->places,
        .protection = protection,
        .registrations = vkp_records_registrations(survey->records),
        .memory = vkp_records_memory(survey->records),
        .servers = vkp_databases_servers(survey->databases),
        .other_servers = vkp_databases_other_servers(survey->databases),
        .foreign_ids = vkp_databases_foreign_ids(survey->databases),
        .uid = survey->uid,
    };
    return vkp_roster_build(&input);
}

/* The roster is not shared with anybody yet. */
static void add_ports(VkpSurvey *survey, VkpRoster *roster)
{
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        const GArray *ports = vkp_ports_of(survey->ports, member->process->identity);
        g_array_append_val(identities, member->process->identity);
        if (ports->len == 0)
            continue;
        member->ports = g_array_sized_new(FALSE, FALSE, sizeof(guint16), ports->len);
        g_array_append_vals(member->ports, ports->data, ports->len);
    }
    vkp_ports_keep_only(survey->ports, identities);
}

VkpRoster *vkp_survey_look(VkpSurvey *survey, VkpSurveyDepth depth, GError **error)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(survey->scanner, error);
    if (!snapshot)
        return NULL;
    /* After the scan: a row is written before its process starts, so the board knows whom the
     * snapshot shows. */
    if (depth > VKP_SURVEY_PROCESSES || !survey->places)
        look_at_boards(survey, snapshot, depth);
    survey->hidden = vkp_sight_find_hidden(snapshot, survey->uid);

    VkpRoster *roster = build_roster(survey, snapshot);
    if (depth > VKP_SURVEY_PROCESSES)
        vkp_ports_refresh(survey->ports);
    add_ports(survey, roster);
    vkp_records_update(survey->records, snapshot, roster);
    return roster;
}

VkpRecords *vkp_survey_records(const VkpSurvey *survey)
{
    return survey->records;
}

const char *vkp_survey_database_path(const VkpSurvey *survey)
{
    return vkp_store_path(vkp_databases_store(survey->databases));
}

VkpDatabaseState vkp_survey_database_state(const VkpSurvey *survey)
{
    return vkp_store_state(vkp_databases_store(survey->databases));
}

guint vkp_survey_degraded(const VkpSurvey *survey)
{
    const VkpBoard *board = vkp_store_board(vkp_databases_store(survey->databases));
    guint degraded = survey->hidden;
    if (!vkp_records_are_kept(survey->records))
        degraded |= VKP_DEGRADED_REGISTRY_UNAVAILABLE;
    if (vkp_board_n_skipped(board) > 0)
        degraded |= VKP_DEGRADED_ROWS_SKIPPED;
    return degraded;
}

gboolean vkp_survey_is_server(const VkpSurvey *survey, pid_t pid)
{
    return vkp_databases_is_held_by(survey->databases, pid);
}
