/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/image-guard.h"

#include "common/base/error.h"

struct VkpImageGuard {
    const VkpReader *reader;
    VkpGuard *guard;
};

/* A reading under way in another thread. */
typedef struct {
    VkpReader *reader;
    pid_t pid;
    VkpImage *image;
    GError *error;
} Reading;

static void read_image(gpointer job)
{
    Reading *reading = job;
    reading->image = vkp_reader_read_image(reading->reader, reading->pid, &reading->error);
}

static void free_reading(gpointer job)
{
    Reading *reading = job;
    vkp_reader_close(reading->reader);
    vkp_image_unref(reading->image);
    g_clear_error(&reading->error);
    g_free(reading);
}

static const VkpGuardKind kind = {read_image, free_reading};

VkpImageGuard *vkp_image_guard_new(const VkpReader *reader)
{
    VkpImageGuard *guard = g_new0(VkpImageGuard, 1);
    guard->reader = reader;
    guard->guard = vkp_guard_new();
    return guard;
}

void vkp_image_guard_free(VkpImageGuard *guard)
{
    if (!guard)
        return;
    vkp_guard_free(guard->guard);
    g_free(guard);
}

VkpImage *vkp_image_guard_read(VkpImageGuard *guard, pid_t pid, gboolean *is_late, GError **error)
{
    if (is_late)
        *is_late = FALSE;
    VkpReader *reader = vkp_reader_dup(guard->reader, error);
    if (!reader)
        return NULL;
    Reading *reading = g_new0(Reading, 1);
    reading->reader = reader;
    reading->pid = pid;
    /* Whom to leave alone for a while, the caller knows better: a number passes on. */
    if (!vkp_guard_run(guard->guard, &kind, 0, reading)) {
        if (is_late)
            *is_late = TRUE;
        g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM, "Process %d keeps its readers waiting",
                    pid);
        return NULL;
    }
    VkpImage *image = g_steal_pointer(&reading->image);
    if (!image)
        g_propagate_error(error, g_steal_pointer(&reading->error));
    free_reading(reading);
    return image;
}
