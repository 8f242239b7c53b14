/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Reads /proc into snapshots, and caches what need not be read again the next time: command line
 * and environment until the next exec, working directories while they stay the same, and the CPU
 * ticks of the last sample.
 *
 * A process in disk sleep (state D) may hold its memory lock, and its working directory may be on a
 * file system that does not respond: to read command line, environment or folder would then block.
 * So in that state the cached ones are kept, and of a process that was never seen before only the
 * path of its folder is read; except when it merely waits for a child started by vfork(). If a
 * process has several threads, any of them may be in that state: its memory is read by a helper
 * thread with a timeout (see image-guard.h). */
typedef struct VkpScanner VkpScanner;

/* Instead of a uid: all users' processes, as far as we may look. */
#define VKP_SCANNER_ANY_UID ((uid_t)-1)

/* `reader` is borrowed and outlives the scanner. Only processes of `uid` get an image and a folder;
 * of the others (which are needed as parents) only stat is read. Kernel threads have neither. */
VkpScanner *vkp_scanner_new(VkpReader *reader, uid_t uid);
void vkp_scanner_free(VkpScanner *scanner); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpScanner, vkp_scanner_free)

/* Reads all processes. One that ends during the scan is left out; what may not be read of one is
 * missing. NULL and error when the root cannot be read or we are out of descriptors: an incomplete
 * list would look as if the others had ended. */
VkpSnapshot *vkp_scanner_scan(VkpScanner *scanner, GError **error);

/* The single steps of a scan, for callers that decide themselves which processes to look at.
 *
 * Reads one process. `stat_fd` is its open stat; below 0: it is opened for this. NULL and error:
 * LIMITS_EXCEEDED says nothing about the process; any other, that a scan would leave it out. */
VkpProcess *vkp_scanner_look(VkpScanner *scanner, pid_t pid, int stat_fd, GError **error);

/* Reads only the stat of the process again: owner and folder are those of `last`. NULL when that is
 * not enough, because it executed another program or is gone: then call vkp_scanner_look(). */
VkpProcess *vkp_scanner_sample(VkpScanner *scanner, const VkpProcess *last, int stat_fd);

/* Drops what is cached for this pid. */
void vkp_scanner_forget(VkpScanner *scanner, pid_t pid);

/* Whether the wall clock was set, which changes the start time of every process. To be called once
 * per tick. */
gboolean vkp_scanner_follow_clock(VkpScanner *scanner);

/* A new unsealed snapshot for processes read by this scanner. */
VkpSnapshot *vkp_scanner_new_snapshot(const VkpScanner *scanner);
