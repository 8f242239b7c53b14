/* SPDX-License-Identifier: Apache-2.0 */
/* A filter and Kill's options, written by a program of bytes: how many entries, then key, type and
 * value of each. */
#include <systemd/sd-bus.h>

#include "common/base/contract.h"
#include "common/base/error.h"
#include "common/base/text.h"
#include "service/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/service/loose-message.h"

static const char *const keys[] = {
    "project_id", "task_id",           "task_attempt_id", "execution_process_id",
    "pid",        "working_directory", "executors_only",  "leftovers_only",
    "force",      "escalate",          "timeout_ms",      "include_weak",
    "dry_run",    "expected_ids",
};

static char *dup_string(FuzzInput *input)
{
    gsize length;
    const char *run = fuzz_run(input, &length);
    return vkp_text_dup_valid(run, length, 70000);
}

static void append_words(sd_bus_message *message, FuzzInput *input)
{
    sd_bus_message_open_container(message, 'v', "as");
    sd_bus_message_open_container(message, 'a', "s");
    for (guint i = fuzz_byte(input); i > 0; i--) {
        g_autofree char *word = dup_string(input);
        FUZZ_CHECK(sd_bus_message_append(message, "s", word) >= 0);
    }
    sd_bus_message_close_container(message);
    sd_bus_message_close_container(message);
}

static void append_value(sd_bus_message *message, FuzzInput *input)
{
    int r = 0;
    g_autofree char *text = NULL;
    switch (fuzz_byte(input) % 8) {
    case 0:
        r = sd_bus_message_append(message, "v", "b", (int)(fuzz_byte(input) & 1));
        break;
    case 1:
        r = sd_bus_message_append(message, "v", "u", (guint32)fuzz_number(input, 4));
        break;
    case 2:
        append_words(message, input);
        break;
    case 3:
        r = sd_bus_message_append(message, "v", "t", fuzz_number(input, 8));
        break;
    case 4:
        r = sd_bus_message_append(message, "v", "a{sv}", 1, "a", "v", "as", 0);
        break;
    case 5:
        r = sd_bus_message_append(message, "v", "(sii)", "", 1, 2);
        break;
    default:
        text = dup_string(input);
        r = sd_bus_message_append(message, "v", "s", text);
    }
    FUZZ_CHECK(r >= 0);
}

static sd_bus_message *write_message(LooseBus *loose, FuzzInput *input)
{
    sd_bus_message *message = loose_message_new(loose);
    FUZZ_CHECK(sd_bus_message_open_container(message, 'a', "{sv}") >= 0);
    for (guint i = fuzz_byte(input); i > 0; i--) {
        guint pick = fuzz_byte(input);
        g_autofree char *key =
            pick < 200 ? g_strdup(keys[pick % G_N_ELEMENTS(keys)]) : dup_string(input);
        FUZZ_CHECK(sd_bus_message_open_container(message, 'e', "sv") >= 0);
        FUZZ_CHECK(sd_bus_message_append(message, "s", key) >= 0);
        append_value(message, input);
        FUZZ_CHECK(sd_bus_message_close_container(message) >= 0);
    }
    FUZZ_CHECK(sd_bus_message_close_container(message) >= 0);
    loose_message_finish(message);
    return message;
}

static void check_refusal(gboolean is_taken, const GError *error, VkpError code)
{
    if (is_taken)
        FUZZ_CHECK(!error);
    else
        FUZZ_CHECK(error && error->domain == VKP_ERROR && vkp_text_is_valid(error->message) &&
                   strlen(error->message) < 2000 &&
                   (error->code == (int)code || error->code == VKP_ERROR_LIMITS_EXCEEDED));
}

static void read_filter(sd_bus_message *message)
{
    g_autoptr(GError) error = NULL;
    g_auto(VkpFilter) filter = {0};
    gboolean is_taken = vkp_decode_filter(message, &filter, &error);
    check_refusal(is_taken, error, VKP_ERROR_INVALID_FILTER);
    FUZZ_CHECK(filter.pid >= 0);
    FUZZ_CHECK(!filter.working_directory || filter.working_directory[0] == '/');
}

static void read_options(sd_bus_message *message)
{
    g_autoptr(GError) error = NULL;
    g_auto(VkpKillOptions) options = {0};
    gboolean is_taken = vkp_decode_kill_options(message, 5000, &options, &error);
    check_refusal(is_taken, error, VKP_ERROR_INVALID_OPTION);
    FUZZ_CHECK(options.grace_ms <= VKP_GRACE_MAX_MS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static LooseBus loose;
    if (!loose.bus)
        loose_bus_open(&loose);
    FuzzInput input = {data, size};
    sd_bus_message *message = write_message(&loose, &input);
    read_filter(message);
    FUZZ_CHECK(sd_bus_message_rewind(message, TRUE) >= 0);
    read_options(message);
    sd_bus_message_unref(message);
    return 0;
}
