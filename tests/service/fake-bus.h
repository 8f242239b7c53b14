/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* A connection to a bus that answers when the test says so: the bus's side of it is played by hand.
 * Nothing happens but within these functions. */
typedef struct {
    sd_bus *bus;          /* the connection */
    sd_bus *server;       /* its other end */
    GPtrArray *questions; /* sd_bus_message: calls of GetConnectionCredentials not answered yet */
    GPtrArray *answers;   /* sd_bus_message: what came back to those who called */
    guint n_matches;
} FakeBus;

FakeBus *fake_bus_new(void);
void fake_bus_free(FakeBus *bus);

/* sd_bus_add_match() waits for the bus: the thread answers one, and is to be joined afterwards. */
GThread *fake_bus_serve_match(FakeBus *bus);

/* Lets both sides do all there is to do. */
void fake_bus_settle(FakeBus *bus);

/* A call from that unique name to whoever has the connection; without arguments, or with a{sv}
 * without entries. Returns its serial number. */
guint64 fake_bus_call(FakeBus *bus, const char *sender, const char *method);
guint64 fake_bus_call_with_dictionary(FakeBus *bus, const char *sender, const char *method);

/* The bus tells all that the name has left. */
void fake_bus_leave(FakeBus *bus, const char *name);

/* Somebody else tells us alone that the name has left: session buses pass that on. */
void fake_bus_forge_leave(FakeBus *bus, const char *sender, const char *name);

/* Whom the oldest open question is about; NULL when there is none. Borrowed. */
const char *fake_bus_asked(FakeBus *bus);

/* Answers the oldest one, with so many pairs of a key and its number (guint32), or an error. */
void fake_bus_tell(FakeBus *bus, guint n_keys, ...);
void fake_bus_tell_error(FakeBus *bus, const char *name);

/* Somebody who guessed its number answers the oldest one: with our uid and another pid, or an error
 * unless `name` is NULL. It is open no more: the true answer would find nobody. */
void fake_bus_forge(FakeBus *bus, const char *sender, const char *name);

/* The name of the error with which that call was answered, "" for none, NULL while there is no
 * answer. More than one answer fails the test. Borrowed. */
const char *fake_bus_answer(FakeBus *bus, guint64 serial);
