/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/history.h"

typedef struct {
    VkpSample samples[VKP_HISTORY_LENGTH]; /* a ring; `next` is written next */
    guint next;
    guint n;
    guint round; /* the last vkp_history_take() that saw the row */
} Track;

struct VkpHistory {
    GHashTable *tracks; /* Track, by the key of its row */
    guint round;
};

VkpHistory *vkp_history_new(void)
{
    VkpHistory *history = g_new0(VkpHistory, 1);
    history->tracks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return history;
}

void vkp_history_free(VkpHistory *history)
{
    if (!history)
        return;
    g_hash_table_unref(history->tracks);
    g_free(history);
}

static void take_row(const VkpRow *row, gpointer user_data)
{
    VkpHistory *history = user_data;
    Track *track = g_hash_table_lookup(history->tracks, row->key);
    if (!track) {
        track = g_new0(Track, 1);
        g_hash_table_insert(history->tracks, g_strdup(row->key), track);
    }
    track->samples[track->next] = (VkpSample){
        .cpu_percent = (float)row->totals.cpu_percent,
        .memory_bytes = row->totals.memory_bytes,
    };
    track->next = (track->next + 1) % VKP_HISTORY_LENGTH;
    track->n = MIN(track->n + 1, VKP_HISTORY_LENGTH);
    track->round = history->round;
}

static gboolean is_stale(gpointer key G_GNUC_UNUSED, gpointer value, gpointer user_data)
{
    const Track *track = value;
    const VkpHistory *history = user_data;
    return track->round != history->round;
}

void vkp_history_take(VkpHistory *history, const VkpRows *rows)
{
    history->round++;
    vkp_rows_foreach(rows, take_row, history);
    g_hash_table_foreach_remove(history->tracks, is_stale, history);
}

guint vkp_history_copy(const VkpHistory *history, const char *key,
                       VkpSample samples[VKP_HISTORY_LENGTH])
{
    const Track *track = g_hash_table_lookup(history->tracks, key);
    if (!track)
        return 0;
    guint first = (track->next + VKP_HISTORY_LENGTH - track->n) % VKP_HISTORY_LENGTH;
    for (guint i = 0; i < track->n; i++)
        samples[i] = track->samples[(first + i) % VKP_HISTORY_LENGTH];
    return track->n;
}
