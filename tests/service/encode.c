/* SPDX-License-Identifier: Apache-2.0 */
#include "service/encode.h"

#include <errno.h>
#include <math.h>

#include "common/base/text.h"
#include "common/proc/image.h"
#include "service/sd-pointers.h"
#include "tests/service/loose-message.h"

#define ID "0b5e3c1a-8f7e-4d6c-9b2a-112233445566"

static VkpMember *new_member(pid_t pid, const char *name)
{
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){pid, 99};
    process->name = g_strdup(name);
    process->state = 'S';
    process->threads = 3;
    process->start_time_usec = 1234567;
    process->memory_bytes = 4096;
    process->cpu_percent = 12.5;
    return vkp_member_new(process);
}

static VkpMember *new_full_member(void)
{
    const char *const command[] = {"node", "", "server.js", NULL};
    const guint16 ports[] = {3000, 5173};
    VkpMember *member = new_member(4242, "node");
    member->process->parent_pid = 7;
    member->process->image = vkp_image_new_for_command(command, TRUE);
    member->process->folder = vkp_folder_new("/tmp/work", FALSE, NULL, 0);
    member->ports = g_array_new(FALSE, FALSE, sizeof(guint16));
    g_array_append_vals(member->ports, ports, G_N_ELEMENTS(ports));

    VkpTie *tie = &member->tie;
    tie->evidence = VKP_EVIDENCE_ENVIRONMENT;
    tie->confidence = 90;
    tie->kind = VKP_KIND_DEV_SERVER;
    tie->is_executor = TRUE;
    tie->is_protected = TRUE;
    tie->is_shared_daemon = TRUE;
    tie->leftover_reason = VKP_LEFTOVER_EXECUTOR_EXITED;
    tie->execution_status = VKP_EXECUTION_KILLED;
    VkpUuid *ids[] = {&tie->execution_id, &tie->attempt_id, &tie->task_id, &tie->project_id};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        g_assert_true(vkp_uuid_parse(ID, ids[i]));
    vkp_tie_set_string(&tie->project_name, "Alpha");
    vkp_tie_set_string(&tie->task_title, "Add login");
    vkp_tie_set_string(&tie->attempt_name, "first");
    vkp_tie_set_string(&tie->branch, "vk/a1b2");
    vkp_tie_set_string(&tie->agent, "CLAUDE_CODE");
    return member;
}

/* "key=type" of all entries of the a{sv} at the read pointer, in order. */
static char *dup_shape(sd_bus_message *message)
{
    GString *shape = g_string_new(NULL);
    g_assert_cmpint(sd_bus_message_enter_container(message, 'a', "{sv}"), >, 0);
    while (sd_bus_message_enter_container(message, 'e', "sv") > 0) {
        const char *key;
        const char *type;
        g_assert_cmpint(sd_bus_message_read(message, "s", &key), >, 0);
        g_assert_cmpint(sd_bus_message_peek_type(message, NULL, &type), >, 0);
        g_string_append_printf(shape, "%s%s=%s", shape->len ? " " : "", key, type);
        g_assert_cmpint(sd_bus_message_skip(message, "v"), >=, 0);
        g_assert_cmpint(sd_bus_message_exit_container(message), >=, 0);
    }
    g_assert_cmpint(sd_bus_message_exit_container(message), >=, 0);
    return g_string_free(shape, FALSE);
}

static char *dup_member_shape(LooseBus *bus, const VkpMember *member)
{
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_member(message, member), >=, 0);
    loose_message_finish(message);
    return dup_shape(message);
}

static void test_full_member(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpMember) member = new_full_member();
    g_autofree char *shape = dup_member_shape(bus, member);
    g_assert_cmpstr(
        shape, ==,
        "id=s pid=u parent_pid=u start_time=t name=s command=as command_cut=b working_directory=s "
        "memory_bytes=t cpu_percent=d threads=u state=s ports=aq kind=s is_executor=b "
        "is_leftover=b "
        "leftover_reason=s is_protected=b is_shared_daemon=b evidence=s confidence=u agent=s "
        "execution_process_id=s execution_status=s task_attempt_id=s task_id=s project_id=s "
        "project_name=s task_title=s attempt_name=s branch=s");
}

static void test_bare_member(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpMember) member = new_member(4242, "node");
    vkp_tie_set_string(&member->tie.branch, "");
    g_autofree char *shape = dup_member_shape(bus, member);
    g_assert_cmpstr(shape, ==,
                    "id=s pid=u parent_pid=u start_time=t name=s memory_bytes=t cpu_percent=d "
                    "threads=u state=s kind=s is_executor=b is_leftover=b is_protected=b "
                    "confidence=u");
}

/* What was not valid was repaired, not lost: the shape stays the same. */
static void test_invalid_text(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpMember) member = new_full_member();
    g_autofree char *expected = dup_member_shape(bus, member);
    vkp_tie_set_string(&member->tie.task_title, "broken \xff text");
    vkp_tie_set_string(&member->tie.branch, "\xef\xbf\xbf"); /* U+FFFF */
    g_free(member->process->name);
    member->process->name = g_strdup("\xed\xa0\x80"); /* a surrogate */
    g_autofree char *shape = dup_member_shape(bus, member);
    g_assert_cmpstr(shape, ==, expected);
}

static void test_values(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpMember) member = new_member(4242, "node");
    member->process->cpu_percent = NAN;
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_member(message, member), >=, 0);
    loose_message_finish(message);

    const char *id;
    const char *name;
    const char *state;
    guint32 pid, parent_pid, threads;
    guint64 start_time, memory_bytes;
    double cpu_percent;
    g_assert_cmpint(sd_bus_message_enter_container(message, 'a', "{sv}"), >, 0);
    int r = sd_bus_message_read(message, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}{sv}", NULL, "s", &id,
                                NULL, "u", &pid, NULL, "u", &parent_pid, NULL, "t", &start_time,
                                NULL, "s", &name, NULL, "t", &memory_bytes, NULL, "d", &cpu_percent,
                                NULL, "u", &threads, NULL, "s", &state);
    g_assert_cmpint(r, >, 0);
    g_assert_cmpstr(id, ==, "4242:99");
    g_assert_cmpuint(pid, ==, 4242);
    g_assert_cmpuint(start_time, ==, 1234567);
    g_assert_cmpuint(memory_bytes, ==, 4096);
    g_assert_cmpuint(threads, ==, 3);
    g_assert_cmpstr(name, ==, "node");
    g_assert_cmpstr(state, ==, "sleeping");
    g_assert_false(isnan(cpu_percent));
}

static GPtrArray *new_members(guint n, const char *title)
{
    GPtrArray *members = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_member_unref);
    for (guint i = 0; i < n; i++) {
        VkpMember *member = new_member((pid_t)i + 1, "node");
        vkp_tie_set_string(&member->tie.task_title, title);
        g_ptr_array_add(members, member);
    }
    return members;
}

static void test_many_members(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) members = new_members(1000, "a title of the usual length");
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_members(message, members), >=, 0);
    loose_message_finish(message);
    guint n = 0;
    g_assert_cmpint(sd_bus_message_enter_container(message, 'a', "a{sv}"), >, 0);
    while (sd_bus_message_skip(message, "a{sv}") > 0)
        n++;
    g_assert_cmpuint(n, ==, 1000);
}

static void test_too_many_members(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) members = new_members(VKP_REPLY_MAX_PROCESSES + 1, NULL);
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_members(message, members), ==, -E2BIG);
}

static void test_too_many_bytes(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *title = g_strnfill(4000, 'x');
    g_autoptr(GPtrArray) members = new_members(300, title);
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_members(message, members), ==, -E2BIG);
}

static GPtrArray *new_results(guint n)
{
    GPtrArray *results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(results, vkp_result_new((VkpIdentity){(pid_t)i + 1, 5}, "sh",
                                                i % 2 ? VKP_OUTCOME_SURVIVED : VKP_OUTCOME_EXITED,
                                                i % 2 ? "in state D" : NULL));
    return results;
}

static void test_results(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) results = new_results(3);
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_results(message, results, FALSE), >=, 0);
    loose_message_finish(message);
    guint32 killed, failed;
    g_assert_cmpint(sd_bus_message_read(message, "uu", &killed, &failed), >, 0);
    g_assert_cmpuint(killed, ==, 2);
    g_assert_cmpuint(failed, ==, 1);
    g_assert_cmpint(sd_bus_message_enter_container(message, 'a', "a{sv}"), >, 0);
    g_autofree char *first = dup_shape(message);
    g_autofree char *second = dup_shape(message);
    g_assert_cmpstr(first, ==, "id=s pid=u name=s outcome=s");
    g_assert_cmpstr(second, ==, "id=s pid=u name=s outcome=s detail=s");
}

static void test_dry_results(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) results = new_results(3);
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_results(message, results, TRUE), >=, 0);
    loose_message_finish(message);
    guint32 killed, failed;
    g_assert_cmpint(sd_bus_message_read(message, "uu", &killed, &failed), >, 0);
    g_assert_cmpuint(killed + failed, ==, 0);
}

static void test_too_many_results(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GPtrArray) results = new_results(VKP_REPLY_MAX_PROCESSES + 100);
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    g_assert_cmpint(vkp_encode_results(message, results, FALSE), >=, 0);
    loose_message_finish(message);
    guint32 killed, failed;
    guint n = 0;
    g_assert_cmpint(sd_bus_message_read(message, "uu", &killed, &failed), >, 0);
    g_assert_cmpuint(killed + failed, ==, VKP_REPLY_MAX_PROCESSES + 100);
    g_assert_cmpint(sd_bus_message_enter_container(message, 'a', "a{sv}"), >, 0);
    while (sd_bus_message_skip(message, "a{sv}") > 0)
        n++;
    g_assert_cmpuint(n, ==, VKP_REPLY_MAX_PROCESSES);
}

static void test_degraded(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    guint degraded = VKP_DEGRADED_ENVIRONMENT_HIDDEN | VKP_DEGRADED_ROWS_SKIPPED;
    g_assert_cmpint(vkp_encode_degraded(message, degraded), >=, 0);
    loose_message_finish(message);
    g_auto(GStrv) words = NULL;
    g_assert_cmpint(sd_bus_message_read_strv(message, &words), >, 0);
    g_autofree char *joined = g_strjoinv(" ", words);
    g_assert_cmpstr(joined, ==, "environment_hidden rows_skipped");
}

static void set_up(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    loose_bus_open(bus);
}

static void tear_down(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    loose_bus_close(bus);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(LooseBus *, gconstpointer);
    } tests[] = {
        {"a-member-has-the-keys-and-types-of-the-contract", test_full_member},
        {"what-is-not-known-is-a-missing-key", test_bare_member},
        {"invalid-text-is-repaired-and-not-lost", test_invalid_text},
        {"the-values-are-those-of-the-member", test_values},
        {"a-thousand-members-fit-into-a-reply", test_many_members},
        {"more-members-than-the-limit-are-refused", test_too_many_members},
        {"more-bytes-than-the-limit-are-refused", test_too_many_bytes},
        {"results-are-counted-and-told", test_results},
        {"a-dry-run-has-done-nothing", test_dry_results},
        {"too-many-results-are-all-counted-and-told-as-far-as-they-fit", test_too_many_results},
        {"what-is-degraded-is-told-in-words", test_degraded},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/encode/%s", tests[i].name);
        g_test_add(path, LooseBus, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
