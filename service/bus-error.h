/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Where GError and sd-bus's `int r` meet. */

/* Makes `error` the answer of a method handler: fills *bus_error with its name on the bus and its
 * message, and returns what the handler returns. Errors of other domains are SystemError. */
int vkp_bus_error_set(sd_bus_error *bus_error, const GError *error);

/* The same for a call that is answered later: sends the answer. Returns a negative errno when that
 * cannot be done; then the caller waits until its patience ends. */
int vkp_bus_error_reply(sd_bus_message *message, const GError *error);

/* Sets *error from a negative errno of an sd-* call: "<message>: <strerror>". */
void vkp_set_error_bus(GError **error, int r, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Teaches sd-bus which errno stands for each of our names, for sd_bus_error_get_errno() and for
 * replies received. */
int vkp_bus_error_register(void);
