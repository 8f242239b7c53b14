/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/kill-arguments.h"

/* The service freezes for at most 1.5 s and rescans for at most 2 s after SIGKILL. */
#define HARD_PASS_MS 4000
#define SLACK_MS 15000
/* A dry run looks around and answers. */
#define DRY_RUN_MS 8000

VkpKillArguments *vkp_kill_arguments_new(VkpScopeKind scope, const char *target)
{
    VkpKillArguments *arguments = g_new0(VkpKillArguments, 1);
    arguments->scope = scope;
    arguments->target = g_strdup(target);
    arguments->grace_ms = VKP_GRACE_DEFAULT_MS;
    return arguments;
}

void vkp_kill_arguments_free(VkpKillArguments *arguments)
{
    if (!arguments)
        return;
    g_free(arguments->target);
    if (arguments->expected)
        g_array_unref(arguments->expected);
    g_free(arguments);
}

static GVariant *expected_ids(const GArray *identities)
{
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE_STRING_ARRAY);
    for (guint i = 0; i < identities->len; i++) {
        char text[VKP_IDENTITY_TEXT_SIZE];
        g_variant_builder_add(
            &builder, "s", vkp_identity_to_text(g_array_index(identities, VkpIdentity, i), text));
    }
    return g_variant_builder_end(&builder);
}

static void add_flag(GVariantDict *dict, const char *key, gboolean value)
{
    if (value)
        g_variant_dict_insert(dict, key, "b", TRUE);
}

GVariant *vkp_kill_arguments_options(const VkpKillArguments *arguments)
{
    GVariantDict dict;
    g_variant_dict_init(&dict, NULL);
    add_flag(&dict, VKP_OPTION_DRY_RUN, arguments->is_dry_run);
    add_flag(&dict, VKP_OPTION_FORCE, arguments->force);
    add_flag(&dict, VKP_OPTION_ESCALATE, arguments->escalate);
    add_flag(&dict, VKP_OPTION_INCLUDE_WEAK, arguments->include_weak);
    if (!arguments->is_dry_run)
        g_variant_dict_insert(&dict, VKP_OPTION_TIMEOUT_MS, "u",
                              MIN(arguments->grace_ms, VKP_GRACE_MAX_MS));
    if (arguments->expected)
        g_variant_dict_insert_value(&dict, VKP_OPTION_EXPECTED_IDS,
                                    expected_ids(arguments->expected));
    return g_variant_dict_end(&dict);
}

gint vkp_kill_arguments_timeout_ms(const VkpKillArguments *arguments)
{
    if (arguments->is_dry_run)
        return DRY_RUN_MS;
    return (gint)MIN(arguments->grace_ms, VKP_GRACE_MAX_MS) + HARD_PASS_MS + SLACK_MS;
}
