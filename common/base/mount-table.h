/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* What is mounted, according to /proc/PID/mountinfo, and which of the mounts depend on a server
 * that may not respond: one on the network, or a process that serves FUSE. Those are called remote.
 */
typedef struct VkpMountTable VkpMountTable;

typedef enum {
    VKP_MOUNT_LOCAL,   /* on a disk, or made by the kernel */
    VKP_MOUNT_SERVED,  /* remote, but the kernel knows device and inode of open files by itself */
    VKP_MOUNT_DISTANT, /* remote, and may block even for these; also types that we do not know */
} VkpMountKind;

/* The kind of a file system's type, such as "ext4" or "fuse.sshfs". */
VkpMountKind vkp_mount_kind_parse(const char *type);

typedef struct {
    guint64 id;
    guint64 parent_id;
    dev_t device;
    VkpMountKind kind;
    char *point; /* where it is mounted; owned */
} VkpMount;

/* One line of mountinfo, without the newline. FALSE and *mount untouched when it is malformed. */
gboolean vkp_mount_parse(const char *line, VkpMount *mount);

/* The whole file. Malformed lines are skipped: what they mount is unknown. */
VkpMountTable *vkp_mount_table_parse(const char *text);
void vkp_mount_table_free(VkpMountTable *table); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMountTable, vkp_mount_table_free)

/* Whether this mount and all mounts up to the root are local. FALSE for one that is not in it. */
gboolean vkp_mount_table_is_local(const VkpMountTable *table, guint64 id);

/* What is mounted at exactly this path; NULL: nothing. Of several mounts at one path the one that
 * is most likely to block. Borrowed. */
const VkpMount *vkp_mount_table_find(const VkpMountTable *table, const char *point);

/* Whether this device is on a remote mount. FALSE for a device that is not mounted here. */
gboolean vkp_mount_table_is_remote_device(const VkpMountTable *table, dev_t device);

/* Whether there is any mount of kind VKP_MOUNT_DISTANT. */
gboolean vkp_mount_table_has_distant(const VkpMountTable *table);
