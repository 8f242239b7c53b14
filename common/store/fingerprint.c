/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/fingerprint.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Two changes within one tick of the file system's clock bear the same stamp. ext4, xfs, btrfs and
 * tmpfs take the kernel's, of 10 ms at most. A stamp of whole seconds may come from one that counts
 * seconds (ext3) or pairs of them (vfat). */
#define FINE_TICK_USEC 50000
#define COARSE_TICK_USEC (2 * G_USEC_PER_SEC)

static gint64 to_nsec(struct timespec time)
{
    return (gint64)time.tv_sec * 1000000000 + time.tv_nsec;
}

static VkpFileStamp stamp_of(const struct stat *status)
{
    return (VkpFileStamp){
        .inode = {status->st_dev, status->st_ino},
        .size = status->st_size,
        .modified_nsec = to_nsec(status->st_mtim),
    };
}

/* An empty companion says nothing, and a reader of a WAL database may have made it. */
static VkpFileStamp companion_stamp(const char *path, const char *suffix, gboolean *is_odd)
{
    g_autofree char *companion = g_strconcat(path, suffix, NULL);
    struct stat status;
    if (stat(companion, &status) < 0)
        return (VkpFileStamp){0};
    if (!S_ISREG(status.st_mode))
        *is_odd = TRUE;
    return status.st_size > 0 ? stamp_of(&status) : (VkpFileStamp){0};
}

int vkp_fingerprint_take(const char *path, VkpFingerprint *fingerprint)
{
    *fingerprint = (VkpFingerprint){0};
    char *resolved = realpath(path, NULL);
    if (!resolved)
        return errno;
    struct stat status;
    int saved_errno = stat(resolved, &status) < 0 ? errno : 0;
    if (saved_errno == 0) {
        fingerprint->mode = status.st_mode;
        fingerprint->file = stamp_of(&status);
        fingerprint->file.changed_nsec = to_nsec(status.st_ctim);
        gboolean *is_odd = &fingerprint->has_odd_companion;
        fingerprint->wal = companion_stamp(resolved, "-wal", is_odd);
        fingerprint->journal = companion_stamp(resolved, "-journal", is_odd);
        companion_stamp(resolved, "-shm", is_odd); /* is mapped: its stamps say nothing */
    }
    free(resolved);
    return saved_errno;
}

static gboolean stamps_equal(const VkpFileStamp *a, const VkpFileStamp *b)
{
    return vkp_inode_equal(a->inode, b->inode) && a->size == b->size &&
           a->modified_nsec == b->modified_nsec && a->changed_nsec == b->changed_nsec;
}

gboolean vkp_fingerprint_equal(const VkpFingerprint *a, const VkpFingerprint *b)
{
    return stamps_equal(&a->file, &b->file) && stamps_equal(&a->wal, &b->wal) &&
           stamps_equal(&a->journal, &b->journal);
}

static gint64 changed_nsec(const VkpFingerprint *fingerprint)
{
    return MAX(fingerprint->file.modified_nsec, fingerprint->wal.modified_nsec);
}

gint64 vkp_fingerprint_changed_usec(const VkpFingerprint *fingerprint)
{
    return changed_nsec(fingerprint) / 1000;
}

/* A stamp of the far future (the clock was set back) counts as settled: the next change will bear
 * another one. */
gboolean vkp_fingerprint_is_fresh(const VkpFingerprint *fingerprint, gint64 now_usec)
{
    gint64 stamp_nsec = changed_nsec(fingerprint);
    gint64 tick_usec = stamp_nsec % 1000000000 == 0 ? COARSE_TICK_USEC : FINE_TICK_USEC;
    gint64 age_usec = now_usec - stamp_nsec / 1000;
    return age_usec < tick_usec && age_usec > -tick_usec;
}
