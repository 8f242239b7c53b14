/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/parse.h"
#include "common/proc/process.h"

/* Builds from the raw bytes of /proc/PID/cmdline and environ; a NULL environment is an unreadable
 * one. Only exact marks count: a known variable name with a well-formed id; the first wins. */
VkpImage *vkp_image_build(const char *cmdline, gsize cmdline_length, gboolean cmdline_cut,
                          const char *environment, gsize environment_length);

/* The same without an environment, from an argument list (for a client on the bus). */
VkpImage *vkp_image_new_for_command(const char *const *command, gboolean command_cut);

/* A folder with its chain of `n_chain` inodes (copied); none where only the path is known, as for a
 * client on the bus. `path` may be any bytes. */
VkpFolder *vkp_folder_new(const char *path, gboolean deleted, const VkpInode *chain, guint n_chain);

/* For an image that was just built and is not shared yet: takes over the marks of `earlier`, of the
 * same exec, if it has none itself. Who sets a title may write over the environment. It is no more
 * certain than they are then. */
void vkp_image_keep_marks(VkpImage *image, const VkpImage *earlier);

/* For an image that is not shared yet: it was read of the memory that `stat` tells of, at that time
 * since boot. */
void vkp_image_set_place(VkpImage *image, const VkpStat *stat, guint64 now_ticks);

/* Whether they say the same and were read of the same memory, with the same certainty. */
gboolean vkp_image_equal(const VkpImage *a, const VkpImage *b);
gboolean vkp_marks_equal(const VkpMarks *a, const VkpMarks *b);

/* Whether `stat` tells of the memory that the image was read of, so that no exec has come between,
 * whatever has been written over it since. FALSE when either is not known. */
gboolean vkp_image_is_in_place(const VkpImage *image, const VkpStat *stat);
