/* SPDX-License-Identifier: Apache-2.0 */
#include "service/dictionary.h"

#include "common/base/text.h"
#include "service/bus-error.h"

static char *dup_key_list(const VkpDictionary *dictionary)
{
    GString *list = g_string_new(NULL);
    for (guint i = 0; i < dictionary->n_fields; i++)
        g_string_append_printf(list, "%s%s", i ? ", " : "", dictionary->fields[i].key);
    return g_string_free(list, FALSE);
}

static const VkpField *find_field(const VkpDictionary *dictionary, const char *key, guint64 *seen,
                                  GError **error)
{
    for (guint i = 0; i < dictionary->n_fields; i++) {
        if (!g_str_equal(dictionary->fields[i].key, key))
            continue;
        if (*seen & G_GUINT64_CONSTANT(1) << i) {
            g_set_error(error, VKP_ERROR, (int)dictionary->code, "The %s \"%s\" is given twice",
                        dictionary->what, key);
            return NULL;
        }
        *seen |= G_GUINT64_CONSTANT(1) << i;
        return &dictionary->fields[i];
    }
    g_autofree char *quoted = vkp_text_dup_quoted(key, VKP_DICTIONARY_QUOTED_BYTES);
    g_autofree char *list = dup_key_list(dictionary);
    g_set_error(error, VKP_ERROR, (int)dictionary->code,
                "Unknown %s \"%s\"; the valid ones are: %s", dictionary->what, quoted, list);
    return NULL;
}

gboolean vkp_dictionary_fail(int r, GError **error)
{
    vkp_set_error_bus(error, r, "Cannot read the arguments");
    return FALSE;
}

static const char *describe_type(const char *signature)
{
    switch (signature[0]) {
    case 's':
        return "a string (s)";
    case 'b':
        return "a boolean (b)";
    case 'u':
        return "an unsigned number (u)";
    default:
        return "a list of strings (as)";
    }
}

static gboolean read_entry(sd_bus_message *message, const VkpDictionary *dictionary, guint64 *seen,
                           void *into, GError **error)
{
    const char *key;
    int r = sd_bus_message_read_basic(message, 's', &key);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    const VkpField *field = find_field(dictionary, key, seen, error);
    if (!field)
        return FALSE;

    const char *contents;
    r = sd_bus_message_peek_type(message, NULL, &contents);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    if (!g_str_equal(contents, field->signature)) {
        g_set_error(error, VKP_ERROR, (int)dictionary->code,
                    "The %s \"%s\" must be %s, but is of type \"%s\"", dictionary->what, field->key,
                    describe_type(field->signature), contents);
        return FALSE;
    }
    r = sd_bus_message_enter_container(message, 'v', contents);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    if (!field->read(message, field->key, (char *)into + field->offset, error))
        return FALSE;
    r = sd_bus_message_exit_container(message);
    return r < 0 ? vkp_dictionary_fail(r, error) : TRUE;
}

gboolean vkp_dictionary_read(sd_bus_message *message, const VkpDictionary *dictionary, void *into,
                             GError **error)
{
    guint64 seen = 0;
    int r = sd_bus_message_enter_container(message, 'a', "{sv}");
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    /* Ends soon whatever comes: an unknown or repeated key is the last one read. */
    while ((r = sd_bus_message_enter_container(message, 'e', "sv")) > 0) {
        if (!read_entry(message, dictionary, &seen, into, error))
            return FALSE;
        r = sd_bus_message_exit_container(message);
        if (r < 0)
            break;
    }
    if (r >= 0)
        r = sd_bus_message_exit_container(message);
    return r < 0 ? vkp_dictionary_fail(r, error) : TRUE;
}

gboolean vkp_dictionary_read_boolean(sd_bus_message *message, G_GNUC_UNUSED const char *key,
                                     void *into, GError **error)
{
    int value;
    int r = sd_bus_message_read_basic(message, 'b', &value);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    *(gboolean *)into = value != 0;
    return TRUE;
}
