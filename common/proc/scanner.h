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
 * path. What remains: a process whose leader sleeps quietly while another of its threads is in disk
 * sleep. */
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

/* How many processes are remembered: those of the last scan. */
guint vkp_scanner_n_remembered(const VkpScanner *scanner);
