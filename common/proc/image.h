/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/parse.h"
#include "common/proc/process.h"

/* Builds from the raw bytes of /proc/PID/cmdline and environ; a NULL environment means that it
 * could not be read. A mark counts only if the variable has exactly a known name and a well-formed
 * id; of a repeated variable the first counts. */
VkpImage *vkp_image_build(const char *cmdline, gsize cmdline_length, gboolean cmdline_cut,
                          const char *environment, gsize environment_length);

/* The same without an environment, from an argument list (for a client on the bus). */
VkpImage *vkp_image_new_for_command(const char *const *command, gboolean command_cut);

/* A folder with its chain of `n_chain` inodes (copied); 0 where only the path is known, as in a
 * client on the bus. `path` may be any bytes. */
VkpFolder *vkp_folder_new(const char *path, gboolean deleted, const VkpInode *chain, guint n_chain);

/* For an image that was just built and is not shared yet: if it has no marks, takes over those of
 * `earlier`, which was read since the same exec: a program that sets its process title may
 * overwrite its environment. It is then only as certain as `earlier`. */
void vkp_image_keep_marks(VkpImage *image, const VkpImage *earlier);

/* For an image that is not shared yet: notes that it was read from the memory whose addresses
 * `stat` has, at that time since boot. */
void vkp_image_set_place(VkpImage *image, const VkpStat *stat, guint64 now_ticks);

/* Whether both have the same contents, memory place and certainty. */
gboolean vkp_image_equal(const VkpImage *a, const VkpImage *b);
gboolean vkp_marks_equal(const VkpMarks *a, const VkpMarks *b);

/* Whether `stat` has the same memory addresses as when the image was read, so that there was no
 * exec since, whatever has been written to that memory. FALSE when either is not known. */
gboolean vkp_image_is_in_place(const VkpImage *image, const VkpStat *stat);
