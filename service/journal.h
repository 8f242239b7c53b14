/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/plan.h"

/* One request to kill, for the record. */
typedef struct {
    const char *caller; /* unique name; NULL: none */
    pid_t caller_pid;   /* 0: it is not known who has that name */
    uid_t caller_uid;
    const char *scope; /* as asked, may be anything */
    const char *target;
    const VkpKillOptions *options; /* NULL: could not be read */
    const GPtrArray *results;      /* VkpResult; NULL: refused */
    gboolean is_given_up;          /* before every fate was known */
    const char *refusal;           /* why it was refused; NULL: it was not */
} VkpKillRecord;

/* Writes one structured line: to the journal under systemd, to standard error elsewhere. */
void vkp_journal_kill(const VkpKillRecord *record);
