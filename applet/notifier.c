/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/notifier.h"

#include <glib/gi18n.h>

#include "applet/view/sentences.h"

/* Leftovers that end by themselves within moments, as most do when an agent exits, are not news. */
#define SETTLE_SECONDS 10

struct VkpNotifier {
    GApplication *application;
    VkpFeed *feed;
    VkpSettings *settings;
    GHashTable *known;  /* set of ids of leftovers that were told, or were there from the start */
    gboolean has_begun; /* the first list is there */
    guint settle_timer;
};

static void send(VkpNotifier *self, const char *id, const char *title, const char *body)
{
    g_autoptr(GNotification) notification = g_notification_new(title);
    g_notification_set_body(notification, body);
    g_notification_set_default_action(notification, "app.show");
    g_application_send_notification(self->application, id, notification);
}

/* The ids of all leftovers now, owned by the set. */
static GHashTable *leftovers_now(VkpNotifier *self)
{
    GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const VkpRoster *roster = vkp_client_roster(vkp_feed_client(self->feed));
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpMember *member = vkp_roster_at(roster, i);
        char id[VKP_IDENTITY_TEXT_SIZE];
        if (member->tie.leftover_reason)
            g_hash_table_add(ids, g_strdup(vkp_identity_to_text(member->process->identity, id)));
    }
    return ids;
}

static guint count_missing(GHashTable *ids, GHashTable *known)
{
    guint n = 0;
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, ids);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        n += g_hash_table_contains(known, id) ? 0 : 1;
    return n;
}

static gboolean on_settled(gpointer user_data)
{
    VkpNotifier *self = user_data;
    self->settle_timer = 0;
    GHashTable *now = leftovers_now(self);
    guint n = count_missing(now, self->known);
    g_hash_table_unref(self->known);
    self->known = now;
    if (n == 0 || !vkp_settings_get_notify_leftovers(self->settings))
        return G_SOURCE_REMOVE;
    g_autofree char *title =
        g_strdup_printf(ngettext("%u new leftover process", "%u new leftover processes", n), n);
    send(self, "leftovers", title, _("They run on although their task needs them no more."));
    return G_SOURCE_REMOVE;
}

static void on_updated(VkpNotifier *self)
{
    if (vkp_client_state(vkp_feed_client(self->feed)) != VKP_CLIENT_READY)
        return;
    g_autoptr(GHashTable) now = leftovers_now(self);
    if (!self->has_begun) {
        self->has_begun = TRUE;
        g_hash_table_unref(self->known);
        self->known = g_steal_pointer(&now);
    } else if (self->settle_timer == 0 && count_missing(now, self->known) > 0) {
        self->settle_timer = g_timeout_add_seconds(SETTLE_SECONDS, on_settled, self);
        g_source_set_name_by_id(self->settle_timer, "vkp-notifier-settle");
    }
}

void vkp_notifier_tell(VkpNotifier *self, VkpKillOperation *operation)
{
    if (!vkp_kill_operation_has_failed(operation) ||
        !vkp_settings_get_notify_failures(self->settings))
        return;
    g_autofree char *sentence = vkp_sentence_dup_news(operation);
    send(self, "kill", _("Not everything was killed"), sentence);
}

VkpNotifier *vkp_notifier_new(GApplication *application, VkpFeed *feed, VkpSettings *settings)
{
    VkpNotifier *self = g_new0(VkpNotifier, 1);
    self->application = application;
    self->feed = g_object_ref(feed);
    self->settings = vkp_settings_ref(settings);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_signal_connect_swapped(feed, "updated", G_CALLBACK(on_updated), self);
    return self;
}

void vkp_notifier_free(VkpNotifier *self)
{
    if (!self)
        return;
    g_clear_handle_id(&self->settle_timer, g_source_remove);
    g_signal_handlers_disconnect_by_data(self->feed, self);
    g_object_unref(self->feed);
    vkp_settings_unref(self->settings);
    g_hash_table_unref(self->known);
    g_free(self);
}
