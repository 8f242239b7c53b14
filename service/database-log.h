/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/contract.h"

/* What the log has said of the database, so that it says each thing once: what is wrong with it,
 * and that it can be read after all. A trouble that comes and goes is told every so often only. */
typedef struct VkpDatabaseLog VkpDatabaseLog;

/* The database as of a look. `problem` is a sentence that names it; NULL: it can be read. */
typedef struct {
    const char *path;
    VkpDatabaseState state;
    const char *problem;
} VkpDatabaseNews;

VkpDatabaseLog *vkp_database_log_new(void);
void vkp_database_log_free(VkpDatabaseLog *log); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpDatabaseLog, vkp_database_log_free)

/* To be called at each look, with g_get_monotonic_time(). */
void vkp_database_log_note(VkpDatabaseLog *log, const VkpDatabaseNews *news, gint64 now_usec);
