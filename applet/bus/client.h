/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "applet/bus/database-info.h"
#include "applet/bus/decode.h"
#include "applet/bus/kill-arguments.h"
#include "applet/bus/kill-reply.h"
#include "common/roster/roster.h"
#include "common/view/usage.h"

/* The client of the service: keeps a copy of the roster current, across restarts of the service,
 * and never blocks.
 *
 * Signals:
 *   "changed"   roster, state or database may have changed; emitted often, so coalesce
 *   "sampled"   there are newer CPU and memory figures */
#define VKP_TYPE_CLIENT (vkp_client_get_type())
G_DECLARE_FINAL_TYPE(VkpClient, vkp_client, VKP, CLIENT, GObject)

typedef enum {
    VKP_CLIENT_CONNECTING,  /* no reply yet; the roster is the last known one, or empty */
    VKP_CLIENT_READY,       /* the roster is current */
    VKP_CLIENT_UNREACHABLE, /* see vkp_client_problem(); tried again from time to time */
} VkpClientState;

VkpClient *vkp_client_new(GDBusConnection *connection);

/* Begins; replies are handled in the main loop. */
void vkp_client_start(VkpClient *client);

/* Fetches the whole list again: for Retry and Refresh. */
void vkp_client_retry(VkpClient *client);

/* Whether to subscribe to CPU and memory samples: only while they are visible. */
void vkp_client_set_sampling(VkpClient *client, gboolean is_sampling);

VkpClientState vkp_client_state(VkpClient *client);

/* How often the whole list was received: at the start, after a restart, after Retry and Refresh. */
guint vkp_client_n_lists(VkpClient *client);

/* Why it is UNREACHABLE, a sentence; else NULL. Borrowed. */
const char *vkp_client_problem(VkpClient *client);

/* All borrowed until the next iteration of the main loop; never NULL. */
VkpRoster *vkp_client_roster(VkpClient *client);
const VkpUsage *vkp_client_usage(VkpClient *client);
const VkpDatabaseInfo *vkp_client_database(VkpClient *client);

/* Sends a Kill; the reply comes when every outcome is known. Cancelling only ends the waiting, not
 * the kill. */
void vkp_client_kill(VkpClient *client, const VkpKillArguments *arguments,
                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
VkpKillReply *vkp_client_kill_finish(VkpClient *client, GAsyncResult *result, GError **error);
