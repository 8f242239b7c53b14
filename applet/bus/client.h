/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "applet/bus/database-info.h"
#include "applet/bus/decode.h"
#include "applet/bus/kill-arguments.h"
#include "applet/bus/kill-reply.h"
#include "common/roster/roster.h"
#include "common/view/usage.h"

/* The service as seen from here: keeps a roster current, follows restarts, never blocks.
 *
 * Signals:
 *   "changed"   roster, state or database may differ now; comes often, so coalesce
 *   "sampled"   newer CPU and memory figures came in */
#define VKP_TYPE_CLIENT (vkp_client_get_type())
G_DECLARE_FINAL_TYPE(VkpClient, vkp_client, VKP, CLIENT, GObject)

typedef enum {
    VKP_CLIENT_CONNECTING,  /* no answer yet; the roster is of before, or empty */
    VKP_CLIENT_READY,       /* the roster is current */
    VKP_CLIENT_UNREACHABLE, /* see vkp_client_problem(); tried again from time to time */
} VkpClientState;

VkpClient *vkp_client_new(GDBusConnection *connection);

/* Begins; answers come through the main loop. */
void vkp_client_start(VkpClient *client);

/* Starts over with what the service has now: Retry and Refresh. */
void vkp_client_retry(VkpClient *client);

/* Whether CPU and memory should be sampled each second: only while somebody looks. */
void vkp_client_set_sampling(VkpClient *client, gboolean is_sampling);

VkpClientState vkp_client_state(VkpClient *client);

/* How often the whole list has come: at the start, after a restart, after Retry and Refresh. */
guint vkp_client_n_lists(VkpClient *client);

/* Why it is UNREACHABLE, a sentence; else NULL. Borrowed. */
const char *vkp_client_problem(VkpClient *client);

/* All borrowed, never NULL, until the next turn of the main loop. */
VkpRoster *vkp_client_roster(VkpClient *client);
const VkpUsage *vkp_client_usage(VkpClient *client);
const VkpDatabaseInfo *vkp_client_database(VkpClient *client);

/* Sends a Kill; the answer comes when every fate is known. Giving up the wait does not stop it. */
void vkp_client_kill(VkpClient *client, const VkpKillArguments *arguments,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
VkpKillReply *vkp_client_kill_finish(VkpClient *client, GAsyncResult *result, GError **error);
