/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/scope.h"
#include "common/proc/reader.h"

typedef struct {
    gboolean force;    /* SIGKILL at once */
    gboolean escalate; /* SIGKILL when the grace is over */
    guint grace_ms;    /* VKP_GRACE_DEFAULT_MS unless given */
    gboolean include_weak;
    gboolean dry_run;
    GHashTable *expected; /* set of identity texts; NULL: whatever the scope says. Owned. */
} VkpKillOptions;

void vkp_kill_options_clear(VkpKillOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpKillOptions, vkp_kill_options_clear)

/* The outcome for one process. */
typedef struct {
    VkpIdentity identity;
    char *name;
    VkpOutcome outcome;
    char *detail; /* for a person; NULL: nothing to add */
} VkpResult;

/* Copies `name`; `detail` may be NULL. */
VkpResult *vkp_result_new(VkpIdentity identity, const char *name, VkpOutcome outcome,
                          const char *detail);
void vkp_result_free(VkpResult *result); /* takes NULL */

typedef struct {
    GPtrArray *targets; /* VkpMember, parents first */
    GPtrArray *results; /* VkpResult: those decided already (protected, gone, would_kill) */
    VkpRoster *roster;  /* from which it was made; NULL: not known */
} VkpPlan;

/* Decides which members are to be signalled. Pure; keeps a reference to the roster. For single:
 * NOT_MANAGED when the pid is no member's, IDENTITY_CHANGED when the member has another start. A
 * scope without members gives an empty plan. In a dry run all targets become would_kill results. Of
 * `expected`, those that are not in the roster are `gone`, and those that the scope does not hit
 * any more have `survived`. */
VkpPlan *vkp_plan_build(const VkpScope *scope, const VkpKillOptions *options, VkpRoster *roster,
                        GError **error);
/* A plan knows only members. Takes the error of a plan for a single process and returns one that
 * also considers other processes: NOT_FOUND, IDENTITY_CHANGED, or the same. */
GError *vkp_plan_explain_refusal(GError *refusal, const VkpScope *scope, VkpReader *reader);

void vkp_plan_free(VkpPlan *plan); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpPlan, vkp_plan_free)

/* Whether the scope, if it covers this member (see scope.h), also hits it: it is alive, not
 * protected, and not spared as weak or as a shared daemon. `expected` is not considered. */
gboolean vkp_plan_hits(const VkpScope *scope, const VkpKillOptions *options,
                       const VkpMember *member);

/* Sorts members (VkpMember) so that parents come before their children, whatever their pids. */
void vkp_plan_sort(GPtrArray *members);

/* A process that is not in the roster may be alive: looks once more at those that are `gone`; those
 * that are alive, or cannot be seen, become `survived`. */
void vkp_results_verify(GPtrArray *results, VkpReader *reader);

/* exited, killed and gone count as killed; would_kill as neither; all others as failed. */
void vkp_results_count(const GPtrArray *results, guint *killed, guint *failed);
