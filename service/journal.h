/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/plan.h"

/* One call of Kill, to be logged. */
typedef struct {
    const char *caller; /* unique name; NULL: none */
    pid_t caller_pid;   /* 0: not known */
    uid_t caller_uid;
    const char *scope; /* as in the call: may be any text */
    const char *target;
    const VkpKillOptions *options; /* NULL: could not be read */
    const GPtrArray *results;      /* VkpResult; NULL: refused */
    gboolean is_given_up;          /* the service ended before every outcome was known */
    const char *refusal;           /* why it was refused; NULL: it was not */
} VkpKillRecord;

/* Writes one structured line: to the journal under systemd, to standard error elsewhere. */
void vkp_journal_kill(const VkpKillRecord *record);
