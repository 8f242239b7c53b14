/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/shared.h"

#include <string.h>

/* By name alone, as the kernel cuts it (15 characters). */
static const char *const daemon_names[] = {
    /* terminal multiplexers, whose later windows are the user's */
    "tmux: server", "tmate: server", "screen", "SCREEN", "dtach", "abduco", "mosh-server",
    /* keys and secrets */
    "ssh-agent", "gpg-agent", "dirmngr", "scdaemon", "keyboxd", "gnome-keyring-d", "kwalletd5",
    "kwalletd6", "gcr-ssh-agent", "rbw-agent",
    /* containers */
    "dockerd", "containerd", "containerd-shim", "buildkitd", "conmon", "rootlesskit",
    /* ... what rootless podman keeps for all containers of its user */
    "podman pause", "aardvark-dns", "slirp4netns", "pasta", "pasta.avx2", "rootlessport",
    "fuse-overlayfs",
    /* build and file watching */
    "sccache", "watchman", "distccd", "iceccd", "adb", "nix-daemon", "ibazel",
    /* the desktop's own */
    "dbus-daemon", "dbus-broker", "dbus-broker-lau", "gvfsd", "dconf-service", "at-spi-bus-laun",
    "xdg-desktop-por", "xdg-document-po", "xdg-permission-", "pipewire", "wireplumber",
    "pulseaudio", "ibus-daemon", "fcitx5", "systemd", NULL};

/* Programs of which one instance serves everything that the user opens: the first caller becomes
 * the parent of them all. */
static const char *const single_instances[] = {
    /* Chromium and what is built on it */
    "chrome", "google-chrome", "chromium", "chromium-browse", "brave", "brave-browser", "msedge",
    "opera", "vivaldi-bin", "code", "code-insiders", "code-oss", "codium", "cursor", "windsurf",
    "antigravity", "kiro", "slack", "Discord",
    /* editors, terminals, file managers */
    "idea", "pycharm", "webstorm", "phpstorm", "goland", "rider", "clion", "rubymine", "rustrover",
    "ghostty", "kgx", "zed", "zed-editor", "zeditor", "sublime_text", "emacs", "gnome-terminal-",
    "ptyxis", "xfce4-terminal", "mate-terminal", "terminator", "tilix", "wezterm-gui", "nautilus",
    "nemo", "thunar", "Thunar", "dolphin", "pcmanfm", "pcmanfm-qt", "caja",
    /* what a document is opened in */
    "soffice.bin", "oosplash", "gedit", "gnome-text-edit", "kate", "evince", "thunderbird", NULL};

static const char *const firefoxes[] = {"firefox",   "firefox-esr", "firefox-bin",
                                        "librewolf", "GeckoMain",   NULL};

/* What tells an instance made for a program, not for the user: a test's browser. A folder of its
 * own for all data makes one, another profile in the user's folder does not, nor does a port for a
 * debugger. `--type=renderer` tells a helper, which is whatever its main process is, and no user
 * opens anything in an instance without windows. */
static const char *const private_options[] = {"--user-data-dir", "--type", "--headless", NULL};

/* Firefox hands over to the user's instance unless it is told not to, which takes a profile. */
static const char *const firefox_helper_options[] = {"-contentproc", "--headless", "-headless",
                                                     NULL};
static const char *const firefox_profile_options[] = {"--profile", "-profile", "-P", NULL};
static const char *const firefox_alone_options[] = {"--no-remote", "-no-remote", "--new-instance",
                                                    "-new-instance", NULL};

/* Servers that are known by a word of their command line, since their name is that of a runtime. */
static const struct {
    const char *name; /* the start of comm */
    const char *word; /* in some argument */
    const char *verb; /* another argument as a whole; NULL: any will do */
} daemon_words[] = {
    {"java", "org.gradle.launcher.daemon.bootstrap.GradleDaemon", NULL},
    {"java", "org.jetbrains.kotlin.daemon.KotlinCompileDaemon", NULL},
    {"java", "org.mvndaemon.mvnd", NULL},
    {"java", "com.intellij.idea.Main", NULL},
    {"java", "bloop.Bloop", NULL},
    {"dotnet", "VBCSCompiler", NULL},
    {"dotnet", "/nodemode:", NULL},
    {"dotnet", "/nodeReuse:true", NULL},
    {"zellij", "--server", NULL},
    {"git", "credential-cache--daemon", NULL},
    /* `ccr code` starts one for all that follow */
    {"node", "claude-code-router/dist/cli.js", "start"},
    /* podman's, see above; else an init */
    {"catatonit", "catatonit", "-P"},
};

/* Servers that rewrite their title: the start of the first argument. */
static const char *const daemon_titles[] = {"bazel(", /* bazel(workspace) --max_idle_secs=... */
                                            "PM2 ",   /* PM2 v5.3.0: God Daemon (/home/user/.pm2) */
                                            "SCREEN", /* SCREEN -S name */
                                            "tmux: ", NULL};

/* Of the daemons, those in which a user works. tmux and screen tell their panes who they are. */
static const char *const workplaces[] = {"dtach", "abduco", "zellij", NULL};

typedef enum { LISTED_NOT, LISTED_DAEMON, LISTED_SINGLE_INSTANCE, LISTED_FIREFOX } Listing;

struct VkpSharedDaemons {
    GHashTable *names; /* owned name -> Listing */
};

static void list_names(VkpSharedDaemons *daemons, const char *const *names, Listing listing)
{
    for (; *names; names++)
        g_hash_table_insert(daemons->names, g_strdup(*names), GINT_TO_POINTER(listing));
}

VkpSharedDaemons *vkp_shared_daemons_new(const char *const *more)
{
    VkpSharedDaemons *daemons = g_new0(VkpSharedDaemons, 1);
    daemons->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    list_names(daemons, daemon_names, LISTED_DAEMON);
    list_names(daemons, single_instances, LISTED_SINGLE_INSTANCE);
    list_names(daemons, firefoxes, LISTED_FIREFOX);
    if (more)
        list_names(daemons, more, LISTED_DAEMON);
    return daemons;
}

void vkp_shared_daemons_free(VkpSharedDaemons *daemons)
{
    if (!daemons)
        return;
    g_hash_table_unref(daemons->names);
    g_free(daemons);
}

static const char *const *arguments_of(const VkpProcess *process)
{
    static const char *const none[] = {NULL};
    if (!process->image || !process->image->command)
        return none;
    return (const char *const *)process->image->command;
}

/* `--option` or `--option=value`, but not `--option-of-another-name`. */
static gboolean is_option(const char *argument, const char *option)
{
    gsize length = strlen(option);
    return strncmp(argument, option, length) == 0 &&
           (argument[length] == '\0' || argument[length] == '=');
}

static gboolean has_option(const char *const *arguments, const char *const *options)
{
    for (; *arguments; arguments++)
        for (const char *const *option = options; *option; option++)
            if (is_option(*arguments, *option))
                return TRUE;
    return FALSE;
}

static gboolean is_private_firefox(const char *const *arguments)
{
    return has_option(arguments, firefox_helper_options) ||
           (has_option(arguments, firefox_profile_options) &&
            has_option(arguments, firefox_alone_options));
}

static gboolean is_known_by_word(const char *name, const char *const *arguments)
{
    for (guint i = 0; i < G_N_ELEMENTS(daemon_words); i++) {
        const char *start = daemon_words[i].name;
        /* The initial alone tells most: everybody is asked at every look. */
        if (*name != *start || !g_str_has_prefix(name, start))
            continue;
        const char *verb = daemon_words[i].verb;
        if (verb && !g_strv_contains(arguments, verb))
            continue;
        for (const char *const *argument = arguments; *argument; argument++)
            if (strstr(*argument, daemon_words[i].word))
                return TRUE;
    }
    return FALSE;
}

/* "ssh: /home/user/.ssh/control-host [mux]": carries the user's other connections too. */
static gboolean is_ssh_master(const char *name, const char *title)
{
    return strcmp(name, "ssh") == 0 && title && g_str_has_suffix(title, "[mux]");
}

static gboolean is_known_by_title(const char *title)
{
    for (const char *const *start = daemon_titles; title && *start; start++)
        if (g_str_has_prefix(title, *start))
            return TRUE;
    return FALSE;
}

gboolean vkp_shared_daemons_include(const VkpSharedDaemons *daemons, const VkpProcess *process)
{
    const char *name = process->name ? process->name : "";
    const char *const *arguments = arguments_of(process);
    switch ((Listing)GPOINTER_TO_INT(g_hash_table_lookup(daemons->names, name))) {
    case LISTED_DAEMON:
        return TRUE;
    case LISTED_SINGLE_INSTANCE:
        return !has_option(arguments, private_options);
    case LISTED_FIREFOX:
        return !is_private_firefox(arguments);
    case LISTED_NOT:
        break;
    }
    return is_known_by_title(arguments[0]) || is_ssh_master(name, arguments[0]) ||
           is_known_by_word(name, arguments);
}

gboolean vkp_shared_daemons_start_jobs(const VkpSharedDaemons *daemons, const VkpProcess *process)
{
    const char *name = process->name ? process->name : "";
    Listing listing = (Listing)GPOINTER_TO_INT(g_hash_table_lookup(daemons->names, name));
    return (listing != LISTED_NOT && listing != LISTED_DAEMON) || g_strv_contains(workplaces, name);
}
