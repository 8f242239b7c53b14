/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A proc file system of plain files in a temporary folder, for vkp_reader_open(): situations that
 * reality can't be asked for, or not twice the same. It starts with loadavg, stat (btime) and
 * sys/kernel/random/boot_id, and without processes. */
typedef struct VkpFakeProc VkpFakeProc;

#define VKP_FAKE_BOOT_TIME_SECONDS G_GUINT64_CONSTANT(1700000000)
#define VKP_FAKE_BOOT_ID "0f0e0d0c-0b0a-4908-8706-050403020100"

VkpFakeProc *vkp_fake_proc_new(void);
void vkp_fake_proc_free(VkpFakeProc *fake); /* takes NULL; removes the folder */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpFakeProc, vkp_fake_proc_free)

const char *vkp_fake_proc_root(const VkpFakeProc *fake);

/* What /proc/PID of one process says. Only `pid` must be given; 0 and NULL mean the default. */
typedef struct {
    pid_t pid;
    pid_t parent_pid;               /* 1 */
    pid_t group;                    /* the pid */
    pid_t session;                  /* the pid */
    char state;                     /* 'S' */
    const char *name;               /* "sample"; raw bytes, anything but NUL */
    guint64 start_ticks;            /* 100 * pid */
    guint64 user_ticks;             /* 0 */
    guint64 system_ticks;           /* 0 */
    guint threads;                  /* 1 */
    guint flags;                    /* 0x400000; PF_KTHREAD is 0x200000 */
    guint64 resident_pages;         /* 100 */
    guint64 address;                /* of arguments and environment, moves at an exec; a number */
    const char *const *command;     /* the name alone; an empty list: an empty file */
    const char *const *environment; /* none, as NAME=value */
    const char *folder;             /* what cwd points to, existing or not; NULL: no cwd */
} VkpFakeProcess;

/* Makes the process, or replaces the one with its pid. loadavg's newest pid is the highest so far.
 */
void vkp_fake_proc_put(VkpFakeProc *fake, const VkpFakeProcess *process);

/* Removes all of /proc/PID. */
void vkp_fake_proc_remove(VkpFakeProc *fake, pid_t pid);

/* Gives /proc/PID to another user. Needs to be root: FALSE otherwise. */
gboolean vkp_fake_proc_set_owner(VkpFakeProc *fake, pid_t pid, uid_t uid);

/* Makes descriptor `fd` of the process a link to `target`: a path, "socket:[4711]", ... */
void vkp_fake_proc_set_descriptor(VkpFakeProc *fake, pid_t pid, int fd, const char *target);

/* Writes the file `path` below the root ("loadavg", "42/cmdline") with any content; `length` -1: up
 * to the NUL. Folders are made as needed. */
void vkp_fake_proc_write(VkpFakeProc *fake, const char *path, const void *bytes, gssize length);

/* Removes a file, link or folder below the root, whether it is there or not. */
void vkp_fake_proc_delete(VkpFakeProc *fake, const char *path);

/* Makes a file below the root that can be opened and not read (even by root). */
void vkp_fake_proc_make_unreadable(VkpFakeProc *fake, const char *path);
