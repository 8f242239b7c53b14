/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/site.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/lib/deadline.h"

#define TIMEOUT_MS 20000
#define DEVICE_MINOR 77

/* A folder of the test's own, of which "far" is said to be mounted from a server. */
typedef struct {
    char *root;
    VkpMounts *mounts;
    VkpSiteSeer *seer;
} Fixture;

static char *dup_path(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->root, name, NULL);
}

static void make_folder(const Fixture *fixture, const char *name)
{
    g_autofree char *path = dup_path(fixture, name);
    g_assert_no_errno(g_mkdir_with_parents(path, 0700));
}

static void make_link(const Fixture *fixture, const char *name, const char *target)
{
    g_autofree char *path = dup_path(fixture, name);
    g_assert_no_errno(symlink(target, path));
}

static VkpMounts *make_mounts(const Fixture *fixture)
{
    g_autofree char *path = dup_path(fixture, "mountinfo");
    g_autofree char *text = g_strdup_printf("1 0 0:1 / / rw - ext4 disk rw\n"
                                            "2 1 0:%d / %s/far rw - nfs4 server:/ rw\n",
                                            DEVICE_MINOR, fixture->root);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return vkp_mounts_new(path);
}

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *made = g_dir_make_tmp("vkp-site-XXXXXX", NULL);
    fixture->root = realpath(made, NULL);
    make_folder(fixture, "far/worktree");
    make_folder(fixture, "near/worktree");
    g_autofree char *far = dup_path(fixture, "far");
    make_link(fixture, "by-name", far);
    make_link(fixture, "near/relative", "../far/worktree");
    make_link(fixture, "near/chain", "../near/relative");
    make_link(fixture, "far/back", "../near");
    make_link(fixture, "far/inner", "worktree");
    make_link(fixture, "near/nowhere", "gone");
    make_link(fixture, "near/loop", "loop");
    fixture->mounts = make_mounts(fixture);
    fixture->seer = vkp_site_seer_new(fixture->mounts);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_site_seer_free(fixture->seer);
    vkp_mounts_free(fixture->mounts);
    const char *const argv[] = {"rm", "-rf", "--", fixture->root, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    free(fixture->root);
}

static VkpSite *make_site(const Fixture *fixture, const char *name)
{
    g_autofree char *path = dup_path(fixture, name);
    return vkp_site_new(path);
}

static void assert_leads_to(const Fixture *fixture, const VkpSite *site, const char *name)
{
    g_autofree char *path = dup_path(fixture, name);
    g_assert_cmpstr(site->canonical, ==, path);
    g_assert_true(vkp_inode_equal(site->inode, vkp_file_inode(path)));
    g_assert_cmpint(site->is_missing, ==, vkp_inode_is_unknown(site->inode));
}

static const char *const remote_names[] = {
    "far",          "far/worktree",  "far/gone/deeper",    "by-name",    "by-name/worktree",
    "by-name/gone", "near/relative", "near/relative/gone", "near/chain", "far/back/worktree",
};

static void test_remote(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 0; i < G_N_ELEMENTS(remote_names); i++) {
        g_autoptr(VkpSite) site = make_site(fixture, remote_names[i]);
        g_assert_false(vkp_site_seer_look(fixture->seer, site));
        g_assert_null(site->canonical);
        g_assert_cmpuint(site->subject, ==, vkp_mounts_subject(DEVICE_MINOR));
    }
}

static void test_local(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const names[] = {"near", "near/worktree", "near/gone", "near/gone/deeper",
                                        "farther"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(VkpSite) site = make_site(fixture, names[i]);
        g_assert_true(vkp_site_seer_look(fixture->seer, site));
        assert_leads_to(fixture, site, names[i]);
    }
    g_autoptr(VkpSite) root = vkp_site_new("//");
    g_assert_true(vkp_site_seer_look(fixture->seer, root));
    g_assert_true(vkp_inode_equal(root->inode, vkp_file_inode("/")));
    g_assert_null(vkp_site_new("near"));
    g_assert_null(vkp_site_new(NULL));
    vkp_site_free(NULL);
    vkp_site_seer_free(NULL);
}

/* Only what is certainly not there is missing. */
static void test_odd_links(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpSite) nowhere = make_site(fixture, "near/nowhere");
    g_autoptr(VkpSite) loop = make_site(fixture, "near/loop");
    g_autoptr(VkpSite) in_loop = make_site(fixture, "near/loop/worktree");
    g_assert_true(vkp_site_seer_look(fixture->seer, nowhere));
    g_assert_true(nowhere->is_missing);
    g_assert_cmpstr(nowhere->canonical, ==, nowhere->path);
    g_assert_true(vkp_site_seer_look(fixture->seer, loop));
    g_assert_true(vkp_site_seer_look(fixture->seer, in_loop));
    g_assert_false(loop->is_missing || in_loop->is_missing);
    g_assert_true(vkp_inode_is_unknown(loop->inode) && vkp_inode_is_unknown(in_loop->inode));
}

static GPtrArray *make_remote_sites(const Fixture *fixture)
{
    GPtrArray *sites = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_site_free);
    for (guint i = 0; i < 100; i++)
        g_ptr_array_add(sites, make_site(fixture, remote_names[i % G_N_ELEMENTS(remote_names)]));
    return sites;
}

static gboolean are_answered(gpointer data)
{
    Fixture *fixture = data;
    g_autoptr(GPtrArray) sites = make_remote_sites(fixture);
    for (guint i = 0; i < sites->len; i++)
        g_assert_false(vkp_site_seer_look(fixture->seer, sites->pdata[i]));
    vkp_site_seer_look_remote(fixture->seer, sites);
    for (guint i = 0; i < sites->len; i++) {
        const VkpSite *site = sites->pdata[i];
        if (vkp_inode_is_unknown(site->inode) && !site->is_missing)
            return FALSE; /* the machine is busy */
        g_autofree char *real = realpath(site->path, NULL);
        g_assert_true(!real || g_str_equal(site->canonical, real));
        g_assert_true(vkp_inode_equal(site->inode, vkp_file_inode(site->path)));
    }
    return TRUE;
}

static void test_together(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, are_answered, fixture));
}

static void read_byte(gpointer job)
{
    char byte;
    g_assert_cmpint(read(*(int *)job, &byte, 1), ==, 1);
}

static const VkpGuardKind stuck_kind = {read_byte, g_free};

static void test_unanswered(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    int ends[2];
    g_assert_no_errno(pipe(ends));
    guint64 subject = vkp_mounts_subject(DEVICE_MINOR);
    g_assert_false(vkp_guard_run(vkp_mounts_guard(fixture->mounts), &stuck_kind, subject,
                                 g_memdup2(&ends[0], sizeof ends[0])));
    g_autoptr(GPtrArray) sites = make_remote_sites(fixture);
    for (guint i = 0; i < sites->len; i++)
        g_assert_false(vkp_site_seer_look(fixture->seer, sites->pdata[i]));
    vkp_site_seer_look_remote(fixture->seer, sites);
    for (guint i = 0; i < sites->len; i++) {
        const VkpSite *site = sites->pdata[i];
        g_assert_cmpstr(site->canonical, ==, site->path);
        g_assert_true(vkp_inode_is_unknown(site->inode));
        g_assert_false(site->is_missing);
    }
    g_assert_cmpint(write(ends[1], "x", 1), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add("/roster/site/" name, Fixture, NULL, set_up, func, tear_down)
    TEST("what-is-remote-is-not-touched-whatever-leads-there", test_remote);
    TEST("what-is-local-is-looked-at-in-place", test_local);
    TEST("only-what-is-certainly-not-there-is-missing", test_odd_links);
    TEST("what-is-remote-is-looked-at-together", test_together);
    TEST("without-an-answer-it-may-be-there", test_unanswered);
    return g_test_run();
}
