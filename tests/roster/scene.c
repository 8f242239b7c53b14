/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/roster/scene.h"

#include <glib/gstdio.h>
#include <string.h>

#include "common/proc/image.h"
#include "common/roster/protect.h"

#define BOOT_USEC (G_GUINT64_CONSTANT(1700000000) * G_USEC_PER_SEC)
#define TICKS 100u

struct Scene {
    GPtrArray *processes; /* VkpProcess */
    VkpBoard *board;      /* open until the first build */
    gboolean is_sealed;
    GArray *registrations;
    GArray *remembered;
    VkpMemory *memory;
    GArray *servers;
    GArray *other_servers;
    GArray *spared;
    GArray *buses;
    pid_t applet;
    GHashTable *foreign;
    guint64 board_current_usec;
    GPtrArray *texts;
    char *folder;
    VkpRoster *roster;
    gint64 build_usec;
};

static guint64 usec_at(double second)
{
    return BOOT_USEC + (guint64)(second * G_USEC_PER_SEC);
}

static VkpUuid make_id(guint8 kind, guint number)
{
    VkpUuid id = {{kind, 0, 0, 0, 0, 0, 0x40, 0, 0x80}};
    id.bytes[14] = (guint8)(number >> 8);
    id.bytes[15] = (guint8)number;
    return id;
}

VkpUuid scene_attempt_id(guint number)
{
    return make_id(0xaa, number);
}

VkpUuid scene_task_id(guint number)
{
    return make_id(0xbb, number);
}

VkpUuid scene_project_id(guint number)
{
    return make_id(0xcc, number);
}

VkpUuid scene_execution_id(guint number)
{
    return make_id(0xee, number);
}

Scene *scene_new(void)
{
    Scene *scene = g_new0(Scene, 1);
    scene->processes = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_process_unref);
    scene->board = vkp_board_new();
    scene->registrations = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    scene->remembered = g_array_new(FALSE, FALSE, sizeof(VkpRemembered));
    scene->memory = vkp_memory_new();
    scene->servers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    scene->other_servers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    scene->spared = g_array_new(FALSE, FALSE, sizeof(pid_t));
    scene->buses = g_array_new(FALSE, FALSE, sizeof(pid_t));
    scene->foreign = g_hash_table_new_full(vkp_uuid_hash, vkp_uuid_equal, g_free, NULL);
    scene->texts = g_ptr_array_new_with_free_func(g_free);
    scene_set_board_current(scene, 100000);
    scene_add_attempt(scene, 1, NULL);
    scene_add_attempt(scene, 2, NULL);
    SCENE_ADD(scene, .pid = 1, .name = "systemd", .uid = 999, .start = 0.01);
    return scene;
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name;
    while (folder && (name = g_dir_read_name(folder))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        if (g_file_test(child, G_FILE_TEST_IS_SYMLINK))
            g_unlink(child);
        else
            remove_tree(child);
    }
    g_remove(path);
}

void scene_free(Scene *scene)
{
    if (scene->folder)
        remove_tree(scene->folder);
    vkp_roster_unref(scene->roster);
    vkp_board_unref(scene->board);
    g_ptr_array_unref(scene->processes);
    g_array_unref(scene->registrations);
    g_array_unref(scene->remembered);
    vkp_memory_free(scene->memory);
    g_array_unref(scene->servers);
    g_array_unref(scene->other_servers);
    g_array_unref(scene->spared);
    g_array_unref(scene->buses);
    g_hash_table_unref(scene->foreign);
    g_ptr_array_unref(scene->texts);
    g_free(scene->folder);
    g_free(scene);
}

const char *scene_folder(Scene *scene)
{
    if (!scene->folder)
        scene->folder = g_dir_make_tmp("vkp-scene-XXXXXX", NULL);
    return scene->folder;
}

char *scene_make_folder(Scene *scene, const char *name)
{
    char *path = g_build_filename(scene_folder(scene), name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    return path;
}

const char *scene_mark(Scene *scene, const char *variable, VkpUuid id)
{
    char text[VKP_UUID_TEXT_SIZE];
    char *mark = g_strconcat(variable, "=", vkp_uuid_to_text(&id, text), NULL);
    g_ptr_array_add(scene->texts, mark);
    return mark;
}

const char *scene_attempt_mark(Scene *scene, guint number)
{
    return scene_mark(scene, "VK_WORKSPACE_ID", scene_attempt_id(number));
}

/* The words with a NUL behind each, as in /proc. */
static char *dup_strings(const char *words, gsize *length)
{
    *length = words && *words ? strlen(words) + 1 : 0;
    char *strings = g_strdup(words ? words : "");
    return g_strdelimit(strings, " ", '\0');
}

static VkpImage *make_image(const SceneProcess *process)
{
    gsize command_length = 0;
    gsize environment_length = 0;
    g_autofree char *command =
        dup_strings(process->command ? process->command : process->name, &command_length);
    g_autofree char *environment = dup_strings(process->environment, &environment_length);
    return vkp_image_build(command, command_length, FALSE, process->is_hidden ? NULL : environment,
                           environment_length);
}

/* As the reader does it: the folder and all above it. */
static VkpFolder *make_folder(const SceneProcess *process)
{
    if (!process->folder || process->is_hidden)
        return NULL;
    g_autoptr(GArray) chain = g_array_new(FALSE, FALSE, sizeof(VkpInode));
    g_autofree char *path = g_canonicalize_filename(process->folder, "/");
    while (!process->is_folder_deleted) {
        VkpInode inode = vkp_file_inode(path);
        g_assert_false(vkp_inode_is_unknown(inode));
        g_array_append_val(chain, inode);
        if (strcmp(path, "/") == 0)
            break;
        char *parent = g_path_get_dirname(path);
        g_free(path);
        path = parent;
    }
    return vkp_folder_new(process->folder, process->is_folder_deleted,
                          (VkpInode *)(void *)chain->data, chain->len);
}

void scene_add(Scene *scene, const SceneProcess *facts)
{
    VkpProcess *process = vkp_process_new();
    double start = facts->start > 0 ? facts->start : facts->pid;
    process->identity = (VkpIdentity){facts->pid, (guint64)(start * TICKS)};
    process->parent_pid = facts->pid == 1 ? 0 : facts->parent ? facts->parent : 1;
    process->group = facts->group ? facts->group : facts->pid;
    process->session = facts->session ? facts->session : facts->pid;
    process->uid = facts->uid ? facts->uid : SCENE_UID;
    process->state = facts->state ? facts->state : 'S';
    process->is_kernel_thread = facts->is_kernel_thread;
    process->threads = facts->threads ? facts->threads : 1;
    process->start_time_usec = usec_at(start);
    process->name = g_strdup(facts->name ? facts->name : "program");
    process->image = make_image(facts);
    process->folder = make_folder(facts);
    g_ptr_array_add(scene->processes, process);
}

void scene_end(Scene *scene, pid_t pid)
{
    for (guint i = scene->processes->len; i-- > 0;) {
        VkpProcess *process = scene->processes->pdata[i];
        if (process->identity.pid == pid)
            g_ptr_array_remove_index(scene->processes, i);
        else if (process->parent_pid == pid)
            process->parent_pid = 1;
    }
}

void scene_add_execution(Scene *scene, const SceneExecution *facts)
{
    VkpExecution *execution =
        vkp_board_add_execution(scene->board, scene_execution_id(facts->number));
    if (facts->attempt)
        execution->attempt_id = scene_attempt_id(facts->attempt);
    execution->kind = facts->kind || facts->has_unknown_kind ? facts->kind : VKP_KIND_CODING_AGENT;
    execution->status = facts->status ? facts->status : VKP_EXECUTION_RUNNING;
    execution->started_at_usec = facts->start > 0 ? (gint64)usec_at(facts->start) : 0;
    execution->completed_at_usec = facts->completed > 0 ? (gint64)usec_at(facts->completed) : 0;
    execution->pid = facts->pid;
    execution->agent = g_strdup(facts->agent);
}

static VkpAttempt *attempts_of(Scene *scene, guint number)
{
    VkpUuid id = scene_attempt_id(number);
    return (VkpAttempt *)vkp_board_lookup_attempt(scene->board, &id);
}

void scene_add_attempt(Scene *scene, guint number, const char *folder)
{
    VkpAttempt *attempt = attempts_of(scene, number);
    if (!attempt)
        attempt = vkp_board_add_attempt(scene->board, scene_attempt_id(number));
    attempt->task_id = scene_task_id(number);
    attempt->project_id = scene_project_id(number);
    g_free(attempt->folder);
    g_strfreev(attempt->worktrees);
    attempt->folder = g_strdup(folder);
    attempt->worktrees = g_new0(char *, 2);
    attempt->worktrees[0] = g_strdup(folder);
    g_free(attempt->task_title);
    attempt->task_title = g_strdup_printf("Task %u", number);
}

void scene_delete_worktree(Scene *scene, guint number)
{
    attempts_of(scene, number)->is_worktree_deleted = TRUE;
}

void scene_register(Scene *scene, pid_t pid, double start, guint execution)
{
    VkpRegistration one = {{pid, (guint64)(start * TICKS)}, scene_execution_id(execution)};
    g_array_append_val(scene->registrations, one);
}

void scene_remember(Scene *scene, pid_t pid, double start, guint attempt, guint execution)
{
    VkpRemembered one = {.identity = {pid, (guint64)(start * TICKS)},
                         .attempt_id = scene_attempt_id(attempt)};
    if (execution)
        one.execution_id = scene_execution_id(execution);
    g_array_append_val(scene->remembered, one);
}

void scene_add_server(Scene *scene, pid_t pid)
{
    g_array_append_val(scene->servers, pid);
}

void scene_add_other_server(Scene *scene, pid_t pid)
{
    g_array_append_val(scene->other_servers, pid);
}

void scene_spare(Scene *scene, pid_t pid)
{
    g_array_append_val(scene->spared, pid);
}

void scene_add_bus(Scene *scene, pid_t pid)
{
    g_array_append_val(scene->buses, pid);
}

void scene_set_applet(Scene *scene, pid_t pid)
{
    scene->applet = pid;
}

void scene_add_foreign(Scene *scene, VkpUuid id)
{
    g_hash_table_add(scene->foreign, g_memdup2(&id, sizeof id));
}

void scene_set_board_current(Scene *scene, double second)
{
    scene->board_current_usec = second < 0 ? 0 : usec_at(second);
}

VkpBoard *scene_board(Scene *scene)
{
    return scene->board;
}

static VkpSnapshot *make_snapshot(Scene *scene)
{
    VkpSnapshot *snapshot = vkp_snapshot_new(BOOT_USEC, TICKS);
    for (guint i = 0; i < scene->processes->len; i++)
        vkp_snapshot_add(snapshot, vkp_process_ref(scene->processes->pdata[i]));
    vkp_snapshot_seal(snapshot);
    return snapshot;
}

static VkpProtected *protect(const Scene *scene, const VkpSnapshot *snapshot)
{
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_array_append_vals(lines, scene->servers->data, scene->servers->len);
    g_array_append_vals(lines, scene->spared->data, scene->spared->len);
    VkpProtectInput input = {
        .snapshot = snapshot, .lines = lines, .buses = scene->buses, .applet = scene->applet};
    return vkp_protect_build(&input);
}

VkpRoster *scene_build(Scene *scene)
{
    if (!scene->is_sealed)
        vkp_board_seal(scene->board);
    scene->is_sealed = TRUE;
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(scene);
    vkp_memory_load(scene->memory, scene->remembered);
    g_autoptr(VkpPlaces) places = vkp_places_resolve(scene->board, "/home/somebody", NULL, NULL);
    g_autoptr(VkpProtected) protection = protect(scene, snapshot);
    g_autoptr(VkpSharedDaemons) daemons = vkp_shared_daemons_new(NULL);
    VkpRosterInput input = {.snapshot = snapshot,
                            .board = scene->board,
                            .board_current_usec = scene->board_current_usec,
                            .places = places,
                            .protection = protection,
                            .registrations = scene->registrations,
                            .memory = scene->memory,
                            .servers = scene->servers,
                            .other_servers = scene->other_servers,
                            .foreign_ids = scene->foreign,
                            .shared_daemons = daemons,
                            .uid = SCENE_UID};
    vkp_roster_unref(scene->roster);
    gint64 begin = g_get_monotonic_time();
    scene->roster = vkp_roster_build(&input);
    scene->build_usec = g_get_monotonic_time() - begin;
    return scene->roster;
}

void scene_learn(Scene *scene)
{
    vkp_memory_learn(scene->memory, scene->roster);
}

double scene_build_ms(const Scene *scene)
{
    return (double)scene->build_usec / 1000;
}

const VkpTie *scene_tie(Scene *scene, pid_t pid)
{
    const VkpMember *member = vkp_roster_lookup_pid(scene->roster, pid);
    g_assert_nonnull(member);
    return &member->tie;
}

void scene_expect(Scene *scene, pid_t pid, VkpEvidence evidence, guint confidence, guint attempt,
                  guint execution)
{
    const VkpTie *tie = scene_tie(scene, pid);
    VkpUuid attempt_id = attempt ? scene_attempt_id(attempt) : (VkpUuid){0};
    VkpUuid execution_id = execution ? scene_execution_id(execution) : (VkpUuid){0};
    g_assert_cmpstr(vkp_evidence_to_string(tie->evidence), ==, vkp_evidence_to_string(evidence));
    g_assert_cmpuint(tie->confidence, ==, confidence);
    g_assert_cmpmem(&tie->attempt_id, sizeof attempt_id, &attempt_id, sizeof attempt_id);
    g_assert_cmpmem(&tie->execution_id, sizeof execution_id, &execution_id, sizeof execution_id);
}

void scene_expect_none(Scene *scene, pid_t pid)
{
    g_assert_null(vkp_roster_lookup_pid(scene->roster, pid));
}
