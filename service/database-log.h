/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/contract.h"

/* Logs problems with the database once each, and that it can be read again. A problem that comes
 * and goes is logged only now and then. */
typedef struct VkpDatabaseLog VkpDatabaseLog;

/* The state of the database at one look. `problem` is a sentence with its path; NULL: it can be
 * read. */
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
