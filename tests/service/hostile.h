/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "tests/service/fixture.h"

/* Clients that behave badly, each on a connection of its own that nobody reads unless it says so,
 * and one that behaves well beside them. */

sd_bus *hostile_connect(Fixture *fixture);

/* A call that nobody waits for, with contents as sd_bus_message_append() takes them. */
void hostile_send(sd_bus *bus, const char *method, const char *types, ...);

/* Gives all that was sent to the kernel, as far as it takes it. */
void hostile_flush(sd_bus *bus);

/* How long the well-behaved one has waited for its answers, while the others do their worst. */
typedef struct {
    GArray *usec; /* gint64 */
} Waits;

Waits hostile_waits_new(void);
/* One List and its answer. */
void hostile_wait_once(Waits *waits, Fixture *fixture);
/* Prints them (on a quiet machine the usual one is far below 100 ms) and asserts what must hold
 * however busy the machine is: half a second usually, seconds at worst. Frees them. */
void hostile_waits_end(Waits *waits, const char *what);
