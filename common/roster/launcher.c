/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/launcher.h"

#include <string.h>

static const char *const launchers[] = {
    /* what runs a program out of a package */
    "npx", "npm", "npx-cli", "npm-cli", "pnpm", "pnpx", "yarn", "yarnpkg", "corepack", "bunx",
    "uvx", "uv", "pipx", "hatch", "poetry", "pipenv",
    /* ... in other circumstances */
    "env", "timeout", "nice", "ionice", "chrt", "taskset", "nohup", "setsid", "stdbuf", "time",
    "numactl", "prlimit", "setpriv", "systemd-run", "script", "unbuffer", "xvfb-run",
    "dbus-run-sessio", "systemd-inhibit", "proxychains4", "flock", "faketime", "strace",
    /* ... as somebody else */
    "sudo", "doas", "su", "runuser",
    /* ... with other tools and variables */
    "direnv", "mise", "rtx", "asdf", "volta", "volta-shim", "fnm", "nix", "devbox", "dotenv",
    "dotenvx", "cross-env", "with-env", "conda", "mamba", "micromamba", "pixi", "op", "doppler",
    "infisical",
    /* ... shut in, or as an init */
    "firejail", "bwrap", "unshare", "tini", "dumb-init", "catatonit",
    /* ... with other models */
    "ccr", NULL};

static const char *const shells[] = {"sh",   "bash", "dash", "zsh",     "ksh", "ash",
                                     "fish", "mksh", "nu",   "busybox", NULL};

static const char *const interpreters[] = {"node", "nodejs",  "bun",    "deno", "ruby",
                                           "perl", "python3", "python", NULL};

/* Package managers that rewrite their title to one argument: "npm exec http-server -p 3000". */
static const char *const titles[] = {"npm ", "npx ", "pnpm ", "yarn ", NULL};

static gboolean is_listed(const char *word, const char *const *words)
{
    return word && g_strv_contains(words, word);
}

static const char *after_last_slash(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "/x/bin/codex.js" is codex. */
static char *dup_program(const char *path)
{
    static const char *const endings[] = {".js", ".mjs", ".cjs", ".py", ".rb", ".ts"};
    char *program = g_strdup(after_last_slash(path));
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        if (g_str_has_suffix(program, endings[i])) {
            program[strlen(program) - strlen(endings[i])] = '\0';
            break;
        }
    }
    return program;
}

static const char *argument(const VkpProcess *process, guint index)
{
    GStrv command = process->image ? process->image->command : NULL;
    for (guint i = 0; command && command[i]; i++)
        if (i == index)
            return command[i];
    return NULL;
}

/* A login shell is "-bash". */
static char *dup_first_program(const VkpProcess *process)
{
    const char *first = argument(process, 0);
    if (!first || !*first)
        first = process->name ? process->name : "";
    return dup_program(*first == '-' ? first + 1 : first);
}

static gboolean has_title(const VkpProcess *process)
{
    const char *first = argument(process, 0);
    for (const char *const *title = titles; *title; title++)
        if ((first && g_str_has_prefix(first, *title)) ||
            (process->name && g_str_has_prefix(process->name, *title)))
            return TRUE;
    return FALSE;
}

/* `sh -c COMMAND`, `bash -lc COMMAND`: among the options in front of the first plain word. */
static gboolean is_given_command(const VkpProcess *process)
{
    for (guint i = 1;; i++) {
        const char *word = argument(process, i);
        if (!word || *word != '-')
            return FALSE;
        if (word[1] != '-' && strchr(word, 'c'))
            return TRUE;
    }
}

/* What an interpreter runs: its first argument that is no option; NULL if there is none. Options
 * with a separate value are rare enough among launchers. */
static char *dup_script(const VkpProcess *process)
{
    for (guint i = 1;; i++) {
        const char *word = argument(process, i);
        if (!word)
            return NULL;
        if (*word != '-')
            return dup_program(word);
    }
}

static gboolean is_interpreter(const char *program)
{
    return is_listed(program, interpreters) || g_str_has_prefix(program, "python3.");
}

/* What the process really runs: the script of an interpreter, else the program. */
static char *dup_runs(const VkpProcess *process)
{
    g_autofree char *program = dup_first_program(process);
    char *script = is_interpreter(program) ? dup_script(process) : NULL;
    return script ? script : g_steal_pointer(&program);
}

static gboolean same_command(const VkpProcess *a, const VkpProcess *b)
{
    return a->image && b->image && a->image->command && b->image->command &&
           g_strv_equal((const char *const *)a->image->command,
                        (const char *const *)b->image->command);
}

/* A wrapper starts the real program by the same name, or itself with other options. With the very
 * same command line the child was forked, not started: a worker. */
static gboolean starts_namesake(const VkpProcess *process, const VkpProcess *child,
                                const char *runs)
{
    if (!*runs || same_command(process, child))
        return FALSE;
    g_autofree char *child_runs = dup_runs(child);
    return strcmp(runs, child_runs) == 0 || g_strcmp0(runs, child->name) == 0;
}

/* `bun x` and `bun run`: bun is an interpreter too, so its first word may be a command of its own.
 */
static gboolean is_bun_command(const VkpProcess *process, const char *runs)
{
    g_autofree char *program = dup_first_program(process);
    return strcmp(program, "bun") == 0 && (strcmp(runs, "x") == 0 || strcmp(runs, "run") == 0);
}

gboolean vkp_launcher_is_shell(const VkpProcess *process)
{
    g_autofree char *runs = dup_runs(process);
    return is_listed(runs, shells);
}

gboolean vkp_launcher_is(const VkpProcess *process, const VkpProcess *child)
{
    if (has_title(process))
        return TRUE;
    g_autofree char *runs = dup_runs(process);
    if (is_listed(runs, shells))
        return is_given_command(process);
    return is_listed(runs, launchers) || is_bun_command(process, runs) ||
           starts_namesake(process, child, runs);
}
