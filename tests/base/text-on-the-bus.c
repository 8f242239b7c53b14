/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <systemd/sd-bus.h>

/* sd-bus refuses a string that it does not like when it is appended to a message, and the field is
 * lost. So what we call valid must be exactly what it takes. */

#define STRINGS_A_MESSAGE 10000

typedef struct {
    sd_bus *bus;
    sd_bus_message *message;
    guint n_appended;
    int other_end;
} Fixture;

/* A connection that was begun and never answered: messages can be built on it. */
static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int sockets[2];
    g_assert_no_errno(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets));
    fixture->other_end = sockets[1];
    g_assert_cmpint(sd_bus_new(&fixture->bus), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(fixture->bus, sockets[0], sockets[0]), >=, 0);
    g_assert_cmpint(sd_bus_start(fixture->bus), >=, 0);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    sd_bus_message_unref(fixture->message);
    sd_bus_close(fixture->bus);
    sd_bus_unref(fixture->bus);
    close(fixture->other_end);
}

static gboolean bus_takes(Fixture *fixture, const char *text)
{
    if (fixture->n_appended % STRINGS_A_MESSAGE == 0) {
        fixture->message = sd_bus_message_unref(fixture->message);
        g_assert_cmpint(sd_bus_message_new_signal(fixture->bus, &fixture->message, "/test",
                                                  "test.Test", "Test"),
                        >=, 0);
    }
    fixture->n_appended++;
    return sd_bus_message_append(fixture->message, "s", text) >= 0;
}

/* Encodes whatever it is told to, also what no encoder should. */
static void encode(guint32 character, char text[5])
{
    memset(text, 0, 5);
    if (character < 0x80) {
        text[0] = (char)character;
    } else if (character < 0x800) {
        text[0] = (char)(0xc0 | character >> 6);
        text[1] = (char)(0x80 | (character & 0x3f));
    } else if (character < 0x10000) {
        text[0] = (char)(0xe0 | character >> 12);
        text[1] = (char)(0x80 | (character >> 6 & 0x3f));
        text[2] = (char)(0x80 | (character & 0x3f));
    } else {
        text[0] = (char)(0xf0 | character >> 18);
        text[1] = (char)(0x80 | (character >> 12 & 0x3f));
        text[2] = (char)(0x80 | (character >> 6 & 0x3f));
        text[3] = (char)(0x80 | (character & 0x3f));
    }
}

static void test_all_characters(Fixture *fixture, gconstpointer data)
{
    (void)data;
    guint n_refused = 0;
    for (guint32 character = 1; character < 0x1fffff; character++) {
        char text[5];
        encode(character, text);
        gboolean is_valid = vkp_text_is_valid(text);
        if (bus_takes(fixture, text) != is_valid)
            g_error("U+%04X: we say %d", character, is_valid);
        n_refused += !is_valid && character <= 0x10ffff;
    }
    /* 2,048 surrogates, 32 + 34 noncharacters. */
    g_assert_cmpuint(n_refused, ==, 2048 + 32 + 34);
}

static void test_random_bytes(Fixture *fixture, gconstpointer data)
{
    (void)data;
    guint n_refused = 0;
    for (guint round = 0; round < 300000; round++) {
        char text[9] = {0};
        gsize length = (gsize)g_test_rand_int_range(1, sizeof text);
        for (gsize i = 0; i < length; i++)
            text[i] = (char)g_test_rand_int_range(g_test_rand_int_range(0, 4) ? 0x80 : 1, 256);
        gboolean is_valid = vkp_text_is_valid(text);
        n_refused += !is_valid;
        g_assert_cmpint(bus_takes(fixture, text), ==, is_valid);
        g_autofree char *cleaned = vkp_text_dup_valid(text, strlen(text), 100);
        g_assert_true(bus_takes(fixture, cleaned));
    }
    g_assert_cmpuint(n_refused, >, 1000);
}

/* Every sequence of three bytes that begins like a character of three. */
static void test_three_bytes(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint first = 0xe0; first < 0xf0; first++) {
        for (guint second = 0x70; second < 0xd0; second++) {
            for (guint third = 0x70; third < 0xd0; third++) {
                const char text[] = {(char)first, (char)second, (char)third, '\0'};
                g_assert_cmpint(bus_takes(fixture, text), ==, vkp_text_is_valid(text));
            }
        }
    }
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/text/bus/agrees-on-every-character", test_all_characters);
    ADD("/text/bus/agrees-on-random-bytes", test_random_bytes);
    ADD("/text/bus/agrees-on-three-bytes", test_three_bytes);
    return g_test_run();
}
