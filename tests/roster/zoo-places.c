/* SPDX-License-Identifier: Apache-2.0 */
/* Worktrees by other paths. A folder is weak evidence, so all of this is judged with include_weak.
 */
#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/roster/zoo.h"

static void spawn(Zoo *zoo, const char *script)
{
    zoo_spawn(zoo, script);
    zoo_settle(zoo, 1);
}

static void make_link(const Zoo *zoo, const char *target, const char *link)
{
    g_autofree char *from = zoo_fill(zoo, target);
    g_autofree char *to = zoo_fill(zoo, link);
    g_assert_cmpint(symlink(from, to), ==, 0);
}

static void stage_symlinks(Zoo *zoo)
{
    make_link(zoo, "{folder}/w", "{folder}/link");
    zoo_make_folder(zoo, "{folder}/w/third/src");
    zoo_add_attempt(zoo, 3, "{folder}/link/third"); /* the board has the symlink */
    spawn(zoo, "setpgid chdir {folder}/link/ab12-one exec-as through-link ( idle )");
    spawn(zoo, "setpgid chdir {folder}/w/third/src exec-as by-real-path ( idle )");
}

static void stage_bind_mount(Zoo *zoo)
{
    zoo_make_folder(zoo, "{folder}/mount");
    zoo_make_folder(zoo, "{one}/src");
    g_autofree char *map = g_strdup(geteuid() == 0 ? "" : "--user --map-root-user");
    g_autofree char *script = g_strconcat(
        "setpgid run ( unshare --mount ", map,
        " sh -c 'mount --bind {one} {folder}/mount && cd {folder}/mount/src && exec {beast} name "
        "mounted' )",
        NULL);
    g_autofree char *probe = g_strconcat("unshare --mount ", map, " true", NULL);
    int status = 0;
    if (!g_spawn_command_line_sync(probe, NULL, NULL, &status, NULL) || status != 0) {
        zoo_leave(zoo, "no mount namespace to be had");
        return;
    }
    spawn(zoo, script);
    vkp_family_find(zoo->family, "mounted");
}

/* Another file system at the worktree's path: the same text, another place. */
static void stage_mounted_over(Zoo *zoo)
{
    spawn(zoo, "setpgid run ( unshare --mount sh -c 'mount -t tmpfs none {one} && cd {one} && exec "
               "{beast} name elsewhere' )");
    spawn(zoo, "setpgid chdir {one} exec-as inside ( idle )");
    vkp_family_find(zoo->family, "elsewhere");
}

static void stage_nested(Zoo *zoo)
{
    zoo_make_folder(zoo, "{one}/worktrees/inner/src");
    zoo_add_attempt(zoo, 3, "{one}/worktrees/inner");
    spawn(zoo, "setpgid chdir {one}/worktrees/inner/src exec-as inner ( idle )");
    spawn(zoo, "setpgid chdir {one}/worktrees exec-as outer ( idle )");
}

static void stage_deleted(Zoo *zoo)
{
    zoo_make_folder(zoo, "{one}/src");
    spawn(zoo, "setpgid chdir {one}/src exec-as in-src ( idle )");
    spawn(zoo, "setpgid chdir {two} exec-as neighbour ( idle )");
    g_autofree char *one = zoo_fill(zoo, "{one}");
    g_autofree char *two = zoo_fill(zoo, "{two}");
    zoo_remove_folder(one);
    zoo_remove_folder(two);
}

static void stage_made_anew(Zoo *zoo)
{
    stage_deleted(zoo);
    zoo_make_folder(zoo, "{one}");
    spawn(zoo, "setpgid chdir {one} exec-as newcomer ( idle )");
}

static void stage_renamed(Zoo *zoo)
{
    spawn(zoo, "setpgid chdir {one} exec-as moved ( idle )");
    g_autofree char *from = zoo_fill(zoo, "{one}");
    g_autofree char *to = zoo_fill(zoo, "{folder}/w/elsewhere");
    g_assert_cmpint(g_rename(from, to), ==, 0);
    g_assert_cmpint(g_mkdir(from, 0700), ==, 0);
}

static void stage_odd_names(Zoo *zoo)
{
    zoo_make_folder(zoo, "{folder}/w/it's (deleted)");
    zoo_add_attempt(zoo, 3, "{folder}/w/it's (deleted)");
    spawn(zoo, "setpgid chdir \"{folder}/w/it's (deleted)\" exec-as odd ( idle )");
}

static void stage_unsearchable(Zoo *zoo)
{
    zoo_make_folder(zoo, "{one}/secret/deep");
    spawn(zoo, "setpgid chdir {one}/secret/deep exec-as deep ( idle )");
    g_autofree char *secret = zoo_fill(zoo, "{one}/secret");
    g_chmod(secret, 0);
}

#define WEAK "working_directory 30"

static const ZooSituation situations[] = {
    {.name = "symlinks-on-either-side",
     .stage = stage_symlinks,
     .include_weak = TRUE,
     .verdicts = {{"through-link", WEAK, ZOO_HIT}, {"by-real-path", WEAK " of 3", ZOO_SPARED}}},
    {.name = "a-bind-mount-of-the-worktree",
     .stage = stage_bind_mount,
     .include_weak = TRUE,
     .verdicts = {{"mounted", WEAK, ZOO_HIT}}},
    {.name = "another-file-system-at-the-worktrees-path",
     .stage = stage_mounted_over,
     .obstacle = zoo_needs_root,
     .include_weak = TRUE,
     .verdicts = {{"elsewhere", "no member", ZOO_SPARED}, {"inside", WEAK, ZOO_HIT}}},
    {.name = "a-worktree-inside-another",
     .stage = stage_nested,
     .include_weak = TRUE,
     .verdicts = {{"inner", WEAK " of 3", ZOO_SPARED}, {"outer", WEAK, ZOO_HIT}}},
    {.name = "deleted-worktrees-with-a-common-beginning",
     .stage = stage_deleted,
     .include_weak = TRUE,
     .verdicts = {{"in-src", WEAK, ZOO_HIT}, {"neighbour", WEAK " of 2", ZOO_SPARED}}},
    {.name = "a-worktree-made-anew",
     .stage = stage_made_anew,
     .include_weak = TRUE,
     .verdicts = {{"in-src", WEAK, ZOO_HIT},
                  {"newcomer", WEAK, ZOO_HIT},
                  {"neighbour", WEAK " of 2", ZOO_SPARED}}},
    {.name = "a-worktree-renamed-away",
     .stage = stage_renamed,
     .scope = VKP_SCOPE_ALL,
     .include_weak = TRUE,
     .verdicts = {{"moved", "no member", ZOO_SPARED}}},
    {.name = "a-worktree-with-an-odd-name",
     .stage = stage_odd_names,
     .include_weak = TRUE,
     .verdicts = {{"odd", WEAK " of 3", ZOO_SPARED}}},
    {.name = "a-folder-that-may-not-be-searched",
     .stage = stage_unsearchable,
     .include_weak = TRUE,
     .verdicts = {{"deep", WEAK, ZOO_HIT}}},
};

const ZooSituation *zoo_places(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
