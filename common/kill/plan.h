/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/scope.h"
#include "common/proc/reader.h"

typedef struct {
    gboolean force;    /* SIGKILL at once */
    gboolean escalate; /* SIGKILL when the grace is over */
    guint grace_ms;    /* VKP_GRACE_DEFAULT_MS unless asked */
    gboolean include_weak;
    gboolean dry_run;
    GHashTable *expected; /* set of identity texts; NULL: whatever the scope says. Owned. */
} VkpKillOptions;

void vkp_kill_options_clear(VkpKillOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpKillOptions, vkp_kill_options_clear)

/* What became of one process, or would. */
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
    GPtrArray *results; /* VkpResult: who is already decided (protected, gone, would_kill) */
    VkpRoster *roster;  /* by which it was made; NULL: not known */
} VkpPlan;

/* Decides who is to be signalled. Pure; keeps a reference to the roster. For single: NOT_MANAGED
 * when the pid is no member's, IDENTITY_CHANGED when it has another start. An empty scope is an
 * empty plan. In a dry run all targets become would_kill results. Of `expected`, whoever is in no
 * roster is `gone` and whoever the scope does not hit any more has `survived`. */
VkpPlan *vkp_plan_build(const VkpScope *scope, const VkpKillOptions *options, VkpRoster *roster,
                        GError **error);
/* The plan knows members only. Takes its refusal of a single process and returns the one that tells
 * what became of it: NOT_FOUND, IDENTITY_CHANGED, or the same. */
GError *vkp_plan_explain_refusal(GError *refusal, const VkpScope *scope, VkpReader *reader);

void vkp_plan_free(VkpPlan *plan); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpPlan, vkp_plan_free)

/* Whether the scope hits this member, once it covers it: it lives, is not protected, and is not
 * spared as weak or as a shared daemon. Expectation is not asked. */
gboolean vkp_plan_hits(const VkpScope *scope, const VkpKillOptions *options,
                       const VkpMember *member);

/* Sorts members (VkpMember) so that parents come before their children, whatever their pids. */
void vkp_plan_sort(GPtrArray *members);

/* Being in no roster is not death: looks once more at those who are `gone`; who lives, or cannot be
 * seen, has `survived`. */
void vkp_results_verify(GPtrArray *results, VkpReader *reader);

/* exited, killed and gone count as killed; would_kill as neither; all else as failed. */
void vkp_results_count(const GPtrArray *results, guint *killed, guint *failed);
