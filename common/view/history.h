/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/view/rows.h"

/* The last minute of CPU and memory of every row, by its key, for activity lines and plots. */
typedef struct VkpHistory VkpHistory;

#define VKP_HISTORY_LENGTH 60

/* One moment of one row. */
typedef struct {
    float cpu_percent;
    guint64 memory_bytes;
} VkpSample;

VkpHistory *vkp_history_new(void);
void vkp_history_free(VkpHistory *history); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpHistory, vkp_history_free)

/* Takes one sample of every row, and forgets rows that are gone. */
void vkp_history_take(VkpHistory *history, const VkpRows *rows);

/* Copies the samples of a row to `samples`, oldest first, and returns how many there are. */
guint vkp_history_copy(const VkpHistory *history, const char *key,
                       VkpSample samples[VKP_HISTORY_LENGTH]);
