/* SPDX-License-Identifier: Apache-2.0 */
#include "service/daemon.h"

#include <errno.h>
#include <signal.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/kill/descriptors.h"
#include "service/bus-error.h"
#include "service/bus.h"
#include "service/event-loop.h"
#include "service/manager.h"
#include "service/neighbours.h"
#include "service/runtime.h"
#include "service/sd-pointers.h"

/* The order in which things come up is the order in which they may rely on each other: loop, bus
 * (but not our name), runtime folder, manager with its first roster, object, name, "ready". They go
 * down in reverse, but for the manager: as it goes nothing is signalled any more, and the kills
 * still under way are answered over a bus that is still there. */

/* All that systemd takes for a wish and not for a crash: it would not start us again, and whoever
 * is frozen just then would stay so. */
static const int ending_signals[] = {SIGTERM, SIGINT, SIGHUP};

static void set_up_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    for (guint i = 0; i < G_N_ELEMENTS(ending_signals); i++)
        sigaddset(&signals, ending_signals[i]);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN); /* whoever reads our standard error may go */
    signal(SIGXFSZ, SIG_IGN); /* a write that is too long fails instead */
}

static gboolean open_loop(sd_event **event, GError **error)
{
    set_up_signals();
    int r = sd_event_new(event);
    /* Without a handler these signals end the loop with 0. */
    for (guint i = 0; r >= 0 && i < G_N_ELEMENTS(ending_signals); i++)
        r = sd_event_add_signal(*event, NULL, ending_signals[i], NULL, NULL);
    if (r < 0) {
        vkp_set_error_bus(error, r, "Cannot set up the event loop");
        return FALSE;
    }
    r = sd_event_set_watchdog(*event, TRUE);
    if (r < 0)
        g_warning("No watchdog is told that all is well: WATCHDOG_USEC: %s", g_strerror(-r));
    return TRUE;
}

/* Where sd_bus_open_user() connects to. NULL: nowhere. */
static char *dup_session_address(void)
{
    const char *address = g_getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *folder = g_getenv("XDG_RUNTIME_DIR");
    if (address)
        return g_strdup(address);
    if (!folder)
        return NULL;
    g_autofree char *escaped = g_uri_escape_string(folder, "/", FALSE);
    return g_strdup_printf("unix:path=%s/bus", escaped);
}

/* Without descriptors: those of calls that wait would stay open here, and they are not many. That
 * must be said before the start, so sd_bus_open_user() won't do. */
static int connect_to(sd_bus **bus, const char *address)
{
    int r = address ? sd_bus_new(bus) : -ENOMEDIUM;
    if (r >= 0)
        r = sd_bus_set_address(*bus, address);
    if (r >= 0)
        r = sd_bus_negotiate_fds(*bus, FALSE);
    if (r >= 0)
        r = sd_bus_set_bus_client(*bus, TRUE);
    return r < 0 ? r : sd_bus_start(*bus);
}

static gboolean open_bus(sd_event *event, const char *address, sd_bus **bus, GError **error)
{
    g_autofree char *chosen = address ? g_strdup(address) : dup_session_address();
    int r = connect_to(bus, chosen);
    /* The end of the loop is not the end of the bus: answers are still owed. */
    if (r >= 0)
        r = sd_bus_set_close_on_exit(*bus, FALSE);
    if (r >= 0)
        r = sd_bus_attach_event(*bus, event, SD_EVENT_PRIORITY_NORMAL);
    const char *unique_name;
    if (r >= 0)
        r = sd_bus_get_unique_name(*bus, &unique_name); /* waits until the bus knows us */
    if (r < 0 && chosen)
        vkp_set_error_bus(error, r, "Cannot connect to the bus \"%s\"", chosen);
    else if (r < 0)
        vkp_set_error_bus(error, r,
                          "Neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR tells of a bus");
    return r >= 0;
}

static int on_disconnected(G_GNUC_UNUSED sd_bus_message *message, void *data,
                           G_GNUC_UNUSED sd_bus_error *bus_error)
{
    return sd_event_exit(data, -ECONNRESET);
}

static gboolean watch_connection(sd_bus *bus, sd_event *event, GError **error)
{
    int r =
        sd_bus_match_signal(bus, NULL, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
                            "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, event);
    if (r < 0)
        vkp_set_error_bus(error, r, "Cannot watch the connection to the bus");
    return r >= 0;
}

static void open_runtime(VkpRuntime *runtime, const char *parent)
{
    g_autoptr(GError) error = NULL;
    if (!parent)
        g_message("Without XDG_RUNTIME_DIR a kill by force does not stop processes first");
    else if (!vkp_runtime_open(runtime, parent, &error))
        g_message("A kill by force does not stop processes first: %s", error->message);
}

/* What was chosen, put together from the command line and the file. */
typedef struct {
    const VkpOptions *options;
    const VkpConfig *config;
} Choice;

static VkpManager *open_manager(const Choice *choice, const VkpRuntime *runtime, sd_event *event,
                                GError **error)
{
    const VkpOptions *options = choice->options;
    const VkpConfig *config = choice->config;
    VkpManagerOptions manager = {
        .proc_root = options->proc_root,
        .database_path = options->database_path ? options->database_path : config->database_path,
        .places =
            {
                .home = g_get_home_dir(),
                .data_home = g_getenv("XDG_DATA_HOME"),
                .database_path = g_getenv("VK_DATABASE_PATH"),
            },
        .registry_path = options->registry_path,
        .frozen_path = runtime->frozen_path,
        .worktree_roots = (const char *const *)config->worktree_roots,
        .shared_daemons = (const char *const *)config->shared_daemons,
        .tick_usec = config->tick_usec,
        .watched_usec = config->watched_usec,
        .uid = getuid(),
        .loop = vkp_event_loop(event),
    };
    return vkp_manager_new(&manager, error);
}

/* Goes up to "ready" and stays until the loop ends, with its exit code. */
static gboolean serve(sd_bus *bus, sd_event *event, const Choice *choice, GError **error)
{
    const VkpOptions *options = choice->options;
    g_auto(VkpRuntime) runtime = VKP_RUNTIME_INIT;
    open_runtime(&runtime, options->runtime_path);
    g_autoptr(VkpBus) object = NULL; /* declared first: freed after the manager */
    g_autoptr(VkpManager) manager = open_manager(choice, &runtime, event, error);
    if (!manager)
        return FALSE;
    g_autoptr(VkpNeighbours) neighbours = vkp_neighbours_new(bus, manager, error);
    if (!neighbours || !vkp_manager_refresh(manager, error))
        return FALSE;

    VkpBusOptions bus_options = {
        .bus = bus,
        .manager = manager,
        .proc_root = options->proc_root,
        .uid = getuid(),
        .grace_ms = choice->config->grace_ms,
    };
    object = vkp_bus_new(&bus_options, error);
    if (!object || !watch_connection(bus, event, error) || !vkp_bus_take_name(object, error))
        return FALSE;
    vkp_manager_start(manager);
    sd_notify(FALSE, "READY=1");

    int r = sd_event_loop(event);
    sd_notify(FALSE, "STOPPING=1");
    if (r < 0)
        vkp_set_error_bus(error, r, "The bus is lost");
    return r >= 0;
}

gboolean vkp_daemon_run(const VkpOptions *options, const VkpConfig *config, GError **error)
{
    const Choice choice = {options, config};
    g_autoptr(sd_event) event = NULL;
    g_autoptr(sd_bus) bus = NULL;
    (void)vkp_descriptors_raise_limit(); /* a kill needs one for each of its targets */
    /* The name is taken last, but asked for before anything is touched. */
    return open_loop(&event, error) && open_bus(event, options->bus_address, &bus, error) &&
           vkp_bus_name_is_free(bus, error) && serve(bus, event, &choice, error);
}
