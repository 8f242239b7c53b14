/* SPDX-License-Identifier: Apache-2.0 */
#include "service/neighbours.h"

#include "service/bus-error.h"
#include "service/sd-pointers.h"

#define APPLET_BUS_NAME "org.vibekanban.Processes.Applet"

#define APPLET_OWNER_MATCH                                                                         \
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"                    \
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" APPLET_BUS_NAME "'"

struct VkpNeighbours {
    sd_bus *bus;
    VkpManager *manager;
    sd_bus_slot *match;
};

/* Nobody there, or nobody who would tell, is nobody to spare. */
static void append_pid(GArray *pids, sd_bus_creds *credentials)
{
    pid_t pid;
    if (credentials && sd_bus_creds_get_pid(credentials, &pid) >= 0 && pid > 0)
        g_array_append_val(pids, pid);
}

static void update(const VkpNeighbours *neighbours)
{
    g_autoptr(sd_bus_creds) bus = NULL;
    g_autoptr(sd_bus_creds) applet = NULL;
    (void)sd_bus_get_owner_creds(neighbours->bus, SD_BUS_CREDS_PID, &bus);
    (void)sd_bus_get_name_creds(neighbours->bus, APPLET_BUS_NAME, SD_BUS_CREDS_PID, &applet);

    g_autoptr(GArray) pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    append_pid(pids, bus);
    append_pid(pids, applet);
    vkp_manager_set_spared(neighbours->manager, pids);
}

static int on_applet_owner_changed(G_GNUC_UNUSED sd_bus_message *message, void *data,
                                   G_GNUC_UNUSED sd_bus_error *bus_error)
{
    update(data);
    return 0;
}

VkpNeighbours *vkp_neighbours_new(sd_bus *bus, VkpManager *manager, GError **error)
{
    g_autoptr(VkpNeighbours) neighbours = g_new0(VkpNeighbours, 1);
    neighbours->bus = bus;
    neighbours->manager = manager;
    int r = sd_bus_add_match(bus, &neighbours->match, APPLET_OWNER_MATCH, on_applet_owner_changed,
                             neighbours);
    if (r < 0) {
        vkp_set_error_bus(error, r, "Cannot watch for the applet");
        return NULL;
    }
    update(neighbours);
    return g_steal_pointer(&neighbours);
}

void vkp_neighbours_free(VkpNeighbours *neighbours)
{
    if (!neighbours)
        return;
    sd_bus_slot_unref(neighbours->match);
    g_free(neighbours);
}
