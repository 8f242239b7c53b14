/* SPDX-License-Identifier: Apache-2.0 */
#include "service/survey.h"

#include <unistd.h>

#include "common/proc/ports.h"
#include "common/proc/table.h"
#include "common/roster/build.h"
#include "service/databases.h"
#include "service/renew.h"

/* Worktrees are looked up on the disk when the board changes, when somebody asks and other
 * processes than before are there, and every so often, because they may be made anew at the same
 * path. */
#define RESOLVE_USEC (9 * G_TIME_SPAN_SECOND)

struct VkpSurvey {
    VkpReader *reader; /* borrowed */
    uid_t uid;
    char *home;
    GStrv worktree_roots;
    VkpSharedDaemons *shared_daemons;
    VkpTable *table;
    VkpPorts *ports;
    VkpRecords *records;
    VkpDatabases *databases;
    VkpPlaces *places;       /* NULL: not looked up yet */
    gint64 resolved_at_usec; /* monotonic */
    GArray *buses;           /* pid_t */
    pid_t applet;            /* 0: nobody is */
    guint hidden;            /* VkpDegraded of what the last look could not see */
    VkpSnapshot *snapshot;   /* the last roster was made of it; NULL: none yet */
    VkpRoster *roster;       /* the last one; NULL: none yet */
    gboolean is_outdated;    /* by something else than the snapshot */
    gboolean ports_are_outdated;
    guint64 unsettled_until_usec; /* the roster waits for a board as new as this; 0: not */
};

VkpSurvey *vkp_survey_new(const VkpSurveyOptions *options)
{
    VkpSurvey *survey = g_new0(VkpSurvey, 1);
    survey->reader = options->reader;
    survey->uid = options->uid;
    survey->home = g_strdup(options->places.home);
    survey->worktree_roots = g_strdupv((GStrv)options->worktree_roots);
    survey->shared_daemons = vkp_shared_daemons_new(options->shared_daemons);
    survey->buses = g_array_new(FALSE, FALSE, sizeof(pid_t));
    survey->table = vkp_table_new(&(VkpTableOptions){
        .reader = options->reader, .uid = options->uid, .young_usec = options->young_usec});
    survey->ports = vkp_ports_new(options->reader);
    survey->records = vkp_records_new(options->registry_path, options->reader);
    VkpDatabasesOptions databases = {
        .reader = options->reader,
        .uid = options->uid,
        .chosen_path = options->database_path,
        .places = options->places,
    };
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
    vkp_roster_unref(survey->roster);
    vkp_snapshot_unref(survey->snapshot);
    vkp_table_free(survey->table);
    g_array_unref(survey->buses);
    g_strfreev(survey->worktree_roots);
    vkp_shared_daemons_free(survey->shared_daemons);
    g_free(survey->home);
    g_free(survey);
}

void vkp_survey_set_spared(VkpSurvey *survey, const GArray *buses, pid_t applet)
{
    g_array_set_size(survey->buses, 0);
    g_array_append_vals(survey->buses, buses->data, buses->len);
    survey->applet = applet;
    survey->is_outdated = TRUE;
}

static gboolean must_resolve(const VkpSurvey *survey, VkpSurveyDepth depth, gboolean has_changed)
{
    return !survey->places || depth == VKP_SURVEY_FOR_KILL ||
           (depth == VKP_SURVEY_ASKED && has_changed) ||
           g_get_monotonic_time() - survey->resolved_at_usec >= RESOLVE_USEC;
}

static void resolve_places(VkpSurvey *survey)
{
    VkpBoard *board = vkp_store_board(vkp_databases_store(survey->databases));
    const char *const *roots = (const char *const *)survey->worktree_roots;
    VkpPlaces *places =
        vkp_places_resolve(board, survey->home, roots, vkp_reader_mounts(survey->reader));
    survey->is_outdated |= !survey->places || !vkp_places_equal(places, survey->places);
    vkp_places_free(survey->places);
    survey->places = places;
    survey->resolved_at_usec = g_get_monotonic_time();
}

static VkpLook database_look(VkpSurveyDepth depth)
{
    if (depth == VKP_SURVEY_FOR_KILL)
        return VKP_LOOK_ALL;
    return depth == VKP_SURVEY_ASKED ? VKP_LOOK_NOW : VKP_LOOK_IN_TURN;
}

/* `has_changed`: the snapshot is another one than at the last look. */
static void look_at_boards(VkpSurvey *survey, VkpSurveyDepth depth, gboolean has_changed)
{
    gboolean is_another_board =
        vkp_databases_refresh(survey->databases, survey->snapshot, database_look(depth));
    survey->is_outdated |= is_another_board || vkp_databases_have_stirred(survey->databases);
    if (is_another_board || must_resolve(survey, depth, has_changed))
        resolve_places(survey);
}

static VkpProtected *build_protection(const VkpSurvey *survey, const VkpSnapshot *snapshot)
{
    const GArray *servers = vkp_databases_servers(survey->databases);
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(pid_t));
    pid_t ourselves = getpid();
    g_array_append_val(lines, ourselves);
    g_array_append_vals(lines, servers->data, servers->len);
    VkpProtectInput input = {
        .snapshot = snapshot,
        .lines = lines,
        .buses = survey->buses,
        .applet = survey->applet,
    };
    return vkp_protect_build(&input);
}

/* Of the wall clock; 0: never. */
static guint64 board_current_usec(const VkpSurvey *survey)
{
    guint64 usec = vkp_databases_board_current_usec(survey->databases);
    return usec > 0 ? usec + vkp_snapshot_boot_time_usec(survey->snapshot) : 0;
}

static VkpRoster *build_roster(const VkpSurvey *survey)
{
    g_autoptr(VkpProtected) protection = build_protection(survey, survey->snapshot);
    VkpRosterInput input = {
        .snapshot = survey->snapshot,
        .board = vkp_store_board(vkp_databases_store(survey->databases)),
        .board_current_usec = board_current_usec(survey),
        .board_may_lack_ids = vkp_databases_may_lack_ids(survey->databases),
        .places = survey->places,
        .protection = protection,
        .registrations = vkp_records_registrations(survey->records),
        .memory = vkp_records_memory(survey->records),
        .servers = vkp_databases_servers(survey->databases),
        .other_servers = vkp_databases_other_servers(survey->databases),
        .foreign_ids = vkp_databases_foreign_ids(survey->databases),
        .continued_ids = vkp_databases_continued_ids(survey->databases),
        .shared_daemons = survey->shared_daemons,
        .uid = survey->uid,
    };
    return vkp_roster_build(&input);
}

static gboolean lacks_attempt(const VkpBoard *board, const VkpUuid *id)
{
    return !vkp_uuid_is_nil(id) && !vkp_board_lookup_attempt(board, id);
}

static gboolean lacks_execution(const VkpBoard *board, const VkpUuid *id)
{
    return !vkp_uuid_is_nil(id) && !vkp_board_lookup_execution(board, id);
}

static gboolean lacks_marks(const VkpBoard *board, const VkpProcess *process)
{
    const VkpMarks *marks = vkp_process_marks(process);
    return marks && (lacks_attempt(board, &marks->attempt_id) ||
                     lacks_attempt(board, &marks->other_attempt_id) ||
                     lacks_execution(board, &marks->execution_id));
}

static gboolean lacks_tie(const VkpBoard *board, const VkpTie *tie)
{
    return lacks_attempt(board, &tie->attempt_id) || lacks_execution(board, &tie->execution_id);
}

/* When the youngest process that names something unknown to the board was born; 0: nobody does. */
static guint64 find_newest_unknown_usec(const VkpSurvey *survey, const VkpRoster *roster)
{
    const VkpBoard *board = vkp_store_board(vkp_databases_store(survey->databases));
    guint64 newest_usec = 0;
    for (guint i = 0; i < vkp_snapshot_size(survey->snapshot); i++) {
        const VkpProcess *process = vkp_snapshot_at(survey->snapshot, i);
        if (process->uid == survey->uid && lacks_marks(board, process))
            newest_usec = MAX(newest_usec, process->start_time_usec);
    }
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpMember *member = vkp_roster_at(roster, i);
        if (lacks_tie(board, &member->tie))
            newest_usec = MAX(newest_usec, member->process->start_time_usec);
    }
    return newest_usec;
}

/* An id that the board lacks is judged only when the board is younger than its bearer (by a tick of
 * the kernel's): then the roster may come out differently though nothing else has changed. */
static guint64 find_unsettled_until_usec(const VkpSurvey *survey, const VkpRoster *roster)
{
    guint64 newest_usec = find_newest_unknown_usec(survey, roster);
    guint64 tick_usec = G_USEC_PER_SEC / vkp_snapshot_ticks_per_second(survey->snapshot) + 1;
    if (newest_usec == 0 || newest_usec + tick_usec <= board_current_usec(survey))
        return 0;
    return newest_usec + tick_usec;
}

static gboolean is_settled_by_now(const VkpSurvey *survey)
{
    return survey->unsettled_until_usec > 0 &&
           board_current_usec(survey) >= survey->unsettled_until_usec;
}

/* The roster is not shared with anybody yet. */
static void add_ports(VkpSurvey *survey, VkpRoster *roster)
{
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        g_array_append_val(identities, member->process->identity);
        member->ports = vkp_renew_dup_ports(survey->ports, member->process->identity);
    }
    vkp_ports_keep_only(survey->ports, identities);
}

static void append_servers(const VkpSurvey *survey, const GArray *servers, GArray *identities)
{
    for (guint i = 0; i < servers->len; i++) {
        const VkpProcess *process =
            vkp_snapshot_lookup(survey->snapshot, g_array_index(servers, pid_t, i));
        if (process)
            g_array_append_val(identities, process->identity);
    }
}

/* Whose doings and end matter at once: the members, and the servers, which keep them in order. */
static void follow(VkpSurvey *survey, const VkpRoster *roster)
{
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < vkp_roster_size(roster); i++)
        g_array_append_val(identities, vkp_roster_at(roster, i)->process->identity);
    append_servers(survey, vkp_databases_servers(survey->databases), identities);
    append_servers(survey, vkp_databases_other_servers(survey->databases), identities);
    vkp_table_follow(survey->table, identities);
}

/* All over again. What the records learn may change the next roster. */
static VkpRoster *make_roster(VkpSurvey *survey)
{
    VkpRoster *roster = build_roster(survey);
    add_ports(survey, roster);
    survey->unsettled_until_usec = find_unsettled_until_usec(survey, roster);
    survey->is_outdated = vkp_records_update(survey->records, survey->snapshot, roster);
    follow(survey, roster);
    return roster;
}

/* Nobody gets a port, or loses one, without running. */
static gboolean refresh_ports(VkpSurvey *survey, VkpSurveyDepth depth)
{
    if (depth == VKP_SURVEY_PROCESSES || !survey->ports_are_outdated)
        return FALSE;
    survey->ports_are_outdated = FALSE;
    return vkp_ports_refresh(survey->ports);
}

static VkpTableDepth table_depth(VkpSurveyDepth depth)
{
    switch (depth) {
    case VKP_SURVEY_TICK:
        return VKP_TABLE_TICK;
    case VKP_SURVEY_FOR_KILL:
        return VKP_TABLE_EVERYBODY;
    case VKP_SURVEY_PROCESSES:
        return VKP_TABLE_LISTED;
    case VKP_SURVEY_ASKED:
        break;
    }
    return VKP_TABLE_NOW;
}

/* Takes the snapshot. Returns whether it is another one than before. */
static gboolean take_snapshot(VkpSurvey *survey, VkpSnapshot *snapshot)
{
    gboolean is_another = snapshot != survey->snapshot;
    vkp_snapshot_unref(survey->snapshot);
    survey->snapshot = snapshot;
    if (is_another)
        survey->hidden = vkp_sight_find_hidden(snapshot, survey->uid);
    survey->is_outdated |= is_another;
    survey->ports_are_outdated |= is_another || vkp_table_has_stirred(survey->table);
    return is_another;
}

VkpRoster *vkp_survey_look(VkpSurvey *survey, VkpSurveyDepth depth, GError **error)
{
    VkpSnapshot *snapshot = vkp_table_tick(survey->table, table_depth(depth), error);
    if (!snapshot)
        return NULL;
    gboolean is_another = take_snapshot(survey, snapshot);
    /* After the processes: a row is written before its process starts, so the board knows whom the
     * snapshot shows. */
    if (depth > VKP_SURVEY_PROCESSES || !survey->places)
        look_at_boards(survey, depth, is_another);
    /* Not while somebody is held frozen, nor while anybody waits. */
    if (depth == VKP_SURVEY_TICK)
        survey->is_outdated |= vkp_records_retry(survey->records, g_get_monotonic_time());

    gboolean other_ports = refresh_ports(survey, depth);
    gboolean must_make = !survey->roster || survey->is_outdated || is_settled_by_now(survey) ||
                         depth == VKP_SURVEY_FOR_KILL;
    g_autoptr(VkpRoster) base = must_make ? make_roster(survey) : vkp_roster_ref(survey->roster);
    /* Also one just made: in the snapshot they are as they were when anybody last came or went. */
    VkpRoster *roster = vkp_renew_roster(base, survey->table, other_ports ? survey->ports : NULL);
    vkp_roster_unref(survey->roster);
    survey->roster = roster;
    return vkp_roster_ref(roster);
}

const VkpSnapshot *vkp_survey_snapshot(const VkpSurvey *survey)
{
    return survey->snapshot;
}

gboolean vkp_survey_is_quiet(const VkpSurvey *survey)
{
    return survey->roster && !survey->is_outdated && survey->unsettled_until_usec == 0 &&
           vkp_table_is_quiet(survey->table);
}

void vkp_survey_register(VkpSurvey *survey, const VkpRegistration *registration)
{
    vkp_records_register(survey->records, registration);
    survey->is_outdated = TRUE;
}

const char *vkp_survey_database_path(const VkpSurvey *survey)
{
    return vkp_store_path(vkp_databases_store(survey->databases));
}

VkpDatabaseState vkp_survey_database_state(const VkpSurvey *survey)
{
    return vkp_store_state(vkp_databases_store(survey->databases));
}

const char *vkp_survey_database_problem(const VkpSurvey *survey)
{
    return vkp_store_problem(vkp_databases_store(survey->databases));
}

gint64 vkp_survey_retry_at_usec(const VkpSurvey *survey)
{
    return survey->roster ? vkp_store_retry_at_usec(vkp_databases_store(survey->databases)) : 0;
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

gboolean vkp_survey_check_server(const VkpSurvey *survey, pid_t pid, gboolean *is_server,
                                 GError **error)
{
    return vkp_databases_check_held_by(survey->databases, pid, is_server, error);
}

gboolean vkp_survey_check_protected(const VkpSurvey *survey, VkpIdentity identity,
                                    gboolean *is_protected, GError **error)
{
    g_autoptr(VkpProtected) protection = build_protection(survey, survey->snapshot);
    if (vkp_protect_of(protection, identity) == VKP_PROTECTION_NONE)
        return vkp_survey_check_server(survey, identity.pid, is_protected, error);
    *is_protected = TRUE;
    return TRUE;
}
