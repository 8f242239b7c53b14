/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/feed.h"

struct _VkpFeed {
    GObject parent;
    VkpClient *client;
    VkpSettings *settings;
    VkpRows *rows;
    VkpHistory *history;
    VkpRowFilter filter; /* its strings are ours */
    guint idle;
    gint64 sampled_usec; /* when samples last led to a build, monotonic */
};

enum { UPDATED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(VkpFeed, vkp_feed, G_TYPE_OBJECT)

static void build_rows(VkpFeed *self)
{
    g_clear_handle_id(&self->idle, g_source_remove);
    g_autoptr(VkpRows) before = self->rows;
    self->rows = vkp_rows_build(&(VkpRowsInput){
        .roster = vkp_client_roster(self->client),
        .usage = vkp_client_usage(self->client),
        .filter = &self->filter,
        .before = before,
    });
}

static void rebuild(VkpFeed *self)
{
    build_rows(self);
    g_signal_emit(self, signals[UPDATED], 0);
}

static gboolean on_idle(gpointer user_data)
{
    VkpFeed *self = user_data;
    self->idle = 0;
    rebuild(self);
    return G_SOURCE_REMOVE;
}

/* After input and drawing: a flood of changes must not keep the window from answering. */
static void queue_rebuild(VkpFeed *self)
{
    if (self->idle)
        return;
    self->idle = g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, on_idle, self, NULL);
    g_source_set_name_by_id(self->idle, "vkp-feed-rebuild");
}

static void on_sampled(VkpFeed *self)
{
    gint64 now = g_get_monotonic_time();
    gint64 interval = vkp_settings_get_update_interval_seconds(self->settings) * G_USEC_PER_SEC;
    /* Samples come each second or so: a little early is not too early. */
    if (now - self->sampled_usec < interval - G_USEC_PER_SEC / 4)
        return;
    self->sampled_usec = now;
    build_rows(self);
    vkp_history_take(self->history, self->rows);
    g_signal_emit(self, signals[UPDATED], 0);
}

VkpClient *vkp_feed_client(VkpFeed *self)
{
    return self->client;
}

VkpRows *vkp_feed_rows(VkpFeed *self)
{
    return self->rows;
}

const VkpHistory *vkp_feed_history(VkpFeed *self)
{
    return self->history;
}

const VkpRowFilter *vkp_feed_filter(VkpFeed *self)
{
    return &self->filter;
}

void vkp_feed_set_show(VkpFeed *self, VkpShow show)
{
    if (self->filter.show == show)
        return;
    self->filter.show = show;
    rebuild(self);
}

static void set_text(VkpFeed *self, const char **field, const char *text)
{
    const char *wanted = text && *text ? text : NULL;
    if (g_strcmp0(*field, wanted) == 0)
        return;
    g_free((char *)*field);
    *field = g_strdup(wanted);
    rebuild(self);
}

void vkp_feed_set_project(VkpFeed *self, const char *project_key)
{
    set_text(self, &self->filter.project_key, project_key);
}

void vkp_feed_set_search(VkpFeed *self, const char *search)
{
    set_text(self, &self->filter.search, search);
}

static void vkp_feed_dispose(GObject *object)
{
    VkpFeed *self = VKP_FEED(object);
    g_clear_handle_id(&self->idle, g_source_remove);
    if (self->client)
        g_signal_handlers_disconnect_by_data(self->client, self);
    g_clear_object(&self->client);
    G_OBJECT_CLASS(vkp_feed_parent_class)->dispose(object);
}

static void vkp_feed_finalize(GObject *object)
{
    VkpFeed *self = VKP_FEED(object);
    vkp_rows_unref(self->rows);
    vkp_history_free(self->history);
    vkp_settings_unref(self->settings);
    g_free((char *)self->filter.project_key);
    g_free((char *)self->filter.search);
    G_OBJECT_CLASS(vkp_feed_parent_class)->finalize(object);
}

static void vkp_feed_class_init(VkpFeedClass *class)
{
    G_OBJECT_CLASS(class)->dispose = vkp_feed_dispose;
    G_OBJECT_CLASS(class)->finalize = vkp_feed_finalize;
    signals[UPDATED] = g_signal_new("updated", VKP_TYPE_FEED, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void vkp_feed_init(VkpFeed *self)
{
    self->history = vkp_history_new();
}

VkpFeed *vkp_feed_new(VkpClient *client, VkpSettings *settings)
{
    VkpFeed *self = g_object_new(VKP_TYPE_FEED, NULL);
    self->client = g_object_ref(client);
    self->settings = vkp_settings_ref(settings);
    build_rows(self);
    g_signal_connect_swapped(client, "changed", G_CALLBACK(queue_rebuild), self);
    g_signal_connect_swapped(client, "sampled", G_CALLBACK(on_sampled), self);
    return self;
}
