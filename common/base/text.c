/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* sd-bus's idea of a character (src/basic/utf8.c of systemd): no surrogates, no U+FDD0..FDEF, no
 * code point that ends in FFFE or FFFF. g_utf8_get_char_validated already refuses surrogates. */
static gboolean is_bus_character(gunichar character)
{
    return character != 0 && character <= 0x10ffff &&
           !(character >= 0xd800 && character <= 0xdfff) &&
           !(character >= 0xfdd0 && character <= 0xfdef) && (character & 0xfffe) != 0xfffe;
}

/* The length of the good character at `bytes`, or 0. */
static gsize valid_character_length(const char *bytes, gsize length)
{
    gunichar character = g_utf8_get_char_validated(bytes, (gssize)length);
    if (character == (gunichar)-1 || character == (gunichar)-2 || !is_bus_character(character))
        return 0;
    return (gsize)g_unichar_to_utf8(character, NULL);
}

char *vkp_text_dup_valid(const char *bytes, gsize length, gsize limit)
{
    GString *text = g_string_sized_new(MIN(length, limit) + 1);
    gsize at = 0;
    while (at < length) {
        gsize good = valid_character_length(bytes + at, length - at);
        const char *piece = good ? bytes + at : REPLACEMENT;
        gsize size = good ? good : sizeof REPLACEMENT - 1;
        if (text->len + size > limit)
            break;
        g_string_append_len(text, piece, (gssize)size);
        at += good ? good : 1;
    }
    return g_string_free(text, FALSE);
}

gboolean vkp_text_is_valid(const char *text)
{
    for (const char *at = text; *at;) {
        gunichar character = g_utf8_get_char_validated(at, -1);
        if (character == (gunichar)-1 || character == (gunichar)-2 || !is_bus_character(character))
            return FALSE;
        at = g_utf8_next_char(at);
    }
    return TRUE;
}

static gboolean is_dangerous_to_show(gunichar character)
{
    if (character < 0x20 || (character >= 0x7f && character < 0xa0))
        return TRUE;
    return character == 0x061c || character == 0x200e || character == 0x200f ||
           (character >= 0x2028 && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

/* More than any script puts on one letter. Marks are drawn above each other, over whatever else
 * stands there. */
#define MAX_MARKS 8

/* What is not seen itself, such as a joiner, is no letter to begin anew with. */
static guint count_marks(guint n_marks, gunichar next)
{
    if (g_unichar_ismark(next))
        return n_marks + 1;
    return g_unichar_type(next) == G_UNICODE_FORMAT ? n_marks : 0;
}

char *vkp_text_dup_display(const char *text)
{
    GString *shown = g_string_new(NULL);
    guint n_marks = 0;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        n_marks = count_marks(n_marks, character);
        if (!is_dangerous_to_show(character) && n_marks <= MAX_MARKS)
            g_string_append_unichar(shown, character);
        else if (character < 0x100)
            g_string_append_printf(shown, "\\x%02x", character);
        else
            g_string_append_printf(shown, "\\u%04x", character);
    }
    return g_string_free(shown, FALSE);
}

#define LONGEST_CHARACTER 4

char *vkp_text_dup_quoted(const char *word, gsize max_bytes)
{
    const char *given = word ? word : "";
    /* With room for one more character: whatever is not longer than asked for was not cut. */
    g_autofree char *more = vkp_text_dup_valid(given, strlen(given), max_bytes + LONGEST_CHARACTER);
    g_autofree char *valid = vkp_text_dup_valid(more, strlen(more), max_bytes);
    g_autofree char *shown = vkp_text_dup_display(valid);
    return g_strconcat(shown, strlen(more) > max_bytes ? "..." : "", NULL);
}
