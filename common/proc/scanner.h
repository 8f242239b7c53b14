/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Turns repeated looks at /proc into snapshots, and remembers between them what need not be read
 * again: command line and environment once per exec, folders while they stay the same, and the CPU
 * ticks of the last sample.
 *
 * A process in disk sleep (state D) may hold the lock of its memory, and its folder may be on a
 * file system that does not answer: whoever reads command line, environment or folder then waits
 * with it. So in that state they stay what they were, at first sight unknown but for the folder's
 * path; unless it only waits for a child of vfork(). Of a process with more threads any may be in
 * that state: its memory is read by another thread of ours, for which nobody waits for long (see
 * image-guard.h). */
typedef struct VkpScanner VkpScanner;

/* Instead of a uid: everybody, as far as we may look. */
#define VKP_SCANNER_ANY_UID ((uid_t)-1)

/* `reader` is borrowed and outlives the scanner. Only processes of `uid` get an image and a folder;
 * of the others only stat is kept (they are needed as parents). Kernel threads have neither. */
VkpScanner *vkp_scanner_new(VkpReader *reader, uid_t uid);
void vkp_scanner_free(VkpScanner *scanner); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpScanner, vkp_scanner_free)

/* Looks at everything now. A process that ends during the scan is left out; what may not be read of
 * one is missing. NULL and error when the root cannot be read or we are out of descriptors: half a
 * list would pass for the death of the other half. */
VkpSnapshot *vkp_scanner_scan(VkpScanner *scanner, GError **error);

/* For who decides by himself whom to look at: the steps of which a scan consists.
 *
 * One process as it is now. `stat_fd` is its open stat, below 0: none is kept. NULL and error:
 * LIMITS_EXCEEDED says nothing about the process; anything else, that a scan would leave it out. */
VkpProcess *vkp_scanner_look(VkpScanner *scanner, pid_t pid, int stat_fd, GError **error);

/* The same process by its stat alone: owner and folder are as of `last`. NULL when that does not
 * do, because it runs another program now or is gone: look at it. */
VkpProcess *vkp_scanner_sample(VkpScanner *scanner, const VkpProcess *last, int stat_fd);

/* Drops what is remembered of whoever had this number. */
void vkp_scanner_forget(VkpScanner *scanner, pid_t pid);

/* Whether the clock has been set, so that everybody's start time is another one: once a turn. */
gboolean vkp_scanner_follow_clock(VkpScanner *scanner);

/* An open snapshot for processes looked at by this scanner. */
VkpSnapshot *vkp_scanner_new_snapshot(const VkpScanner *scanner);
