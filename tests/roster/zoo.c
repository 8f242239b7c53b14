/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/roster/zoo.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/roster/zoo-beast-path.h"
#include "tests/service/members.h"

#define MAX_BIRTHS 400
#define MAX_SECONDS 60

VkpUuid zoo_attempt_id(guint number)
{
    return fake_id(100 + number);
}

VkpUuid zoo_execution_id(guint number)
{
    return fake_id(200 + number);
}

static const char *mark_variable(const Zoo *zoo)
{
    return fake_layout_has_sessions(zoo->layout) ? "VK_WORKSPACE_ID" : "VK_ATTEMPT_ID";
}

char *zoo_dup_mark(const Zoo *zoo, guint attempt)
{
    VkpUuid id = zoo_attempt_id(attempt);
    char text[VKP_UUID_TEXT_SIZE];
    return g_strconcat(mark_variable(zoo), "=", vkp_uuid_to_text(&id, text), NULL);
}

static char *replace(char *text, const char *token, const char *value)
{
    g_autofree char *before = text;
    g_auto(GStrv) parts = g_strsplit(before, token, -1);
    return g_strjoinv(value, parts);
}

char *zoo_fill(const Zoo *zoo, const char *text)
{
    g_autofree char *one = g_build_filename(zoo->folder, "w", "ab12-one", NULL);
    g_autofree char *two = g_build_filename(zoo->folder, "w", "ab12-one-more", NULL);
    g_autofree char *mark1 = zoo_dup_mark(zoo, 1);
    g_autofree char *mark2 = zoo_dup_mark(zoo, 2);
    char *filled = replace(g_strdup(text), "{one}", one);
    filled = replace(filled, "{two}", two);
    filled = replace(filled, "{mark1}", mark1);
    filled = replace(filled, "{mark2}", mark2);
    filled = replace(filled, "{db}", zoo->database);
    filled = replace(filled, "{home}", zoo->home);
    filled = replace(filled, "{folder}", zoo->folder);
    return replace(filled, "{beast}", ZOO_BEAST);
}

pid_t zoo_spawn(Zoo *zoo, const char *script)
{
    g_autofree char *filled = zoo_fill(zoo, script);
    return vkp_family_spawn(zoo->family, &(VkpActor){.script = filled});
}

void zoo_settle(Zoo *zoo, guint n)
{
    zoo->n_settled += n;
    vkp_family_settle(zoo->family, zoo->n_settled);
}

void zoo_make_folder(const Zoo *zoo, const char *path)
{
    g_autofree char *filled = zoo_fill(zoo, path);
    g_assert_cmpint(g_mkdir_with_parents(filled, 0700), ==, 0);
}

void zoo_remove_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            g_unlink(child);
        else
            zoo_remove_folder(child);
    }
    g_remove(path);
}

void zoo_add_attempt(Zoo *zoo, guint number, const char *folder)
{
    g_autofree char *filled = folder ? zoo_fill(zoo, folder) : NULL;
    g_autofree char *title = g_strdup_printf("Task %u", number);
    fake_board_add_task(zoo->board, fake_id(10 + number), fake_id(1), title, NULL);
    fake_board_add_attempt(zoo->board, &(FakeAttempt){.id = zoo_attempt_id(number),
                                                      .task_id = fake_id(10 + number),
                                                      .folder = filled,
                                                      .branch = "vk/branch",
                                                      .agent = "CLAUDE_CODE"});
}

void zoo_add_row_at(Zoo *zoo, guint number, guint attempt, pid_t pid, gint64 started_usec)
{
    fake_board_add_execution(zoo->board, &(FakeExecution){.id = zoo_execution_id(number),
                                                          .attempt_id = zoo_attempt_id(attempt),
                                                          .started_usec = started_usec,
                                                          .pid = pid});
}

void zoo_add_row(Zoo *zoo, guint number, guint attempt, pid_t pid)
{
    zoo_add_row_at(zoo, number, attempt, pid, zoo->begin_usec);
}

static Zoo *zoo_new(const ZooSituation *situation)
{
    Zoo *zoo = g_new0(Zoo, 1);
    zoo->layout = situation->layout ? situation->layout : FAKE_LAYOUT_E_LATE;
    zoo->folder = g_dir_make_tmp("vkp-zoo-XXXXXX", NULL);
    zoo->home = g_build_filename(zoo->folder, "home", NULL);
    zoo->database = g_build_filename(zoo->folder, "db.sqlite", NULL);
    zoo->begin_usec = g_get_real_time();
    zoo_make_folder(zoo, "{home}");
    zoo_make_folder(zoo, "{one}");
    zoo_make_folder(zoo, "{two}");
    zoo->board = fake_board_new(zoo->database, zoo->layout);
    fake_board_add_project(zoo->board, fake_id(1), "Shop");
    zoo_add_attempt(zoo, 1, "{one}");
    zoo_add_attempt(zoo, 2, "{two}");
    zoo->family = vkp_family_new(MAX_BIRTHS, MAX_SECONDS);
    zoo->loop = vkp_test_loop_new();
    return zoo;
}

static void zoo_free(Zoo *zoo)
{
    vkp_manager_free(zoo->manager);
    vkp_test_loop_free(zoo->loop);
    vkp_family_free(zoo->family);
    if (zoo->locker)
        fake_board_commit(zoo->locker);
    fake_board_free(zoo->locker);
    fake_board_free(zoo->board);
    zoo_remove_folder(zoo->folder);
    g_free(zoo->folder);
    g_free(zoo->home);
    g_free(zoo->database);
    g_free(zoo);
}

static VkpManager *make_manager(const Zoo *zoo)
{
    g_autofree char *registry = g_build_filename(zoo->folder, "registry.sqlite", NULL);
    g_autofree char *frozen = g_build_filename(zoo->folder, "frozen", NULL);
    VkpManagerOptions options = {.database_path = zoo->database,
                                 .places = {.home = zoo->home},
                                 .registry_path = registry,
                                 .frozen_path = frozen,
                                 .uid = geteuid(),
                                 .loop = vkp_test_loop_ops(zoo->loop)};
    g_autoptr(GError) error = NULL;
    VkpManager *manager = vkp_manager_new(&options, &error);
    g_assert_no_error(error);
    return manager;
}

void zoo_look(Zoo *zoo)
{
    g_autoptr(GError) error = NULL;
    if (!zoo->manager)
        zoo->manager = make_manager(zoo);
    vkp_manager_refresh(zoo->manager, &error);
    g_assert_no_error(error);
}

void zoo_restart(Zoo *zoo)
{
    g_clear_pointer(&zoo->manager, vkp_manager_free);
}

void zoo_register(Zoo *zoo, guint execution, pid_t pid)
{
    g_autoptr(GError) error = NULL;
    VkpUuid id = zoo_execution_id(execution);
    zoo_look(zoo);
    vkp_manager_register(zoo->manager, &id, pid, &error);
    g_assert_no_error(error);
}

void zoo_end(Zoo *zoo, const char *name)
{
    vkp_family_kill(zoo->family, vkp_family_find(zoo->family, name).pid);
}

void zoo_leave(Zoo *zoo, const char *obstacle)
{
    zoo->is_left = TRUE;
    zoo->obstacle = obstacle;
}

const char *zoo_needs_root(void)
{
    return geteuid() == 0 ? NULL : "only root can stage this";
}

const char *zoo_needs_ordinary_user(void)
{
    return geteuid() == 0 ? "root sees more than a user does" : NULL;
}

static const char *needs_program(const char *program, const char *obstacle)
{
    g_autofree char *path = g_find_program_in_path(program);
    return path ? NULL : obstacle;
}

const char *zoo_needs_npx(void)
{
    return needs_program("npx", "there is no npx here");
}

const char *zoo_needs_tmux(void)
{
    return needs_program("tmux", "there is no tmux here");
}

static void tell_flags(GString *told, const VkpTie *tie)
{
    if (tie->is_executor)
        g_string_append(told, " executor");
    if (tie->is_protected)
        g_string_append(told, " protected");
    if (tie->is_shared_daemon)
        g_string_append(told, " shared");
    if (tie->leftover_reason != VKP_LEFTOVER_NONE)
        g_string_append_printf(told, " left: %s",
                               vkp_leftover_reason_to_string(tie->leftover_reason));
}

/* "no member", or such as "process_group 80 executor left: server_gone"; " of 2" when it is not the
 * attempt 1. */
static char *tell(const Zoo *zoo, VkpIdentity identity)
{
    const VkpMember *member = find_member(zoo->manager, identity.pid);
    if (!member || !vkp_identity_equal(member->process->identity, identity))
        return g_strdup("no member");
    const VkpTie *tie = &member->tie;
    GString *told = g_string_new(NULL);
    g_string_append_printf(told, "%s %u", vkp_evidence_to_string(tie->evidence), tie->confidence);
    for (guint number = 2; number < 10; number++) {
        VkpUuid id = zoo_attempt_id(number);
        if (vkp_uuid_equal(&id, &tie->attempt_id))
            g_string_append_printf(told, " of %u", number);
    }
    tell_flags(told, tie);
    return g_string_free(told, FALSE);
}

typedef struct {
    Zoo *zoo;
    VkpIdentity identity;
    const char *told;
} Expectation;

static gboolean is_told(gpointer data)
{
    const Expectation *expectation = data;
    zoo_look(expectation->zoo);
    g_autofree char *told = tell(expectation->zoo, expectation->identity);
    return g_str_equal(told, expectation->told);
}

void zoo_look_until(Zoo *zoo, const char *name, const char *told, guint timeout_ms)
{
    VkpRelative relative = vkp_family_find(zoo->family, name);
    Expectation expectation = {zoo, {relative.pid, relative.start_ticks}, told};
    vkp_deadline_wait(timeout_ms, is_told, &expectation);
}

static gboolean is_alive(const VkpRelative *before)
{
    VkpRelative now;
    return vkp_relative_read(before->pid, &now) && now.start_ticks == before->start_ticks &&
           vkp_relative_is_alive(&now);
}

static void note_killed(const GPtrArray *results, void *data)
{
    (void)results;
    *(gboolean *)data = TRUE;
}

static gboolean is_true(gpointer data)
{
    return *(gboolean *)data;
}

static void kill_group(Zoo *zoo, const ZooSituation *situation)
{
    VkpScope scope = {.kind = situation->scope, .id = zoo_attempt_id(1)};
    if (scope.kind == VKP_SCOPE_SINGLE)
        scope.kind = VKP_SCOPE_ATTEMPT;
    VkpKillOptions options = {.force = TRUE, .include_weak = situation->include_weak};
    gboolean is_done = FALSE;
    g_autoptr(GError) error = NULL;
    VkpKillListener listener = {.done = note_killed, .data = &is_done};
    vkp_manager_kill(zoo->manager, &scope, &options, &listener, &error);
    g_assert_no_error(error);
    g_assert_true(vkp_test_loop_run(zoo->loop, 10000, is_true, &is_done));
}

static const ZooVerdict *find_verdict(const ZooSituation *situation, const char *name)
{
    for (guint i = 0; i < ZOO_MAX_VERDICTS && situation->verdicts[i].name; i++)
        if (g_str_equal(situation->verdicts[i].name, name))
            return &situation->verdicts[i];
    return NULL;
}

static void judge_one(ZooReport *report, const ZooVerdict *verdict, const char *told,
                      gboolean is_hit)
{
    ZooFate *fate = g_new0(ZooFate, 1);
    *fate = (ZooFate){verdict, g_strdup(told), is_hit};
    g_ptr_array_add(report->fates, fate);
    report->n_told_wrong += g_strcmp0(told, verdict->told) != 0;
    report->n_wrong_kills += is_hit && !verdict->is_hit;
    report->n_missed += !is_hit && verdict->is_hit;
}

static gboolean has_name(const GArray *relatives, const char *name)
{
    for (guint i = 0; i < relatives->len; i++)
        if (g_str_equal(g_array_index(relatives, VkpRelative, i).name, name))
            return TRUE;
    return FALSE;
}

static void check_cast(const ZooSituation *situation, const GArray *relatives)
{
    for (guint i = 0; i < ZOO_MAX_VERDICTS && situation->verdicts[i].name; i++)
        if (!has_name(relatives, situation->verdicts[i].name))
            g_error("%s: there is no \"%s\"", situation->name, situation->verdicts[i].name);
}

/* Everybody in the family must have the fate that the situation says, and the unnamed must live. */
static void judge(Zoo *zoo, const ZooSituation *situation, ZooReport *report)
{
    zoo_look(zoo);
    g_autoptr(GArray) relatives = vkp_family_list(zoo->family, TRUE);
    check_cast(situation, relatives);
    g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < relatives->len; i++) {
        const VkpRelative *relative = &g_array_index(relatives, VkpRelative, i);
        VkpIdentity identity = {relative->pid, relative->start_ticks};
        g_ptr_array_add(told, tell(zoo, identity));
    }
    kill_group(zoo, situation);
    for (guint i = 0; i < relatives->len; i++) {
        const VkpRelative *relative = &g_array_index(relatives, VkpRelative, i);
        const ZooVerdict *verdict = find_verdict(situation, relative->name);
        gboolean is_hit = vkp_relative_is_alive(relative) && !is_alive(relative);
        if (verdict)
            judge_one(report, verdict, told->pdata[i], is_hit);
        else
            report->n_wrong_kills += is_hit;
    }
}

static void free_fate(gpointer data)
{
    ZooFate *fate = data;
    g_free(fate->told);
    g_free(fate);
}

ZooReport *zoo_run(const ZooSituation *situation)
{
    ZooReport *report = g_new0(ZooReport, 1);
    report->fates = g_ptr_array_new_with_free_func(free_fate);
    Zoo *zoo = zoo_new(situation);
    situation->stage(zoo);
    if (zoo->is_left)
        report->obstacle = zoo->obstacle;
    else
        judge(zoo, situation, report);
    zoo_free(zoo);
    return report;
}

void zoo_report_free(ZooReport *report)
{
    if (!report)
        return;
    g_ptr_array_unref(report->fates);
    g_free(report);
}
