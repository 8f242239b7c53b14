/* SPDX-License-Identifier: Apache-2.0 */
#include "service/foreign.h"

void vkp_foreign_add_ids(GHashTable *ids, const VkpBoard *other)
{
    g_autoptr(GHashTable) found = vkp_board_dup_ids(other);
    GHashTableIter iterator;
    gpointer id;
    g_hash_table_iter_init(&iterator, found);
    while (g_hash_table_iter_next(&iterator, &id, NULL))
        (void)vkp_uuid_set_add(ids, id);
}

void vkp_foreign_add_continued(GHashTable *attempts, const VkpBoard *ours, const VkpBoard *other)
{
    for (guint i = 0; i < vkp_board_n_executions(other); i++) {
        const VkpExecution *execution = vkp_board_execution_at(other, i);
        const VkpUuid *attempt = &execution->attempt_id;
        if (vkp_board_lookup_attempt(ours, attempt) &&
            !vkp_board_lookup_execution(ours, &execution->id))
            (void)vkp_uuid_set_add(attempts, attempt);
    }
}
