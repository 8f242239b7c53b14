/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* What is mounted, as /proc/PID/mountinfo tells it, and which of it depends on somebody who may
 * never answer: a server of the network, or a process that serves FUSE. */
typedef struct VkpMountTable VkpMountTable;

typedef enum {
    VKP_MOUNT_LOCAL,   /* the kernel alone, and disks */
    VKP_MOUNT_SERVED,  /* may not answer, but tells device and inode of what is open from memory */
    VKP_MOUNT_DISTANT, /* may not answer, not even that; also what we do not know */
} VkpMountKind;

/* Of a file system's type, such as "ext4" or "fuse.sshfs". */
VkpMountKind vkp_mount_kind_parse(const char *type);

typedef struct {
    guint64 id;
    guint64 parent_id;
    dev_t device;
    VkpMountKind kind;
    char *point; /* where it is mounted; owned */
} VkpMount;

/* One line of mountinfo, without its end. FALSE and *mount untouched when it makes no sense. */
gboolean vkp_mount_parse(const char *line, VkpMount *mount);

/* The whole file. Lines that make no sense are passed over: what they mount is unknown. */
VkpMountTable *vkp_mount_table_parse(const char *text);
void vkp_mount_table_free(VkpMountTable *table); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMountTable, vkp_mount_table_free)

/* Whether this mount and all that it is mounted on are local. FALSE for one that is not there. */
gboolean vkp_mount_table_is_local(const VkpMountTable *table, guint64 id);

/* What is mounted at this very path; NULL: nothing. Of mounts that hide each other the most distant
 * one. Borrowed. */
const VkpMount *vkp_mount_table_find(const VkpMountTable *table, const char *point);

/* Whether anything with this device is not local. FALSE for one that is not mounted here. */
gboolean vkp_mount_table_is_remote_device(const VkpMountTable *table, dev_t device);

/* Whether there is anything distant at all. */
gboolean vkp_mount_table_has_distant(const VkpMountTable *table);
