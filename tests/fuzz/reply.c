/* SPDX-License-Identifier: Apache-2.0 */
/* What a client decodes, from whoever has our name on the bus: an a{sv}, and an aa{sv}. */
#include "applet/bus/decode.h"

#include "common/base/text.h"
#include "tests/fuzz/fuzz.h"

static GVariant *variant_of(const char *type, const uint8_t *data, size_t size)
{
    /* As GDBus hands it on: sound in form, whatever it was on the wire. */
    g_autoptr(GBytes) bytes = g_bytes_new(data, size);
    g_autoptr(GVariant) raw = g_variant_new_from_bytes(G_VARIANT_TYPE(type), bytes, FALSE);
    return g_variant_get_normal_form(raw);
}

static void check_member(const VkpMember *member)
{
    FUZZ_CHECK(member->process && member->process->identity.pid > 0);
    FUZZ_CHECK(!member->process->name || vkp_text_is_valid(member->process->name) ||
               g_utf8_validate(member->process->name, -1, NULL));
    FUZZ_CHECK(member->tie.confidence <= 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(GVariant) process = variant_of("a{sv}", data, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpMember) member = vkp_decode_member(process, &error);
    FUZZ_CHECK(!member == (error != NULL));
    if (member)
        check_member(member);
    g_autoptr(GVariant) results = variant_of("aa{sv}", data, size);
    g_autoptr(GPtrArray) decoded = vkp_decode_kill_results(results);
    for (guint i = 0; i < decoded->len; i++) {
        const VkpKillResult *result = g_ptr_array_index(decoded, i);
        FUZZ_CHECK(result->name && result->identity.pid > 0 &&
                   result->outcome <= VKP_OUTCOME_WOULD_KILL);
    }
    return 0;
}
