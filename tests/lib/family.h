/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Families of real processes for tests. A warden, a child of the test and a subreaper, is the
 * ancestor of them all, so nobody gets away from it by forking twice, leaving its session or
 * outliving its parent. When the family is freed, the test dies, or the time is over, the warden
 * ends everybody, each by its own pid while that cannot be reused, and reaps them. The number of
 * births is bounded as well. */
typedef struct VkpFamily VkpFamily;

/* `max_births` processes at most in `seconds` at most. */
VkpFamily *vkp_family_new(guint max_births, guint seconds);
void vkp_family_free(VkpFamily *family); /* takes NULL; returns when nobody is left */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpFamily, vkp_family_free)

typedef struct {
    /* What the process does, as words of a shell command line, see the list in actor-steps.c:
     * "name agent fork 3 ( name worker idle ) idle". */
    const char *script;
    const char *const *words;       /* further steps that need no quoting; NULL: none */
    const char *const *environment; /* NAME=value, all of it but PATH; NULL: only PATH */
} VkpActor;

/* Starts a child of the warden. Returns as soon as it runs; see vkp_family_settle(). */
pid_t vkp_family_spawn(VkpFamily *family, const VkpActor *actor);

/* The same with a script alone, which may be a printf format. */
pid_t vkp_family_run(VkpFamily *family, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Waits until `n` processes in all have settled (idle, wait, stop, ...: see actor-steps.c) since
 * the family began, or fails the test after 10 s. */
void vkp_family_settle(VkpFamily *family, guint n);

/* How many were born, not counting those of programs that are no actors. */
guint vkp_family_n_births(const VkpFamily *family);

/* How many TERM signals were handled by "on-term" and its kin. */
guint vkp_family_n_handled(const VkpFamily *family);

/* Nobody is born any more: what respawns no longer can. */
void vkp_family_close_births(VkpFamily *family);

/* A process of the family as /proc/PID/stat tells it, read without the code under test. */
typedef struct {
    pid_t pid;
    pid_t parent_pid;
    pid_t group;
    pid_t session;
    guint64 start_ticks;
    guint threads;
    char state;
    char name[65];
} VkpRelative;

/* All that descend from the warden, by reparenting too, ascending by pid, as VkpRelative. `dead`:
 * whether zombies (with no living thread) are among them. */
GArray *vkp_family_list(VkpFamily *family, gboolean dead);

/* How many of them live. */
guint vkp_family_n_living(VkpFamily *family);

/* One with this name; fails the test when there is none within 10 s. The lowest pid if several. */
VkpRelative vkp_family_find(VkpFamily *family, const char *name);

/* Reads one process's stat, whosever. FALSE when it is not there. */
gboolean vkp_relative_read(pid_t pid, VkpRelative *relative);

/* Whether it lives: a zombie does only as long as other threads of it run. */
gboolean vkp_relative_is_alive(const VkpRelative *relative);

/* As /proc/PID/stat has it; '-' when it is gone. */
char vkp_relative_state_of(pid_t pid);

/* Ends one process through a pidfd and waits until it is dead. Only for the family's own. */
void vkp_family_kill(VkpFamily *family, pid_t pid);

/* The warden's pid: the parent of what vkp_family_spawn() starts and of orphans. */
pid_t vkp_family_warden(const VkpFamily *family);
