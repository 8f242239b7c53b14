/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Makes any bytes into text that every D-Bus implementation accepts: valid UTF-8 without NUL,
 * surrogates and noncharacters (sd-bus refuses those), each of these replaced by U+FFFD.
 * At most `limit` bytes, cut between characters. The caller frees it; never NULL. */
char *vkp_text_dup_valid(const char *bytes, gsize length, gsize limit);

/* Whether sd-bus accepts this NUL-terminated text as a string. */
gboolean vkp_text_is_valid(const char *text);

/* For display to a person: control characters, line separators and bidirectional overrides become
 * visible escapes ("\x1b", "\u202e"), so that a name cannot rewrite a terminal or a dialog, and so
 * do combining marks piled up on a letter, which would cover the line above.
 * `text` is valid UTF-8. The caller frees it. */
char *vkp_text_dup_display(const char *text);

/* Untrusted text (NULL counts as "") made fit for a message or a log: made valid and displayable as
 * above, at most `max_bytes` of it, and "..." if it is longer. The caller frees it. */
char *vkp_text_dup_quoted(const char *word, gsize max_bytes);
