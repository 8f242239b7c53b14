/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A folder of a test's own, gone with all that is in it at the end. */
typedef struct Scratch Scratch;

Scratch *scratch_new(void);
void scratch_free(Scratch *scratch); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, scratch_free)

const char *scratch_folder(const Scratch *scratch);

/* The path of a file in it. Borrowed. */
const char *scratch_path(Scratch *scratch, const char *name);

/* The SHA-256 of a file. The caller frees it. */
char *scratch_dup_hash(const char *path);

/* Runs `check` as a user who is not root: in a child that has become uid 1000 if we are root, at
 * once if not. A failed assertion there fails the test. */
void scratch_as_user(Scratch *scratch, void (*check)(Scratch *scratch));
