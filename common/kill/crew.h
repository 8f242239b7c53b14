/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/target.h"

/* The targets of one job. Whoever came in stays in, whatever becomes of its evidence. */
typedef struct VkpCrew VkpCrew;

/* `scope` and `options` are borrowed and outlive the crew. */
VkpCrew *vkp_crew_new(const VkpScope *scope, const VkpKillOptions *options);
void vkp_crew_free(VkpCrew *crew); /* takes NULL */

guint vkp_crew_size(const VkpCrew *crew);
VkpTarget *vkp_crew_at(const VkpCrew *crew, guint index);              /* borrowed */
VkpTarget *vkp_crew_lookup(const VkpCrew *crew, VkpIdentity identity); /* borrowed or NULL */

/* As vkp_crew_at(), but in the order in which they are to be killed. To be asked from 0 on, while
 * nobody comes in. */
VkpTarget *vkp_crew_at_death(VkpCrew *crew, guint index);

/* Whether the latest target with that number is dead or in hand. */
gboolean vkp_crew_ends_pid(const VkpCrew *crew, pid_t pid);

/* Takes in the plan's targets, in their order. `now_ticks`: the time since boot, so that whoever is
 * older was there when the plan was made. */
void vkp_crew_add_planned(VkpCrew *crew, const VkpPlan *plan, guint64 now_ticks);

/* Members of the roster that are no targets now never will be: they were there before the first
 * signal, and nobody has asked for them. NULL: nobody knows who was there, so nobody will be taken
 * in. */
void vkp_crew_exclude(VkpCrew *crew, const VkpRoster *roster);

/* Takes in whom the fresh roster shows to be hit by the scope too, parents first; with expectations
 * only offspring of the targets, and of the weak only what was born to them since. Members for
 * which `is_taken` says TRUE are left alone (NULL: none). Where executors are to be spared, so is
 * whoever was one in this roster or an earlier one, the plan's included. Returns how many came in.
 */
guint vkp_crew_recruit(VkpCrew *crew, const VkpRoster *roster,
                       gboolean (*is_taken)(VkpIdentity identity, gpointer data), gpointer data);

/* Spares targets that the roster shows to be protected by now. */
void vkp_crew_spare_protected(VkpCrew *crew, const VkpRoster *roster);

/* Whether the job is not done with any of them. */
gboolean vkp_crew_is_open(const VkpCrew *crew);

/* Goes on over those at rest, from *n_rested up to one who is not. FALSE: `end`
 * (g_get_monotonic_time()) came first. */
gboolean vkp_crew_look_for_rest(const VkpCrew *crew, VkpReader *reader, guint *n_rested,
                                gint64 end);

/* How many scans in a row must find nobody until there is nobody. */
guint vkp_crew_n_scans_wanted(const VkpCrew *crew);
