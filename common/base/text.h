/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Makes bytes of any origin into text that every D-Bus implementation takes: valid UTF-8 without
 * NUL, surrogates and noncharacters (sd-bus refuses those), each offender replaced by U+FFFD.
 * At most `limit` bytes, cut between characters. The caller frees it; never NULL. */
char *vkp_text_dup_valid(const char *bytes, gsize length, gsize limit);

/* Whether sd-bus would take this NUL-terminated text as a string. */
gboolean vkp_text_is_valid(const char *text);

/* For a person's eyes: control characters, line separators and bidirectional overrides become
 * visible escapes ("\x1b", "\u202e"), so that a name cannot rewrite a terminal or a dialog, and so
 * do marks that would be heaped on a letter over what stands above it.
 * `text` is valid UTF-8. The caller frees it. */
char *vkp_text_dup_display(const char *text);

/* A stranger's word (NULL reads as "") as it may stand in a message or a log: both of the above, of
 * `max_bytes` of it at most, and "..." if there was more. The caller frees it. */
char *vkp_text_dup_quoted(const char *word, gsize max_bytes);
