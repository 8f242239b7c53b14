/* SPDX-License-Identifier: Apache-2.0 */
/* Becomes $VKP_TEST_SERVICE with the same arguments, in a time namespace whose clock since boot is
 * ahead by $VKP_TEST_BOOT_OFFSET seconds. Exits with 77 where there is none to be had. */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXIT_SKIPPED 77

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

int main(int argc, char **argv)
{
    const char *program = getenv("VKP_TEST_SERVICE");
    const char *offset = getenv("VKP_TEST_BOOT_OFFSET");
    if (argc < 1 || !program || !offset || unshare(CLONE_NEWTIME) < 0)
        return EXIT_SKIPPED;
    int offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    int space = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
    if (offsets < 0 || space < 0 || dprintf(offsets, "boottime %s 0\n", offset) < 0 ||
        setns(space, CLONE_NEWTIME) < 0)
        return EXIT_SKIPPED;
    argv[0] = (char *)program;
    execv(program, argv);
    perror(program);
    return EXIT_FAILURE;
}
