/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/folder-cache.h"

#include "common/proc/image.h"

static void test_sharing(void)
{
    g_autoptr(VkpFolderCache) cache = vkp_folder_cache_new();
    VkpFolderLook look = {g_strdup("/a"), {1, 2}, 3};
    const VkpFolderLook same = {(char *)"/a", {1, 2}, 3};
    const VkpFolderLook others[] = {{(char *)"/b", {1, 2}, 3},
                                    {(char *)"/a", {1, 3}, 3},
                                    {(char *)"/a", {2, 2}, 3},
                                    {(char *)"/a", {1, 2}, 4}};
    g_assert_null(vkp_folder_cache_acquire(cache, &same));
    VkpCachedFolder *added =
        vkp_folder_cache_add(cache, &look, vkp_folder_new("/a", FALSE, NULL, 0));
    g_assert_null(look.link);
    g_assert_true(vkp_folder_cache_acquire(cache, &same) == added);
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_null(vkp_folder_cache_acquire(cache, &others[i]));
    vkp_folder_cache_release(cache, NULL);
    vkp_folder_cache_free(NULL);
    vkp_folder_cache_release(cache, added);
    g_assert_true(vkp_folder_cache_acquire(cache, &same) == added);
    vkp_folder_cache_release(cache, added);
    vkp_folder_cache_release(cache, added);
    g_assert_null(vkp_folder_cache_acquire(cache, &same));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/folder-cache/a-folder-is-forgotten-with-its-last-user", test_sharing);
    return g_test_run();
}
