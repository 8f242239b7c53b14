/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/sketch.h"

VkpUuid sketch_id(guint number)
{
    VkpUuid id = {{0}};
    id.bytes[0] = number > 0 ? 0xab : 0;
    id.bytes[14] = (guint8)(number >> 8);
    id.bytes[15] = (guint8)number;
    return id;
}

static VkpMember *draw(const Sketch *sketch)
{
    VkpProcess *process = vkp_process_new();
    process->identity.pid = sketch->pid;
    process->identity.start_ticks =
        sketch->start_ticks > 0 ? sketch->start_ticks : 1000 + (guint64)sketch->pid;
    process->parent_pid = sketch->parent_pid;
    process->group = sketch->group;
    process->session = sketch->session;
    process->state = sketch->state ? sketch->state : 'S';
    process->threads = sketch->threads > 0 ? sketch->threads : 1;
    process->name = g_strdup_printf("p%d", sketch->pid);

    VkpMember *member = vkp_member_new(process);
    VkpTie *tie = &member->tie;
    tie->evidence = VKP_EVIDENCE_ENVIRONMENT;
    tie->confidence = sketch->confidence > 0 ? sketch->confidence : 90;
    tie->is_executor = sketch->is_executor;
    tie->is_protected = sketch->is_protected;
    tie->is_shared_daemon = sketch->is_shared_daemon;
    tie->leftover_reason = sketch->is_leftover ? VKP_LEFTOVER_EXECUTOR_EXITED : VKP_LEFTOVER_NONE;
    if (sketch->attempt > 0) {
        tie->attempt_id = sketch_id(sketch->attempt);
        tie->task_id = sketch_id(sketch->attempt + 100);
        tie->project_id = sketch_id(sketch->attempt + 200);
        tie->execution_id = sketch_id(sketch->attempt + 300);
    }
    return member;
}

VkpRoster *sketch_roster(const Sketch *sketches, guint n_sketches)
{
    VkpRoster *roster = vkp_roster_new();
    for (guint i = 0; i < n_sketches; i++)
        vkp_roster_add(roster, draw(&sketches[i]));
    vkp_roster_seal(roster);
    return roster;
}

VkpMember *sketch_after_life(VkpReader *reader, pid_t pid, VkpEvidence evidence)
{
    g_autoptr(GError) error = NULL;
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(reader, pid, &stat, &error));
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){pid, stat.start_ticks};
    process->parent_pid = stat.parent_pid;
    process->group = stat.group;
    process->session = stat.session;
    process->state = stat.state;
    process->threads = stat.threads;
    process->name = g_strdup("drawn");
    process->image = vkp_reader_read_image(reader, pid, &error);
    g_assert_no_error(error);
    process->folder = vkp_reader_read_folder(reader, pid, &error);
    g_assert_no_error(error);
    VkpMember *member = vkp_member_new(process);
    member->tie.evidence = evidence;
    member->tie.confidence = 90;
    member->tie.attempt_id = sketch_id(1);
    return member;
}
