/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/roster/roster.h"
#include "common/store/locate.h"
#include "service/records.h"
#include "service/sight.h"

/* Looks at the system and makes a roster from what it sees: processes, databases, ports, and our
 * own records. Caches between looks what need not be read again. */
typedef struct VkpSurvey VkpSurvey;

typedef struct {
    VkpReader *reader;                 /* borrowed, outlives the survey */
    uid_t uid;                         /* whose processes */
    const char *database_path;         /* the user's choice; NULL: located by `places` */
    VkpLocateOptions places;           /* copied */
    const char *registry_path;         /* NULL: nothing is kept beyond this run */
    const char *const *worktree_roots; /* copied; see vkp_places_resolve() */
    const char *const *shared_daemons; /* copied; see vkp_shared_daemons_new() */
    guint64 young_usec;                /* see VkpTableOptions */
} VkpSurveyOptions;

VkpSurvey *vkp_survey_new(const VkpSurveyOptions *options);
void vkp_survey_free(VkpSurvey *survey); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSurvey, vkp_survey_free)

/* How much to look at. All but the last look only at processes that may have changed (see
 * common/proc/table.h). A kill is planned on what all processes have done until now; its rescans
 * then only have to find what was forked since, and what the plan's own processes do. */
typedef enum {
    VKP_SURVEY_PROCESSES, /* processes, for the rescans of a kill job; no databases, no ports */
    VKP_SURVEY_TICK,      /* processes, some only in turn; databases and ports */
    VKP_SURVEY_ASKED,     /* processes; databases, ports, and where the worktrees are */
    VKP_SURVEY_FOR_KILL,  /* as ASKED, all processes that have run, and all holders of databases */
} VkpSurveyDepth;

/* A new reference to the roster of now; the same one as last time if nothing has changed. NULL and
 * error when the proc file system could not be read. */
VkpRoster *vkp_survey_look(VkpSurvey *survey, VkpSurveyDepth depth, GError **error);

/* The snapshot of the last look, from which its roster was made. Borrowed until the next look; not
 * to be called before the first. */
const VkpSnapshot *vkp_survey_snapshot(const VkpSurvey *survey);

/* Processes to protect besides ourselves and the servers, see VkpProtectInput; copied, takes effect
 * at the next look. */
void vkp_survey_set_spared(VkpSurvey *survey, const GArray *buses, pid_t applet);

/* Whether there are no new processes; costs one read. */
gboolean vkp_survey_is_quiet(const VkpSurvey *survey);

/* Registers a process, also for later runs; takes effect at the next look. */
void vkp_survey_register(VkpSurvey *survey, const VkpRegistration *registration);

/* As of the last look; the path is borrowed until the next one. Not to be called before the first.
 */
const char *vkp_survey_database_path(const VkpSurvey *survey);
VkpDatabaseState vkp_survey_database_state(const VkpSurvey *survey);
/* See vkp_store_problem(). */
const char *vkp_survey_database_problem(const VkpSurvey *survey);
/* See vkp_store_retry_at_usec(); 0 before the first look. */
gint64 vkp_survey_retry_at_usec(const VkpSurvey *survey);
guint vkp_survey_degraded(const VkpSurvey *survey); /* VkpDegraded */

/* Whether the process has our database open at this moment. FALSE and LIMITS_EXCEEDED when we are
 * out of descriptors. */
gboolean vkp_survey_check_server(const VkpSurvey *survey, pid_t pid, gboolean *is_server,
                                 GError **error);

/* Whether the process is protected, if only by its name. Whether it has our database open is looked
 * at now; the rest (ancestors of servers, the service, the bus, the applet, systemd) is as of the
 * last look. Not to be called before the first. FALSE and error as above. */
gboolean vkp_survey_check_protected(const VkpSurvey *survey, VkpIdentity identity,
                                    gboolean *is_protected, GError **error);
