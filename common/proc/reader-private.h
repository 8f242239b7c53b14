/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <dirent.h>
#include <stdio.h>

#include "common/base/error.h"
#include "common/proc/reader.h"

/* Shared by the reader's source files. */

struct VkpReader {
    VkpFd root;
    gboolean is_procfs; /* a proc file system of this kernel, not plain files */
    gboolean is_own;    /* ... of our own pid namespace */
    guint ticks_per_second;
    VkpFd loadavg;     /* kept open once asked for; below 0: not yet */
    VkpMounts *mounts; /* NULL: reads may block */
};

/* A path below the root, such as "4242/task". */
typedef struct {
    char text[48];
} VkpPidPath;

static inline VkpPidPath vkp_pid_path(pid_t pid, const char *name)
{
    VkpPidPath path = {""};
    g_snprintf(path.text, sizeof path.text, "%d/%s", pid, name);
    return path;
}

typedef DIR *VkpDirectory;

static inline void vkp_directory_close(VkpDirectory *directory)
{
    if (*directory)
        closedir(*directory);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpDirectory, vkp_directory_close)

/* Opens a folder below the root for readdir(). NULL and error on failure. */
VkpDirectory vkp_reader_open_directory(VkpReader *reader, const char *path, GError **error);

/* The steps of looking at a folder and of walking up from it. They may block. */
gboolean vkp_reader_read_folder_link(VkpReader *reader, pid_t pid, VkpFolderLook *look,
                                     GError **error);
gboolean vkp_reader_touch_folder(VkpReader *reader, pid_t pid, VkpFolderLook *look, GError **error);
VkpFolder *vkp_reader_walk_in_place(VkpReader *reader, pid_t pid, const VkpFolderLook *look,
                                    GError **error);
