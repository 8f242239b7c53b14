/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/kill-desk.h"

#include "applet/view/confirm-dialog.h"

/* A dry run takes some milliseconds; what a person would wonder about is told. */
#define PATIENCE_MS 300

struct _VkpKillDesk {
    GObject parent;
    VkpFeed *feed;
    VkpSettings *settings;
    VkpKillOperation *asking; /* NULL: no question under way */
    GtkWindow *parent_window; /* of the question; weak, may be NULL */
    GtkWidget *dialog;        /* NULL: not open yet */
    guint patience_timer;
    gboolean is_started; /* "started" was told of the operation */
};

enum { STARTED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(VkpKillDesk, vkp_kill_desk, G_TYPE_OBJECT)

gboolean vkp_kill_desk_is_asking(VkpKillDesk *self)
{
    return self->asking != NULL;
}

static void set_parent_window(VkpKillDesk *self, GtkWindow *parent)
{
    g_set_weak_pointer(&self->parent_window, parent);
}

/* The question is answered; the operation lives on where "started" brought it. */
static VkpKillOperation *end_asking(VkpKillDesk *self)
{
    VkpKillOperation *operation = g_steal_pointer(&self->asking);
    g_signal_handlers_disconnect_by_data(operation, self);
    g_clear_handle_id(&self->patience_timer, g_source_remove);
    if (self->dialog)
        gtk_widget_destroy(self->dialog);
    self->dialog = NULL;
    set_parent_window(self, NULL);
    return operation;
}

static void tell_started(VkpKillDesk *self, VkpKillOperation *operation)
{
    if (!self->is_started)
        g_signal_emit(self, signals[STARTED], 0, operation);
    self->is_started = TRUE;
}

static gboolean on_patience_timer(gpointer user_data)
{
    VkpKillDesk *self = user_data;
    self->patience_timer = 0;
    tell_started(self, self->asking);
    return G_SOURCE_REMOVE;
}

static void go_ahead(VkpKillDesk *self)
{
    g_autoptr(VkpKillOperation) operation = end_asking(self);
    vkp_kill_operation_confirm(operation);
    tell_started(self, operation);
}

static void cancel(VkpKillDesk *self)
{
    g_autoptr(VkpKillOperation) operation = end_asking(self);
    vkp_kill_operation_cancel(operation);
}

static void on_response(VkpKillDesk *self, gint response)
{
    if (response == VKP_RESPONSE_KILL)
        go_ahead(self);
    else
        cancel(self);
}

static void open_dialog(VkpKillDesk *self)
{
    GtkWindow *parent =
        self->parent_window && gtk_widget_get_visible(GTK_WIDGET(self->parent_window))
            ? self->parent_window
            : NULL;
    self->dialog = GTK_WIDGET(vkp_confirm_dialog_new(parent, self->asking));
    g_signal_connect_swapped(self->dialog, "response", G_CALLBACK(on_response), self);
    gtk_window_present(GTK_WINDOW(self->dialog));
}

/* One process that is no agent and surely of its task needs no question if its owner wants none;
 * nothing that a person has not seen named is killed without. */
static gboolean needs_question(VkpKillDesk *self)
{
    VkpKillCounts counts = vkp_kill_operation_count(self->asking);
    return vkp_settings_get_confirms_always(self->settings) || counts.n_agents > 0 ||
           counts.n_weak > 0 ||
           vkp_kill_operation_order(self->asking)->worded_as != VKP_SCOPE_SINGLE ||
           counts.n_remaining != 1;
}

static void on_answered(VkpKillDesk *self)
{
    g_clear_handle_id(&self->patience_timer, g_source_remove);
    if (needs_question(self))
        open_dialog(self);
    else
        go_ahead(self);
}

static void on_operation_changed(VkpKillDesk *self)
{
    VkpKillState state = vkp_kill_operation_state(self->asking);
    if (state == VKP_KILL_FAILED || state == VKP_KILL_CANCELLED) {
        g_autoptr(VkpKillOperation) operation = end_asking(self);
        if (state == VKP_KILL_FAILED)
            tell_started(self, operation);
    } else if (state == VKP_KILL_CONFIRMING && !self->dialog) {
        on_answered(self);
    }
}

static void begin_asking(VkpKillDesk *self, GtkWindow *parent, const VkpKillOrder *order)
{
    self->asking = vkp_kill_operation_new(vkp_feed_client(self->feed), order);
    self->is_started = FALSE;
    set_parent_window(self, parent);
    g_signal_connect_swapped(self->asking, "changed", G_CALLBACK(on_operation_changed), self);
    self->patience_timer = g_timeout_add(PATIENCE_MS, on_patience_timer, self);
    g_source_set_name_by_id(self->patience_timer, "vkp-kill-patience");
    vkp_kill_operation_ask(self->asking);
}

gboolean vkp_kill_desk_present(VkpKillDesk *self)
{
    if (self->dialog)
        gtk_window_present(GTK_WINDOW(self->dialog));
    return self->dialog != NULL;
}

static void ask(VkpKillDesk *self, GtkWindow *parent, VkpKillOrder *order)
{
    order->escalate = vkp_settings_get_escalate(self->settings);
    order->rows = parent ? vkp_feed_rows(self->feed) : NULL;
    order->grace_ms = vkp_settings_get_grace_ms(self->settings);
    if (vkp_kill_desk_present(self))
        return;
    const VkpKillOrder *asking = self->asking ? vkp_kill_operation_order(self->asking) : NULL;
    if (asking && vkp_kill_order_equal(order, asking) && order->force == asking->force)
        return;
    if (self->asking)
        cancel(self);
    begin_asking(self, parent, order);
}

static void collect_identities(const VkpRow *row, GArray *identities)
{
    if (row->member)
        g_array_append_val(identities, row->member->process->identity);
    for (guint i = 0; i < row->children->len; i++)
        collect_identities(g_ptr_array_index(row->children, i), identities);
}

static void order_process(VkpKillDesk *self, GtkWindow *parent, const VkpRow *row,
                          VkpKillOrder *order)
{
    char target[VKP_IDENTITY_TEXT_SIZE];
    order->scope = order->worded_as = VKP_SCOPE_SINGLE;
    order->target = vkp_identity_to_text(row->member->process->identity, target);
    ask(self, parent, order);
}

static void order_id(VkpKillDesk *self, GtkWindow *parent, const VkpRow *row, VkpKillOrder *order)
{
    char target[VKP_UUID_TEXT_SIZE];
    order->scope = row->kind == VKP_ROW_PROJECT ? VKP_SCOPE_PROJECT
                   : row->kind == VKP_ROW_TASK  ? VKP_SCOPE_TASK
                                                : VKP_SCOPE_ATTEMPT;
    order->worded_as = order->scope;
    order->target = vkp_uuid_to_text(&row->id, target);
    ask(self, parent, order);
}

/* A project without an id, or the leftovers of one project: the bus has no such scope, so a larger
 * one is taken and limited to the processes of the row. */
static void order_members(VkpKillDesk *self, GtkWindow *parent, const VkpRow *row,
                          VkpKillOrder *order)
{
    g_autoptr(GArray) only = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    collect_identities(row, only);
    gboolean is_leftovers = row->kind == VKP_ROW_LEFTOVERS;
    order->scope = is_leftovers ? VKP_SCOPE_LEFTOVERS : VKP_SCOPE_ALL;
    order->worded_as = is_leftovers ? VKP_SCOPE_LEFTOVERS : VKP_SCOPE_PROJECT;
    order->target = "";
    order->only = only;
    const VkpRow *project = is_leftovers ? row->parent : row;
    order->subject = project->label;
    order->has_no_project = g_str_equal(project->key, VKP_ROW_KEY_NO_PROJECT);
    ask(self, parent, order);
}

void vkp_kill_desk_kill_row(VkpKillDesk *self, GtkWindow *parent, const VkpRow *row, gboolean force)
{
    VkpKillOrder order = {.subject = row->label, .force = force};
    if (row->kind == VKP_ROW_PROCESS)
        order_process(self, parent, row, &order);
    else if (row->kind == VKP_ROW_LEFTOVERS || vkp_uuid_is_nil(&row->id))
        order_members(self, parent, row, &order);
    else
        order_id(self, parent, row, &order);
}

void vkp_kill_desk_kill_scope(VkpKillDesk *self, GtkWindow *parent, VkpScopeKind scope)
{
    VkpKillOrder order = {.scope = scope, .worded_as = scope, .target = ""};
    ask(self, parent, &order);
}

static void vkp_kill_desk_dispose(GObject *object)
{
    VkpKillDesk *self = VKP_KILL_DESK(object);
    if (self->asking)
        g_object_unref(end_asking(self));
    set_parent_window(self, NULL);
    g_clear_object(&self->feed);
    G_OBJECT_CLASS(vkp_kill_desk_parent_class)->dispose(object);
}

static void vkp_kill_desk_finalize(GObject *object)
{
    vkp_settings_unref(VKP_KILL_DESK(object)->settings);
    G_OBJECT_CLASS(vkp_kill_desk_parent_class)->finalize(object);
}

static void vkp_kill_desk_class_init(VkpKillDeskClass *class)
{
    G_OBJECT_CLASS(class)->dispose = vkp_kill_desk_dispose;
    G_OBJECT_CLASS(class)->finalize = vkp_kill_desk_finalize;
    signals[STARTED] = g_signal_new("started", VKP_TYPE_KILL_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 1, VKP_TYPE_KILL_OPERATION);
}

static void vkp_kill_desk_init(VkpKillDesk *self G_GNUC_UNUSED)
{
}

VkpKillDesk *vkp_kill_desk_new(VkpFeed *feed, VkpSettings *settings)
{
    VkpKillDesk *self = g_object_new(VKP_TYPE_KILL_DESK, NULL);
    self->feed = g_object_ref(feed);
    self->settings = vkp_settings_ref(settings);
    return self;
}
