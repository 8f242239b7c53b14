/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/faults/faults.h"
#include "tests/service/fixture.h"

/* The service with faults under it, and what must hold whatever fails. */

typedef struct {
    FaultKind kind;
    int error;
    const char *name;
    gboolean is_answer; /* not a failure to answer, but a (wrong) answer: it is believed */
} Fault;

/* All that are tried. */
extern const Fault rig_faults[];
extern const guint rig_n_faults;

typedef struct {
    Fixture *fixture;
    FaultControl *control;
    pid_t innocents[3]; /* a bystander, a member of another task, a registered agent */
    pid_t newcomer;     /* another member, started while calls fail; 0: none */
    const char *title;  /* that its task has on the board by now; NULL: any */
    const Fault *fault; /* armed last, and its N */
    long n;
    guint n_deaths; /* of the service, for want of memory */
} Rig;

/* Prepares the fixture, whose service does not run yet, and starts the innocents. */
void rig_set_up(Rig *rig, Fixture *fixture);
void rig_tear_down(Rig *rig);

/* Whether VKP_FAULTS_ONLY does not exclude it. */
gboolean rig_is_wanted(const Fault *fault);

/* That no sanitizer has had anything to say on the service, which has ended. */
void rig_check_end(Fixture *fixture, const Fault *fault, long n);

/* Ends it as it should end, and waits until its name is free. */
void rig_stop_service(Rig *rig);
gboolean rig_is_name_free(gpointer fixture);

/* The Nth call from now fails; 0: only counts. */
void rig_arm(Rig *rig, const Fault *fault, long n);
/* Nothing fails any more. How many calls there were. */
long rig_disarm(Rig *rig);

/* The calls to let fail, as long: all of them up to some dozens, else so many spread over them. The
 * caller frees it. */
GArray *rig_choose(long n_calls);

/* Whether the service still runs; if not, that it ended as it may: for want of memory, by GLib's
 * own decision. Starts it again then. */
gboolean rig_revive(Rig *rig, const Fault *fault, long n);

/* Starts the service anew if it was told something wrong. */
void rig_forget_lies(Rig *rig, const Fault *fault);

/* That nobody is frozen, the innocents live and the service knows, or soon finds out, all there is
 * to know about them and the newcomer. */
void rig_check(Rig *rig, const Fault *fault, long n);
