/* SPDX-License-Identifier: Apache-2.0 */
#include "service/neighbours.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/error.h"
#include "service/sd-pointers.h"
#include "tests/lib/deadline.h"
#include "tests/lib/isolation.h"
#include "tests/lib/test-loop.h"

/* A bus as the user's systemd starts it: the socket is there first, and somebody else's. */
typedef struct {
    char *folder;
    char *configuration_path;
    struct sockaddr_un address;
    int listener;
    pid_t bus_pid;
    sd_bus *bus;
    VkpTestLoop *loop;
    VkpManager *manager;
} Scene;

static const char configuration[] =
    "<!DOCTYPE busconfig PUBLIC '-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN'\n"
    "  'http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd'>\n"
    "<busconfig>\n"
    "  <type>session</type>\n"
    "  <listen>systemd:</listen>\n"
    "  <policy context='default'>\n"
    "    <allow user='*'/>\n"
    "    <allow send_destination='*' eavesdrop='true'/>\n"
    "    <allow eavesdrop='true'/>\n"
    "    <allow own='*'/>\n"
    "  </policy>\n"
    "</busconfig>\n";

static void open_socket(Scene *scene)
{
    scene->address.sun_family = AF_UNIX;
    g_snprintf(scene->address.sun_path, sizeof scene->address.sun_path, "%s/socket", scene->folder);
    scene->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(scene->listener, >=, 0);
    g_assert_cmpint(bind(scene->listener, (const struct sockaddr *)(const void *)&scene->address,
                         sizeof scene->address),
                    ==, 0);
    g_assert_cmpint(listen(scene->listener, 8), ==, 0);
}

/* sd_listen_fds(3): the first one is number 3. */
static G_NORETURN void become_bus(const Scene *scene)
{
    g_autofree char *pid = g_strdup_printf("%d", getpid());
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(vkp_deadline_lifetime());
    if (scene->listener == 3)
        fcntl(3, F_SETFD, 0);
    else
        dup2(scene->listener, 3);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO); /* it complains of its limits */
    g_setenv("LISTEN_PID", pid, TRUE);
    g_setenv("LISTEN_FDS", "1", TRUE);
    execlp("dbus-daemon", "dbus-daemon", "--nofork", "--config-file", scene->configuration_path,
           (char *)NULL);
    _exit(127);
}

static void connect_to_bus(Scene *scene)
{
    g_autofree char *address = g_strdup_printf("unix:path=%s", scene->address.sun_path);
    g_assert_cmpint(sd_bus_new(&scene->bus), >=, 0);
    g_assert_cmpint(sd_bus_set_address(scene->bus, address), >=, 0);
    g_assert_cmpint(sd_bus_set_bus_client(scene->bus, 1), >=, 0);
    g_assert_cmpint(sd_bus_start(scene->bus), >=, 0);
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->folder = g_dir_make_tmp("vkp-neighbours-XXXXXX", NULL);
    scene->configuration_path = g_build_filename(scene->folder, "bus.conf", NULL);
    g_assert_true(g_file_set_contents(scene->configuration_path, configuration, -1, NULL));
    open_socket(scene);
    scene->bus_pid = fork();
    g_assert_cmpint(scene->bus_pid, >=, 0);
    if (scene->bus_pid == 0)
        become_bus(scene);
    connect_to_bus(scene);
    scene->loop = vkp_test_loop_new();
    VkpManagerOptions options = {
        .places = {.home = scene->folder}, .uid = getuid(), .loop = vkp_test_loop_ops(scene->loop)};
    scene->manager = vkp_manager_new(&options, NULL);
    g_assert_nonnull(scene->manager);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_manager_free(scene->manager);
    vkp_test_loop_free(scene->loop);
    sd_bus_flush_close_unref(scene->bus);
    g_assert_cmpint(kill(scene->bus_pid, SIGKILL), ==, 0); /* our child, not yet waited for */
    g_assert_cmpint(waitpid(scene->bus_pid, NULL, 0), ==, scene->bus_pid);
    close(scene->listener);
    g_unlink(scene->address.sun_path);
    g_unlink(scene->configuration_path);
    g_rmdir(scene->folder);
    g_free(scene->configuration_path);
    g_free(scene->folder);
}

/* The bus answers in order: after this, whatever was asked before has been answered. */
static void take_answers(Scene *scene)
{
    int r = sd_bus_call_method(scene->bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                               "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, NULL);
    g_assert_cmpint(r, >=, 0);
    while ((r = sd_bus_process(scene->bus, NULL)) > 0)
        continue;
    g_assert_cmpint(r, ==, 0);
}

static pid_t find_listener(Scene *scene)
{
    g_autoptr(sd_bus_creds) credentials = NULL;
    pid_t pid = 0;
    g_assert_cmpint(sd_bus_get_owner_creds(scene->bus, SD_BUS_CREDS_PID, &credentials), >=, 0);
    g_assert_cmpint(sd_bus_creds_get_pid(credentials, &pid), >=, 0);
    return pid;
}

static void test_bus_behind_a_socket(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    const VkpUuid execution = {{1}};
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpNeighbours) neighbours = vkp_neighbours_new(scene->bus, scene->manager, &error);
    g_assert_no_error(error);
    take_answers(scene);
    g_assert_cmpint(find_listener(scene), ==, getpid());
    g_assert_false(vkp_manager_register(scene->manager, &execution, scene->bus_pid, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
    g_assert_nonnull(strstr(error->message, "protected"));
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add("/service/neighbours/a-bus-whose-socket-was-there-before-it-is-spared", Scene, NULL,
               set_up, test_bus_behind_a_socket, tear_down);
    return g_test_run();
}
