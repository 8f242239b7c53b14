/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

#include "common/base/file.h"

/* What stat() returns for a database and its companions, the -wal and -journal files: it shows that
 * nothing changed without opening a file. (If we opened and closed the file ourselves, that would
 * drop the POSIX locks that SQLite holds on it in this process.) */

typedef struct {
    VkpInode inode;
    off_t size;
    gint64 modified_nsec; /* since the epoch */
    gint64 changed_nsec;  /* ctime, which chmod changes, too. Of the database file only */
} VkpFileStamp;

typedef struct {
    mode_t mode; /* of the database file */
    VkpFileStamp file;
    VkpFileStamp wal;           /* all zeros when missing or empty */
    VkpFileStamp journal;       /* likewise */
    gboolean has_odd_companion; /* a companion is no regular file: SQLite would open it, and block
                                   if it is a FIFO */
} VkpFingerprint;

/* 0, or the errno of stat() on the database file. Symbolic links are followed, and the companions
 * looked for beside their target, as SQLite does. */
int vkp_fingerprint_take(const char *path, VkpFingerprint *fingerprint);

gboolean vkp_fingerprint_equal(const VkpFingerprint *a, const VkpFingerprint *b);

/* The last modification of the file or its -wal, µs since the epoch. */
gint64 vkp_fingerprint_changed_usec(const VkpFingerprint *fingerprint);

/* Whether the last modification is so close to `now_usec` (since the epoch) that another one could
 * get the same time stamp. */
gboolean vkp_fingerprint_is_fresh(const VkpFingerprint *fingerprint, gint64 now_usec);
