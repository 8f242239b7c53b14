/* SPDX-License-Identifier: Apache-2.0 */
#include "service/announce.h"

#include "service/encode.h"
#include "service/sd-pointers.h"

static int new_signal(sd_bus *bus, const char *name, sd_bus_message **message)
{
    return sd_bus_message_new_signal(bus, message, VKP_BUS_PATH, VKP_BUS_INTERFACE, name);
}

int vkp_announce_change(sd_bus *bus, const VkpChange *change)
{
    char id[VKP_IDENTITY_TEXT_SIZE];
    g_autoptr(sd_bus_message) message = NULL;
    int r = new_signal(bus, "ProcessChanged", &message);
    if (r >= 0)
        r = sd_bus_message_append(message, "ss", vkp_change_kind_to_string(change->kind),
                                  vkp_identity_to_text(change->member->process->identity, id));
    if (r >= 0)
        r = vkp_encode_member(message, change->member);
    return r < 0 ? r : sd_bus_send(bus, message, NULL);
}

int vkp_announce_usage(sd_bus *bus, const VkpRoster *roster)
{
    g_autoptr(sd_bus_message) message = NULL;
    int r = new_signal(bus, "UsageSampled", &message);
    if (r >= 0)
        r = vkp_encode_usage(message, roster);
    return r < 0 ? r : sd_bus_send(bus, message, NULL);
}

int vkp_announce_facts(sd_bus *bus, const VkpFacts *before, const VkpFacts *after)
{
    const char *names[7];
    guint n_names = 0;
    if (before->process_count != after->process_count)
        names[n_names++] = "ProcessCount";
    if (before->executor_count != after->executor_count)
        names[n_names++] = "ExecutorCount";
    if (before->leftover_count != after->leftover_count)
        names[n_names++] = "LeftoverCount";
    if (g_strcmp0(before->database_path, after->database_path) != 0)
        names[n_names++] = "DatabasePath";
    if (before->database_state != after->database_state)
        names[n_names++] = "DatabaseState";
    if (before->degraded != after->degraded)
        names[n_names++] = "Degraded";
    names[n_names] = NULL;
    if (n_names == 0)
        return 0;
    return sd_bus_emit_properties_changed_strv(bus, VKP_BUS_PATH, VKP_BUS_INTERFACE,
                                               (char **)names);
}
