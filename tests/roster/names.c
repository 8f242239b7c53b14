/* SPDX-License-Identifier: Apache-2.0 */
/* Who is a shared daemon, who is a launcher. */
#include "common/proc/image.h"
#include "common/roster/launcher.h"
#include "common/roster/shared.h"

/* `line` is cut into words at "|". */
static VkpProcess *new_process(const char *name, const char *line)
{
    VkpProcess *process = vkp_process_new();
    process->name = g_strdup(name);
    g_auto(GStrv) words = g_strsplit(line, "|", -1);
    process->image = vkp_image_new_for_command((const char *const *)words, FALSE);
    return process;
}

static const struct {
    const char *name;
    const char *line;
    gboolean is_shared;
} daemon_cases[] = {
    {"tmux: server", "tmux|new", TRUE},
    {"tmux: client", "tmux|attach", FALSE},
    {"screen", "SCREEN|-S|x", TRUE},
    {"ssh-agent", "ssh-agent", TRUE},
    {"gpg-agent", "gpg-agent|--daemon", TRUE},
    {"java", "java|-cp|x|org.gradle.launcher.daemon.bootstrap.GradleDaemon|8.5", TRUE},
    {"java", "java|-jar|server.jar", FALSE},
    {"java", "bazel(shop)|-XX:+x", TRUE},
    {"node", "PM2 v5.3.0: God Daemon (/home/user/.pm2)", TRUE},
    {"ssh", "ssh: /home/user/.ssh/master [mux]", TRUE},
    {"ssh", "ssh|host", FALSE},
    {"firefox", "firefox|http://localhost:3000", TRUE},
    {"firefox", "firefox|-profile|/tmp/x|-headless", FALSE},
    {"firefox", "firefox|-contentproc|7", FALSE},
    {"firefox", "firefox|-no-remote|-profile|/tmp/x|--marionette", FALSE},
    {"firefox", "firefox|--new-instance|-P|test", FALSE},
    {"firefox", "firefox|--profile|/home/user/work", TRUE},
    {"firefox", "firefox|--no-remote", TRUE},
    {"firefox", "firefox|--ProfileManager", TRUE},
    {"chrome", "/opt/chrome|--user-data-dir=/tmp/x|--remote-debugging-port=0", FALSE},
    {"chrome", "/opt/chrome|--headless=new", FALSE},
    {"chrome", "/opt/chrome|--remote-debugging-port=9222", TRUE},
    {"chrome", "/opt/chrome|--profile-directory=Default", TRUE},
    {"chrome", "/opt/chrome|--user-data-directory", TRUE},
    {"chrome", "/opt/chrome|--type=renderer", FALSE},
    {"chrome", "/opt/chrome", TRUE},
    {"code", "/usr/share/code/code|.", TRUE},
    {"code", "/usr/share/code/code|--profile|Work|.", TRUE},
    {"code", "/usr/share/code/code|--user-data-dir|/tmp/x", FALSE},
    {"node", "node|vite", FALSE},
    {"git", "git|credential-cache--daemon|/x", TRUE},
    {"git", "git|fetch", FALSE},
    {"dotnet", "dotnet|exec|/sdk/VBCSCompiler.dll", TRUE},
    {"dotnet", "dotnet|run", FALSE},
    {"zellij", "zellij|--server|/run/zellij/x", TRUE},
    {"zellij", "zellij|attach", FALSE},
    {"tmate: server", "tmate|new", TRUE},
    {"GeckoMain", "/usr/lib/firefox/firefox", TRUE},
    {"GeckoMain", "/usr/lib/firefox/firefox|--headless", FALSE},
    {"antigravity", "/usr/share/antigravity/antigravity|.", TRUE},
    {"webstorm", "/opt/webstorm/bin/webstorm|.", TRUE},
    {"java", "/opt/idea/jbr/bin/java|-Xmx2g|com.intellij.idea.Main|.", TRUE},
    {"node", "node|/x/claude-code-router/dist/cli.js|start", TRUE},
    {"node", "node|/x/claude-code-router/dist/cli.js|code|start the server", FALSE},
    {"node", "node|/x/node_modules/.bin/ccr|code", FALSE},
    {"soffice.bin", "/usr/lib/libreoffice/program/soffice.bin|a.odt", TRUE},
    {"soffice.bin", "/usr/lib/libreoffice/program/soffice.bin|--headless|a.odt", FALSE},
    {"podman pause", "podman", TRUE},
    {"catatonit", "catatonit|-P", TRUE},
    {"catatonit", "catatonit|--|node|server.js|-P4", FALSE},
    {"postgres", "postgres|-D|data", FALSE},
    {"", "", FALSE},
};

static void test_shared_daemons(void)
{
    g_autoptr(VkpSharedDaemons) daemons = vkp_shared_daemons_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(daemon_cases); i++) {
        g_autoptr(VkpProcess) process = new_process(daemon_cases[i].name, daemon_cases[i].line);
        g_test_message("%s: %s", daemon_cases[i].name, daemon_cases[i].line);
        g_assert_cmpint(vkp_shared_daemons_include(daemons, process), ==,
                        daemon_cases[i].is_shared);
    }
}

static void test_more_shared_daemons(void)
{
    const char *more[] = {"mine", NULL};
    g_autoptr(VkpSharedDaemons) daemons = vkp_shared_daemons_new(more);
    g_autoptr(VkpProcess) mine = new_process("mine", "mine");
    g_autoptr(VkpProcess) tmux = new_process("tmux: server", "tmux");
    g_autoptr(VkpProcess) bazel = new_process("java", "bazel(x)");
    g_autoptr(VkpProcess) nothing = vkp_process_new();
    g_assert_true(vkp_shared_daemons_include(daemons, mine));
    g_assert_true(vkp_shared_daemons_include(daemons, tmux));
    g_assert_true(vkp_shared_daemons_include(daemons, bazel));
    g_assert_false(vkp_shared_daemons_include(daemons, nothing));
}

static void test_launchers(void)
{
    const struct {
        const char *name;
        const char *line;
        const char *child_name;
        const char *child_line;
        gboolean is_launcher;
    } cases[] = {
        {"npm exec http-s", "npm exec http-server -p 0", "sh", "sh|-c|http-server", TRUE},
        {"node", "node|/usr/bin/npx|-y|x", "sh", "sh|-c|x", TRUE},
        {"node", "node|/usr/lib/npm/bin/npx-cli.js|x", "sh", "sh|-c|x", TRUE},
        {"npm run dev", "npm run dev", "sh", "sh|-c|vite", TRUE},
        {"node", "node|/x/yarn.js|dev", "node", "node|vite", TRUE},
        {"sh", "sh|-c|x", "x", "x", TRUE},
        {"bash", "-bash|-lc|x", "x", "x", TRUE},
        {"bash", "bash", "x", "x", FALSE},
        {"bash", "bash|--norc|-i", "x", "x", FALSE},
        {"bash", "bash|run.sh|-c", "x", "x", FALSE},
        {"timeout", "timeout|5|x", "x", "x", TRUE},
        {"env", "/usr/bin/env|A=b|x", "x", "x", TRUE},
        {"op", "op|run|--|claude", "claude", "claude", TRUE},
        {"strace", "strace|-f|claude", "claude", "claude", TRUE},
        {"python3", "python3|/opt/conda/bin/conda|run|claude", "claude", "claude", TRUE},
        {"bun", "bun|x|tool", "node", "node|tool", TRUE},
        {"bun", "bun|server.ts", "node", "node|tool", FALSE},
        {"node", "node|/x/bin/codex|exec", "codex", "/x/vendor/codex|exec", TRUE},
        {"node", "node|/x/bin/gemini", "node", "node|--max-old-space-size=9|/x/bin/gemini", TRUE},
        {"node", "node|server.js", "node", "node|server.js", FALSE},
        {"node", "node|server.js", "node", "node|worker.js", FALSE},
        {"claude", "claude", "bash", "bash|-c|ls", FALSE},
        {"python3", "python3|app.py", "python3", "python3|app.py", FALSE},
        {"a", "", "b", "", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(VkpProcess) process = new_process(cases[i].name, cases[i].line);
        g_autoptr(VkpProcess) child = new_process(cases[i].child_name, cases[i].child_line);
        g_test_message("%s -> %s", cases[i].line, cases[i].child_line);
        g_assert_cmpint(vkp_launcher_is(process, child), ==, cases[i].is_launcher);
    }
    g_autoptr(VkpProcess) bare = vkp_process_new();
    g_assert_false(vkp_launcher_is(bare, bare));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/roster/names/shared-daemons", test_shared_daemons);
    g_test_add_func("/roster/names/more-shared-daemons-join-the-built-in-ones",
                    test_more_shared_daemons);
    g_test_add_func("/roster/names/launchers", test_launchers);
    return g_test_run();
}
