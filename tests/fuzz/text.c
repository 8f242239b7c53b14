/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to text, with a limit (one byte, times itself). sd-bus itself is asked what it takes. */
#include "common/base/text.h"

#include "tests/fuzz/fuzz.h"
#include "tests/service/loose-message.h"

static gboolean bus_takes(const char *text)
{
    static LooseBus loose;
    if (!loose.bus)
        loose_bus_open(&loose);
    sd_bus_message *message = loose_message_new(&loose);
    gboolean is_taken = sd_bus_message_append(message, "s", text) >= 0;
    sd_bus_message_unref(message);
    return is_taken;
}

/* Nothing that moves a terminal's cursor or turns the reading direction is left. */
static void check_harmless(const char *shown)
{
    FUZZ_CHECK(vkp_text_is_valid(shown));
    for (const char *at = shown; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        FUZZ_CHECK(!g_unichar_iscntrl(character));
        FUZZ_CHECK(character != 0x2028 && character != 0x2029 && character != 0x061c);
        FUZZ_CHECK(character < 0x200e || character > 0x200f);
        FUZZ_CHECK(character < 0x202a || character > 0x202e);
        FUZZ_CHECK(character < 0x2066 || character > 0x2069);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    guint root = fuzz_byte(&input);
    gsize limit = (gsize)root * root;
    g_autofree char *bytes = g_memdup2(input.at, input.left);
    g_autofree char *cleaned = vkp_text_dup_valid(bytes ? bytes : "", input.left, limit);
    FUZZ_CHECK(strlen(cleaned) <= limit && vkp_text_is_valid(cleaned) && bus_takes(cleaned));
    g_autofree char *again = vkp_text_dup_valid(cleaned, strlen(cleaned), limit);
    FUZZ_CHECK(g_str_equal(again, cleaned));
    g_autofree char *shown = vkp_text_dup_display(cleaned);
    check_harmless(shown);

    g_autofree char *text = fuzz_dup_rest(&input);
    g_autofree char *quoted = vkp_text_dup_quoted(text, limit);
    check_harmless(quoted);
    FUZZ_CHECK(bus_takes(text) == vkp_text_is_valid(text));
    return 0;
}
