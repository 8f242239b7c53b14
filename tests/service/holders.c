/* SPDX-License-Identifier: Apache-2.0 */
#include "service/holders.h"

#include "common/proc/image.h"

/* A process whose program lies at `place` in its memory, the only one of the snapshot. */
static VkpSnapshot *make_snapshot(guint64 place)
{
    VkpSnapshot *snapshot = vkp_snapshot_new(0, 100);
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){7, 70};
    process->state = 'S';
    process->threads = 1;
    process->image = vkp_image_build("x", 2, FALSE, "", 0);
    process->image->place = (VkpMemoryPlace){place, place + 1, place + 2, place + 3};
    vkp_snapshot_add(snapshot, process);
    vkp_snapshot_seal(snapshot);
    return snapshot;
}

typedef struct {
    VkpHolders *holders;
    GArray *nobody;
    GArray *seven;
} Scene;

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = 7;
    scene->holders = vkp_holders_new();
    scene->nobody = g_array_new(FALSE, FALSE, sizeof(pid_t));
    scene->seven = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_array_append_val(scene->seven, pid);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_holders_free(scene->holders);
    g_array_unref(scene->nobody);
    g_array_unref(scene->seven);
}

static void see(const Scene *scene, guint64 place, const GArray *found)
{
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(place);
    vkp_holders_see(scene->holders, snapshot, found, FALSE);
}

static void test_closed_for_a_moment(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    see(scene, 1000, scene->seven);
    see(scene, 1000, scene->nobody);
    g_assert_cmpuint(vkp_holders_size(scene->holders), ==, 1);
}

static void test_executed_since(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    see(scene, 1000, scene->seven);
    see(scene, 2000, scene->nobody);
    g_assert_cmpuint(vkp_holders_size(scene->holders), ==, 0);
}

/* It was a shell when it was first seen, and is the server now. */
static void test_opened_after_an_exec(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    see(scene, 1000, scene->seven);
    see(scene, 2000, scene->seven);
    see(scene, 2000, scene->nobody);
    g_assert_cmpuint(vkp_holders_size(scene->holders), ==, 1);
}

static void test_not_asked(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    see(scene, 1000, scene->seven);
    g_autoptr(VkpSnapshot) others = vkp_snapshot_new(0, 100);
    vkp_snapshot_seal(others);
    vkp_holders_see(scene->holders, others, scene->nobody, FALSE);
    g_assert_cmpuint(vkp_holders_size(scene->holders), ==, 1);
}

static void test_unknown_place(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    see(scene, 1000, scene->seven);
    g_autoptr(VkpSnapshot) snapshot = make_snapshot(1000);
    vkp_snapshot_at(snapshot, 0)->image->place = (VkpMemoryPlace){0};
    vkp_holders_see(scene->holders, snapshot, scene->nobody, FALSE);
    g_assert_cmpuint(vkp_holders_size(scene->holders), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add("/service/holders/" name, Scene, NULL, set_up, func, tear_down)
    TEST("a-file-closed-for-a-moment-is-still-held", test_closed_for_a_moment);
    TEST("another-program-does-not-hold-what-the-last-one-held", test_executed_since);
    TEST("the-program-that-was-last-seen-with-it-counts", test_opened_after_an_exec);
    TEST("who-was-not-asked-holds-it-still", test_not_asked);
    TEST("without-knowing-of-an-exec-it-is-still-held", test_unknown_place);
    return g_test_run();
}
