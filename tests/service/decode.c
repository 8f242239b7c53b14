/* SPDX-License-Identifier: Apache-2.0 */
#include "service/decode.h"

#include <limits.h>

#include "common/base/error.h"
#include "service/sd-pointers.h"
#include "tests/service/loose-message.h"

#define ID "0b5e3c1a-8f7e-4d6c-9b2a-112233445566"

/* Decodes the message's dictionary as a filter and expects the refusal, with these words in it. */
static void assert_filter_refused(sd_bus_message *owned_message, const char *const *words)
{
    g_autoptr(sd_bus_message) message = owned_message;
    g_auto(VkpFilter) filter = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_decode_filter(message, &filter, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_INVALID_FILTER);
    for (; *words; words++)
        g_assert_nonnull(strstr(error->message, *words));
    g_assert_null(filter.working_directory);
}

static void assert_options_refused(sd_bus_message *owned_message, const char *const *words)
{
    g_autoptr(sd_bus_message) message = owned_message;
    g_auto(VkpKillOptions) options = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_decode_kill_options(message, 2500, &options, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_INVALID_OPTION);
    for (; *words; words++)
        g_assert_nonnull(strstr(error->message, *words));
    g_assert_null(options.expected);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_full_filter(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message = loose_message_with(
        bus, "a{sv}", 8, "project_id", "s", ID, "task_id", "s", ID, "task_attempt_id", "s", ID,
        "execution_process_id", "s", "0B5E3C1A-8F7E-4D6C-9B2A-112233445566", "executors_only", "b",
        TRUE, "leftovers_only", "b", FALSE, "pid", "u", 4242u, "working_directory", "s",
        "//tmp//work/../work/");
    g_auto(VkpFilter) filter = {0};
    g_autoptr(GError) error = NULL;
    VkpUuid id;
    g_assert_true(vkp_uuid_parse(ID, &id));

    vkp_decode_filter(message, &filter, &error);
    g_assert_no_error(error);
    g_assert_true(vkp_uuid_equal(&filter.project_id.id, &id));
    g_assert_true(vkp_uuid_equal(&filter.task_id.id, &id));
    g_assert_true(vkp_uuid_equal(&filter.attempt_id.id, &id));
    g_assert_true(vkp_uuid_equal(&filter.execution_id.id, &id));
    g_assert_true(filter.executors_only);
    g_assert_false(filter.leftovers_only);
    g_assert_cmpint(filter.pid, ==, 4242);
    g_assert_cmpstr(filter.working_directory, ==, "/tmp/work");
}

static void test_empty_filter(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message = loose_message_with(bus, "a{sv}", 0);
    g_auto(VkpFilter) filter = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_decode_filter(message, &filter, &error));
    g_assert_no_error(error);
    g_assert_false(filter.project_id.is_set);
    g_assert_cmpint(filter.pid, ==, 0);
}

static void test_nil_id(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message =
        loose_message_with(bus, "a{sv}", 1, "task_id", "s", "00000000-0000-0000-0000-000000000000");
    g_auto(VkpFilter) filter = {0};
    g_autoptr(GError) error = NULL;
    vkp_decode_filter(message, &filter, &error);
    g_assert_no_error(error);
    g_assert_true(filter.task_id.is_set && vkp_uuid_is_nil(&filter.task_id.id));
}

static void test_unknown_filter_key(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "projekt", "s", ID),
                          WORDS("projekt", "project_id", "task_id", "task_attempt_id",
                                "execution_process_id", "executors_only", "leftovers_only", "pid",
                                "working_directory"));
}

static void test_repeated_filter_key(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    assert_filter_refused(loose_message_with(bus, "a{sv}", 2, "pid", "u", 1u, "pid", "u", 2u),
                          WORDS("pid", "twice"));
}

static void test_wrong_filter_types(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "pid", "i", 1),
                          WORDS("pid", "unsigned number (u)", "\"i\""));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "executors_only", "s", "yes"),
                          WORDS("executors_only", "boolean (b)", "\"s\""));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "task_id", "as", 1, ID),
                          WORDS("task_id", "string (s)", "\"as\""));
}

static void test_filter_values_out_of_bounds(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *long_path = g_strnfill(PATH_MAX + 1, 'x');
    long_path[0] = '/';
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "pid", "u", 0u), WORDS("pid", "0"));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "pid", "u", 4000000000u),
                          WORDS("pid", "4000000000"));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "task_id", "s", "not-an-id"),
                          WORDS("task_id", "not-an-id", "a hyphenated UUID"));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "working_directory", "s", "work"),
                          WORDS("working_directory", "work", "absolute"));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "working_directory", "s", ""),
                          WORDS("working_directory"));
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "working_directory", "s", long_path),
                          WORDS("working_directory", "4095", "4097"));
}

/* A word of ours comes before the stranger's; what was read until then is freed. */
static void test_refusal_after_something_good(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    assert_filter_refused(
        loose_message_with(bus, "a{sv}", 2, "working_directory", "s", "/tmp", "colour", "s", "red"),
        WORDS("colour"));
    assert_options_refused(
        loose_message_with(bus, "a{sv}", 2, "expected_ids", "as", 1, "1:2", "colour", "s", "red"),
        WORDS("colour"));
}

static void test_hostile_words(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *long_word = g_strnfill(100000, 'k');
    g_autoptr(sd_bus_message) message =
        loose_message_with(bus, "a{sv}", 1, long_word, "s", "value");
    g_auto(VkpFilter) filter = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_decode_filter(message, &filter, &error));
    g_assert_cmpuint(strlen(error->message), <, 512);
    assert_filter_refused(loose_message_with(bus, "a{sv}", 1, "\x1b[2Jkey", "s", "value"),
                          WORDS("\\x1b[2Jkey"));
}

static void test_default_options(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message = loose_message_with(bus, "a{sv}", 0);
    g_auto(VkpKillOptions) options = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_decode_kill_options(message, 2500, &options, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(options.grace_ms, ==, 2500);
    g_assert_false(options.force || options.escalate || options.include_weak || options.dry_run);
    g_assert_null(options.expected);
}

static void test_full_options(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message =
        loose_message_with(bus, "a{sv}", 6, "force", "b", TRUE, "escalate", "b", TRUE, "timeout_ms",
                           "u", 60000u, "include_weak", "b", TRUE, "dry_run", "b", TRUE,
                           "expected_ids", "as", 3, "10:20", "11:21", "10:20");
    g_auto(VkpKillOptions) options = {0};
    g_autoptr(GError) error = NULL;
    vkp_decode_kill_options(message, 2500, &options, &error);
    g_assert_no_error(error);
    g_assert_true(options.force && options.escalate && options.include_weak && options.dry_run);
    g_assert_cmpuint(options.grace_ms, ==, 60000);
    g_assert_cmpuint(g_hash_table_size(options.expected), ==, 2);
    g_assert_true(g_hash_table_contains(options.expected, "11:21"));
}

/* Nobody was confirmed is not the same as everybody. */
static void test_no_expected_ids(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message =
        loose_message_with(bus, "a{sv}", 1, "expected_ids", "as", 0);
    g_auto(VkpKillOptions) options = {0};
    g_assert_true(vkp_decode_kill_options(message, 2500, &options, NULL));
    g_assert_nonnull(options.expected);
    g_assert_cmpuint(g_hash_table_size(options.expected), ==, 0);
}

static void test_bad_options(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    assert_options_refused(loose_message_with(bus, "a{sv}", 1, "fource", "b", TRUE),
                           WORDS("fource", "force", "escalate", "timeout_ms", "include_weak",
                                 "dry_run", "expected_ids"));
    assert_options_refused(loose_message_with(bus, "a{sv}", 1, "force", "u", 1u),
                           WORDS("force", "boolean (b)"));
    assert_options_refused(loose_message_with(bus, "a{sv}", 1, "timeout_ms", "u", 60001u),
                           WORDS("timeout_ms", "60000", "60001"));
    assert_options_refused(loose_message_with(bus, "a{sv}", 1, "expected_ids", "s", "1:2"),
                           WORDS("expected_ids", "(as)"));
    assert_options_refused(loose_message_with(bus, "a{sv}", 1, "expected_ids", "as", 1, "4242"),
                           WORDS("expected_ids", "4242", "PID:STARTTICKS"));
    assert_options_refused(loose_message_with(bus, "a{sv}", 1, "expected_ids", "as", 1, "4242:0"),
                           WORDS("expected_ids", "4242:0", "PID:STARTTICKS"));
    assert_options_refused(
        loose_message_with(bus, "a{sv}", 2, "dry_run", "b", FALSE, "dry_run", "b", TRUE),
        WORDS("dry_run", "twice"));
}

static void test_too_many_expected_ids(LooseBus *bus, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(sd_bus_message) message = loose_message_new(bus);
    sd_bus_message_open_container(message, 'a', "{sv}");
    sd_bus_message_open_container(message, 'e', "sv");
    sd_bus_message_append(message, "s", "expected_ids");
    sd_bus_message_open_container(message, 'v', "as");
    sd_bus_message_open_container(message, 'a', "s");
    for (guint i = 0; i <= VKP_REPLY_MAX_PROCESSES; i++) {
        g_autofree char *id = g_strdup_printf("%u:1", i + 1);
        g_assert_cmpint(sd_bus_message_append(message, "s", id), >=, 0);
    }
    for (guint i = 0; i < 4; i++)
        g_assert_cmpint(sd_bus_message_close_container(message), >=, 0);
    loose_message_finish(message);

    g_auto(VkpKillOptions) options = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_decode_kill_options(message, 2500, &options, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    g_assert_nonnull(strstr(error->message, "expected_ids"));
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
        {"a-full-filter-is-read", test_full_filter},
        {"an-empty-filter-is-everything", test_empty_filter},
        {"a-nil-id-is-an-id", test_nil_id},
        {"an-unknown-filter-key-is-named-with-the-valid-ones", test_unknown_filter_key},
        {"a-repeated-filter-key-is-refused", test_repeated_filter_key},
        {"a-filter-value-of-another-type-is-refused-with-both-types", test_wrong_filter_types},
        {"a-filter-value-out-of-bounds-is-refused", test_filter_values_out_of_bounds},
        {"a-refusal-leaves-nothing-of-what-came-before", test_refusal_after_something_good},
        {"hostile-words-are-cut-and-escaped", test_hostile_words},
        {"no-options-are-the-defaults", test_default_options},
        {"full-options-are-read", test_full_options},
        {"no-expected-ids-is-nobody", test_no_expected_ids},
        {"bad-options-are-named-with-the-valid-ones", test_bad_options},
        {"too-many-expected-ids-exceed-the-limits", test_too_many_expected_ids},
    };
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/decode/%s", tests[i].name);
        g_test_add(path, LooseBus, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
