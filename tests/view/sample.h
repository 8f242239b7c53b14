/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"

/* Members made by hand. Numbers stand for ids: 0 is nil. */
typedef struct {
    pid_t pid;
    pid_t parent;
    guint64 start; /* in seconds; 0: the pid */
    const char *name;
    const char *const *command;
    const char *folder;
    const guint16 *ports; /* 0-terminated */
    double cpu;
    guint64 memory;
    guint project;
    const char *project_name;
    guint task;
    const char *task_title;
    guint attempt;
    const char *attempt_name;
    const char *branch;
    const char *agent;
    guint execution;
    VkpKind kind;
    gboolean is_executor;
    gboolean is_protected;
    VkpLeftoverReason leftover;
    guint confidence; /* 0: 70 */
} Sample;

VkpMember *sample_member(const Sample *sample);

/* Adds a member to an open roster. */
void sample_add(VkpRoster *roster, const Sample *sample);
#define SAMPLE_ADD(roster, ...) sample_add((roster), &(const Sample){__VA_ARGS__})

/* An id whose last byte is the number. */
VkpUuid sample_uuid(guint number);

/* Two projects: Alpha (1) with the tasks Login (1) and Cart (2) of one attempt each and two
 * leftovers, and Beta (2) with an attempt (3) that has no task. Sealed. */
VkpRoster *sample_roster(void);
