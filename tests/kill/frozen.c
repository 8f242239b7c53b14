/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/kill/frozen.h"
#include "tests/lib/deadline.h"
#include "tests/lib/family.h"

#define BOOT "6d3ef2b5-6f0b-4ff1-b07a-0c0b0b7c1e2f"
#define HEAD "vibe-kanban-processes frozen 1\nboot " BOOT "\n"

typedef struct {
    char *folder;
    char *path;
    VkpReader *reader;
    VkpUuid boot_id;
    VkpFamily *family;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->folder = g_dir_make_tmp("vkp-frozen-XXXXXX", NULL);
    fixture->path = g_build_filename(fixture->folder, "frozen", NULL);
    fixture->reader = vkp_reader_open(NULL, NULL);
    fixture->boot_id = vkp_reader_boot_id(fixture->reader);
    fixture->family = vkp_family_new(10, 30);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_family_free(fixture->family);
    vkp_reader_close(fixture->reader);
    g_unlink(fixture->path);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->path);
    g_free(fixture->folder);
}

static VkpIdentity identity_of(pid_t pid)
{
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    return (VkpIdentity){pid, relative.start_ticks};
}

static GArray *list_of(VkpIdentity identity)
{
    GArray *identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    return g_array_append_val(identities, identity);
}

static gboolean is_stopped(gpointer data)
{
    VkpRelative relative;
    return vkp_relative_read(*(pid_t *)data, &relative) && relative.state == 'T';
}

static gboolean is_running(gpointer data)
{
    return !is_stopped(data);
}

static pid_t spawn_stopped(Fixture *fixture)
{
    pid_t pid = vkp_family_run(fixture->family, "stop idle");
    g_assert_true(vkp_deadline_wait(10000, is_stopped, &pid));
    return pid;
}

static void save(Fixture *fixture, const GArray *identities)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_frozen_save(fixture->path, &fixture->boot_id, identities, &error));
    g_assert_no_error(error);
}

static guint thaw(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    guint n_thawed = vkp_frozen_thaw(fixture->path, fixture->reader, &error);
    g_assert_no_error(error);
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
    return n_thawed;
}

static gint parse(const char *text)
{
    VkpUuid boot;
    g_assert_true(vkp_uuid_parse(BOOT, &boot));
    g_autoptr(GArray) identities = vkp_frozen_parse(text, strlen(text), &boot);
    return identities ? (gint)identities->len : -1;
}

static void test_whole_list_is_parsed(void)
{
    g_assert_cmpint(parse(HEAD "end 0\n"), ==, 0);
    g_assert_cmpint(parse(HEAD "4242:1890042\n4243:18446744073709551615\nend 2\n"), ==, 2);
}

static void test_cut_or_garbled_list_is_refused(void)
{
    static const char *const texts[] = {"",
                                        "\n",
                                        HEAD,
                                        HEAD "1:1\n",
                                        HEAD "1:1\nend 1",
                                        HEAD "1:1\nend 2\n",
                                        HEAD "1:1\nend 0\n",
                                        HEAD "1:1\nend 1\n1:1\n",
                                        HEAD "1:1\nend 1\n\n",
                                        HEAD "end 1\n",
                                        HEAD "1\nend 1\n",
                                        HEAD "-1:1\nend 1\n",
                                        HEAD "0:1\nend 1\n",
                                        HEAD "1:1 \nend 1\n",
                                        HEAD "\n1:1\nend 1\n",
                                        HEAD "1:1\nend 01\n",
                                        HEAD "1:1\nend  1\n",
                                        HEAD "99999999999:1\nend 1\n",
                                        "vibe-kanban-processes frozen 2\nboot " BOOT "\nend 0\n",
                                        "boot " BOOT "\nend 0\n",
                                        "vibe-kanban-processes frozen 1\nend 0\n",
                                        "vibe-kanban-processes frozen 1\nboot x\nend 0\n",
                                        "\xff\xfe\x01"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_cmpint(parse(texts[i]), ==, -1);
    VkpUuid boot;
    g_assert_true(vkp_uuid_parse(BOOT, &boot));
    static const char with_nul[] = HEAD "1:1\0\nend 1\n";
    g_assert_null(vkp_frozen_parse(with_nul, sizeof with_nul - 1, &boot));
}

static void test_every_cut_is_noticed(void)
{
    static const char whole[] = HEAD "4242:1890042\n4243:1890044\nend 2\n";
    VkpUuid boot;
    g_assert_true(vkp_uuid_parse(BOOT, &boot));
    for (gsize length = 0; length < sizeof whole - 1; length++)
        g_assert_null(vkp_frozen_parse(whole, length, &boot));
}

static void test_other_boot_is_refused(void)
{
    VkpUuid other;
    g_assert_true(vkp_uuid_parse("00000000-6f0b-4ff1-b07a-0c0b0b7c1e2f", &other));
    VkpUuid nil = {{0}};
    g_assert_null(vkp_frozen_parse(HEAD "end 0\n", strlen(HEAD "end 0\n"), &other));
    static const char of_nil[] =
        "vibe-kanban-processes frozen 1\nboot 00000000-0000-0000-0000-000000000000\nend 0\n";
    g_assert_null(vkp_frozen_parse(of_nil, sizeof of_nil - 1, &nil));
}

static void test_endless_list_is_refused(void)
{
    g_autoptr(GString) text = g_string_new(HEAD);
    for (guint i = 0; i < 70000; i++)
        g_string_append_printf(text, "%u:1\n", i + 1);
    g_string_append(text, "end 70000\n");
    g_assert_cmpint(parse(text->str), ==, -1);
}

static void test_listed_are_thawed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    pid_t pid = spawn_stopped(fixture);
    g_autoptr(GArray) identities = list_of(identity_of(pid));
    save(fixture, identities);
    struct stat status;
    g_assert_no_errno(stat(fixture->path, &status));
    g_assert_cmpuint(status.st_mode & 0777, ==, 0600);
    g_assert_cmpuint(thaw(fixture), ==, 1);
    g_assert_true(vkp_deadline_wait(10000, is_running, &pid));
    g_assert_cmpuint(thaw(fixture), ==, 0);
}

static void test_other_start_is_left_alone(Fixture *fixture, gconstpointer data)
{
    (void)data;
    pid_t pid = spawn_stopped(fixture);
    VkpIdentity stale = identity_of(pid);
    stale.start_ticks--;
    g_autoptr(GArray) identities = list_of(stale);
    save(fixture, identities);
    g_assert_cmpuint(thaw(fixture), ==, 0);
    g_assert_true(is_stopped(&pid));
}

static void test_list_of_another_boot_is_dropped(Fixture *fixture, gconstpointer data)
{
    (void)data;
    pid_t pid = spawn_stopped(fixture);
    g_autoptr(GArray) identities = list_of(identity_of(pid));
    fixture->boot_id.bytes[3] ^= 1;
    save(fixture, identities);
    g_assert_cmpuint(thaw(fixture), ==, 0);
    g_assert_true(is_stopped(&pid));
}

static void test_garbage_is_dropped(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *garbage = g_strnfill(3000000, '\x01');
    g_assert_true(g_file_set_contents(fixture->path, garbage, 3000000, NULL));
    g_assert_cmpuint(thaw(fixture), ==, 0);
    g_assert_true(g_file_set_contents(fixture->path, "", 0, NULL));
    g_assert_cmpuint(thaw(fixture), ==, 0);
}

/* The real list is somewhere else: a link to it, however good it looks, is not the file we wrote.
 */
static void test_link_is_not_followed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    pid_t pid = spawn_stopped(fixture);
    g_autoptr(GArray) identities = list_of(identity_of(pid));
    g_autofree char *real = g_build_filename(fixture->folder, "real", NULL);
    g_assert_true(vkp_frozen_save(real, &fixture->boot_id, identities, NULL));
    g_assert_no_errno(symlink(real, fixture->path));
    g_assert_cmpuint(thaw(fixture), ==, 0);
    g_assert_true(is_stopped(&pid));
    g_assert_no_errno(g_unlink(real));
}

static void test_strangers_file_is_not_believed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    if (geteuid() != 0) {
        g_test_skip("Only root can make a file of somebody else");
        return;
    }
    pid_t pid = spawn_stopped(fixture);
    g_autoptr(GArray) identities = list_of(identity_of(pid));
    save(fixture, identities);
    g_assert_no_errno(chown(fixture->path, 1000, 1000));
    g_assert_cmpuint(thaw(fixture), ==, 0);
    g_assert_true(is_stopped(&pid));
}

/* Else no list could be written any more. What is in the folder is somebody's. */
static void test_folder_in_the_way_is_moved(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *aside = g_strconcat(fixture->path, ".aside", NULL);
    g_autofree char *inside = g_build_filename(aside, "inside", NULL);
    g_autoptr(GArray) identities = list_of((VkpIdentity){1, 1});
    g_autoptr(GError) error = NULL;
    g_assert_no_errno(g_mkdir(fixture->path, 0700));
    g_assert_false(vkp_frozen_save(fixture->path, &fixture->boot_id, identities, &error));
    g_clear_error(&error);
    g_assert_cmpuint(thaw(fixture), ==, 0);
    g_assert_no_errno(g_mkdir(inside, 0700));
    save(fixture, identities);
    g_unlink(fixture->path);

    g_assert_no_errno(g_mkdir(fixture->path, 0700)); /* and another one */
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, &error), ==, 0);
    g_assert_nonnull(error);
    g_assert_no_errno(g_rmdir(fixture->path));
    g_assert_no_errno(g_rmdir(inside));
    g_assert_no_errno(g_rmdir(aside));
}

static void test_list_without_a_boot_is_not_written(Fixture *fixture, gconstpointer data)
{
    (void)data;
    VkpUuid nil = {{0}};
    g_autoptr(GArray) identities = list_of((VkpIdentity){1, 1});
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_frozen_save(fixture->path, &nil, identities, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    g_assert_false(g_file_test(fixture->path, G_FILE_TEST_EXISTS));
}

static GArray *long_list(guint n)
{
    GArray *identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < n; i++) {
        VkpIdentity identity = {(pid_t)i + 1, 1};
        g_array_append_val(identities, identity);
    }
    return identities;
}

static gint count_listed(Fixture *fixture)
{
    gsize length = 0;
    g_autofree char *text = NULL;
    if (!g_file_get_contents(fixture->path, &text, &length, NULL))
        return -1;
    g_autoptr(GArray) identities = vkp_frozen_parse(text, length, &fixture->boot_id);
    return identities ? (gint)identities->len : -2;
}

static void test_two_jobs_share_the_list(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GArray) first = list_of((VkpIdentity){10, 1});
    g_autoptr(GArray) second = list_of((VkpIdentity){11, 1});
    VkpIdentity shared = {10, 1};
    g_array_append_val(second, shared);
    g_assert_true(vkp_frozen_add(fixture->path, &fixture->boot_id, first, NULL));
    g_assert_cmpint(count_listed(fixture), ==, 1);
    g_assert_true(vkp_frozen_add(fixture->path, &fixture->boot_id, second, NULL));
    g_assert_cmpint(count_listed(fixture), ==, 3);
    g_assert_true(vkp_frozen_remove(fixture->path, &fixture->boot_id, first, NULL));
    g_assert_cmpint(count_listed(fixture), ==, 2); /* the other one still has both */
    g_assert_true(vkp_frozen_remove(fixture->path, &fixture->boot_id, second, NULL));
    g_assert_cmpint(count_listed(fixture), ==, -1);
    g_assert_true(vkp_frozen_remove(fixture->path, &fixture->boot_id, second, NULL));
}

static void test_old_list_of_another_boot_is_replaced(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_assert_true(g_file_set_contents(fixture->path, HEAD "7:7\nend 1\n", -1, NULL));
    g_autoptr(GArray) mine = list_of((VkpIdentity){10, 1});
    g_assert_true(vkp_frozen_add(fixture->path, &fixture->boot_id, mine, NULL));
    g_assert_cmpint(count_listed(fixture), ==, 1);
}

static void test_what_is_not_believed_is_not_written(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(GArray) longest = long_list(65536);
    save(fixture, longest);
    g_autoptr(GArray) longer = long_list(65537);
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_frozen_save(fixture->path, &fixture->boot_id, longer, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
}

/* Not being able to look is no reason to forget. */
static void test_unreadable_list_is_an_error(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char path[] = "/proc/self/cmdline/frozen";
    g_autoptr(GArray) identities = list_of((VkpIdentity){4242, 7});
    g_autoptr(GError) thaw_error = NULL;
    g_autoptr(GError) add_error = NULL;
    g_autoptr(GError) remove_error = NULL;
    g_assert_cmpuint(vkp_frozen_thaw(path, fixture->reader, &thaw_error), ==, 0);
    g_assert_nonnull(thaw_error);
    g_assert_false(vkp_frozen_add(path, &fixture->boot_id, identities, &add_error));
    g_assert_nonnull(add_error);
    g_assert_false(vkp_frozen_remove(path, &fixture->boot_id, identities, &remove_error));
    g_assert_nonnull(remove_error);
}

/* Nor is not knowing the boot. */
static void test_unknown_boot_keeps_the_list(Fixture *fixture, gconstpointer data)
{
    (void)data;
    pid_t pid = spawn_stopped(fixture);
    g_autoptr(GArray) identities = list_of(identity_of(pid));
    save(fixture, identities);
    g_autoptr(VkpReader) elsewhere = vkp_reader_open(fixture->folder, NULL);
    g_autoptr(GError) error = NULL;
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, elsewhere, &error), ==, 0);
    g_assert_nonnull(error);
    g_assert_true(is_stopped(&pid));
    g_assert_cmpuint(vkp_frozen_thaw(fixture->path, fixture->reader, NULL), ==, 1);
    g_assert_true(vkp_deadline_wait(10000, is_running, &pid));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kill/frozen/whole-list-is-parsed", test_whole_list_is_parsed);
    g_test_add_func("/kill/frozen/cut-or-garbled-list-is-refused",
                    test_cut_or_garbled_list_is_refused);
    g_test_add_func("/kill/frozen/every-cut-is-noticed", test_every_cut_is_noticed);
    g_test_add_func("/kill/frozen/other-boot-is-refused", test_other_boot_is_refused);
    g_test_add_func("/kill/frozen/endless-list-is-refused", test_endless_list_is_refused);
#define ADD(name, function)                                                                        \
    g_test_add("/kill/frozen/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("listed-are-thawed", test_listed_are_thawed);
    ADD("other-start-is-left-alone", test_other_start_is_left_alone);
    ADD("list-of-another-boot-is-dropped", test_list_of_another_boot_is_dropped);
    ADD("garbage-is-dropped", test_garbage_is_dropped);
    ADD("link-is-not-followed", test_link_is_not_followed);
    ADD("strangers-file-is-not-believed", test_strangers_file_is_not_believed);
    ADD("folder-in-the-way-is-moved-aside", test_folder_in_the_way_is_moved);
    ADD("list-without-a-boot-is-not-written", test_list_without_a_boot_is_not_written);
    ADD("two-jobs-share-the-list", test_two_jobs_share_the_list);
    ADD("what-is-not-believed-is-not-written", test_what_is_not_believed_is_not_written);
    ADD("old-list-of-another-boot-is-replaced", test_old_list_of_another_boot_is_replaced);
    ADD("unreadable-list-is-an-error", test_unreadable_list_is_an_error);
    ADD("unknown-boot-keeps-the-list", test_unknown_boot_keeps_the_list);
    return g_test_run();
}
