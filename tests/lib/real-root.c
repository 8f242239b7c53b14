/* SPDX-License-Identifier: Apache-2.0 */

/* Usage: vkp-test-real-root COMMAND...
 *
 * Runs the command where "/" is a mount point. In a chroot it is not, and the kernel refuses what
 * many tests need: to make mounts private, and to make a user namespace. So the folder that is the
 * root becomes that of a mount namespace of our own. Where "/" is a mount point already, or the
 * kernel refuses (it takes root), the command is run as it is. */

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Older C libraries have neither the calls nor these. */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#define MOVE_FROM_AND_TO_DESCRIPTORS 0x44 /* MOVE_MOUNT_{F,T}_EMPTY_PATH */

static bool is_mount_point(const char *path)
{
    struct statx status;
    return statx(AT_FDCWD, path, 0, STATX_TYPE, &status) < 0 ||
           !(status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
           (status.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* To enter one's own namespace leads to its real root, where all its mounts can be made private, so
 * that nothing of what follows shows elsewhere. */
static bool leave_chroot(void)
{
    int space = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
    return space >= 0 && setns(space, CLONE_NEWNS) == 0;
}

/* Puts a copy of the mounts from `root` down on it, and in the place of all others. */
static bool make_root(int root)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || fchdir(root) < 0)
        return false;
    int tree = (int)syscall(SYS_open_tree, root, "",
                            OPEN_TREE_CLONE | AT_EMPTY_PATH | AT_RECURSIVE | O_CLOEXEC);
    return tree >= 0 &&
           syscall(SYS_move_mount, tree, "", root, "", MOVE_FROM_AND_TO_DESCRIPTORS) == 0 &&
           fchdir(tree) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
           umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

/* TRUE: "/" is the same folder as before; a mount point, or else as it was. */
static bool change_root(void)
{
    if (unshare(CLONE_NEWNS) < 0)
        return true;
    int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    bool has_left = root >= 0 && leave_chroot();
    if (has_left && make_root(root))
        return true;
    perror("vkp-test-real-root: going on in the chroot");
    return !has_left || (fchdir(root) == 0 && chroot(".") == 0);
}

int main(int argc, char **argv)
{
    char folder[PATH_MAX];
    if (argc < 2 || !getcwd(folder, sizeof folder))
        return 126;
    if (!is_mount_point("/") && !(change_root() && chdir(folder) == 0)) {
        perror(folder);
        return 126;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
