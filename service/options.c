/* SPDX-License-Identifier: Apache-2.0 */
#include "service/options.h"

#include <string.h>

static void make_absolute(char **path)
{
    if (!*path)
        return;
    char *absolute = g_canonicalize_filename(*path, NULL);
    g_free(*path);
    *path = absolute;
}

static char *dup_default_registry_path(void)
{
    return g_build_filename(g_get_user_state_dir(), "vibekanban-processes", "registry.sqlite",
                            NULL);
}

/* g_get_user_runtime_dir() falls back to the cache, which outlives the session and the boot. */
static char *dup_runtime_path(void)
{
    const char *path = g_getenv("XDG_RUNTIME_DIR");
    return path && g_path_is_absolute(path) ? g_strdup(path) : NULL;
}

/* As from an unset variable of a script: it would pass for the current folder. */
static gboolean refuse_empty(const GOptionEntry *entries, GError **error)
{
    for (; entries->long_name; entries++) {
        gboolean is_text =
            entries->arg == G_OPTION_ARG_FILENAME || entries->arg == G_OPTION_ARG_STRING;
        const char *value = is_text ? *(char *const *)entries->arg_data : NULL;
        if (!value || *value)
            continue;
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "The option --%s must not be empty", entries->long_name);
        return TRUE;
    }
    return FALSE;
}

gboolean vkp_options_parse(VkpOptions *options, int *argc, char ***argv, GError **error)
{
    g_auto(VkpOptions) read = {0};
    g_auto(GStrv) rest = NULL;
    const GOptionEntry entries[] = {
        {"config", 0, 0, G_OPTION_ARG_FILENAME, &read.config_path,
         "The configuration file, instead of the usual one", "PATH"},
        {"database", 0, 0, G_OPTION_ARG_FILENAME, &read.database_path,
         "vibe-kanban's database, instead of looking for it", "PATH"},
        {"registry", 0, 0, G_OPTION_ARG_FILENAME, &read.registry_path,
         "Where to keep what was registered", "PATH"},
        {"bus", 0, 0, G_OPTION_ARG_STRING, &read.bus_address,
         "The bus to serve, instead of the session's", "ADDRESS"},
        {"proc", 0, 0, G_OPTION_ARG_FILENAME, &read.proc_root,
         "The proc file system to look at, instead of /proc", "PATH"},
        {"version", 0, 0, G_OPTION_ARG_NONE, &read.wants_version, "Print the version and exit",
         NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &rest, NULL, NULL},
        {NULL, 0, 0, G_OPTION_ARG_NONE, NULL, NULL, NULL},
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_set_summary(
        context, "Lists and ends the processes that vibe-kanban's agents started, over D-Bus.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (rest) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION,
                    "Unexpected argument \"%s\"", rest[0]);
        return FALSE;
    }
    if (refuse_empty(entries, error))
        return FALSE;
    if (!read.registry_path)
        read.registry_path = dup_default_registry_path();
    if (!read.proc_root)
        read.proc_root = g_strdup("/proc");
    read.runtime_path = dup_runtime_path();
    make_absolute(&read.config_path);
    make_absolute(&read.database_path);
    make_absolute(&read.registry_path);
    make_absolute(&read.proc_root);
    *options = read;
    memset(&read, 0, sizeof read);
    return TRUE;
}

void vkp_options_clear(VkpOptions *options)
{
    g_clear_pointer(&options->config_path, g_free);
    g_clear_pointer(&options->bus_address, g_free);
    g_clear_pointer(&options->database_path, g_free);
    g_clear_pointer(&options->registry_path, g_free);
    g_clear_pointer(&options->runtime_path, g_free);
    g_clear_pointer(&options->proc_root, g_free);
}
