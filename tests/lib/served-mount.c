/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/served-mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define REQUEST_MAX (FUSE_MIN_READ_BUFFER + 128 * 1024)

#define INSIDE_ID 2

struct VkpServedMount {
    int fd;   /* /dev/fuse */
    int stop; /* an eventfd */
    char *folder;
    GThread *thread;
    char *buffer; /* one request */
    GMutex mutex; /* of what follows */
    gboolean is_silent;
    GPtrArray *waiting; /* owned requests */
};

typedef struct {
    struct fuse_out_header header;
    union {
        struct fuse_init_out init;
        struct fuse_attr_out attributes;
        struct fuse_entry_out entry;
        struct fuse_open_out opened;
    };
} Answer;

/* Nothing of it is kept by the kernel: it asks each time. */
static struct fuse_attr folder_attributes(guint64 id)
{
    return (struct fuse_attr){.ino = id, .mode = S_IFDIR | 0755, .nlink = 2};
}

/* The length of the body, or a negative errno. */
static int fill_answer(const struct fuse_in_header *request, Answer *answer)
{
    const char *name = (const char *)(request + 1);
    switch (request->opcode) {
    case FUSE_INIT:
        answer->init.major = FUSE_KERNEL_VERSION;
        answer->init.minor = FUSE_KERNEL_MINOR_VERSION;
        answer->init.max_write = 4096;
        return sizeof answer->init;
    case FUSE_GETATTR:
        answer->attributes.attr = folder_attributes(request->nodeid);
        return sizeof answer->attributes;
    case FUSE_LOOKUP:
        if (request->nodeid != FUSE_ROOT_ID || strcmp(name, "inside") != 0)
            return -ENOENT;
        answer->entry.nodeid = INSIDE_ID;
        answer->entry.attr = folder_attributes(INSIDE_ID);
        return sizeof answer->entry;
    case FUSE_OPENDIR:
        return sizeof answer->opened;
    default:
        return -ENOSYS;
    }
}

static gboolean wants_answer(const struct fuse_in_header *request)
{
    return request->opcode != FUSE_FORGET && request->opcode != FUSE_BATCH_FORGET &&
           request->opcode != FUSE_INTERRUPT;
}

/* Whoever asked may be gone meanwhile: then the kernel refuses the answer. */
static void answer_request(VkpServedMount *served, const struct fuse_in_header *request)
{
    Answer answer = {0};
    int length = fill_answer(request, &answer);
    answer.header.unique = request->unique;
    answer.header.error = MIN(length, 0);
    answer.header.len = (guint)sizeof answer.header + (guint)MAX(length, 0);
    if (write(served->fd, &answer, answer.header.len) < 0)
        g_assert_true(errno == ENOENT || errno == ENODEV);
}

static void take_request(VkpServedMount *served)
{
    ssize_t length = read(served->fd, served->buffer, REQUEST_MAX);
    if (length < (ssize_t)sizeof(struct fuse_in_header))
        return;
    const struct fuse_in_header *request = (const void *)served->buffer;
    if (!wants_answer(request))
        return;
    g_mutex_lock(&served->mutex);
    if (served->is_silent)
        g_ptr_array_add(served->waiting, g_memdup2(request, (gsize)length));
    else
        answer_request(served, request);
    g_mutex_unlock(&served->mutex);
}

static gpointer serve(gpointer data)
{
    VkpServedMount *served = data;
    struct pollfd fds[] = {{.fd = served->fd, .events = POLLIN},
                           {.fd = served->stop, .events = POLLIN}};
    while (poll(fds, G_N_ELEMENTS(fds), -1) >= 0 || errno == EINTR) {
        if (fds[1].revents != 0 || (fds[0].revents & (POLLERR | POLLHUP)) != 0)
            break;
        if ((fds[0].revents & POLLIN) != 0)
            take_request(served);
    }
    return NULL;
}

VkpServedMount *vkp_served_mount_new(const char *folder, const char **reason)
{
    int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        *reason = "/dev/fuse cannot be opened";
        return NULL;
    }
    g_autofree char *options = g_strdup_printf(
        "fd=%d,rootmode=40000,user_id=%u,group_id=%u,default_permissions", fd, getuid(), getgid());
    if (mount("vkp-served", folder, "fuse", MS_NOSUID | MS_NODEV, options) < 0) {
        *reason = "only root can stage this, where FUSE can be mounted";
        close(fd);
        return NULL;
    }
    VkpServedMount *served = g_new0(VkpServedMount, 1);
    served->fd = fd;
    served->stop = eventfd(0, EFD_CLOEXEC);
    g_assert_no_errno(served->stop);
    served->folder = g_strdup(folder);
    served->buffer = g_malloc(REQUEST_MAX);
    served->waiting = g_ptr_array_new_with_free_func(g_free);
    g_mutex_init(&served->mutex);
    served->thread = g_thread_new("served", serve, served);
    return served;
}

void vkp_served_mount_fall_silent(VkpServedMount *served)
{
    g_mutex_lock(&served->mutex);
    served->is_silent = TRUE;
    g_mutex_unlock(&served->mutex);
}

void vkp_served_mount_answer(VkpServedMount *served)
{
    g_mutex_lock(&served->mutex);
    served->is_silent = FALSE;
    for (guint i = 0; i < served->waiting->len; i++)
        answer_request(served, served->waiting->pdata[i]);
    g_ptr_array_set_size(served->waiting, 0);
    g_mutex_unlock(&served->mutex);
}

guint vkp_served_mount_n_waiting(VkpServedMount *served)
{
    guint n_waiting = 0;
    g_mutex_lock(&served->mutex);
    for (guint i = 0; i < served->waiting->len; i++)
        n_waiting += ((const struct fuse_in_header *)served->waiting->pdata[i])->pid != 0;
    g_mutex_unlock(&served->mutex);
    return n_waiting;
}

void vkp_served_mount_free(VkpServedMount *served)
{
    if (!served)
        return;
    guint64 one = 1;
    g_assert_cmpint(write(served->stop, &one, sizeof one), ==, sizeof one);
    g_thread_join(served->thread);
    close(served->fd); /* the last descriptor: the kernel aborts what waits */
    close(served->stop);
    g_assert_no_errno(umount2(served->folder, MNT_DETACH));
    g_ptr_array_unref(served->waiting);
    g_mutex_clear(&served->mutex);
    g_free(served->buffer);
    g_free(served->folder);
    g_free(served);
}
