/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "tests/lib/figures.h"
#include "tests/service/fixture.h"

/* Clients that behave badly, each on a connection of its own that nobody reads unless it says so,
 * and one that behaves well beside them. */

sd_bus *hostile_connect(Fixture *fixture);

/* A call that nobody waits for, with contents as sd_bus_message_append() takes them. */
void hostile_send(sd_bus *bus, const char *method, const char *types, ...);

/* The same, to whoever has that name. */
void hostile_send_to(sd_bus *bus, const char *name, const char *method, const char *types, ...);

/* Gives all that was sent to the kernel, as far as it takes it. */
void hostile_flush(sd_bus *bus);

/* What a call may be about: fake_id() as text, and a process of its; and whom it is sent to. */
typedef struct {
    const char *name;
    const char *execution;
    pid_t pid;
} HostileTarget;

/* One call that nobody waits for; floods are made of them. */
typedef void (*HostileCall)(sd_bus *bus, const HostileTarget *target);

/* Sends so many, as fast as the bus takes them, from a thread with a connection of its own. */
typedef struct HostileFlood HostileFlood;
HostileFlood *hostile_flood_start(Fixture *fixture, HostileCall call, const HostileTarget *target,
                                  guint n);
gboolean hostile_flood_is_over(HostileFlood *flood);
void hostile_flood_end(HostileFlood *flood);

/* One List and its answer, on a connection that nothing else is going on. Returns µs. */
double hostile_list_once(sd_bus *bus);

/* Who looks at nothing, has no method that anybody floods, and answers the well-behaved one with as
 * many bytes as a List of the service had at the start: what must be waited for there, nobody on
 * this bus can do without. */
typedef struct HostileControl HostileControl;
HostileControl *hostile_control_start(Fixture *fixture);
const char *hostile_control_name(const HostileControl *control);
void hostile_control_end(HostileControl *control, Fixture *fixture);

/* How long a well-behaved one has waited for its lists, while the others do their worst. */
typedef struct {
    sd_bus *bus;
    HostileControl *control; /* NULL: the lists are the service's */
    Figures *lists;
} Waits;

/* Lists of the control, or NULL: of the service itself. */
Waits hostile_waits_new(Fixture *fixture, HostileControl *control);
void hostile_wait_once(Waits *waits);
/* Prints them (on a quiet machine all are far below 100 ms) and asserts what must hold however busy
 * the machine is: half a second usually, if there are enough lists to say so, and seconds at worst.
 * Frees them, and returns the longest of the lists in µs. */
double hostile_waits_end(Waits *waits, const char *what);
