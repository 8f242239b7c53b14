/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <string.h>
#include <time.h>

#include "common/proc/reader-private.h"

/* /proc/stat has a line for each CPU and one with a number for each interrupt. */
#define SYSTEM_STAT_MAX_BYTES (1024u * 1024u)

#define N_SAMPLES 3

static gint64 now_nsec(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The wall clock cannot be read at the same time as the clock since boot, but between two readings
 * of it: the closest pair of a few is right within a microsecond, unless all were interrupted. */
static guint64 measure_boot_time(void)
{
    gint64 best_width = G_MAXINT64;
    gint64 boot_nsec = 0;
    for (guint i = 0; i < N_SAMPLES; i++) {
        gint64 before = now_nsec(CLOCK_BOOTTIME);
        gint64 wall = now_nsec(CLOCK_REALTIME);
        gint64 after = now_nsec(CLOCK_BOOTTIME);
        if (after - before < best_width) {
            best_width = after - before;
            boot_nsec = wall - before - best_width / 2;
        }
    }
    return (guint64)MAX(boot_nsec, 0) / 1000;
}

/* The same of a system that is not this one, to the second. */
static guint64 read_boot_time(VkpReader *reader)
{
    gsize length = 0;
    g_autofree char *text =
        vkp_file_read(reader->root, "stat", SYSTEM_STAT_MAX_BYTES, &length, NULL, NULL);
    guint64 seconds = 0;
    if (!text || !vkp_boot_time_parse(text, &seconds) || seconds > G_MAXINT64 / G_USEC_PER_SEC)
        return 0;
    return seconds * G_USEC_PER_SEC;
}

guint64 vkp_reader_boot_time_usec(VkpReader *reader)
{
    return reader->is_procfs ? measure_boot_time() : read_boot_time(reader);
}

guint64 vkp_reader_uptime_usec(VkpReader *reader)
{
    if (reader->is_procfs)
        return (guint64)now_nsec(CLOCK_BOOTTIME) / 1000;
    guint64 now = (guint64)g_get_real_time();
    guint64 boot = read_boot_time(reader);
    return now > boot ? now - boot : 0;
}

guint64 vkp_reader_uptime_ticks(VkpReader *reader)
{
    guint64 usec = vkp_reader_uptime_usec(reader);
    guint64 rest = usec % G_USEC_PER_SEC * reader->ticks_per_second / G_USEC_PER_SEC;
    return usec / G_USEC_PER_SEC * reader->ticks_per_second + rest;
}

VkpUuid vkp_reader_boot_id(VkpReader *reader)
{
    VkpUuid id = {0};
    gsize length = 0;
    g_autofree char *text = vkp_file_read(reader->root, "sys/kernel/random/boot_id",
                                          VKP_UUID_TEXT_SIZE, &length, NULL, NULL);
    if (text)
        (void)vkp_uuid_parse(g_strchomp(text), &id);
    return id;
}

guint vkp_reader_ticks_per_second(VkpReader *reader)
{
    return reader->ticks_per_second;
}
