/* SPDX-License-Identifier: Apache-2.0 */
/* Processes that want to be taken for something else, or others to be hit in their stead. */
#include <stdio.h>

#include "tests/roster/zoo.h"

/* One of a shell's jobs puts the mark of somebody's attempt into its environment: it is hit itself,
 * with what it starts. Its shell, its session and the next job in its own group are not. */
static void stage_planted_marks(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid exec-as shell ( fork 1 ( name job idle ) fork 1 ( env {mark1} exec-as "
                   "planter ( fork 1 ( unenv VK_WORKSPACE_ID exec-as heir ( idle ) ) idle ) ) fork "
                   "1 ( setpgid name other-job idle ) idle )");
    zoo_settle(zoo, 5);
}

/* Whoever has left the marks of its attempt behind and planted those of another is what it says,
 * and draws nothing onto the other attempt's own. */
static void stage_marks_of_another(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_add_row(zoo, 2, 2, 0);
    zoo_spawn(zoo, "setsid env {mark2} exec-as victim ( idle )");
    zoo_spawn(zoo, "setsid env {mark2} exec-as planter ( env {mark1} exec-as planter ( idle ) )");
    zoo_settle(zoo, 2);
}

static void stage_odd_names(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid env {mark1} exec-as agent ( fork 1 ( name '\x1b[2J\x1b[31m' idle ) fork "
                   "1 ( name '<b>&amp;</b>' idle ) fork 1 ( name '\xe2\x80\xaegpj.exe' idle ) fork "
                   "1 ( name '$(reboot)`id`' idle ) idle )");
    zoo_settle(zoo, 5);
}

/* As much as the kernel takes. */
static void stage_2_mib_of_words(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid env {mark1} run ( sh -c 'exec {beast} name huge $(yes 0123456789 | head "
                   "-n 90000)' )");
    zoo_settle(zoo, 1);
    vkp_family_find(zoo->family, "huge");
}

/* The worktree is moved away, and another one put in its place. */
static void stage_exchanged_worktrees(Zoo *zoo)
{
    g_autofree char *one = zoo_fill(zoo, "{one}");
    g_autofree char *two = zoo_fill(zoo, "{two}");
    g_autofree char *aside = zoo_fill(zoo, "{folder}/aside");
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo, "setsid chdir {one} env {mark1} exec-as agent ( idle )");
    zoo_spawn(zoo, "setsid chdir {two} exec-as editor ( idle )");
    zoo_settle(zoo, 2);
    zoo_look(zoo);
    g_assert_cmpint(rename(one, aside), ==, 0);
    g_assert_cmpint(rename(two, one), ==, 0);
}

/* Nobody can tell whether it is one. */
static void stage_name_of_a_daemon(Zoo *zoo)
{
    zoo_add_row(zoo, 1, 1, 0);
    zoo_spawn(zoo,
              "setsid env {mark1} exec-as agent ( fork 1 ( setsid name ssh-agent fork 1 ( name "
              "its-child idle ) idle ) idle )");
    zoo_settle(zoo, 3);
}

#define MARKED "environment 90 left: executor_exited"

static const ZooSituation situations[] = {
    {.name = "planted-marks-draw-nobody-else",
     .stage = stage_planted_marks,
     .verdicts = {{"shell", "no member", ZOO_SPARED},
                  {"job", "no member", ZOO_SPARED},
                  {"other-job", "no member", ZOO_SPARED},
                  {"planter", MARKED, ZOO_HIT},
                  {"heir", "descendant 70 left: executor_exited", ZOO_HIT}}},
    {.name = "planted-marks-of-another-attempt",
     .stage = stage_marks_of_another,
     .verdicts = {{"victim", "environment 90 of 2 left: executor_exited", ZOO_SPARED},
                  {"planter", MARKED, ZOO_HIT}}},
    {.name = "names-with-escapes-markup-and-overrides",
     .stage = stage_odd_names,
     .verdicts = {{"agent", MARKED, ZOO_HIT},
                  {"\x1b[2J\x1b[31m", MARKED, ZOO_HIT},
                  {"<b>&amp;</b>", MARKED, ZOO_HIT},
                  {"\xe2\x80\xaegpj.exe", MARKED, ZOO_HIT},
                  {"$(reboot)`id`", MARKED, ZOO_HIT}}},
    {.name = "a-command-line-of-almost-2-mib",
     .stage = stage_2_mib_of_words,
     .verdicts = {{"huge", MARKED, ZOO_HIT}}},
    {.name = "a-daemons-name-is-seen-through-when-weak-ones-are-meant",
     .stage = stage_name_of_a_daemon,
     .include_weak = TRUE,
     .verdicts = {{"agent", MARKED, ZOO_HIT},
                  {"ssh-agent", "environment 50 shared", ZOO_HIT},
                  {"its-child", "environment 50", ZOO_HIT}}},
    {.name = "worktrees-exchanged-before-the-kill",
     .stage = stage_exchanged_worktrees,
     .verdicts = {{"agent", MARKED, ZOO_HIT}, {"editor", "working_directory 30 of 2", ZOO_SPARED}}},
};

const ZooSituation *zoo_hostile(guint *n)
{
    *n = G_N_ELEMENTS(situations);
    return situations;
}
