/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/decode.h"

#include "common/base/error.h"

#define TASK "11111111-2222-4333-8444-555555555555"

static GVariant *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *variant = g_variant_parse(NULL, text, NULL, NULL, &error);
    g_assert_no_error(error);
    return variant;
}

static VkpMember *decode(const char *text)
{
    g_autoptr(GVariant) dict = parse(text);
    g_autoptr(GError) error = NULL;
    VkpMember *member = vkp_decode_member(dict, &error);
    g_assert_no_error(error);
    return member;
}

static void test_every_key_is_taken(void)
{
    g_autoptr(VkpMember) member =
        decode("{'id': <'4242:99'>, 'pid': <uint32 4242>, 'parent_pid': <uint32 7>,"
               " 'start_time': <uint64 1700000000000000>, 'name': <'node'>,"
               " 'command': <['node', 'x y']>, 'command_cut': <true>,"
               " 'working_directory': <'/work'>, 'memory_bytes': <uint64 123>,"
               " 'cpu_percent': <1.5>, 'threads': <uint32 11>, 'state': <'zombie'>,"
               " 'ports': <[uint16 80, 3000]>, 'kind': <'dev_server'>, 'is_executor': <true>,"
               " 'is_leftover': <true>, 'leftover_reason': <'server_gone'>, 'is_protected': <true>,"
               " 'evidence': <'environment'>, 'confidence': <uint32 90>, 'agent': <'CODEX'>,"
               " 'execution_status': <'running'>, 'task_id': <'" TASK "'>, 'task_title': <'T'>,"
               " 'project_name': <'P'>, 'attempt_name': <'A'>, 'branch': <'b'>,"
               " 'is_shared_daemon': <true>}");
    const VkpProcess *process = member->process;
    g_assert_cmpint(process->identity.pid, ==, 4242);
    g_assert_cmpuint(process->identity.start_ticks, ==, 99);
    g_assert_cmpint(process->parent_pid, ==, 7);
    g_assert_cmpuint(process->start_time_usec, ==, 1700000000000000);
    g_assert_cmpstr(process->name, ==, "node");
    g_assert_cmpstr(process->image->command[1], ==, "x y");
    g_assert_true(process->image->command_cut);
    g_assert_cmpstr(process->folder->path, ==, "/work");
    g_assert_cmpuint(process->memory_bytes, ==, 123);
    g_assert_cmpuint(process->threads, ==, 11);
    g_assert_cmpint(process->state, ==, 'Z');
    g_assert_cmpuint(g_array_index(member->ports, guint16, 1), ==, 3000);
    const VkpTie *tie = &member->tie;
    g_assert_cmpint(tie->kind, ==, VKP_KIND_DEV_SERVER);
    g_assert_cmpint(tie->leftover_reason, ==, VKP_LEFTOVER_SERVER_GONE);
    g_assert_cmpint(tie->evidence, ==, VKP_EVIDENCE_ENVIRONMENT);
    g_assert_cmpint(tie->execution_status, ==, VKP_EXECUTION_RUNNING);
    g_assert_cmpuint(tie->confidence, ==, 90);
    g_assert_true(tie->is_executor && tie->is_protected && tie->is_shared_daemon);
    char id[VKP_UUID_TEXT_SIZE];
    g_assert_cmpstr(vkp_uuid_to_text(&tie->task_id, id), ==, TASK);
    g_assert_cmpstr(tie->task_title, ==, "T");
    g_assert_cmpstr(tie->branch, ==, "b");
    g_assert_true(vkp_uuid_is_nil(&tie->project_id));
}

static void test_missing_keys_are_unknown(void)
{
    g_autoptr(VkpMember) member = decode("{'id': <'1:1'>}");
    g_assert_cmpstr(member->process->name, ==, "");
    g_assert_null(member->process->image);
    g_assert_null(member->process->folder);
    g_assert_null(member->ports);
    g_assert_null(member->tie.task_title);
    g_assert_cmpint(member->tie.leftover_reason, ==, VKP_LEFTOVER_NONE);
}

static void test_wrong_types_count_as_missing(void)
{
    g_autoptr(VkpMember) member =
        decode("{'id': <'1:1'>, 'name': <uint32 7>, 'memory_bytes': <'much'>,"
               " 'ports': <['80']>, 'command': <'ls'>, 'is_executor': <'yes'>,"
               " 'task_id': <'not an id'>, 'kind': <'martian'>, 'future_key': <@(ii) (1, 2)>}");
    g_assert_cmpstr(member->process->name, ==, "");
    g_assert_cmpuint(member->process->memory_bytes, ==, 0);
    g_assert_null(member->ports);
    g_assert_null(member->process->image);
    g_assert_false(member->tie.is_executor);
    g_assert_true(vkp_uuid_is_nil(&member->tie.task_id));
    g_assert_cmpint(member->tie.kind, ==, VKP_KIND_UNKNOWN);
}

static void test_an_unknown_leftover_reason_is_a_leftover(void)
{
    g_autoptr(VkpMember) member =
        decode("{'id': <'1:1'>, 'is_leftover': <true>, 'leftover_reason': <'moonlight'>}");
    g_assert_cmpint(member->tie.leftover_reason, !=, VKP_LEFTOVER_NONE);
}

static void test_without_a_good_id_it_is_an_error(void)
{
    const char *const bad[] = {"@a{sv} {}", "{'id': <'12'>}", "{'id': <'-1:2'>}",
                               "{'id': <uint32 7>}", "{'id': <''>}"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GVariant) dict = parse(bad[i]);
        g_autoptr(GError) error = NULL;
        g_assert_null(vkp_decode_member(dict, &error));
        g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    }
}

static void test_results_that_say_nothing_are_left_out(void)
{
    g_autoptr(GVariant) results =
        parse("[{'id': <'5:1'>, 'name': <'a'>, 'outcome': <'denied'>, 'detail': <'root'>},"
              " {'id': <'6:1'>, 'outcome': <'exited'>}, {'id': <'7:1'>},"
              " {'outcome': <'exited'>}, {'id': <'8:1'>, 'outcome': <'levitated'>}]");
    g_autoptr(GPtrArray) decoded = vkp_decode_kill_results(results);
    g_assert_cmpuint(decoded->len, ==, 2);
    const VkpKillResult *first = g_ptr_array_index(decoded, 0);
    g_assert_cmpint(first->outcome, ==, VKP_OUTCOME_DENIED);
    g_assert_cmpstr(first->detail, ==, "root");
    const VkpKillResult *second = g_ptr_array_index(decoded, 1);
    g_assert_cmpint(second->identity.pid, ==, 6);
    g_assert_cmpstr(second->name, ==, "?");
    g_assert_null(second->detail);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/decode/every-key-is-taken", test_every_key_is_taken);
    g_test_add_func("/applet/decode/missing-keys-are-unknown", test_missing_keys_are_unknown);
    g_test_add_func("/applet/decode/wrong-types-count-as-missing",
                    test_wrong_types_count_as_missing);
    g_test_add_func("/applet/decode/an-unknown-leftover-reason-is-a-leftover",
                    test_an_unknown_leftover_reason_is_a_leftover);
    g_test_add_func("/applet/decode/without-a-good-id-it-is-an-error",
                    test_without_a_good_id_it_is_an_error);
    g_test_add_func("/applet/decode/results-that-say-nothing-are-left-out",
                    test_results_that_say_nothing_are_left_out);
    return g_test_run();
}
