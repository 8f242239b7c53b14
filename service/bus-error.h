/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Converts between GError and the errors of sd-bus. */

/* Makes `error` the reply of a method handler: fills *bus_error with its name on the bus and its
 * message, and returns what the handler has to return. Errors of other domains become SystemError.
 */
int vkp_bus_error_set(sd_bus_error *bus_error, const GError *error);

/* The same for a call that is answered later: sends the reply. Returns a negative errno on failure;
 * then the caller waits until its own timeout. */
int vkp_bus_error_reply(sd_bus_message *message, const GError *error);

/* Sets *error from a negative errno of an sd-* call: "<message>: <strerror>". */
void vkp_set_error_bus(GError **error, int r, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Registers with sd-bus an errno for each of our error names, for sd_bus_error_get_errno() and for
 * received replies. */
int vkp_bus_error_register(void);
