/* SPDX-License-Identifier: Apache-2.0 */
/* The two words of a Kill, a line each. */

#include "common/base/error.h"
#include "common/base/text.h"
#include "common/kill/scope.h"
#include "tests/fuzz/fuzz.h"

static void check_scope(const VkpScope *scope)
{
    gboolean has_id = scope->kind >= VKP_SCOPE_EXECUTION && scope->kind <= VKP_SCOPE_PROJECT;
    FUZZ_CHECK(scope->kind <= VKP_SCOPE_ALL);
    FUZZ_CHECK(has_id || vkp_uuid_is_nil(&scope->id));
    FUZZ_CHECK((scope->identity.pid > 0) == (scope->kind == VKP_SCOPE_SINGLE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    g_autofree char *text = fuzz_dup_rest(&input);
    g_auto(GStrv) words = g_strsplit(text, "\n", 2);
    if (g_strv_length(words) < 2)
        return 0;
    g_autofree char *word = vkp_text_dup_valid(words[0], strlen(words[0]), 1000);
    g_autofree char *target = vkp_text_dup_valid(words[1], strlen(words[1]), 1000);
    g_autoptr(GError) error = NULL;
    VkpScope scope = {0};
    if (vkp_scope_parse(word, target, &scope, &error)) {
        FUZZ_CHECK(!error);
        check_scope(&scope);
    } else {
        FUZZ_CHECK(error && vkp_text_is_valid(error->message));
        FUZZ_CHECK(error->code == VKP_ERROR_INVALID_SCOPE ||
                   error->code == VKP_ERROR_INVALID_TARGET);
    }
    VkpIdentity identity;
    char back[VKP_IDENTITY_TEXT_SIZE];
    if (vkp_identity_parse(target, &identity)) {
        FUZZ_CHECK(identity.pid > 0 && atoll(target) == identity.pid);
        VkpIdentity again;
        FUZZ_CHECK(vkp_identity_parse(vkp_identity_to_text(identity, back), &again) &&
                   vkp_identity_equal(identity, again));
    }
    return 0;
}
