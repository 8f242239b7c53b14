/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/image.h"

#include <string.h>

#include "common/base/contract.h"
#include "common/base/text.h"

#define ID_A "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define ID_B "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
#define ID_C "cccccccc-cccc-4ccc-8ccc-cccccccccccc"
#define NIL "00000000-0000-0000-0000-000000000000"

/* The sizeof of a literal counts its final NUL, which is the last word's here. */
#define BUILD_COMMAND(literal) vkp_image_build(literal, sizeof(literal), FALSE, NULL, 0)
#define BUILD_ENVIRONMENT(literal) vkp_image_build("x", 2, FALSE, literal, sizeof(literal))

static void assert_words(VkpImage *image, const char *joined)
{
    g_autofree char *words = g_strjoinv("|", image->command);
    g_assert_cmpstr(words, ==, joined);
    for (guint i = 0; image->command[i]; i++)
        g_assert_true(vkp_text_is_valid(image->command[i]));
}

static void assert_id(const VkpUuid *id, const char *expected)
{
    char text[VKP_UUID_TEXT_SIZE];
    g_assert_cmpstr(vkp_uuid_to_text(id, text), ==, expected);
}

static void test_words(void)
{
    g_autoptr(VkpImage) image = BUILD_COMMAND("node\0server.js\0--port\0003000");
    assert_words(image, "node|server.js|--port|3000");
    g_assert_false(image->command_cut);
    g_assert_false(image->environment_known);

    g_autoptr(VkpImage) empties = BUILD_COMMAND("\0a\0\0b\0");
    assert_words(empties, "|a||b|");
    g_autoptr(VkpImage) no_last_nul = vkp_image_build("a\0b", 3, FALSE, NULL, 0);
    assert_words(no_last_nul, "a|b");
}

static void test_no_words(void)
{
    g_autoptr(VkpImage) nothing = vkp_image_build("", 0, FALSE, NULL, 0);
    g_assert_cmpuint(g_strv_length(nothing->command), ==, 0);
    g_autoptr(VkpImage) nul = BUILD_COMMAND("");
    g_assert_cmpuint(g_strv_length(nul->command), ==, 0);
    g_autoptr(VkpImage) nuls = BUILD_COMMAND("\0\0\0\0\0");
    g_assert_cmpuint(g_strv_length(nuls->command), ==, 0);
    g_assert_false(nuls->command_cut);
}

static void test_titles(void)
{
    g_autoptr(VkpImage) padded = BUILD_COMMAND("npm exec http-server\0\0\0\0\0\0\0\0");
    assert_words(padded, "npm exec http-server");
    g_autoptr(VkpImage) bare = vkp_image_build("nginx: worker process", 21, FALSE, NULL, 0);
    assert_words(bare, "nginx: worker process");
}

static void test_hostile_bytes(void)
{
    g_autoptr(VkpImage) image = BUILD_COMMAND("a\xff\xfe"
                                              "b\0\xed\xa0\x80\0\xef\xbf\xbf\0line\nbreak");
    assert_words(image, "a\xef\xbf\xbd\xef\xbf\xbd"
                        "b|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|"
                        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|line\nbreak");
}

static gsize total_bytes(const VkpImage *image)
{
    gsize total = 0;
    for (guint i = 0; image->command[i]; i++)
        total += strlen(image->command[i]) + 1;
    return total;
}

static void test_long_word(void)
{
    g_autofree char *word = g_strnfill(200 * 1024, 'w');
    g_autoptr(VkpImage) image = vkp_image_build(word, 200 * 1024, FALSE, NULL, 0);
    g_assert_true(image->command_cut);
    g_assert_cmpuint(total_bytes(image), ==, VKP_COMMAND_MAX_BYTES);
    g_autoptr(VkpImage) fits = vkp_image_build(word, VKP_COMMAND_MAX_BYTES - 1, FALSE, NULL, 0);
    g_assert_false(fits->command_cut);
    g_assert_cmpuint(total_bytes(fits), ==, VKP_COMMAND_MAX_BYTES);
}

static void test_many_words(void)
{
    gsize length = 64 * 1024;
    g_autofree char *bytes = g_malloc0(length);
    for (gsize i = 0; i < length; i += 2)
        bytes[i] = 'a';
    g_autoptr(VkpImage) image = vkp_image_build(bytes, length, FALSE, NULL, 0);
    g_assert_true(image->command_cut);
    g_assert_cmpuint(g_strv_length(image->command), ==, VKP_COMMAND_MAX_BYTES / 2);
}

/* Cleaning makes three bytes out of one. */
static void test_long_garbage(void)
{
    g_autofree char *bytes = g_strnfill(VKP_COMMAND_MAX_BYTES, '\xff');
    g_autoptr(VkpImage) image = vkp_image_build(bytes, VKP_COMMAND_MAX_BYTES, FALSE, NULL, 0);
    g_assert_true(image->command_cut);
    g_assert_cmpuint(total_bytes(image), <=, VKP_COMMAND_MAX_BYTES);
    g_assert_true(vkp_text_is_valid(image->command[0]));
}

static void test_cut_character(void)
{
    static const char *const wholes[] = {"abc", "ab\xc3\xa4", "ab\xe2\x82\xac",
                                         "ab\xf0\x9f\x98\x80"};
    for (guint i = 0; i < G_N_ELEMENTS(wholes); i++) {
        for (gsize length = 3; length <= strlen(wholes[i]); length++) {
            g_autoptr(VkpImage) image = vkp_image_build(wholes[i], length, TRUE, NULL, 0);
            gboolean is_whole = length == strlen(wholes[i]);
            g_assert_true(image->command_cut);
            g_assert_cmpstr(image->command[0], ==, is_whole ? wholes[i] : "ab");
        }
    }
    /* A word's end is no part of a character. */
    g_autoptr(VkpImage) image = vkp_image_build("a\0b", 3, TRUE, NULL, 0);
    assert_words(image, "a|b");
}

static void test_random_commands(void)
{
    for (guint round = 0; round < 3000; round++) {
        char bytes[64];
        gsize length = (gsize)g_test_rand_int_range(0, sizeof bytes);
        for (gsize i = 0; i < length; i++)
            bytes[i] = (char)(g_test_rand_int_range(0, 3) ? g_test_rand_int_range(0, 256) : 0);
        g_autofree char *exact = g_memdup2(bytes, MAX(length, 1));
        g_autoptr(VkpImage) image =
            vkp_image_build(exact, length, g_test_rand_bit(), exact, length);
        g_assert_cmpuint(total_bytes(image), <=, VKP_COMMAND_MAX_BYTES);
        for (guint i = 0; image->command[i]; i++)
            g_assert_true(vkp_text_is_valid(image->command[i]));
    }
}

static void test_all_marks(void)
{
    g_autoptr(VkpImage) image = BUILD_ENVIRONMENT(
        "PATH=/bin\0VK_PROJECT_NAME=Shop & Co\0VK_PROJECT_ID=" ID_A "\0VK_TASK_ID=" ID_B
        "\0VK_WORKSPACE_ID=" ID_C "\0VK_WORKSPACE_BRANCH=vk/1a2b-fix\0VK_SESSION_ID=" ID_A
        "\0VK_EXECUTION_PROCESS_ID=" ID_B "\0VIBE_KANBAN_TERMINAL=1");
    const VkpMarks *marks = &image->marks;
    g_assert_true(image->environment_known);
    assert_id(&marks->project_id, ID_A);
    assert_id(&marks->task_id, ID_B);
    assert_id(&marks->attempt_id, ID_C);
    assert_id(&marks->other_attempt_id, NIL);
    assert_id(&marks->session_id, ID_A);
    assert_id(&marks->execution_id, ID_B);
    g_assert_cmpstr(marks->project_name, ==, "Shop & Co");
    g_assert_cmpstr(marks->branch, ==, "vk/1a2b-fix");
    g_assert_true(marks->is_terminal);
}

static void test_attempt_names(void)
{
    g_autoptr(VkpImage) workspace = BUILD_ENVIRONMENT("VK_WORKSPACE_ID=" ID_A);
    g_autoptr(VkpImage) attempt = BUILD_ENVIRONMENT("VK_ATTEMPT_ID=" ID_A "\0VK_ATTEMPT_BRANCH=b");
    g_autoptr(VkpImage) review = BUILD_ENVIRONMENT("VK_TASK_ATTEMPT_ID=" ID_A);
    g_autoptr(VkpImage) capitals =
        BUILD_ENVIRONMENT("VK_ATTEMPT_ID=AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA");
    assert_id(&workspace->marks.attempt_id, ID_A);
    assert_id(&attempt->marks.attempt_id, ID_A);
    assert_id(&review->marks.attempt_id, ID_A);
    assert_id(&capitals->marks.attempt_id, ID_A);
    g_assert_cmpstr(attempt->marks.branch, ==, "b");
}

static void test_two_attempts(void)
{
    g_autoptr(VkpImage) same = BUILD_ENVIRONMENT("VK_ATTEMPT_ID=" ID_A "\0VK_WORKSPACE_ID=" ID_A);
    assert_id(&same->marks.attempt_id, ID_A);
    assert_id(&same->marks.other_attempt_id, NIL);
    g_autoptr(VkpImage) nested = BUILD_ENVIRONMENT("VK_ATTEMPT_ID=" ID_A "\0VK_WORKSPACE_ID=" ID_B
                                                   "\0VK_TASK_ATTEMPT_ID=" ID_C);
    assert_id(&nested->marks.attempt_id, ID_A);
    assert_id(&nested->marks.other_attempt_id, ID_B);
    g_autoptr(VkpImage) swapped =
        BUILD_ENVIRONMENT("VK_WORKSPACE_ID=" ID_B "\0VK_ATTEMPT_ID=" ID_A);
    assert_id(&swapped->marks.attempt_id, ID_B);
    assert_id(&swapped->marks.other_attempt_id, ID_A);
}

static void test_first_wins(void)
{
    g_autoptr(VkpImage) image = BUILD_ENVIRONMENT(
        "VK_TASK_ID=nonsense\0VK_TASK_ID=" NIL "\0VK_TASK_ID=" ID_A "\0VK_TASK_ID=" ID_B
        "\0VK_PROJECT_NAME=\0VK_PROJECT_NAME=one\0VK_PROJECT_NAME=two");
    assert_id(&image->marks.task_id, ID_A);
    g_assert_cmpstr(image->marks.project_name, ==, "one");
}

static void test_not_marks(void)
{
    g_autoptr(VkpImage) image = BUILD_ENVIRONMENT(
        "XVK_TASK_ID=" ID_A "\0VK_TASK_IDS=" ID_A "\0VK_TASK_I=" ID_A "\0vk_task_id=" ID_A
        "\0 VK_TASK_ID=" ID_A "\0VK_TASK_ID =" ID_A "\0VK_TASK_ID" ID_A "\0VK_TASK_ID=" ID_A
        " \0VK_TASK_ID=aaaaaaaa_aaaa_4aaa_8aaa_aaaaaaaaaaaa\0VK_TASK_ID= " ID_A
        "\0VK_TASK_ID={" ID_A "}\0VK_TASK_ID=\0VK_TASK_ID\0VK_=\0V\0"
        "VK_DATABASE_PATH=/x\0VIBE_KANBAN_TERMINAL=0\0VIBE_KANBAN_TERMINAL=11\0"
        "VIBE_KANBAN_TERMINAL=\0VIBE_KANBAN_TERMINAL\0A=VK_TASK_ID=" ID_A "\nVK_TASK_ID=" ID_A);
    const VkpMarks *marks = &image->marks;
    static const VkpUuid nil;
    const VkpUuid *ids[] = {&marks->attempt_id, &marks->other_attempt_id, &marks->task_id,
                            &marks->project_id, &marks->execution_id,     &marks->session_id};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        g_assert_true(vkp_uuid_equal(ids[i], &nil));
    g_assert_null(marks->project_name);
    g_assert_null(marks->branch);
    g_assert_false(marks->is_terminal);
    g_assert_true(image->environment_known);
}

static void test_origins(void)
{
    const struct {
        const char *variable;
        pid_t pids[3]; /* of tmux, screen, a service */
    } cases[] = {{"TMUX=/tmp/tmux-1000/default,3537,0", {3537}},
                 {"TMUX=/tmp/a,77,b/default,3537,12", {3537, 0, 0}},
                 {"STY=3537.pts-0.host", {0, 3537, 0}},
                 {"SYSTEMD_EXEC_PID=3537", {0, 0, 3537}},
                 {"TMUX=3537", {0}},
                 {"TMUX=/tmp/x,-1,0", {0}},
                 {"TMUX=/tmp/x,99999999999,0", {0}},
                 {"TMUX_PANE=/tmp/x,3537,0", {0}},
                 {"STY=35x.pts", {0}},
                 {"SYSTEMD_EXEC_PID=35 37", {0}}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *variable = cases[i].variable;
        g_autofree char *exact = g_memdup2(variable, strlen(variable));
        g_autoptr(VkpImage) image = vkp_image_build("x", 2, FALSE, exact, strlen(variable));
        const pid_t pids[] = {image->marks.tmux, image->marks.screen, image->marks.service};
        g_assert_cmpmem(pids, sizeof pids, cases[i].pids, sizeof cases[i].pids);
    }
}

static void test_late_mark(void)
{
    g_autoptr(GString) environment = g_string_new(NULL);
    while (environment->len < 4 * 1024 * 1024)
        g_string_append_len(environment, "VARIABLE=some value of no interest", 35);
    static const char mark[] = "VK_ATTEMPT_ID=" ID_A;
    g_string_append_len(environment, mark, sizeof mark - 1); /* without a final NUL */
    g_autoptr(VkpImage) image = vkp_image_build("x", 2, FALSE, environment->str, environment->len);
    assert_id(&image->marks.attempt_id, ID_A);
}

static void test_hostile_names(void)
{
    g_autofree char *long_name = g_strnfill(100000, 'n');
    g_autofree char *environment = g_strconcat("VK_PROJECT_NAME=\xff", long_name, NULL);
    g_autoptr(VkpImage) image = vkp_image_build("x", 2, FALSE, environment, strlen(environment));
    g_assert_true(vkp_text_is_valid(image->marks.project_name));
    g_assert_cmpuint(strlen(image->marks.project_name), <=, 1024);
    g_assert_true(g_str_has_prefix(image->marks.project_name, "\xef\xbf\xbdnnn"));
}

static void test_keep_marks(void)
{
    static const char marked[] = "VK_TASK_ID=" ID_A "\0VK_PROJECT_NAME=p\0VK_ATTEMPT_BRANCH=b";
    g_autoptr(VkpImage) earlier = BUILD_ENVIRONMENT(marked);
    g_autoptr(VkpImage) overwritten = BUILD_ENVIRONMENT("title goes on here");
    g_autoptr(VkpImage) unreadable = BUILD_COMMAND("x");
    g_autoptr(VkpImage) others = BUILD_ENVIRONMENT("VK_TASK_ID=" ID_B);
    vkp_image_keep_marks(overwritten, earlier);
    vkp_image_keep_marks(unreadable, earlier);
    vkp_image_keep_marks(others, earlier);
    assert_id(&overwritten->marks.task_id, ID_A);
    g_assert_cmpstr(overwritten->marks.project_name, ==, "p");
    g_assert_cmpstr(overwritten->marks.branch, ==, "b");
    assert_id(&unreadable->marks.task_id, ID_A);
    g_assert_true(unreadable->environment_known);
    assert_id(&others->marks.task_id, ID_B);
    g_assert_null(others->marks.project_name);

    /* Any one mark is a mark. */
    static const char *const alone[] = {
        "VIBE_KANBAN_TERMINAL=1", "VK_PROJECT_NAME=q",   "VK_ATTEMPT_BRANCH=c",
        "VK_ATTEMPT_ID=" ID_B,    "VK_PROJECT_ID=" ID_B, "VK_EXECUTION_PROCESS_ID=" ID_B,
        "VK_SESSION_ID=" ID_B,
    };
    for (guint i = 0; i < G_N_ELEMENTS(alone); i++) {
        g_autoptr(VkpImage) image = vkp_image_build("x", 2, FALSE, alone[i], strlen(alone[i]));
        vkp_image_keep_marks(image, earlier);
        g_assert_true(vkp_uuid_is_nil(&image->marks.task_id));
    }

    g_autoptr(VkpImage) never_known = BUILD_COMMAND("x");
    g_autoptr(VkpImage) still_unknown = BUILD_COMMAND("x");
    vkp_image_keep_marks(still_unknown, never_known);
    g_assert_false(still_unknown->environment_known);
}

static void test_for_command(void)
{
    static const char *const command[] = {"npm", "", "run dev", NULL};
    g_autoptr(VkpImage) image = vkp_image_new_for_command(command, FALSE);
    assert_words(image, "npm||run dev");
    g_assert_false(image->command_cut);
    g_autoptr(VkpImage) cut = vkp_image_new_for_command(command, TRUE);
    g_assert_true(cut->command_cut);
    g_autoptr(VkpImage) none = vkp_image_new_for_command(NULL, FALSE);
    g_assert_cmpuint(g_strv_length(none->command), ==, 0);
    g_autofree char *word = g_strnfill(3000, 'w');
    const char *const words[] = {word, word, word, NULL};
    g_autoptr(VkpImage) bounded = vkp_image_new_for_command(words, FALSE);
    g_assert_true(bounded->command_cut);
    g_assert_cmpuint(total_bytes(bounded), <=, VKP_COMMAND_MAX_BYTES);
}

static void test_folder(void)
{
    static const VkpInode chain[] = {{1, 3}, {1, 2}};
    g_autoptr(VkpFolder) folder = vkp_folder_new("/a\xff/b", TRUE, chain, 2);
    g_assert_cmpstr(folder->path, ==, "/a\xef\xbf\xbd/b");
    g_assert_true(folder->deleted);
    g_assert_cmpuint(folder->n_chain, ==, 2);
    g_assert_true(vkp_inode_equal(folder->chain[1], chain[1]));
    g_autoptr(VkpFolder) bare = vkp_folder_new("/", FALSE, NULL, 0);
    g_assert_cmpuint(bare->n_chain, ==, 0);
}

static void test_equal(void)
{
    static const char *const environments[] = {
        "x",
        "VK_ATTEMPT_ID=" ID_A,
        "VK_ATTEMPT_ID=" ID_B,
        "VK_ATTEMPT_ID=" ID_A "\nVK_WORKSPACE_ID=" ID_B,
        "VK_TASK_ID=" ID_A,
        "VK_PROJECT_ID=" ID_A,
        "VK_EXECUTION_PROCESS_ID=" ID_A,
        "VK_SESSION_ID=" ID_A,
        "VK_PROJECT_NAME=p",
        "VK_ATTEMPT_BRANCH=b",
        "VIBE_KANBAN_TERMINAL=1",
    };
    for (guint i = 0; i < G_N_ELEMENTS(environments); i++)
        for (guint j = 0; j < G_N_ELEMENTS(environments); j++) {
            g_autofree char *one = g_strdelimit(g_strdup(environments[i]), "\n", '\0');
            g_autofree char *other = g_strdelimit(g_strdup(environments[j]), "\n", '\0');
            g_autoptr(VkpImage) a = vkp_image_build("x", 2, FALSE, one, strlen(environments[i]));
            g_autoptr(VkpImage) b = vkp_image_build("x", 2, FALSE, other, strlen(environments[j]));
            g_assert_cmpint(vkp_image_equal(a, b), ==, i == j);
        }
}

static void test_unequal(void)
{
    g_autoptr(VkpImage) plain = vkp_image_build("x", 2, FALSE, "", 0);
    g_autoptr(VkpImage) certain = vkp_image_build("x", 2, FALSE, "", 0);
    g_autoptr(VkpImage) elsewhere = vkp_image_build("x", 2, FALSE, "", 0);
    g_autoptr(VkpImage) cut = vkp_image_build("x", 2, TRUE, "", 0);
    g_autoptr(VkpImage) unknown = vkp_image_build("x", 2, FALSE, NULL, 0);
    g_autoptr(VkpImage) other = vkp_image_build("y", 2, FALSE, "", 0);
    certain->is_certain = TRUE;
    elsewhere->place.environment_end = 16;
    const VkpImage *different[] = {certain, elsewhere, cut, unknown, other};
    for (guint i = 0; i < G_N_ELEMENTS(different); i++)
        g_assert_false(vkp_image_equal(plain, different[i]));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/image/command/is-split-at-its-nuls", test_words);
    g_test_add_func("/image/command/may-be-empty", test_no_words);
    g_test_add_func("/image/command/a-rewritten-title-is-one-word", test_titles);
    g_test_add_func("/image/command/any-bytes-become-valid-text", test_hostile_bytes);
    g_test_add_func("/image/command/a-long-word-is-cut", test_long_word);
    g_test_add_func("/image/command/many-words-are-cut", test_many_words);
    g_test_add_func("/image/command/what-grows-in-cleaning-is-cut", test_long_garbage);
    g_test_add_func("/image/command/is-cut-between-characters", test_cut_character);
    g_test_add_func("/image/command/random-bytes-do-no-harm", test_random_commands);
    g_test_add_func("/image/command/a-client-builds-one-too", test_for_command);
    g_test_add_func("/image/marks/all-of-them-are-found", test_all_marks);
    g_test_add_func("/image/marks/an-attempt-has-three-names", test_attempt_names);
    g_test_add_func("/image/marks/two-attempts-are-both-kept", test_two_attempts);
    g_test_add_func("/image/marks/the-first-well-formed-one-wins", test_first_wins);
    g_test_add_func("/image/marks/what-only-looks-like-one-is-none", test_not_marks);
    g_test_add_func("/image/marks/a-multiplexer-and-a-service-are-told", test_origins);
    g_test_add_func("/image/marks/one-behind-megabytes-is-found", test_late_mark);
    g_test_add_func("/image/marks/names-are-bounded-and-valid", test_hostile_names);
    g_test_add_func("/image/equal/every-mark-counts", test_equal);
    g_test_add_func("/image/equal/all-else-counts-too", test_unequal);
    g_test_add_func("/image/marks/outlive-a-rewritten-title", test_keep_marks);
    g_test_add_func("/image/folder/path-is-valid-text", test_folder);
    return g_test_run();
}
