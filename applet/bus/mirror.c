/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/mirror.h"

#include "applet/bus/decode.h"
#include "common/base/contract.h"

struct VkpMirror {
    GHashTable *members; /* VkpMember, by their id as text */
    VkpRoster *roster;   /* of `members`; NULL: to be made when asked for */
    VkpUsage *usage;     /* newer than what the members say */
};

VkpMirror *vkp_mirror_new(void)
{
    VkpMirror *mirror = g_new0(VkpMirror, 1);
    mirror->members =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)vkp_member_unref);
    mirror->usage = vkp_usage_new();
    return mirror;
}

void vkp_mirror_free(VkpMirror *mirror)
{
    if (!mirror)
        return;
    g_hash_table_unref(mirror->members);
    vkp_roster_unref(mirror->roster);
    vkp_usage_free(mirror->usage);
    g_free(mirror);
}

static gboolean put_member(VkpMirror *mirror, GVariant *process)
{
    g_autoptr(GError) error = NULL;
    VkpMember *member = vkp_decode_member(process, &error);
    if (!member) {
        g_debug("%s: %s", VKP_BUS_NAME, error->message);
        return FALSE;
    }
    char id[VKP_IDENTITY_TEXT_SIZE];
    vkp_identity_to_text(member->process->identity, id);
    vkp_usage_remove(mirror->usage, member->process->identity);
    g_hash_table_replace(mirror->members, g_strdup(id), member);
    return TRUE;
}

void vkp_mirror_replace(VkpMirror *mirror, GVariant *processes)
{
    g_hash_table_remove_all(mirror->members);
    vkp_usage_clear(mirror->usage);
    g_clear_pointer(&mirror->roster, vkp_roster_unref);
    GVariantIter iter;
    g_variant_iter_init(&iter, processes);
    GVariant *process;
    while ((process = g_variant_iter_next_value(&iter)) != NULL) {
        (void)put_member(mirror, process);
        g_variant_unref(process);
    }
}

static gboolean remove_member(VkpMirror *mirror, const char *id)
{
    VkpIdentity identity;
    if (vkp_identity_parse(id, &identity))
        vkp_usage_remove(mirror->usage, identity);
    return g_hash_table_remove(mirror->members, id);
}

gboolean vkp_mirror_change(VkpMirror *mirror, const char *change, const char *id, GVariant *process)
{
    VkpChangeKind kind;
    if (!vkp_change_kind_from_string(change, &kind))
        return FALSE;
    gboolean is_changed =
        kind == VKP_CHANGE_REMOVED ? remove_member(mirror, id) : put_member(mirror, process);
    if (is_changed)
        g_clear_pointer(&mirror->roster, vkp_roster_unref);
    return is_changed;
}

void vkp_mirror_sample(VkpMirror *mirror, GVariant *usage)
{
    GVariantIter iter;
    const char *id;
    double cpu_percent;
    guint64 memory_bytes;
    g_variant_iter_init(&iter, usage);
    while (g_variant_iter_next(&iter, "(&sdt)", &id, &cpu_percent, &memory_bytes)) {
        VkpIdentity identity;
        if (g_hash_table_contains(mirror->members, id) && vkp_identity_parse(id, &identity))
            vkp_usage_set(mirror->usage, identity, cpu_percent, memory_bytes);
    }
}

/* Any number of changes in one turn of the loop make one roster. */
VkpRoster *vkp_mirror_roster(VkpMirror *mirror)
{
    if (mirror->roster)
        return mirror->roster;
    mirror->roster = vkp_roster_new();
    GHashTableIter iter;
    gpointer member;
    g_hash_table_iter_init(&iter, mirror->members);
    while (g_hash_table_iter_next(&iter, NULL, &member))
        vkp_roster_add(mirror->roster, vkp_member_ref(member));
    vkp_roster_seal(mirror->roster);
    return mirror->roster;
}

const VkpUsage *vkp_mirror_usage(const VkpMirror *mirror)
{
    return mirror->usage;
}
