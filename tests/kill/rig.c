/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/rig.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/proc/table.h"
#include "common/roster/build.h"

#define ANSWER_TIMEOUT_MS 70000

typedef struct VkpRigEyes {
    VkpTable *table;
    VkpBoard *board;
    VkpPlaces *places;
    VkpMemory *memory;
    VkpSharedDaemons *daemons;
    GArray *nobody; /* of pid_t, empty */
    GPtrArray *results;
    GArray *innocents;          /* VkpRelative, before the kill */
    GHashTable *stopped_before; /* set of pids */
    gint64 begin;
    gint64 end;
    VkpRoster *last; /* NULL: none yet */
    gint64 listed_at_usec;
} VkpRigEyes;

static VkpUuid random_id(void)
{
    VkpUuid id;
    g_autofree char *text = g_uuid_string_random();
    g_assert_true(vkp_uuid_parse(text, &id));
    return id;
}

static char *make_folder(const char *parent, const char *name)
{
    char *path = g_build_filename(parent, name, NULL);
    g_assert_no_errno(g_mkdir(path, 0755));
    return path;
}

static void add_attempt(VkpBoard *board, VkpUuid id, const char *folder)
{
    const char *const worktrees[] = {folder, NULL};
    VkpAttempt *attempt = vkp_board_add_attempt(board, id);
    attempt->name = g_path_get_basename(folder);
    attempt->folder = g_strdup(folder);
    attempt->worktrees = g_strdupv((GStrv)worktrees);
}

static VkpRigEyes *open_eyes(const VkpRig *rig)
{
    VkpRigEyes *eyes = g_new0(VkpRigEyes, 1);
    eyes->table = vkp_table_new(&(VkpTableOptions){.reader = rig->reader, .uid = geteuid()});
    eyes->board = vkp_board_new();
    add_attempt(eyes->board, rig->our_attempt, rig->our_worktree);
    add_attempt(eyes->board, rig->sibling_attempt, rig->sibling_worktree);
    vkp_board_seal(eyes->board);
    eyes->places = vkp_places_resolve(eyes->board, NULL, NULL, NULL);
    eyes->memory = vkp_memory_new();
    eyes->daemons = vkp_shared_daemons_new(NULL);
    eyes->nobody = g_array_new(FALSE, FALSE, sizeof(pid_t));
    eyes->stopped_before = g_hash_table_new(NULL, NULL);
    return eyes;
}

static VkpProtected *protect_self(const VkpSnapshot *snapshot)
{
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(pid_t));
    pid_t self = getpid();
    g_array_append_val(lines, self);
    return vkp_protect_build(&(VkpProtectInput){.snapshot = snapshot, .lines = lines});
}

static void follow(VkpTable *table, const VkpRoster *roster)
{
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < vkp_roster_size(roster); i++)
        g_array_append_val(identities, vkp_roster_at(roster, i)->process->identity);
    vkp_table_follow(table, identities);
}

/* As the service does: a look at everybody for the plan, and what may have changed for the job's
 * rescans.
 */
static VkpRoster *make_roster(VkpRig *rig, VkpTableDepth depth, GError **error)
{
    VkpRigEyes *eyes = rig->eyes;
    g_autoptr(VkpSnapshot) snapshot = vkp_table_tick(eyes->table, depth, error);
    if (!snapshot)
        return NULL;
    g_autoptr(VkpProtected) protection = protect_self(snapshot);
    VkpRosterInput input = {
        .snapshot = snapshot,
        .board = eyes->board,
        .board_current_usec = (guint64)g_get_real_time(),
        .places = eyes->places,
        .protection = protection,
        .memory = eyes->memory,
        .servers = eyes->nobody,
        .shared_daemons = eyes->daemons,
        .uid = geteuid(),
    };
    VkpRoster *roster = vkp_roster_build(&input);
    vkp_memory_learn(eyes->memory, roster);
    follow(eyes->table, roster);
    return roster;
}

static VkpRoster *look(void *data, GError **error)
{
    VkpRig *rig = data;
    VkpRigEyes *eyes = rig->eyes;
    rig->n_scans++;
    eyes->listed_at_usec = g_get_monotonic_time();
    vkp_test_loop_pause_clock(rig->loop);
    VkpRoster *roster = make_roster(rig, VKP_TABLE_LISTED, error);
    vkp_test_loop_resume_clock(rig->loop);
    vkp_roster_unref(eyes->last);
    eyes->last = roster ? vkp_roster_ref(roster) : NULL;
    return roster;
}

static VkpRoster *ref_last(gint64 since_usec, void *data)
{
    const VkpRigEyes *eyes = ((const VkpRig *)data)->eyes;
    return eyes->last && eyes->listed_at_usec > since_usec ? vkp_roster_ref(eyes->last) : NULL;
}

void vkp_rig_share_rosters(VkpRig *rig)
{
    rig->context.known_roster = ref_last;
}

VkpRoster *vkp_rig_look(VkpRig *rig)
{
    g_autoptr(GError) error = NULL;
    VkpRoster *roster = make_roster(rig, VKP_TABLE_EVERYBODY, &error);
    g_assert_no_error(error);
    return roster;
}

static gboolean check_spared(VkpIdentity identity, gboolean *must_spare, void *data)
{
    const VkpRig *rig = data;
    *must_spare = g_hash_table_contains(rig->spared, GINT_TO_POINTER(identity.pid));
    return TRUE;
}

VkpRig *vkp_rig_new(guint max_births, guint seconds)
{
    g_autoptr(GError) error = NULL;
    VkpRig *rig = g_new0(VkpRig, 1);
    rig->family = vkp_family_new(max_births, seconds);
    rig->loop = vkp_test_loop_new();
    rig->reader = vkp_reader_open(NULL, &error);
    g_assert_no_error(error);
    rig->folder = g_dir_make_tmp("vkp-kill-XXXXXX", &error);
    g_assert_no_error(error);
    g_assert_no_errno(chmod(rig->folder, 0755));
    rig->our_worktree = make_folder(rig->folder, "tree");
    rig->sibling_worktree = make_folder(rig->folder, "tree-2");
    rig->our_attempt = random_id();
    rig->sibling_attempt = random_id();
    rig->scope = (VkpScope){.kind = VKP_SCOPE_ATTEMPT, .id = rig->our_attempt};
    rig->spared = g_hash_table_new(NULL, NULL);
    rig->eyes = open_eyes(rig);
    rig->context = (VkpKillContext){
        .reader = rig->reader,
        .guard = vkp_image_guard_new(rig->reader),
        .loop = vkp_test_loop_ops(rig->loop),
        .fresh_roster = look,
        .check_spared = check_spared,
        .data = rig,
        .frozen_path = g_build_filename(rig->folder, "frozen", NULL),
    };
    return rig;
}

static void close_eyes(VkpRigEyes *eyes)
{
    vkp_roster_unref(eyes->last);
    vkp_memory_free(eyes->memory);
    vkp_shared_daemons_free(eyes->daemons);
    vkp_places_free(eyes->places);
    vkp_board_unref(eyes->board);
    vkp_table_free(eyes->table);
    g_array_unref(eyes->nobody);
    g_hash_table_unref(eyes->stopped_before);
    g_clear_pointer(&eyes->innocents, g_array_unref);
    g_free(eyes);
}

void vkp_rig_reopen_eyes(VkpRig *rig)
{
    close_eyes(rig->eyes);
    rig->eyes = open_eyes(rig);
}

void vkp_rig_free(VkpRig *rig)
{
    if (!rig)
        return;
    vkp_family_free(rig->family);
    close_eyes(rig->eyes);
    vkp_image_guard_free(rig->context.guard);
    vkp_reader_close(rig->reader);
    vkp_test_loop_free(rig->loop);
    g_hash_table_unref(rig->spared);
    /* The list of the frozen must be gone by now, or the folder could not be removed. */
    g_assert_no_errno(g_rmdir(rig->our_worktree));
    g_assert_no_errno(g_rmdir(rig->sibling_worktree));
    g_assert_no_errno(g_rmdir(rig->folder));
    g_free((char *)rig->context.frozen_path);
    g_free(rig->our_worktree);
    g_free(rig->sibling_worktree);
    g_free(rig->folder);
    g_free(rig);
}

static pid_t spawn(VkpRig *rig, const char *script, const char *folder, const VkpUuid *attempt)
{
    char id[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark = g_strconcat("VK_ATTEMPT_ID=", vkp_uuid_to_text(attempt, id), NULL);
    const char *const environment[] = {mark, NULL};
    char sibling[VKP_UUID_TEXT_SIZE];
    g_auto(GStrv) pieces = g_strsplit(script, "@SIBLING@", -1);
    g_autofree char *filled = g_strjoinv(vkp_uuid_to_text(&rig->sibling_attempt, sibling), pieces);
    g_autofree char *whole = g_strdup_printf("chdir '%s' %s", folder, filled);
    VkpActor actor = {.script = whole, .environment = environment};
    return vkp_family_spawn(rig->family, &actor);
}

pid_t vkp_rig_spawn(VkpRig *rig, const char *script)
{
    return spawn(rig, script, rig->our_worktree, &rig->our_attempt);
}

pid_t vkp_rig_spawn_sibling(VkpRig *rig, const char *script)
{
    return spawn(rig, script, rig->sibling_worktree, &rig->sibling_attempt);
}

static gboolean is_innocent(const VkpRelative *relative)
{
    return g_str_has_prefix(relative->name, "innocent");
}

static void remember_before(VkpRig *rig)
{
    VkpRigEyes *eyes = rig->eyes;
    g_autoptr(GArray) relatives = vkp_family_list(rig->family, FALSE);
    g_clear_pointer(&eyes->innocents, g_array_unref);
    eyes->innocents = g_array_new(FALSE, FALSE, sizeof(VkpRelative));
    g_hash_table_remove_all(eyes->stopped_before);
    for (guint i = 0; i < relatives->len; i++) {
        const VkpRelative *relative = &g_array_index(relatives, VkpRelative, i);
        if (is_innocent(relative))
            g_array_append_vals(eyes->innocents, relative, 1);
        if (relative->state == 'T')
            g_hash_table_add(eyes->stopped_before, GINT_TO_POINTER(relative->pid));
    }
}

VkpKillJob *vkp_rig_plan(VkpRig *rig, const VkpKillOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpRoster) roster = vkp_rig_look(rig);
    VkpPlan *plan = vkp_plan_build(&rig->scope, options, roster, &error);
    g_assert_no_error(error);
    return vkp_kill_job_new(&rig->context, &rig->scope, options, plan);
}

static void on_done(VkpKillJob *job, GPtrArray *results, void *data)
{
    VkpRigEyes *eyes = ((VkpRig *)data)->eyes;
    (void)job;
    g_assert_null(eyes->results);
    eyes->results = results;
    eyes->end = g_get_monotonic_time();
}

void vkp_rig_start(VkpRig *rig, VkpKillJob *job)
{
    remember_before(rig);
    rig->n_scans = 0;
    rig->eyes->begin = g_get_monotonic_time();
    g_assert_true(vkp_kill_job_start(job, on_done, rig, NULL));
}

static gboolean has_results(gpointer data)
{
    return ((VkpRig *)data)->eyes->results != NULL;
}

static guint count_hit_innocents(const VkpRig *rig)
{
    guint n_hit = 0;
    for (guint i = 0; i < rig->eyes->innocents->len; i++) {
        const VkpRelative *before = &g_array_index(rig->eyes->innocents, VkpRelative, i);
        VkpRelative now;
        n_hit += !vkp_relative_read(before->pid, &now) || now.start_ticks != before->start_ticks ||
                 !vkp_relative_is_alive(&now) || (now.state == 'T' && before->state != 'T');
    }
    return n_hit;
}

static gboolean says_dead(VkpOutcome outcome)
{
    return outcome == VKP_OUTCOME_EXITED || outcome == VKP_OUTCOME_KILLED ||
           outcome == VKP_OUTCOME_GONE;
}

static guint count_false_results(const GPtrArray *results)
{
    guint n_false = 0;
    for (guint i = 0; i < results->len; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        VkpRelative now;
        gboolean lives = vkp_relative_read(result->identity.pid, &now) &&
                         now.start_ticks == result->identity.start_ticks &&
                         vkp_relative_is_alive(&now);
        n_false += says_dead(result->outcome) && lives;
    }
    return n_false;
}

VkpVerdict vkp_rig_finish(VkpRig *rig, VkpKillJob *job)
{
    VkpRigEyes *eyes = rig->eyes;
    g_assert_true(vkp_test_loop_run(rig->loop, ANSWER_TIMEOUT_MS, has_results, rig));
    VkpVerdict verdict = {.usec = eyes->end - eyes->begin};
    verdict.longest_callback = vkp_test_loop_longest_callback(rig->loop);
    /* Whoever can be born without end would blur what comes now; he is counted all the same. */
    vkp_family_close_births(rig->family);
    verdict.results = g_steal_pointer(&eyes->results);
    verdict.n_false = count_false_results(verdict.results);
    verdict.n_innocents = count_hit_innocents(rig);
    vkp_results_count(verdict.results, &verdict.n_killed, &verdict.n_failed);
    g_autoptr(GArray) living = vkp_family_list(rig->family, FALSE);
    for (guint i = 0; i < living->len; i++) {
        const VkpRelative *relative = &g_array_index(living, VkpRelative, i);
        verdict.n_survivors += !is_innocent(relative);
        verdict.n_frozen +=
            relative->state == 'T' &&
            !g_hash_table_contains(eyes->stopped_before, GINT_TO_POINTER(relative->pid));
    }
    vkp_kill_job_free(job);
    g_assert_cmpuint(vkp_test_loop_n_sources(rig->loop), ==, 0);
    g_assert_false(g_file_test(rig->context.frozen_path, G_FILE_TEST_EXISTS));
    return verdict;
}

VkpVerdict vkp_rig_kill(VkpRig *rig, const VkpKillOptions *options)
{
    VkpKillJob *job = vkp_rig_plan(rig, options);
    vkp_rig_start(rig, job);
    return vkp_rig_finish(rig, job);
}

pid_t vkp_rig_spawn_settled(VkpRig *rig, const char *script, guint n_settled)
{
    pid_t pid = vkp_rig_spawn(rig, script);
    vkp_family_settle(rig->family, n_settled);
    return pid;
}

void vkp_rig_aim_at(VkpRig *rig, pid_t pid)
{
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    rig->scope = (VkpScope){.kind = VKP_SCOPE_SINGLE, .identity = {pid, relative.start_ticks}};
}
