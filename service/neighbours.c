/* SPDX-License-Identifier: Apache-2.0 */
#include "service/neighbours.h"

#include "service/bus-error.h"
#include "service/credentials.h"
#include "service/sd-pointers.h"

#define APPLET_BUS_NAME "org.vibekanban.Processes.Applet"

#define APPLET_OWNER_MATCH                                                                         \
    "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"                    \
    "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" APPLET_BUS_NAME "'"

struct VkpNeighbours {
    sd_bus *bus;
    VkpManager *manager;
    sd_bus_slot *match;
    VkpCredentialsQuestion *question; /* NULL: none is open */
    pid_t bus_pid;                    /* 0: not known */
};

/* `applet_pid` 0: nobody is the applet, as far as can be told. */
static void spare(const VkpNeighbours *neighbours, pid_t applet_pid)
{
    g_autoptr(GArray) buses = g_array_new(FALSE, FALSE, sizeof(pid_t));
    if (neighbours->bus_pid > 0)
        g_array_append_val(buses, neighbours->bus_pid);
    vkp_manager_set_spared(neighbours->manager, buses, applet_pid);
}

static void on_told(int r, const VkpCredentials *credentials, void *data)
{
    VkpNeighbours *neighbours = data;
    g_clear_pointer(&neighbours->question, vkp_credentials_question_free);
    spare(neighbours, r < 0 ? 0 : credentials->pid);
}

/* The bus answers in order, so whoever calls after that is served after the answer. */
static int ask(VkpNeighbours *neighbours)
{
    g_clear_pointer(&neighbours->question, vkp_credentials_question_free);
    return vkp_credentials_ask(neighbours->bus, APPLET_BUS_NAME, on_told, neighbours,
                               &neighbours->question);
}

static int on_applet_owner_changed(G_GNUC_UNUSED sd_bus_message *message, void *data,
                                   G_GNUC_UNUSED sd_bus_error *bus_error)
{
    (void)ask(data);
    return 0;
}

/* Of the socket, so nobody needs to be asked. */
static pid_t find_bus_pid(sd_bus *bus)
{
    g_autoptr(sd_bus_creds) credentials = NULL;
    pid_t pid;
    if (sd_bus_get_owner_creds(bus, SD_BUS_CREDS_PID, &credentials) < 0 ||
        sd_bus_creds_get_pid(credentials, &pid) < 0)
        return 0;
    return pid;
}

VkpNeighbours *vkp_neighbours_new(sd_bus *bus, VkpManager *manager, GError **error)
{
    VkpNeighbours *neighbours = g_new0(VkpNeighbours, 1);
    neighbours->bus = bus;
    neighbours->manager = manager;
    neighbours->bus_pid = find_bus_pid(bus);
    spare(neighbours, 0);
    int r = sd_bus_add_match(bus, &neighbours->match, APPLET_OWNER_MATCH, on_applet_owner_changed,
                             neighbours);
    if (r >= 0)
        r = ask(neighbours);
    if (r >= 0)
        return neighbours;
    vkp_set_error_bus(error, r, "Cannot watch for the applet");
    vkp_neighbours_free(neighbours);
    return NULL;
}

void vkp_neighbours_free(VkpNeighbours *neighbours)
{
    if (!neighbours)
        return;
    vkp_credentials_question_free(neighbours->question);
    sd_bus_slot_unref(neighbours->match);
    g_free(neighbours);
}
