/* SPDX-License-Identifier: Apache-2.0 */
/* caged-client ADDRESS ROOT: connects to the bus, then moves into ROOT as its root folder, as a
 * sandbox would have put it there, and calls what a sandboxed program may and may not. Prints one
 * line a call: the method and "ok" or the error's name. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define NAME "org.vibekanban.Processes"
#define PATH "/org/vibekanban/Processes"

static void fail(const char *what, int error_number)
{
    fprintf(stderr, "%s: %s\n", what, strerror(error_number));
    exit(EXIT_FAILURE);
}

static void print(const char *method, int r, const sd_bus_error *error)
{
    printf("%s %s\n", method, r >= 0 ? "ok" : error->name);
}

int main(int argc, char **argv)
{
    sd_bus *bus = NULL;
    const char *unique_name;
    if (argc != 3 || sd_bus_new(&bus) < 0)
        return EXIT_FAILURE;
    int r = sd_bus_set_address(bus, argv[1]);
    if (r >= 0)
        r = sd_bus_set_bus_client(bus, 1);
    if (r >= 0)
        r = sd_bus_start(bus);
    if (r >= 0)
        r = sd_bus_get_unique_name(bus, &unique_name);
    if (r < 0)
        fail("connect", -r);
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
        fail("unshare", errno);
    if (chroot(argv[2]) < 0 || chdir("/") < 0)
        fail("chroot", errno);

    sd_bus_error error = SD_BUS_ERROR_NULL;
    r = sd_bus_call_method(bus, NAME, PATH, NAME, "List", &error, NULL, "a{sv}", 0);
    print("List", r, &error);
    sd_bus_error_free(&error);
    r = sd_bus_call_method(bus, NAME, PATH, NAME, "Subscribe", &error, NULL, NULL);
    print("Subscribe", r, &error);
    sd_bus_error_free(&error);
    r = sd_bus_call_method(bus, NAME, PATH, NAME, "Kill", &error, NULL, "ssa{sv}", "all", "", 1,
                           "dry_run", "b", 1);
    print("Kill", r, &error);
    sd_bus_error_free(&error);
    r = sd_bus_call_method(bus, NAME, PATH, NAME, "RegisterProcess", &error, NULL, "su",
                           "0b5e3c1a-8f7e-4d6c-9b2a-112233445566", (unsigned)getpid());
    print("RegisterProcess", r, &error);
    sd_bus_error_free(&error);
    sd_bus_flush_close_unref(bus);
    return EXIT_SUCCESS;
}
