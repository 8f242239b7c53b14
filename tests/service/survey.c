/* SPDX-License-Identifier: Apache-2.0 */
#include "service/survey.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"
#include "tests/lib/isolation.h"

/* Who is younger is looked at again and again, see common/proc/table.h: for ten seconds, of which a
 * tenth will do here. */
#define YOUNG_USEC G_TIME_SPAN_SECOND
#define GROWN_UP_USEC (2 * YOUNG_USEC)
#define TIMEOUT_MS 30000

/* Looks at real processes, in a home where a database may be. */
typedef struct {
    char *home;
    char *path; /* where a database is looked for */
    VkpFamily *family;
    VkpReader *reader;
    VkpSurvey *survey;
    gint64 born_usec; /* monotonic: the last of the family, at the latest */
} Scene;

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->home = g_dir_make_tmp("vkp-survey-XXXXXX", NULL);
    scene->path = g_build_filename(scene->home, "board.sqlite", NULL);
    scene->family = vkp_family_new(20, 60);
    scene->reader = vkp_reader_open(NULL, NULL);
    VkpSurveyOptions options = {
        .reader = scene->reader,
        .uid = getuid(),
        .places = {.home = scene->home, .database_path = scene->path},
        .young_usec = YOUNG_USEC,
    };
    scene->survey = vkp_survey_new(&options);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_survey_free(scene->survey);
    vkp_reader_close(scene->reader);
    vkp_family_free(scene->family);
    g_unlink(scene->path);
    g_assert_cmpint(g_rmdir(scene->home), ==, 0);
    g_free(scene->path);
    g_free(scene->home);
}

static void spawn(Scene *scene, const char *variable, VkpUuid id)
{
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark = g_strdup_printf("%s=%s", variable, vkp_uuid_to_text(&id, text));
    const char *const environment[] = {mark, NULL};
    VkpActor actor = {.script = "name agent idle", .environment = environment};
    guint n_births = vkp_family_n_births(scene->family);
    vkp_family_spawn(scene->family, &actor);
    vkp_family_settle(scene->family, n_births + 1);
    scene->born_usec = g_get_monotonic_time();
}

static void look(Scene *scene)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpRoster) roster = vkp_survey_look(scene->survey, VKP_SURVEY_TICK, &error);
    g_assert_no_error(error);
}

static gboolean becomes_quiet(gpointer data)
{
    Scene *scene = data;
    look(scene);
    return vkp_survey_is_quiet(scene->survey);
}

/* There may never be one. */
static void test_no_database(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    spawn(scene, "IRRELEVANT", fake_id(1));
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, becomes_quiet, scene));
    g_assert_cmpint(vkp_survey_database_state(scene->survey), ==, VKP_DATABASE_MISSING);
}

/* Looks until everybody has been there for long. */
static gboolean is_time_over(gpointer data)
{
    Scene *scene = data;
    look(scene);
    return g_get_monotonic_time() >= scene->born_usec + GROWN_UP_USEC;
}

static void test_unknown_mark(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    spawn(scene, "VK_WORKSPACE_ID", fake_id(1));
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, is_time_over, scene));
    g_assert_false(vkp_survey_is_quiet(scene->survey));
    g_autoptr(FakeBoard) board = fake_board_new(scene->path, FAKE_LAYOUT_E_LATE);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, becomes_quiet, scene));
    g_assert_cmpint(vkp_survey_database_state(scene->survey), ==, VKP_DATABASE_OK);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"without-a-database-it-is-quiet", test_no_database},
        {"an-unknown-mark-waits-for-a-board", test_unknown_mark},
    };
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/survey/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
