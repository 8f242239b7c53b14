/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* Makes GDBus turn the service's error names into VKP_ERROR. */
void vkp_call_error_register(void);

/* What went wrong, for a person: a whole sentence. The caller frees it. */
char *vkp_call_error_dup_sentence(const GError *error);

/* Whether a call that failed so did nothing: no service was there to take it, or it turned it down.
 * Without this it is not known how far the service came. */
gboolean vkp_call_error_is_refusal(const GError *error);
