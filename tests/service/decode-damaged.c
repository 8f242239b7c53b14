/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that cannot be read to their end: their bytes are not what their signature says, or
 * sd-bus fails. A bus daemon should refuse the former; sd-bus looks at a body only when it is read,
 * so they come as far as to us. */
#include <dlfcn.h>
#include <errno.h>
#include <gio/gio.h>
#include <sys/socket.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "service/decode.h"
#include "service/sd-pointers.h"

#define BODY_SIZE_AT 4 /* in the head of a message, a guint32 */

/* How many calls from now one of those below fails, as if there were no memory; 0: none does. */
static guint countdown;

static gboolean fails(void)
{
    return countdown > 0 && --countdown == 0;
}

/* sd-bus's own, of the same name. */
#define NEXT(name) __extension__(__typeof__(name) *) dlsym(RTLD_NEXT, #name)

int sd_bus_message_enter_container(sd_bus_message *message, char type, const char *contents)
{
    return fails() ? -ENOMEM : (NEXT(sd_bus_message_enter_container))(message, type, contents);
}

int sd_bus_message_exit_container(sd_bus_message *message)
{
    return fails() ? -ENOMEM : (NEXT(sd_bus_message_exit_container))(message);
}

int sd_bus_message_peek_type(sd_bus_message *message, char *type, const char **contents)
{
    return fails() ? -ENOMEM : (NEXT(sd_bus_message_peek_type))(message, type, contents);
}

int sd_bus_message_read_basic(sd_bus_message *message, char type, void *into)
{
    return fails() ? -ENOMEM : (NEXT(sd_bus_message_read_basic))(message, type, into);
}

/* A connection to ourselves: what is written to `wire` comes out at `bus`. */
typedef struct {
    sd_bus *bus;
    sd_bus *peer;
    int wire;
    sd_bus_message *message; /* the last that came */
} Line;

static int keep(sd_bus_message *message, void *data, G_GNUC_UNUSED sd_bus_error *error)
{
    Line *line = data;
    line->message = sd_bus_message_ref(message);
    return 1;
}

static void set_up(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    int ends[2];
    g_assert_no_errno(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends));
    line->wire = ends[1];
    g_assert_cmpint(sd_bus_new(&line->bus), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(line->bus, ends[0], ends[0]), >=, 0);
    g_assert_cmpint(sd_bus_add_filter(line->bus, NULL, keep, line), >=, 0);
    g_assert_cmpint(sd_bus_new(&line->peer), >=, 0);
    g_assert_cmpint(sd_bus_set_fd(line->peer, ends[1], ends[1]), >=, 0);
    g_assert_cmpint(
        sd_bus_set_server(line->peer, 1,
                          SD_ID128_MAKE(1, 2, 3, 4, 5, 6, 7, 8, 9, a, b, c, d, e, f, 0)),
        >=, 0);
    g_assert_cmpint(sd_bus_start(line->peer), >=, 0);
    g_assert_cmpint(sd_bus_start(line->bus), >=, 0);
    while (sd_bus_is_ready(line->bus) == 0 || sd_bus_is_ready(line->peer) == 0) {
        g_assert_cmpint(sd_bus_process(line->peer, NULL), >=, 0);
        g_assert_cmpint(sd_bus_process(line->bus, NULL), >=, 0);
    }
}

static void tear_down(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    sd_bus_close_unref(line->bus);
    sd_bus_close_unref(line->peer);
}

/* The message as it comes in. The caller unrefs it. */
static sd_bus_message *receive(Line *line, const guint8 *bytes, gsize size)
{
    g_assert_cmpint(write(line->wire, bytes, size), ==, (gssize)size);
    for (guint i = 0; !line->message && i < 10; i++)
        g_assert_cmpint(sd_bus_process(line->bus, NULL), >=, 0);
    g_assert_nonnull(line->message);
    return g_steal_pointer(&line->message);
}

/* The bytes of a call with this argument. */
static GByteArray *bytes_of(GVariant *argument)
{
    g_autoptr(GDBusMessage) call =
        g_dbus_message_new_method_call(NULL, "/org/example", "org.example.Nobody", "Call");
    g_dbus_message_set_serial(call, 1);
    g_dbus_message_set_byte_order(call, G_DBUS_MESSAGE_BYTE_ORDER_LITTLE_ENDIAN);
    g_dbus_message_set_body(call, g_variant_new_tuple(&argument, 1));
    g_autoptr(GError) error = NULL;
    gsize size;
    guint8 *blob = g_dbus_message_to_blob(call, &size, G_DBUS_CAPABILITY_FLAGS_NONE, &error);
    g_assert_no_error(error);
    return g_byte_array_new_take(blob, size);
}

static GByteArray *filter_bytes(void)
{
    return bytes_of(g_variant_new_parsed(
        "{'task_id': <'0b5e3c1a-8f7e-4d6c-9b2a-112233445566'>, 'executors_only': <true>,"
        " 'working_directory': <'/tmp/work'>, 'pid': <uint32 4242>}"));
}

static GByteArray *option_bytes(void)
{
    return bytes_of(g_variant_new_parsed("{'force': <true>, 'expected_ids': <['10:20', '11:21']>,"
                                         " 'timeout_ms': <uint32 100>}"));
}

static guint32 body_size_of(const GByteArray *call)
{
    guint32 size;
    memcpy(&size, call->data + BODY_SIZE_AT, sizeof size);
    return GUINT32_FROM_LE(size);
}

static void assert_decent(gboolean is_taken, const GError *error)
{
    g_assert_cmpint(is_taken, ==, error == NULL);
    if (!error)
        return;
    g_assert_true(error->domain == VKP_ERROR);
    g_assert_true(vkp_text_is_valid(error->message));
    g_assert_cmpuint(strlen(error->message), <, 1000);
}

static gboolean is_filter(Line *line, const GByteArray *call)
{
    g_autoptr(sd_bus_message) message = receive(line, call->data, call->len);
    g_auto(VkpFilter) filter = {0};
    g_autoptr(GError) error = NULL;
    gboolean is_taken = vkp_decode_filter(message, &filter, &error);
    assert_decent(is_taken, error);
    g_assert_true(is_taken || !filter.working_directory);
    return is_taken;
}

static gboolean are_options(Line *line, const GByteArray *call)
{
    g_autoptr(sd_bus_message) message = receive(line, call->data, call->len);
    g_auto(VkpKillOptions) options = {0};
    g_autoptr(GError) error = NULL;
    gboolean is_taken = vkp_decode_kill_options(message, 2500, &options, &error);
    assert_decent(is_taken, error);
    g_assert_true(is_taken || !options.expected);
    return is_taken;
}

typedef gboolean (*Decode)(Line *line, const GByteArray *call);

/* How many of the calls that differ from this one by a byte of the body are refused. */
static guint count_refused(Line *line, const GByteArray *call, Decode decode)
{
    guint n_refused = 0;
    for (guint at = call->len - body_size_of(call); at < call->len; at++) {
        const guint8 original = call->data[at];
        const guint8 others[] = {0x00, 0xff, original ^ 1, original + 8, original | 0x80};
        for (guint i = 0; i < G_N_ELEMENTS(others); i++) {
            call->data[at] = others[i];
            n_refused += !decode(line, call);
        }
        call->data[at] = original;
    }
    g_assert_true(decode(line, call));
    return n_refused;
}

static void test_damaged_byte(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GByteArray) filter = filter_bytes();
    g_autoptr(GByteArray) options = option_bytes();
    g_assert_cmpuint(count_refused(line, filter, is_filter), >, body_size_of(filter));
    g_assert_cmpuint(count_refused(line, options, are_options), >, body_size_of(options));
}

/* Shorter by some bytes, of which the head knows and the body does not. */
static void assert_cuts_refused(Line *line, const GByteArray *call, Decode decode)
{
    guint32 whole = body_size_of(call);
    for (guint32 size = 1; size < whole; size++) {
        guint32 little = GUINT32_TO_LE(size);
        g_autoptr(GByteArray) cut = g_byte_array_new();
        g_byte_array_append(cut, call->data, call->len - whole + size);
        memcpy(cut->data + BODY_SIZE_AT, &little, sizeof little);
        g_assert_false(decode(line, cut));
    }
}

static void test_cut_body(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GByteArray) filter = filter_bytes();
    g_autoptr(GByteArray) options = option_bytes();
    assert_cuts_refused(line, filter, is_filter);
    assert_cuts_refused(line, options, are_options);
}

/* As many bytes fewer are said to be in the dictionary's array: it ends within an entry. */
static void assert_short_arrays_refused(Line *line, const GByteArray *call, Decode decode)
{
    guint8 *size_at = call->data + call->len - body_size_of(call);
    guint32 whole;
    memcpy(&whole, size_at, sizeof whole);
    for (guint32 size = GUINT32_FROM_LE(whole) - 1; size > 0; size--) {
        guint32 little = GUINT32_TO_LE(size);
        memcpy(size_at, &little, sizeof little);
        (void)decode(line, call);
    }
}

static void test_short_array(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GByteArray) filter = filter_bytes();
    g_autoptr(GByteArray) options = option_bytes();
    assert_short_arrays_refused(line, filter, is_filter);
    assert_short_arrays_refused(line, options, are_options);
}

/* The Nth call fails, for every N until there are no more; returns how many there were. */
static guint count_failing_calls(Line *line, const GByteArray *call, Decode decode)
{
    for (guint n = 1;; n++) {
        countdown = n;
        gboolean is_taken = decode(line, call);
        gboolean has_failed = countdown == 0;
        countdown = 0;
        g_assert_cmpint(is_taken, ==, !has_failed);
        if (!has_failed)
            return n - 1;
    }
}

static void test_failing_call(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GByteArray) filter = filter_bytes();
    g_autoptr(GByteArray) options = option_bytes();
    /* Of four entries seven each; of three, and a list of two within. Then those around them. */
    g_assert_cmpuint(count_failing_calls(line, filter, is_filter), ==, 4 * 7 + 3);
    g_assert_cmpuint(count_failing_calls(line, options, are_options), ==, 3 * 7 + 4 + 3);
}

static void test_no_dictionary(Line *line, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const arguments[] = {"'text'", "@as []", "@a{ss} {}", "({'pid': <1>},)"};
    for (guint i = 0; i < G_N_ELEMENTS(arguments); i++) {
        g_autoptr(GByteArray) call = bytes_of(g_variant_new_parsed(arguments[i]));
        g_assert_false(is_filter(line, call));
        g_assert_false(are_options(line, call));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/service/decode-damaged/" name, Line, NULL, set_up, function, tear_down)
    ADD("any-other-byte-is-refused-or-another-value", test_damaged_byte);
    ADD("a-body-cut-anywhere-is-refused", test_cut_body);
    ADD("a-short-array-does-no-harm", test_short_array);
    ADD("a-failure-of-any-call-is-a-refusal", test_failing_call);
    ADD("what-is-no-dictionary-is-refused", test_no_dictionary);
    return g_test_run();
}
