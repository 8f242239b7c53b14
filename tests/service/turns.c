/* SPDX-License-Identifier: Apache-2.0 */
#include "service/turns.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "common/base/file.h"
#include "service/sd-pointers.h"

/* Calls that only say that their turn has come, or that it won't: "a" of the first caller, "-a".
 * Digits take long, as a look at a very full system; all others some time. */

#define N_CALLERS 3

typedef struct {
    sd_event *event;
    VkpTurns *turns;
    VkpCaller *callers[N_CALLERS];
    GString *said;
} Scene;

typedef struct {
    Scene *scene;
    VkpCaller *caller;
    char letter;
} Call;

static void say(Call *call, const char *before)
{
    g_string_append_printf(call->scene->said, "%s%c", before, call->letter);
    vkp_caller_end_call(call->caller);
    g_free(call);
}

#define USEC 1000
#define DEAR_USEC (50 * 1000)

static void serve(void *call)
{
    gboolean is_dear = g_ascii_isdigit(((const Call *)call)->letter);
    gint64 end = g_get_monotonic_time() + (is_dear ? DEAR_USEC : USEC);
    while (g_get_monotonic_time() < end)
        ;
    say(call, "");
}

static void drop(void *call)
{
    say(call, "-");
}

static const VkpTurnKind staying = {serve, drop, TRUE};
static const VkpTurnKind leaving = {serve, drop, FALSE};

/* A letter each: of small ones all outlive their caller, of capitals none does. */
static void line_up(Scene *scene, guint caller, const char *letters)
{
    for (; *letters; letters++) {
        Call *call = g_new0(Call, 1);
        *call = (Call){scene, vkp_caller_begin_call(scene->callers[caller]), *letters};
        vkp_turns_line_up(scene->turns, scene->callers[caller],
                          g_ascii_isupper(*letters) ? &leaving : &staying, call);
    }
}

static void leave(Scene *scene, guint caller)
{
    scene->callers[caller]->has_left = TRUE;
    vkp_turns_note_left(scene->turns);
}

/* Until there is nothing to be done any more. */
static void assert_said(Scene *scene, const char *expected)
{
    while (sd_event_run(scene->event, 0) > 0)
        ;
    g_assert_cmpstr(scene->said->str, ==, expected);
    for (guint i = 0; i < N_CALLERS; i++)
        g_assert_cmpuint(scene->callers[i]->n_calls, ==, 0);
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(sd_event_new(&scene->event), >=, 0);
    scene->turns = vkp_turns_new(scene->event, NULL);
    g_assert_nonnull(scene->turns);
    scene->said = g_string_new(NULL);
    for (guint i = 0; i < N_CALLERS; i++)
        scene->callers[i] = g_rc_box_new0(VkpCaller);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_turns_free(scene->turns);
    sd_event_unref(scene->event);
    g_string_free(scene->said, TRUE);
    for (guint i = 0; i < N_CALLERS; i++) {
        g_assert_cmpuint(scene->callers[i]->n_calls, ==, 0);
        g_rc_box_release(scene->callers[i]);
    }
}

static void test_turns(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    line_up(scene, 0, "12345");
    g_assert_cmpstr(scene->said->str, ==, "");
    g_assert_cmpint(sd_event_run(scene->event, 0), >, 0);
    g_assert_cmpint(sd_event_run(scene->event, 0), >, 0);
    line_up(scene, 1, "bbb");
    line_up(scene, 2, "c");
    assert_said(scene, "12bcbb345");
}

/* Who did not ask for long is no better off than who comes for the first time. */
static void test_savings(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    line_up(scene, 1, "b");
    line_up(scene, 0, "1234");
    assert_said(scene, "b1234");
    line_up(scene, 0, "5");
    line_up(scene, 1, "6789");
    for (guint i = 0; i < 3; i++)
        g_assert_cmpint(sd_event_run(scene->event, 0), >, 0);
    g_assert_nonnull(strchr(scene->said->str, '5'));
}

static void test_left(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    line_up(scene, 0, "aAa");
    line_up(scene, 1, "bB");
    line_up(scene, 2, "333");
    g_assert_cmpint(sd_event_run(scene->event, 0), >, 0);
    leave(scene, 0);
    leave(scene, 1);
    assert_said(scene, "a-A-B3ab33");
}

/* Whoever comes and goes without end leaves no more than so many behind. */
static void test_many_left(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *many = g_strnfill(VKP_TURNS_MAX_LEFT, 'a');
    g_autofree char *expected = g_strconcat("-b", many, NULL);
    line_up(scene, 0, many);
    line_up(scene, 1, "b");
    leave(scene, 0);
    leave(scene, 1);
    assert_said(scene, expected);
}

static int stay_busy(G_GNUC_UNUSED sd_event_source *source, G_GNUC_UNUSED int fd,
                     G_GNUC_UNUSED uint32_t events, G_GNUC_UNUSED void *data)
{
    return 0;
}

/* As when messages come in without a break. */
static void test_busy(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_auto(VkpFd) fd = eventfd(1, EFD_CLOEXEC);
    sd_event_source *busy = NULL;
    g_assert_cmpint(sd_event_add_io(scene->event, &busy, fd, EPOLLIN, stay_busy, NULL), >=, 0);
    line_up(scene, 0, "aa");
    line_up(scene, 1, "b");
    gint64 end = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
    while (scene->said->len < 3 && g_get_monotonic_time() < end)
        g_assert_cmpint(sd_event_run(scene->event, 0), >, 0);
    g_assert_cmpstr(scene->said->str, ==, "aba");
    sd_event_source_disable_unref(busy);
    assert_said(scene, "aba");
}

static void test_dear(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_auto(VkpFd) fd = eventfd(1, EFD_CLOEXEC);
    sd_event_source *busy = NULL;
    g_assert_cmpint(sd_event_add_io(scene->event, &busy, fd, EPOLLIN, stay_busy, NULL), >=, 0);
    line_up(scene, 0, "12");
    gint64 served_usec = 0;
    while (scene->said->len < 2) {
        if (scene->said->len == 0)
            served_usec = g_get_monotonic_time();
        g_assert_cmpint(sd_event_run(scene->event, 0), >, 0);
    }
    g_assert_cmpint(g_get_monotonic_time() - served_usec, >=, 4 * DEAR_USEC);
    sd_event_source_disable_unref(busy);
    assert_said(scene, "12");
}

static void test_end(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    line_up(scene, 0, "aA");
    line_up(scene, 1, "b");
    g_clear_pointer(&scene->turns, vkp_turns_free);
    assert_said(scene, "-a-A-b");
}

static void add(const char *path, void (*test)(Scene *, gconstpointer))
{
    g_test_add(path, Scene, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("/service/turns/who-has-had-least-is-next", test_turns);
    add("/service/turns/nobody-saves-up", test_savings);
    add("/service/turns/who-has-left-shares-one", test_left);
    add("/service/turns/who-has-left-leaves-so-many-at-most", test_many_left);
    add("/service/turns/they-come-though-the-loop-is-never-at-rest", test_busy);
    add("/service/turns/dear-ones-leave-the-loop-most-of-the-time", test_dear);
    add("/service/turns/the-end-drops-who-waits", test_end);
    return g_test_run();
}
