/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/contract.h"
#include "common/roster/member.h"

/* A victim: a process that a kill is for, with what was shown of it, what the person decided, and
 * its outcome. */
typedef struct {
    VkpIdentity identity;
    char *name;
    VkpMember *member;     /* as it was in the list; NULL: it was not */
    gboolean is_weak;      /* may not belong to what it is listed for */
    gboolean is_protected; /* never killed */
    gboolean is_hidden;    /* the list's filter hides it */
    gboolean is_ticked;
    gboolean is_gone;     /* had exited before the dry run */
    gboolean is_unlisted; /* no longer in the list; it may come back */
    VkpOutcome outcome;   /* NONE until known */
    char *detail;         /* of the outcome; NULL: none */
} VkpVictim;

/* Neither gone nor unlisted. */
gboolean vkp_victim_is_there(const VkpVictim *victim);

/* Ticked, still there and not known to have ended. */
gboolean vkp_victim_is_remaining(const VkpVictim *victim);

/* Whether it is known to have ended. */
gboolean vkp_victim_is_dead(const VkpVictim *victim);

/* Whether it is known not to have ended by the kill. */
gboolean vkp_victim_has_failed(const VkpVictim *victim);

/* Whether its outcome is not known and, as it is no longer in the list, will not become known. */
gboolean vkp_victim_is_lost(const VkpVictim *victim);

typedef struct {
    guint n_ticked;    /* including those that are gone */
    guint n_remaining; /* ticked and still there */
    guint n_choices;   /* still there and not protected, so that they can be ticked */
    guint n_gone;
    guint n_unlisted;    /* without those that are gone */
    guint n_agents;      /* coding agents among n_remaining */
    guint n_hidden;      /* likewise, those that the list's filter hides */
    guint n_weak;        /* still there, ticked or not */
    guint n_weak_ticked; /* those of n_weak that are ticked */
    guint n_protected;
    guint n_killed;   /* outcome exited or killed */
    guint n_vanished; /* outcome gone */
    guint n_failed;   /* any other known outcome */
    guint n_lost;     /* see vkp_victim_is_lost() */
} VkpKillCounts;

/* An empty array that owns its VkpVictim. */
GPtrArray *vkp_victims_new(void);

/* Borrowed; NULL: not found. */
VkpVictim *vkp_victims_find(const GPtrArray *victims, VkpIdentity identity);

/* Counts the victims by their properties and outcomes. */
VkpKillCounts vkp_victims_count(const GPtrArray *victims);
