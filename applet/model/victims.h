/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/contract.h"
#include "common/roster/member.h"

/* A process that a kill is about: what was shown of it, what a person decided, what it came to. */
typedef struct {
    VkpIdentity identity;
    char *name;
    VkpMember *member;     /* what the list said of it; NULL: nothing */
    gboolean is_weak;      /* may have nothing to do with what it is listed for */
    gboolean is_protected; /* never killed */
    gboolean is_hidden;    /* the list's filter hides it */
    gboolean is_ticked;
    gboolean is_gone;     /* had exited by the dry run */
    gboolean is_unlisted; /* the list has it no more; it may come back */
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

/* Whether nothing is known of it, and the list, which might tell, has it no more. */
gboolean vkp_victim_is_lost(const VkpVictim *victim);

typedef struct {
    guint n_ticked;    /* would be or were signalled, those that are gone included */
    guint n_remaining; /* of them: still there */
    guint n_choices;   /* still there and not protected: can be ticked */
    guint n_gone;
    guint n_unlisted;    /* without those that are gone */
    guint n_agents;      /* of the remaining ticked ones */
    guint n_hidden;      /* likewise */
    guint n_weak;        /* still there, ticked or not */
    guint n_weak_ticked; /* of them */
    guint n_protected;
    guint n_killed;   /* outcome exited or killed */
    guint n_vanished; /* outcome gone: before we came */
    guint n_failed;   /* outcome known, and another */
    guint n_lost;     /* outcome not known, and no longer listed */
} VkpKillCounts;

/* Owns its VkpVictim. */
GPtrArray *vkp_victims_new(void);

/* Borrowed; NULL: it is none of them. */
VkpVictim *vkp_victims_find(const GPtrArray *victims, VkpIdentity identity);

/* The victims by what they are and came to. */
VkpKillCounts vkp_victims_count(const GPtrArray *victims);
