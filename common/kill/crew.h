/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/target.h"

/* The crew: the targets (see target.h) of one kill job. A process that is in it stays in it, even
 * if its evidence disappears. */
typedef struct VkpCrew VkpCrew;

/* `scope` and `options` are borrowed and outlive the crew. */
VkpCrew *vkp_crew_new(const VkpScope *scope, const VkpKillOptions *options);
void vkp_crew_free(VkpCrew *crew); /* takes NULL */

guint vkp_crew_size(const VkpCrew *crew);
VkpTarget *vkp_crew_at(const VkpCrew *crew, guint index);              /* borrowed */
VkpTarget *vkp_crew_lookup(const VkpCrew *crew, VkpIdentity identity); /* borrowed or NULL */

/* As vkp_crew_at(), but in the order in which they are to be killed. To be called from index 0 on,
 * and not to be mixed with adding targets. */
VkpTarget *vkp_crew_at_death(VkpCrew *crew, guint index);

/* Whether the latest target with that pid is dead or in hand. */
gboolean vkp_crew_ends_pid(const VkpCrew *crew, pid_t pid);

/* Adds the plan's targets, in their order. `now_ticks`: the time since boot; processes that started
 * before it existed when the plan was made. */
void vkp_crew_add_planned(VkpCrew *crew, const VkpPlan *plan, guint64 now_ticks);

/* Members of the roster that are no targets now will never become targets: they existed before the
 * first signal, and were not asked for. NULL: it is not known which existed, so no more targets
 * will be added. */
void vkp_crew_exclude(VkpCrew *crew, const VkpRoster *roster);

/* Adds further members of the fresh roster that the scope hits, parents first. With expected_ids
 * only descendants of the targets are added; of weak members, only those that a target has started
 * since. Members for which `is_taken` returns TRUE are left alone (NULL: none). If the scope spares
 * executors, so are members that were one in this or an earlier roster, the plan's included.
 * Returns how many were added. */
guint vkp_crew_recruit(VkpCrew *crew, const VkpRoster *roster,
                       gboolean (*is_taken)(VkpIdentity identity, gpointer data), gpointer data);

/* Spares targets that are protected in this roster. */
void vkp_crew_spare_protected(VkpCrew *crew, const VkpRoster *roster);

/* Whether there is a target that the job is not done with. */
gboolean vkp_crew_is_open(const VkpCrew *crew);

/* Advances *n_rested over the targets at rest (see target.h), up to the first that is not. FALSE:
 * `end` (g_get_monotonic_time()) came first. */
gboolean vkp_crew_look_for_rest(const VkpCrew *crew, VkpReader *reader, guint *n_rested,
                                gint64 end);

/* How many scans in a row must find no further target before the job believes that there is none.
 */
guint vkp_crew_n_scans_wanted(const VkpCrew *crew);
