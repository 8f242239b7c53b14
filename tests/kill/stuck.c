/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/stuck.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/lib/deadline.h"

#define REQUEST_MAX (FUSE_MIN_READ_BUFFER + 128 * 1024)
#define TIMEOUT_MS 10000

struct VkpStuck {
    int fd; /* /dev/fuse */
    char *folder;
    char *buffer; /* one request */
};

static const struct fuse_in_header *take_request(VkpStuck *stuck)
{
    g_assert_true(vkp_deadline_wait_readable(TIMEOUT_MS, stuck->fd));
    ssize_t length = read(stuck->fd, stuck->buffer, REQUEST_MAX);
    g_assert_cmpint(length, >=, sizeof(struct fuse_in_header));
    return (const struct fuse_in_header *)(const void *)stuck->buffer;
}

/* The first request must be answered, or the mount takes no others. */
static void answer_init(VkpStuck *stuck)
{
    const struct fuse_in_header *request = take_request(stuck);
    g_assert_cmpuint(request->opcode, ==, FUSE_INIT);
    struct {
        struct fuse_out_header header;
        struct fuse_init_out body;
    } answer = {0};
    answer.header.len = sizeof answer;
    answer.header.unique = request->unique;
    answer.body.major = FUSE_KERNEL_VERSION;
    answer.body.minor = FUSE_KERNEL_MINOR_VERSION;
    answer.body.max_write = 4096;
    g_assert_cmpint(write(stuck->fd, &answer, sizeof answer), ==, sizeof answer);
}

VkpStuck *vkp_stuck_mount(const char *folder, const char **reason)
{
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        *reason = "/dev/fuse cannot be opened";
        return NULL;
    }
    g_autofree char *options =
        g_strdup_printf("fd=%d,rootmode=40000,user_id=%u,group_id=%u", fd, getuid(), getgid());
    if (mount("vkp-stuck", folder, "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
        *reason = "FUSE cannot be mounted";
        close(fd);
        return NULL;
    }
    VkpStuck *stuck = g_new0(VkpStuck, 1);
    stuck->fd = fd;
    stuck->folder = g_strdup(folder);
    stuck->buffer = g_malloc(REQUEST_MAX);
    answer_init(stuck);
    return stuck;
}

void vkp_stuck_await(VkpStuck *stuck)
{
    (void)take_request(stuck);
}

void vkp_stuck_release(VkpStuck *stuck)
{
    if (!stuck)
        return;
    close(stuck->fd); /* the last descriptor: the kernel aborts what waits */
    g_assert_no_errno(umount2(stuck->folder, MNT_DETACH));
    g_free(stuck->buffer);
    g_free(stuck->folder);
    g_free(stuck);
}
