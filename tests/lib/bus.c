/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/bus.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/deadline.h"

#define START_TIMEOUT_MS 10000

struct VkpTestBus {
    char *folder;
    char *address;
    pid_t pid; /* 0: ended */
};

static const char configuration[] =
    "<!DOCTYPE busconfig PUBLIC '-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN'\n"
    "  'http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd'>\n"
    "<busconfig>\n"
    "  <type>session</type>\n"
    "  <listen>unix:path=%s/socket</listen>\n"
    "  <auth>EXTERNAL</auth>\n"
    "  <servicedir>%s/services</servicedir>\n"
    "  <policy context='default'>\n"
    "    <allow user='*'/>\n"
    "    <allow send_destination='*' eavesdrop='true'/>\n"
    "    <allow eavesdrop='true'/>\n"
    "    <allow own='*'/>\n"
    "  </policy>\n"
    "</busconfig>\n";

static void make_folder(VkpTestBus *bus)
{
    g_autoptr(GError) error = NULL;
    bus->folder = g_dir_make_tmp("vkp-bus-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *services = g_build_filename(bus->folder, "services", NULL);
    g_autofree char *path = g_build_filename(bus->folder, "bus.conf", NULL);
    g_autofree char *text = g_strdup_printf(configuration, bus->folder, bus->folder);
    g_assert_cmpint(g_mkdir(services, 0755), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, &error));
    /* Clients of other users get in, too. */
    g_assert_cmpint(chmod(bus->folder, 0755), ==, 0);
}

/* The alarm outlives the exec and ends the bus when nobody else has. */
static void bind_to_test(G_GNUC_UNUSED gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(vkp_deadline_lifetime());
}

static void wait_for_line(int fd)
{
    char byte = '\0';
    while (byte != '\n') {
        g_assert_true(vkp_deadline_wait_readable(START_TIMEOUT_MS, fd));
        g_assert_cmpint(read(fd, &byte, 1), ==, 1);
    }
}

VkpTestBus *vkp_test_bus_new(const char *const *environment)
{
    VkpTestBus *bus = g_new0(VkpTestBus, 1);
    make_folder(bus);
    g_autofree char *path = g_build_filename(bus->folder, "bus.conf", NULL);
    const char *argv[] = {"dbus-daemon",   "--nofork", "--print-address",
                          "--config-file", path,       NULL};
    int output;
    g_autoptr(GError) error = NULL;
    g_spawn_async_with_pipes(NULL, (char **)argv, (char **)environment,
                             G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                                 G_SPAWN_STDERR_TO_DEV_NULL,
                             bind_to_test, NULL, &bus->pid, NULL, &output, NULL, &error);
    g_assert_no_error(error);
    wait_for_line(output);
    close(output);
    bus->address = g_strdup_printf("unix:path=%s/socket", bus->folder);
    return bus;
}

void vkp_test_bus_end(VkpTestBus *bus)
{
    if (bus->pid == 0)
        return;
    /* Our own child, not yet waited for: the number is still its own. */
    g_assert_cmpint(kill(bus->pid, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(bus->pid, NULL, 0), ==, bus->pid);
    bus->pid = 0;
}

static void remove_all_in(const char *folder)
{
    g_autoptr(GDir) listing = g_dir_open(folder, 0, NULL);
    const char *name;
    while (listing && (name = g_dir_read_name(listing))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
}

void vkp_test_bus_free(VkpTestBus *bus)
{
    if (!bus)
        return;
    vkp_test_bus_end(bus);
    g_autofree char *services = g_build_filename(bus->folder, "services", NULL);
    remove_all_in(services);
    g_rmdir(services);
    remove_all_in(bus->folder);
    g_rmdir(bus->folder);
    g_free(bus->folder);
    g_free(bus->address);
    g_free(bus);
}

const char *vkp_test_bus_address(const VkpTestBus *bus)
{
    return bus->address;
}

void vkp_test_bus_add_service(VkpTestBus *bus, const char *name, const char *command)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strdup_printf("%s/services/%s.service", bus->folder, name);
    g_autofree char *text = g_strdup_printf("[D-BUS Service]\nName=%s\nExec=%s\n", name, command);
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}
