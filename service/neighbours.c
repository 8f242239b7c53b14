/* SPDX-License-Identifier: Apache-2.0 */
#include "service/neighbours.h"

#include "service/bus-error.h"
#include "service/credentials.h"
#include "service/sd-pointers.h"

#define APPLET_BUS_NAME "org.vibekanban.Processes.Applet"

#define APPLET_OWNER_MATCH                                                                         \
    "type='signal',sender='" VKP_DRIVER_NAME "',path='/org/freedesktop/DBus',"                     \
    "interface='" VKP_DRIVER_NAME "',member='NameOwnerChanged',arg0='" APPLET_BUS_NAME "'"

struct VkpNeighbours {
    sd_bus *bus;
    VkpManager *manager;
    sd_bus_slot *match;
    VkpCredentialsQuestion *bus_question;    /* NULL: none is open */
    VkpCredentialsQuestion *applet_question; /* likewise */
    pid_t listener_pid;                      /* who opened the bus's socket; 0: not known */
    pid_t bus_pid;                           /* as the bus says; 0: it has not */
    pid_t applet_pid;                        /* 0: nobody is, as far as can be told */
};

static void add_known(GArray *pids, pid_t pid)
{
    if (pid > 0)
        g_array_append_val(pids, pid);
}

static void spare(const VkpNeighbours *neighbours)
{
    g_autoptr(GArray) buses = g_array_new(FALSE, FALSE, sizeof(pid_t));
    add_known(buses, neighbours->listener_pid);
    add_known(buses, neighbours->bus_pid);
    vkp_manager_set_spared(neighbours->manager, buses, neighbours->applet_pid);
}

/* In its own pid namespace. Where that lies beside ours the number is somebody else's, and the
 * kernel has not named the listener either. */
static void on_bus_told(int r, const VkpCredentials *credentials, void *data)
{
    VkpNeighbours *neighbours = data;
    g_clear_pointer(&neighbours->bus_question, vkp_credentials_question_free);
    if (r >= 0 && neighbours->listener_pid > 0)
        neighbours->bus_pid = credentials->pid;
    spare(neighbours);
}

static void on_applet_told(int r, const VkpCredentials *credentials, void *data)
{
    VkpNeighbours *neighbours = data;
    g_clear_pointer(&neighbours->applet_question, vkp_credentials_question_free);
    neighbours->applet_pid = r < 0 ? 0 : credentials->pid;
    spare(neighbours);
}

/* The bus answers in order, so whoever calls after that is served after the answer. */
static int ask_for_applet(VkpNeighbours *neighbours)
{
    g_clear_pointer(&neighbours->applet_question, vkp_credentials_question_free);
    return vkp_credentials_ask(neighbours->bus, APPLET_BUS_NAME, on_applet_told, neighbours,
                               &neighbours->applet_question);
}

static int on_applet_owner_changed(sd_bus_message *message, void *data,
                                   G_GNUC_UNUSED sd_bus_error *bus_error)
{
    if (vkp_credentials_is_of_bus(message)) /* sd-bus lets anybody's unique name pass for it */
        (void)ask_for_applet(data);
    return 0;
}

/* Where systemd hands the socket over, the bus itself is somebody else, whom only the bus knows. */
static pid_t find_listener_pid(sd_bus *bus)
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
    neighbours->listener_pid = find_listener_pid(bus);
    spare(neighbours);
    int r = sd_bus_add_match(bus, &neighbours->match, APPLET_OWNER_MATCH, on_applet_owner_changed,
                             neighbours);
    if (r >= 0)
        r = ask_for_applet(neighbours);
    if (r >= 0)
        r = vkp_credentials_ask(bus, VKP_DRIVER_NAME, on_bus_told, neighbours,
                                &neighbours->bus_question);
    if (r >= 0)
        return neighbours;
    vkp_set_error_bus(error, r, "Cannot ask for the bus and the applet");
    vkp_neighbours_free(neighbours);
    return NULL;
}

void vkp_neighbours_free(VkpNeighbours *neighbours)
{
    if (!neighbours)
        return;
    vkp_credentials_question_free(neighbours->bus_question);
    vkp_credentials_question_free(neighbours->applet_question);
    sd_bus_slot_unref(neighbours->match);
    g_free(neighbours);
}
