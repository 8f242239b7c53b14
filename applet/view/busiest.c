/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/busiest.h"

struct VkpBusiest {
    guint n_slots;
    char **keys; /* n_slots of them, each NULL or a row's key */
};

VkpBusiest *vkp_busiest_new(guint n_slots)
{
    VkpBusiest *self = g_new0(VkpBusiest, 1);
    self->n_slots = n_slots;
    self->keys = g_new0(char *, n_slots);
    return self;
}

void vkp_busiest_free(VkpBusiest *self)
{
    if (!self)
        return;
    for (guint i = 0; i < self->n_slots; i++)
        g_free(self->keys[i]);
    g_free(self->keys);
    g_free(self);
}

static void collect(const VkpRow *row, gpointer user_data)
{
    gboolean is_bare_attempt = row->kind == VKP_ROW_ATTEMPT && row->parent->kind != VKP_ROW_TASK;
    if ((row->kind == VKP_ROW_TASK || is_bare_attempt) && row->totals.n_targets > 0)
        g_ptr_array_add(user_data, (gpointer)row);
}

static int compare_load(gconstpointer a, gconstpointer b)
{
    const VkpTotals *left = &(*(const VkpRow *const *)a)->totals;
    const VkpTotals *right = &(*(const VkpRow *const *)b)->totals;
    if (left->cpu_percent < right->cpu_percent || left->cpu_percent > right->cpu_percent)
        return left->cpu_percent < right->cpu_percent ? 1 : -1;
    return (left->n_processes < right->n_processes) - (left->n_processes > right->n_processes);
}

static gboolean holds(const VkpBusiest *self, const char *key)
{
    for (guint i = 0; i < self->n_slots; i++)
        if (g_strcmp0(self->keys[i], key) == 0)
            return TRUE;
    return FALSE;
}

static void put(VkpBusiest *self, const char *key)
{
    for (guint i = 0; i < self->n_slots; i++) {
        if (self->keys[i])
            continue;
        self->keys[i] = g_strdup(key);
        return;
    }
}

/* Frees the slots of those that are not among `rows` any more. */
static void sweep(VkpBusiest *self, const GPtrArray *rows)
{
    for (guint slot = 0; slot < self->n_slots; slot++) {
        gboolean stays = FALSE;
        for (guint i = 0; i < rows->len && self->keys[slot]; i++)
            stays |=
                g_str_equal(((const VkpRow *)g_ptr_array_index(rows, i))->key, self->keys[slot]);
        if (!stays)
            g_clear_pointer(&self->keys[slot], g_free);
    }
}

void vkp_busiest_update(VkpBusiest *self, const VkpRows *rows)
{
    g_autoptr(GPtrArray) tasks = g_ptr_array_new();
    vkp_rows_foreach(rows, collect, tasks);
    g_ptr_array_sort(tasks, compare_load);
    if (tasks->len > self->n_slots)
        g_ptr_array_set_size(tasks, (gint)self->n_slots);
    sweep(self, tasks);
    for (guint i = 0; i < tasks->len; i++) {
        const VkpRow *row = g_ptr_array_index(tasks, i);
        if (!holds(self, row->key))
            put(self, row->key);
    }
}

const VkpRow *vkp_busiest_at(const VkpBusiest *self, const VkpRows *rows, guint slot)
{
    g_return_val_if_fail(slot < self->n_slots, NULL);
    return self->keys[slot] ? vkp_rows_lookup(rows, self->keys[slot]) : NULL;
}
