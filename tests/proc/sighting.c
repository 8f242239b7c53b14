/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/sighting.h"

#include <string.h>

#include "common/proc/image.h"

#define MARK "VK_PROJECT_NAME=p"

static VkpStat make_stat(char state, guint threads, const char *comm, guint64 address)
{
    VkpStat stat = {.pid = 5,
                    .state = state,
                    .flags = VKP_STAT_FLAG_RANDOMIZED,
                    .threads = threads,
                    .place.arguments_start = address};
    g_strlcpy(stat.comm, comm, sizeof stat.comm);
    return stat;
}

static VkpImage *make_image(const char *environment)
{
    VkpImage *image =
        vkp_image_build("x", 2, FALSE, environment, environment ? strlen(environment) : 0);
    image->is_certain = TRUE;
    return image;
}

static void test_image_plans(void)
{
    VkpStat asleep = make_stat('S', 1, "node", 100);
    VkpSighting known = {.image = make_image(""), .image_stat = asleep};
    VkpSighting unknown = {0};
    const struct {
        const VkpSighting *sighting;
        VkpStat stat;
        VkpReadPlan plan;
    } cases[] = {
        {&unknown, asleep, VKP_READ_ALL},
        {&unknown, make_stat('D', 1, "node", 100), VKP_READ_SAFELY},
        {&unknown, make_stat('Z', 1, "node", 0), VKP_READ_NOTHING},
        {&unknown, make_stat('X', 0, "node", 0), VKP_READ_NOTHING},
        {&unknown, make_stat('Z', 4, "node", 0), VKP_READ_FROM_THREAD},
        {&known, asleep, VKP_READ_NOTHING},
        {&known, make_stat('R', 9, "node", 100), VKP_READ_NOTHING},
        {&known, make_stat('R', 1, "npm exec", 100), VKP_READ_ALL},
        {&known, make_stat('R', 1, "node", 101), VKP_READ_ALL},
        {&known, make_stat('D', 1, "node", 101), VKP_READ_NOTHING},
        {&known, make_stat('Z', 1, "node", 0), VKP_READ_NOTHING},
        {&known, make_stat('Z', 4, "node", 0), VKP_READ_NOTHING},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vkp_sighting_plan_image(cases[i].sighting, &cases[i].stat), ==,
                        cases[i].plan);
    vkp_image_unref(known.image);
}

static void test_every_address_counts(void)
{
    VkpStat stat = make_stat('S', 1, "node", 100);
    VkpSighting known = {.image = make_image(""), .image_stat = stat};
    guint64 *addresses[] = {&stat.place.arguments_start, &stat.place.arguments_end,
                            &stat.place.environment_start, &stat.place.environment_end};
    for (guint i = 0; i < G_N_ELEMENTS(addresses); i++) {
        *addresses[i] += 16;
        g_assert_cmpint(vkp_sighting_plan_image(&known, &stat), ==, VKP_READ_ALL);
        *addresses[i] -= 16;
        g_assert_cmpint(vkp_sighting_plan_image(&known, &stat), ==, VKP_READ_NOTHING);
    }
    vkp_image_unref(known.image);
}

/* An exec may lead to the same addresses, and what it brings counts. */
static void test_without_randomisation(void)
{
    VkpStat stat = make_stat('S', 1, "node", 100);
    VkpSighting sighting = {0};
    stat.flags = 0;
    vkp_sighting_set_image(&sighting, &stat, make_image(MARK), 9);
    g_assert_cmpint(vkp_sighting_plan_image(&sighting, &stat), ==, VKP_READ_ALL);
    vkp_sighting_set_image(&sighting, &stat, make_image("VK_PROJECT_NAME=q"), 9);
    g_assert_cmpstr(sighting.image->marks.project_name, ==, "q");
    vkp_sighting_set_image(&sighting, &stat, make_image("overwritten"), 9);
    g_assert_cmpstr(sighting.image->marks.project_name, ==, "q");
    vkp_image_unref(sighting.image);
}

static void test_nothing_new(void)
{
    VkpStat stat = make_stat('S', 1, "node", 100);
    VkpSighting sighting = {0};
    stat.flags = 0;
    vkp_sighting_set_image(&sighting, &stat, make_image(MARK), 9);
    const VkpImage *image = sighting.image;
    vkp_sighting_set_image(&sighting, &stat, make_image(MARK), 10);
    g_assert_true(sighting.image == image);
    vkp_image_unref(sighting.image);
}

/* Within the tick of its start, another process could still get its pid and the same start. */
static void test_young(void)
{
    VkpStat stat = make_stat('S', 1, "node", 100);
    VkpSighting sighting = {0};
    stat.start_ticks = 1000;
    vkp_sighting_set_image(&sighting, &stat, make_image(MARK), 1000);
    g_assert_false(sighting.image->is_certain);
    g_assert_cmpint(vkp_sighting_plan_image(&sighting, &stat), ==, VKP_READ_ALL);
    vkp_sighting_set_image(&sighting, &stat, make_image(MARK), 1001);
    g_assert_true(sighting.image->is_certain);
    g_assert_cmpint(vkp_sighting_plan_image(&sighting, &stat), ==, VKP_READ_NOTHING);
    vkp_image_unref(sighting.image);
}

/* Marks from then are no more certain for being kept. */
static void test_young_marks(void)
{
    VkpStat stat = make_stat('S', 1, "node", 100);
    VkpSighting sighting = {0};
    stat.start_ticks = 1000;
    vkp_sighting_set_image(&sighting, &stat, make_image(MARK), 1000);
    vkp_sighting_set_image(&sighting, &stat, make_image("overwritten"), 1001);
    g_assert_cmpstr(sighting.image->marks.project_name, ==, "p");
    g_assert_false(sighting.image->is_certain);
    vkp_image_unref(sighting.image);
}

/* Where there were none, nothing uncertain is kept. */
static void test_young_without_marks(void)
{
    VkpStat stat = make_stat('S', 1, "node", 100);
    VkpSighting sighting = {0};
    stat.start_ticks = 1000;
    vkp_sighting_set_image(&sighting, &stat, make_image("HOME=/"), 1000);
    vkp_sighting_set_image(&sighting, &stat, make_image("HOME=/"), 1001);
    g_assert_true(sighting.image->is_certain);
    vkp_image_unref(sighting.image);
}

static void test_folder_plans(void)
{
    VkpCachedFolder folder = {0};
    VkpSighting known = {.folder = &folder};
    VkpSighting unknown = {0};
    VkpStat asleep = make_stat('S', 1, "node", 1);
    VkpStat waiting = make_stat('D', 1, "node", 1);
    VkpStat dead = make_stat('Z', 1, "node", 1);
    VkpStat leaderless = make_stat('Z', 2, "node", 1);
    g_assert_cmpint(vkp_sighting_plan_folder(&known, &asleep), ==, VKP_READ_ALL);
    g_assert_cmpint(vkp_sighting_plan_folder(&unknown, &waiting), ==, VKP_READ_SAFELY);
    g_assert_cmpint(vkp_sighting_plan_folder(&unknown, &dead), ==, VKP_READ_NOTHING);
    g_assert_cmpint(vkp_sighting_plan_folder(&unknown, &leaderless), ==, VKP_READ_FROM_THREAD);
    g_assert_cmpint(vkp_sighting_plan_folder(&known, &leaderless), ==, VKP_READ_NOTHING);
}

static void test_marks_until_exec(void)
{
    VkpSighting sighting = {0};
    VkpStat before = make_stat('S', 1, "node", 100);
    VkpStat titled = make_stat('S', 1, "my title", 100);
    VkpStat execed = make_stat('S', 1, "sh", 200);
    vkp_sighting_set_image(&sighting, &before, make_image(MARK), 9);
    vkp_sighting_set_image(&sighting, &titled, make_image("overwritten"), 9);
    g_assert_cmpstr(sighting.image->marks.project_name, ==, "p");
    g_assert_cmpuint(sighting.image->place.arguments_start, ==, 100);
    vkp_sighting_set_image(&sighting, &execed, make_image("other"), 9);
    g_assert_null(sighting.image->marks.project_name);
    vkp_image_unref(sighting.image);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sighting/image-is-read-once-an-exec-or-title", test_image_plans);
    g_test_add_func("/sighting/any-moved-address-is-an-exec", test_every_address_counts);
    g_test_add_func("/sighting/image-is-read-every-time-where-addresses-are-not-random",
                    test_without_randomisation);
    g_test_add_func("/sighting/image-that-says-nothing-new-stays-the-same", test_nothing_new);
    g_test_add_func("/sighting/image-of-the-first-tick-is-read-again", test_young);
    g_test_add_func("/sighting/marks-of-the-first-tick-stay-uncertain", test_young_marks);
    g_test_add_func("/sighting/an-image-without-marks-becomes-certain", test_young_without_marks);
    g_test_add_func("/sighting/folder-is-looked-at-while-it-can-answer", test_folder_plans);
    g_test_add_func("/sighting/marks-stay-until-an-exec", test_marks_until_exec);
    return g_test_run();
}
