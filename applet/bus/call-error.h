/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* Makes GDBus convert the service's error names to VKP_ERROR. */
void vkp_call_error_register(void);

/* What went wrong, for a person: a whole sentence. The caller frees it. */
char *vkp_call_error_dup_sentence(const GError *error);

/* Whether a call that failed with this error did nothing: there was no service, or it refused the
 * call. After other errors it is not known what the service did. */
gboolean vkp_call_error_is_refusal(const GError *error);
