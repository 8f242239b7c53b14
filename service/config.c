/* SPDX-License-Identifier: Apache-2.0 */
#include "service/config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/contract.h"
#include "common/base/error.h"
#include "common/base/file.h"
#include "common/base/path.h"
#include "common/base/text.h"
#include "service/config-lines.h"
#include "service/manager.h"

#define MAX_BYTES (64 * 1024)
#define MAX_WORDS 64         /* of a list; `expected` of those below says so */
#define QUOTED_MAX_BYTES 100 /* of what is wrong */
#define NAME_MAX_BYTES 15    /* what the kernel keeps of a process's name */

/* One key: how it is read, into which member, and what to say when that fails. */
typedef struct Setting Setting;
struct Setting {
    const char *group;
    const char *key;
    gsize offset;
    gboolean (*read)(const Setting *setting, GKeyFile *file, const char *home, void *into);
    const char *expected; /* "Key must be ..." */
    double least;         /* of numbers */
    double most;
};

/* "~/" is the home; anything else must be absolute. NULL: neither. */
static char *dup_path(const char *value, const char *home)
{
    g_autofree char *under_home =
        home && g_str_has_prefix(value, "~/") ? g_build_filename(home, value + 2, NULL) : NULL;
    const char *path = under_home ? under_home : value;
    return vkp_path_dup_shortest(path);
}

static gboolean read_path(const Setting *setting, GKeyFile *file, const char *home, void *into)
{
    g_autoptr(GError) error = NULL; /* a bad escape, say, gives an error and a value */
    g_autofree char *value = g_key_file_get_string(file, setting->group, setting->key, &error);
    char *path = value && !error ? dup_path(value, home) : NULL;
    *(char **)into = path;
    return path != NULL;
}

/* NULL: the value breaks the rules of lists. */
static char **dup_words(const Setting *setting, GKeyFile *file)
{
    gsize n = 0;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words =
        g_key_file_get_string_list(file, setting->group, setting->key, &n, &error);
    if (!words || error || n > MAX_WORDS)
        return NULL;
    for (gsize i = 0; i < n; i++)
        g_strstrip(words[i]);
    return g_steal_pointer(&words);
}

static gboolean read_paths(const Setting *setting, GKeyFile *file, const char *home, void *into)
{
    g_auto(GStrv) words = dup_words(setting, file);
    for (char **word = words; word && *word; word++) {
        char *path = dup_path(*word, home);
        if (!path)
            return FALSE;
        g_free(*word);
        *word = path;
    }
    *(GStrv *)into = g_steal_pointer(&words);
    return *(GStrv *)into != NULL;
}

static gboolean read_names(const Setting *setting, GKeyFile *file, G_GNUC_UNUSED const char *home,
                           void *into)
{
    g_auto(GStrv) words = dup_words(setting, file);
    for (char **word = words; word && *word; word++)
        if (**word == '\0' || strchr(*word, '/') || strlen(*word) > NAME_MAX_BYTES)
            return FALSE;
    *(GStrv *)into = g_steal_pointer(&words);
    return *(GStrv *)into != NULL;
}

/* Not-a-number is in no range. */
static gboolean read_seconds(const Setting *setting, GKeyFile *file, double *seconds)
{
    g_autoptr(GError) error = NULL;
    *seconds = g_key_file_get_double(file, setting->group, setting->key, &error);
    return !error && *seconds >= setting->least && *seconds <= setting->most;
}

static gboolean read_usec(const Setting *setting, GKeyFile *file, G_GNUC_UNUSED const char *home,
                          void *into)
{
    double seconds;
    if (!read_seconds(setting, file, &seconds))
        return FALSE;
    *(guint64 *)into = (guint64)(seconds * G_USEC_PER_SEC + 0.5);
    return TRUE;
}

static gboolean read_ms(const Setting *setting, GKeyFile *file, G_GNUC_UNUSED const char *home,
                        void *into)
{
    double seconds;
    if (!read_seconds(setting, file, &seconds))
        return FALSE;
    *(guint *)into = (guint)(seconds * 1000 + 0.5);
    return TRUE;
}

#define MEMBER(name) G_STRUCT_OFFSET(VkpConfig, name)

static const Setting settings[] = {
    {"Database", "Path", MEMBER(database_path), read_path,
     "an absolute path, or one that begins with ~/", 0, 0},
    {"Interval", "IdleSeconds", MEMBER(tick_usec), read_usec,
     "a number of seconds from 0.2 to 3600", 0.2, 3600},
    {"Interval", "WatchedSeconds", MEMBER(watched_usec), read_usec,
     "a number of seconds from 0.2 to 3600", 0.2, 3600},
    {"Worktrees", "Roots", MEMBER(worktree_roots), read_paths,
     "up to 64 absolute paths, or such that begin with ~/, separated by semicolons", 0, 0},
    {"Processes", "SharedDaemons", MEMBER(shared_daemons), read_names,
     "up to 64 names of processes, of 15 bytes at most and without a slash, separated by "
     "semicolons",
     0, 0},
    {"Kill", "GraceSeconds", MEMBER(grace_ms), read_ms, "a number of seconds from 0 to 60", 0,
     VKP_GRACE_MAX_MS / 1000.0},
};

static gboolean knows(const char *group, const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++)
        if (g_str_equal(settings[i].group, group) && (!key || g_str_equal(settings[i].key, key)))
            return TRUE;
    return FALSE;
}

/* What would have been right: the groups, or the keys of one. */
static char *dup_valid_words(const char *group)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        const Setting *setting = &settings[i];
        gboolean is_wanted = group ? g_str_equal(setting->group, group)
                                   : i == 0 || !g_str_equal(setting->group, settings[i - 1].group);
        if (!is_wanted)
            continue;
        g_string_append(words, words->len > 0 ? ", " : "");
        g_string_append_printf(words, group ? "%s" : "[%s]", group ? setting->key : setting->group);
    }
    return g_string_free(g_steal_pointer(&words), FALSE);
}

static gboolean refuse_unknown(const VkpConfigLine *line, const char *path, GError **error)
{
    g_autofree char *word =
        vkp_text_dup_quoted(line->key ? line->key : line->group, QUOTED_MAX_BYTES);
    if (!knows(line->group, NULL)) {
        g_autofree char *groups = dup_valid_words(NULL);
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND,
                    "%s:%u: There is no group [%s]; it must be one of %s", path, line->number, word,
                    groups);
        return TRUE;
    }
    if (!line->key || knows(line->group, line->key))
        return FALSE;
    g_autofree char *keys = dup_valid_words(line->group);
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND,
                "%s:%u: There is no key \"%s\" in [%s]; it must be one of %s", path, line->number,
                word, line->group, keys);
    return TRUE;
}

static gboolean refuse_repeated(const GArray *lines, guint index, const char *path, GError **error)
{
    const VkpConfigLine *line = &g_array_index(lines, VkpConfigLine, index);
    const VkpConfigLine *first = vkp_config_lines_find(lines, line->group, line->key);
    if (!line->key || first == line)
        return FALSE;
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                "%s:%u: \"%s\" is set a second time; the first is on line %u", path, line->number,
                line->key, first->number);
    return TRUE;
}

static gboolean check_words(const GArray *lines, const char *path, GError **error)
{
    for (guint i = 0; i < lines->len; i++)
        if (refuse_unknown(&g_array_index(lines, VkpConfigLine, i), path, error) ||
            refuse_repeated(lines, i, path, error))
            return FALSE;
    return TRUE;
}

static gboolean read_values(VkpConfig *config, GKeyFile *file, const GArray *lines,
                            const char *path, const char *home, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
        const Setting *setting = &settings[i];
        const VkpConfigLine *line = vkp_config_lines_find(lines, setting->group, setting->key);
        if (!line || setting->read(setting, file, home, G_STRUCT_MEMBER_P(config, setting->offset)))
            continue;
        g_autofree char *value = g_key_file_get_value(file, setting->group, setting->key, NULL);
        g_autofree char *quoted = vkp_text_dup_quoted(value, QUOTED_MAX_BYTES);
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_INVALID_VALUE,
                    "%s:%u: \"%s\" must be %s, but is \"%s\"", path, line->number, setting->key,
                    setting->expected, quoted);
        return FALSE;
    }
    return TRUE;
}

gboolean vkp_config_parse(VkpConfig *config, const char *text, gsize length, const char *path,
                          const char *home, GError **error)
{
    g_autoptr(GArray) lines = vkp_config_lines_split(text, length, path, error);
    if (!lines || !check_words(lines, path, error))
        return FALSE;
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (length > 0 && !g_key_file_load_from_data(file, text, length, G_KEY_FILE_NONE, error)) {
        g_prefix_error(error, "%s: ", path);
        return FALSE;
    }
    g_auto(VkpConfig) read;
    vkp_config_init(&read);
    if (!read_values(&read, file, lines, path, home, error))
        return FALSE;
    *config = read;
    read = (VkpConfig){0};
    return TRUE;
}

/* A pipe reads as empty while nobody writes to it. */
static gboolean refuse_pipe(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) < 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
        return FALSE;
    g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                "%s: A configuration file must not be a pipe or a socket", path);
    return TRUE;
}

gboolean vkp_config_load(VkpConfig *config, const char *path, gboolean is_optional,
                         const char *home, GError **error)
{
    if (refuse_pipe(path, error))
        return FALSE;
    gsize length = 0;
    gboolean is_cut = FALSE;
    g_autoptr(GError) failure = NULL;
    g_autofree char *text = vkp_file_read(AT_FDCWD, path, MAX_BYTES, &length, &is_cut, &failure);
    if (!text && is_optional && g_error_matches(failure, VKP_ERROR, VKP_ERROR_NOT_FOUND))
        return vkp_config_parse(config, "", 0, path, home, error);
    if (!text) {
        g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                                   "Cannot read the configuration: ");
        return FALSE;
    }
    if (is_cut) {
        g_set_error(error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_PARSE,
                    "%s: A configuration file must not be larger than %d bytes", path, MAX_BYTES);
        return FALSE;
    }
    return vkp_config_parse(config, text, length, path, home, error);
}

char *vkp_config_dup_default_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "vibekanban-processesd.conf", NULL);
}

void vkp_config_init(VkpConfig *config)
{
    *config = (VkpConfig){
        .tick_usec = VKP_TICK_USEC,
        .watched_usec = VKP_TICK_WATCHED_USEC,
        .grace_ms = VKP_GRACE_DEFAULT_MS,
    };
}

void vkp_config_clear(VkpConfig *config)
{
    g_clear_pointer(&config->database_path, g_free);
    g_clear_pointer(&config->worktree_roots, g_strfreev);
    g_clear_pointer(&config->shared_daemons, g_strfreev);
}
