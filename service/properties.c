/* SPDX-License-Identifier: Apache-2.0 */
#include "service/properties.h"

#include "common/base/contract.h"
#include "service/encode.h"
#include "service/sd-pointers.h"

#define PROPERTIES_INTERFACE "org.freedesktop.DBus.Properties"

int vkp_properties_append(sd_bus_message *message, const char *property, const VkpFacts *facts)
{
    if (g_str_equal(property, "Version"))
        return sd_bus_message_append(message, "u", VKP_CONTRACT_VERSION);
    if (g_str_equal(property, "ProcessCount"))
        return sd_bus_message_append(message, "u", facts->process_count);
    if (g_str_equal(property, "ExecutorCount"))
        return sd_bus_message_append(message, "u", facts->executor_count);
    if (g_str_equal(property, "LeftoverCount"))
        return sd_bus_message_append(message, "u", facts->leftover_count);
    if (g_str_equal(property, "DatabasePath"))
        return vkp_encode_text(message, facts->database_path);
    if (g_str_equal(property, "DatabaseState"))
        return sd_bus_message_append(message, "s",
                                     vkp_database_state_to_string(facts->database_state));
    return vkp_encode_degraded(message, facts->degraded);
}

static int append_variant(sd_bus_message *message, const sd_bus_vtable *property,
                          const VkpFacts *facts)
{
    int r = sd_bus_message_open_container(message, 'v', property->x.property.signature);
    if (r >= 0)
        r = vkp_properties_append(message, property->x.property.member, facts);
    return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_entry(sd_bus_message *message, const sd_bus_vtable *property,
                        const VkpFacts *facts)
{
    int r = sd_bus_message_open_container(message, 'e', "sv");
    if (r >= 0)
        r = sd_bus_message_append(message, "s", property->x.property.member);
    if (r >= 0)
        r = append_variant(message, property, facts);
    return r < 0 ? r : sd_bus_message_close_container(message);
}

static int append_all(sd_bus_message *message, const sd_bus_vtable *vtable, const VkpFacts *facts)
{
    int r = sd_bus_message_open_container(message, 'a', "{sv}");
    for (; r >= 0 && vtable->type != _SD_BUS_VTABLE_END; vtable++)
        if (vtable->type == _SD_BUS_VTABLE_PROPERTY)
            r = append_entry(message, vtable, facts);
    return r < 0 ? r : sd_bus_message_close_container(message);
}

/* NULL: there is none of that name. */
static const sd_bus_vtable *find(const sd_bus_vtable *vtable, const char *name)
{
    for (; vtable->type != _SD_BUS_VTABLE_END; vtable++)
        if (vtable->type == _SD_BUS_VTABLE_PROPERTY && g_str_equal(vtable->x.property.member, name))
            return vtable;
    return NULL;
}

static gboolean is_call(sd_bus_message *call, const char *method, const char *signature)
{
    return g_str_equal(sd_bus_message_get_path(call), VKP_BUS_PATH) &&
           sd_bus_message_is_method_call(call, PROPERTIES_INTERFACE, method) > 0 &&
           sd_bus_message_has_signature(call, signature) > 0;
}

/* Another call asks for neither. */
static int read_question(sd_bus_message *call, const sd_bus_vtable *vtable,
                         const sd_bus_vtable **property, gboolean *wants_all)
{
    const char *interface;
    const char *name;
    int r = 0;
    if (is_call(call, "GetAll", "s")) {
        r = sd_bus_message_read(call, "s", &interface);
        /* Without an interface it is for the properties of each. */
        *wants_all = r >= 0 && (*interface == '\0' || g_str_equal(interface, VKP_BUS_INTERFACE));
    } else if (is_call(call, "Get", "ss")) {
        r = sd_bus_message_read(call, "ss", &interface, &name);
        if (r >= 0 && g_str_equal(interface, VKP_BUS_INTERFACE))
            *property = find(vtable, name);
    }
    return r;
}

int vkp_properties_answer(sd_bus_message *call, const sd_bus_vtable *vtable, const VkpFacts *facts)
{
    const sd_bus_vtable *property = NULL;
    gboolean wants_all = FALSE;
    int r = read_question(call, vtable, &property, &wants_all);
    if (r < 0 || (!property && !wants_all))
        return MIN(r, 0);
    g_autoptr(sd_bus_message) reply = NULL;
    r = sd_bus_message_new_method_return(call, &reply);
    if (r >= 0)
        r = property ? append_variant(reply, property, facts) : append_all(reply, vtable, facts);
    if (r >= 0)
        r = sd_bus_send(NULL, reply, NULL);
    return r < 0 ? r : 1;
}
