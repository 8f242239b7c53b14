/* SPDX-License-Identifier: Apache-2.0 */
/* caged-client ADDRESS ROOT [forge]: connects to the bus, then moves into ROOT as its root folder,
 * as a sandbox would have put it there, and calls what a sandboxed program may and may not; or what
 * it may not, with what the bus would be asked about it told beforehand. Prints one line a call:
 * the method and "ok" or the error's name. */
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

static void check(int r, const char *what)
{
    if (r < 0)
        fail(what, -r);
}

static sd_bus *connect_to(const char *address)
{
    sd_bus *bus = NULL;
    const char *unique_name;
    check(sd_bus_new(&bus), "new");
    check(sd_bus_set_address(bus, address), "address");
    check(sd_bus_set_bus_client(bus, 1), "client");
    check(sd_bus_start(bus), "start");
    check(sd_bus_get_unique_name(bus, &unique_name), "name");
    return bus;
}

/* An answer to a call with that number, which somebody else has not even made yet: whoever asks
 * about us hears of the first process instead. */
static void forge_answer(sd_bus *bus, const char *destination, uint64_t serial)
{
    sd_bus_message *call = NULL;
    sd_bus_message *answer = NULL;
    check(sd_bus_message_new_method_call(bus, &call, destination, PATH, NAME, "Any"), "call");
    check(sd_bus_message_seal(call, serial, 0), "seal");
    check(sd_bus_message_new_method_return(call, &answer), "answer");
    check(sd_bus_message_set_destination(answer, destination), "destination");
    check(sd_bus_message_append(answer, "a{sv}", 2, "UnixUserID", "u", (unsigned)geteuid(),
                                "ProcessID", "u", 1u),
          "append");
    check(sd_bus_send(bus, answer, NULL), "send");
    sd_bus_message_unref(answer);
    sd_bus_message_unref(call);
}

static int print_answer(sd_bus_message *answer, void *data, sd_bus_error *error)
{
    (void)error;
    print("Kill", -sd_bus_message_get_errno(answer), sd_bus_message_get_error(answer));
    *(int *)data = 1;
    return 0;
}

/* A call, with the next numbers of the service's answered right behind it. `scout` is known to the
 * service already; its answers tell the last number. */
static void call_with_forged_answers(sd_bus *bus, sd_bus *scout)
{
    sd_bus_message *known = NULL;
    uint64_t serial;
    int is_answered = 0;
    for (int i = 0; i < 2; i++) {
        sd_bus_message_unref(known);
        check(sd_bus_call_method(scout, NAME, PATH, "org.freedesktop.DBus.Peer", "Ping", NULL,
                                 &known, NULL),
              "ping");
    }
    check(sd_bus_message_get_cookie(known, &serial), "number");
    check(sd_bus_call_method_async(bus, NULL, NAME, PATH, NAME, "Kill", print_answer, &is_answered,
                                   "ssa{sv}", "all", "", 1, "dry_run", "b", 1),
          "Kill");
    for (uint64_t i = 1; i <= 8; i++)
        forge_answer(bus, sd_bus_message_get_sender(known), serial + i);
    sd_bus_message_unref(known);
    while (!is_answered) {
        int r = sd_bus_process(bus, NULL);
        check(r, "process");
        if (r == 0)
            check(sd_bus_wait(bus, UINT64_MAX), "wait");
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return EXIT_FAILURE;
    sd_bus *scout = argc > 3 ? connect_to(argv[1]) : NULL;
    sd_bus *bus = connect_to(argv[1]);
    int r;
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) < 0)
        fail("unshare", errno);
    if (chroot(argv[2]) < 0 || chdir("/") < 0)
        fail("chroot", errno);

    if (scout) {
        call_with_forged_answers(bus, scout);
        sd_bus_flush_close_unref(bus);
        sd_bus_flush_close_unref(scout);
        return EXIT_SUCCESS;
    }
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
