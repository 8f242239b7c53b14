/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/roster/roster.h"
#include "common/store/locate.h"
#include "service/records.h"
#include "service/sight.h"

/* One look at the system: processes, databases, ports and what we know by ourselves, made into a
 * roster. Remembers between looks what need not be looked at again. */
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

/* What to look at. All but the last look only at what may have changed (see common/proc/table.h): a
 * kill is planned on what everybody has done until now. Its rescans then find whoever was forked
 * since, and what the plan's own processes do. */
typedef enum {
    VKP_SURVEY_PROCESSES, /* who runs now: the rescans of a kill job; no database, no ports */
    VKP_SURVEY_TICK,      /* who runs, some of the others only in turn; databases and ports */
    VKP_SURVEY_ASKED,     /* who runs now; databases, ports, and where the worktrees are */
    VKP_SURVEY_FOR_KILL,  /* as ASKED, and what everybody has done, and who holds the databases */
} VkpSurveyDepth;

/* A new reference to the roster of now; the last one if nothing has changed. NULL and error when
 * the proc file system could not be read. */
VkpRoster *vkp_survey_look(VkpSurvey *survey, VkpSurveyDepth depth, GError **error);

/* Everybody who ran at the last look, of whom its roster was made. Borrowed until the next one; not
 * before the first. */
const VkpSnapshot *vkp_survey_snapshot(const VkpSurvey *survey);

/* Whom no scope may hit besides ourselves and the servers, see VkpProtectInput; copied, counts from
 * the next look. */
void vkp_survey_set_spared(VkpSurvey *survey, const GArray *buses, pid_t applet);

/* Whether a look would find nobody new, which costs one read to tell. */
gboolean vkp_survey_is_quiet(const VkpSurvey *survey);

/* Registers, now and across restarts; counts from the next look. */
void vkp_survey_register(VkpSurvey *survey, const VkpRegistration *registration);

/* As of the last look; the path is borrowed until the next one. Not before the first. */
const char *vkp_survey_database_path(const VkpSurvey *survey);
VkpDatabaseState vkp_survey_database_state(const VkpSurvey *survey);
/* See vkp_store_problem(). */
const char *vkp_survey_database_problem(const VkpSurvey *survey);
/* See vkp_store_retry_at_usec(); 0 before the first look. */
gint64 vkp_survey_retry_at_usec(const VkpSurvey *survey);
guint vkp_survey_degraded(const VkpSurvey *survey); /* VkpDegraded */

/* Whether the process has our database open at this very moment. FALSE and LIMITS_EXCEEDED when
 * that can't be seen for want of descriptors. */
gboolean vkp_survey_check_server(const VkpSurvey *survey, pid_t pid, gboolean *is_server,
                                 GError **error);

/* Whether the process is protected, if only by its name: who has our database open at this very
 * moment, its ancestors as of the last look, we, the bus, the applet, the session. Not before the
 * first look. FALSE and error as above. */
gboolean vkp_survey_check_protected(const VkpSurvey *survey, VkpIdentity identity,
                                    gboolean *is_protected, GError **error);
