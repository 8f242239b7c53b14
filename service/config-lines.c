/* SPDX-License-Identifier: Apache-2.0 */
#include "service/config-lines.h"

#include <string.h>

static void line_clear(gpointer data)
{
    VkpConfigLine *line = data;
    g_free(line->group);
    g_free(line->key);
}

/* "[Group]": the name; NULL: not a header. */
static char *dup_header(const char *text)
{
    gsize length = strlen(text);
    if (length < 3 || text[0] != '[' || text[length - 1] != ']' || strpbrk(text + 1, "[") ||
        strchr(text, ']') != text + length - 1)
        return NULL;
    return g_strndup(text + 1, length - 2);
}

/* "Key = value": the key; NULL: not that. */
static char *dup_key(const char *text)
{
    const char *sign = strchr(text, '=');
    char *key = sign ? g_strchomp(g_strndup(text, (gsize)(sign - text))) : NULL;
    if (key && *key == '\0')
        g_clear_pointer(&key, g_free);
    return key;
}

static void set_syntax_error(GError **error, const char *path, guint number, const char *rule)
{
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE, "%s:%u: %s", path, number, rule);
}

/* *group is the group that the line is in. */
static gboolean add_line(GArray *lines, guint number, const char *text, char **group,
                         const char *path, GError **error)
{
    char *header = dup_header(text);
    g_autofree char *key = header || *text == '[' ? NULL : dup_key(text);
    if (header) {
        g_free(*group);
        *group = header;
    } else if (!key) {
        set_syntax_error(error, path, number,
                         "This line must be \"[Group]\", \"Key=value\" or \"# comment\"");
        return FALSE;
    } else if (!*group) {
        set_syntax_error(error, path, number, "A \"[Group]\" must come before the first key");
        return FALSE;
    }
    g_array_set_size(lines, lines->len + 1);
    VkpConfigLine *line = &g_array_index(lines, VkpConfigLine, lines->len - 1);
    *line = (VkpConfigLine){number, g_strdup(*group), g_steal_pointer(&key)};
    return TRUE;
}

/* The number of the line that holds the byte. */
static guint number_at(const char *text, gsize offset)
{
    guint number = 1;
    for (gsize i = 0; i < offset; i++)
        number += text[i] == '\n';
    return number;
}

GArray *vkp_config_lines_split(const char *text, gsize length, const char *path, GError **error)
{
    const char *end;
    if (!g_utf8_validate_len(text, length, &end)) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_UNKNOWN_ENCODING,
                    "%s:%u: This line must be text in UTF-8", path,
                    number_at(text, (gsize)(end - text)));
        return NULL;
    }
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) split = g_strsplit(copy, "\n", -1);
    g_autofree char *group = NULL;
    g_autoptr(GArray) lines = g_array_new(FALSE, TRUE, sizeof(VkpConfigLine));
    g_array_set_clear_func(lines, line_clear);
    for (guint i = 0; split[i]; i++) {
        const char *line = g_strstrip(split[i]);
        if (*line != '\0' && *line != '#' && !add_line(lines, i + 1, line, &group, path, error))
            return NULL;
    }
    return g_steal_pointer(&lines);
}

const VkpConfigLine *vkp_config_lines_find(const GArray *lines, const char *group, const char *key)
{
    for (guint i = 0; i < lines->len; i++) {
        const VkpConfigLine *line = &g_array_index(lines, VkpConfigLine, i);
        if (g_str_equal(line->group, group) && g_strcmp0(line->key, key) == 0)
            return line;
    }
    return NULL;
}
