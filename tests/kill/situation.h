/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/kill/rig.h"

/* The killing situations: what coding agents leave behind, and worse. */

typedef struct {
    const char *name;   /* a sentence, with hyphens */
    const char *script; /* what runs in our worktree */
    guint n_settled;    /* how many settle before the kill */
    guint max_births;
    VkpKillOptions options;
    guint n_survivors;     /* whom nobody can kill, or may; each must be told as such */
    gboolean is_bystander; /* those survivors are no targets at all: no result either */
    void (*prepare)(VkpRig *rig, gpointer *state); /* after settling; NULL: nothing */
    void (*clean_up)(gpointer state);
    const char *(*obstacle)(void); /* why it cannot be had here; NULL: it can */
} VkpSituation;

/* All of them; *n tells how many. */
const VkpSituation *vkp_situations(guint *n);

/* Sets one up with innocents beside it, kills, and returns what came of it. */
VkpVerdict vkp_situation_run(const VkpSituation *situation);
