/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/view/sample.h"

#include "common/proc/image.h"

VkpUuid sample_uuid(guint number)
{
    VkpUuid uuid = {0};
    uuid.bytes[15] = (guint8)number;
    return uuid;
}

static void fill_tie(VkpTie *tie, const Sample *sample)
{
    tie->evidence = VKP_EVIDENCE_DESCENDANT;
    tie->confidence = sample->confidence ? sample->confidence : 70;
    tie->kind = sample->kind;
    tie->is_executor = sample->is_executor;
    tie->is_protected = sample->is_protected;
    tie->leftover_reason = sample->leftover;
    tie->project_id = sample_uuid(sample->project);
    tie->task_id = sample_uuid(sample->task);
    tie->attempt_id = sample_uuid(sample->attempt);
    tie->execution_id = sample_uuid(sample->execution);
    vkp_tie_set_string(&tie->project_name, sample->project_name);
    vkp_tie_set_string(&tie->task_title, sample->task_title);
    vkp_tie_set_string(&tie->attempt_name, sample->attempt_name);
    vkp_tie_set_string(&tie->branch, sample->branch);
    vkp_tie_set_string(&tie->agent, sample->agent);
}

static VkpProcess *make_process(const Sample *sample)
{
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){sample->pid, (guint64)sample->pid * 100};
    process->parent_pid = sample->parent;
    process->start_time_usec =
        (sample->start ? sample->start : (guint64)sample->pid) * G_USEC_PER_SEC;
    process->name = g_strdup(sample->name ? sample->name : "node");
    process->cpu_percent = sample->cpu;
    process->memory_bytes = sample->memory;
    process->state = 'S';
    if (sample->command)
        process->image = vkp_image_new_for_command(sample->command, FALSE);
    if (sample->folder)
        process->folder = vkp_folder_new(sample->folder, FALSE, NULL, 0);
    return process;
}

VkpMember *sample_member(const Sample *sample)
{
    VkpMember *member = vkp_member_new(make_process(sample));
    for (guint i = 0; sample->ports && sample->ports[i]; i++) {
        if (!member->ports)
            member->ports = g_array_new(FALSE, FALSE, sizeof(guint16));
        g_array_append_val(member->ports, sample->ports[i]);
    }
    fill_tie(&member->tie, sample);
    return member;
}

void sample_add(VkpRoster *roster, const Sample *sample)
{
    vkp_roster_add(roster, sample_member(sample));
}

#define LOGIN                                                                                      \
    .project = 1, .project_name = "Alpha", .task = 1, .task_title = "Login", .attempt = 1,         \
    .attempt_name = "Login", .branch = "vk/login", .agent = "CLAUDE_CODE"
#define CART                                                                                       \
    .project = 1, .project_name = "Alpha", .task = 2, .task_title = "Cart", .attempt = 2,          \
    .attempt_name = "Cart", .branch = "vk/cart"
#define BETA .project = 2, .project_name = "Beta", .attempt = 3, .attempt_name = "Quick look"

VkpRoster *sample_roster(void)
{
    VkpRoster *roster = vkp_roster_new();
    const guint16 web[] = {3000, 0};
    const guint16 debug[] = {9222, 3000, 0};
    SAMPLE_ADD(roster, .pid = 100, .name = "npm exec", .execution = 1, .is_executor = TRUE,
               .kind = VKP_KIND_CODING_AGENT, .cpu = 1, .memory = 1000, LOGIN);
    SAMPLE_ADD(roster, .pid = 101, .parent = 100, .name = "claude", .execution = 1,
               .is_executor = TRUE, .kind = VKP_KIND_CODING_AGENT, .cpu = 30, .memory = 5000,
               .command = (const char *const[]){"claude", "--verbose", NULL}, LOGIN);
    SAMPLE_ADD(roster, .pid = 102, .parent = 101, .name = "rg", .cpu = 4, .memory = 200, LOGIN);
    SAMPLE_ADD(roster, .pid = 110, .name = "vite", .kind = VKP_KIND_DEV_SERVER, .ports = web,
               .folder = "/work/login/web", .cpu = 2, .memory = 800, LOGIN);
    SAMPLE_ADD(roster, .pid = 120, .name = "codex", .execution = 2, .is_executor = TRUE,
               .kind = VKP_KIND_CODING_AGENT, .cpu = 9, .memory = 700, CART);
    SAMPLE_ADD(roster, .pid = 50, .name = "chrome", .ports = debug,
               .leftover = VKP_LEFTOVER_EXECUTOR_EXITED, .memory = 4000, CART);
    SAMPLE_ADD(roster, .pid = 51, .name = "esbuild", .leftover = VKP_LEFTOVER_EXECUTOR_EXITED,
               .memory = 60, LOGIN);
    SAMPLE_ADD(roster, .pid = 130, .name = "claude", .execution = 3, .is_executor = TRUE,
               .kind = VKP_KIND_CODING_AGENT, .cpu = 50, .memory = 900, BETA);
    vkp_roster_seal(roster);
    return roster;
}
