/* SPDX-License-Identifier: Apache-2.0 */
#include "service/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <unistd.h>

/* A pipe has room for PIPE_BUF bytes then, which is more than a line of ours. O_NONBLOCK would be
 * everybody's who shares the terminal. */
static gboolean has_room(int fd)
{
    struct pollfd entry = {fd, POLLOUT, 0};
    return poll(&entry, 1, 0) > 0;
}

static GLogWriterOutput write_if_there_is_room(GLogLevelFlags level, const GLogField *fields,
                                               gsize n_fields, gpointer data)
{
    if (!has_room(STDERR_FILENO))
        return G_LOG_WRITER_HANDLED; /* else GLib would write it by itself */
    return g_log_writer_default(level, fields, n_fields, data);
}

/* Else what is opened next would have the number, and get all that is said. */
static void open_closed_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)open("/dev/null", O_RDWR); /* takes the lowest number, which is this one */
}

void vkp_log_set_up(void)
{
    open_closed_streams();
    g_log_set_writer_func(write_if_there_is_room, NULL, NULL);
}
