/* SPDX-License-Identifier: Apache-2.0 */
/* Damaged copies of a board: an error or a readable file, never a crash, a hang or a write. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "common/store/store.h"
#include "tests/lib/fake-board.h"
#include "tests/store/scratch.h"

#define N_COPIES 300
#define N_KINDS 5 /* of damage */
#define PAGE_BYTES 4096

static const VkpUuid nil;

static void fill(FakeBoard *board)
{
    fake_board_begin(board);
    fake_board_add_project(board, fake_id(1), "shop");
    fake_board_add_repo(board, fake_id(2), "web", NULL);
    for (guint i = 0; i < 60; i++) {
        g_autofree char *folder = g_strdup_printf("/w/%u", i);
        fake_board_add_task(board, fake_id(1000 + i), fake_id(1), folder, NULL);
        FakeAttempt attempt = {.id = fake_id(2000 + i),
                               .task_id = i % 2 ? fake_id(1000 + i) : nil,
                               .folder = folder,
                               .branch = "vk/branch"};
        fake_board_add_attempt(board, &attempt);
        fake_board_link_repo(board, attempt.id, fake_id(2));
        for (guint k = 0; k < 5; k++) {
            FakeExecution execution = {
                .id = fake_id(3000 + i * 5 + k), .attempt_id = attempt.id, .agent = "CODEX"};
            fake_board_add_execution(board, &execution);
        }
    }
    fake_board_commit(board);
}

/* Damage of the kinds that disks, crashes and copies do, a different one for each number. */
static void damage(GByteArray *bytes, guint number)
{
    g_autoptr(GRand) chance = g_rand_new_with_seed(number);
    guint n_pages = bytes->len / PAGE_BYTES;
    guint8 *page = bytes->data + (guint)g_rand_int_range(chance, 0, (gint)n_pages) * PAGE_BYTES;
    switch (number % N_KINDS) {
    case 0: /* single bytes anywhere */
        for (gint i = g_rand_int_range(chance, 1, 50); i > 0; i--)
            bytes->data[g_rand_int_range(chance, 100, (gint)bytes->len)] =
                (guint8)g_rand_int(chance);
        break;
    case 1: /* the header of a page, where its cells are counted and found */
        for (guint i = 0; i < 12; i++)
            page[i] = (guint8)g_rand_int(chance);
        break;
    case 2: /* a page that was never written */
        memset(page, 0, PAGE_BYTES);
        break;
    case 3: /* a page that came to another's place */
        memcpy(page, bytes->data + (guint)g_rand_int_range(chance, 0, (gint)n_pages) * PAGE_BYTES,
               PAGE_BYTES);
        break;
    default: /* cut off */
        g_byte_array_set_size(bytes, (guint)g_rand_int_range(chance, 1, (gint)bytes->len));
        break;
    }
}

static void test_copies(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *original = scratch_path(scratch, "original.sqlite");
    g_autoptr(FakeBoard) board = fake_board_new(original, FAKE_LAYOUT_E_LATE);
    fill(board);
    g_autofree char *whole = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(original, &whole, &length, NULL));
    guint n_in_state[VKP_DATABASE_CORRUPT + 1] = {0};
    guint n_ok_by_kind[N_KINDS] = {0};
    gint64 longest_usec = 0;
    for (guint i = 0; i < N_COPIES; i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)whole, (guint)length);
        damage(bytes, i);
        const char *path = scratch_path(scratch, "copy.sqlite");
        g_assert_true(
            g_file_set_contents(path, (const char *)bytes->data, (gssize)bytes->len, NULL));
        g_autoptr(VkpStore) store = vkp_store_new(path);
        gint64 started_usec = g_get_monotonic_time();
        vkp_store_refresh(store);
        longest_usec = MAX(longest_usec, g_get_monotonic_time() - started_usec);
        n_in_state[vkp_store_state(store)]++;
        n_ok_by_kind[i % N_KINDS] += vkp_store_state(store) == VKP_DATABASE_OK;
        g_autofree char *after = NULL;
        gsize length_after;
        g_assert_true(g_file_get_contents(path, &after, &length_after, NULL));
        g_assert_cmpmem(after, length_after, bytes->data, bytes->len);
    }
    guint n_ok = n_in_state[VKP_DATABASE_OK];
    g_test_message("%u copies: %u readable, %u corrupt, %u others; longest refresh %d us", N_COPIES,
                   n_ok, n_in_state[VKP_DATABASE_CORRUPT],
                   N_COPIES - n_ok - n_in_state[VKP_DATABASE_CORRUPT], (int)longest_usec);
    g_test_message("readable of %u each: bytes %u, page headers %u, zero pages %u, wrong pages %u, "
                   "cut off %u",
                   N_COPIES / N_KINDS, n_ok_by_kind[0], n_ok_by_kind[1], n_ok_by_kind[2],
                   n_ok_by_kind[3], n_ok_by_kind[4]);
    g_assert_cmpuint(n_ok, >, 0); /* or the damage would be none of the kind we meant */
    g_assert_cmpuint(n_ok, <, N_COPIES);
    g_assert_cmpuint(n_in_state[VKP_DATABASE_MISSING] + n_in_state[VKP_DATABASE_LOCKED], ==, 0);
    g_assert_cmpint(longest_usec, <, 10 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/corrupt/300-damaged-copies-neither-crash-nor-hang", test_copies);
    return g_test_run();
}
