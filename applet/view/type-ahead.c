/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/type-ahead.h"

/* While the bar slides in, its entry has the focus but no window yet: keys typed in that moment are
 * lost, with a critical warning. */
static void open_at_once(GtkSearchBar *bar)
{
    GtkWidget *revealer = gtk_bin_get_child(GTK_BIN(bar));
    if (GTK_IS_REVEALER(revealer))
        gtk_revealer_set_transition_duration(GTK_REVEALER(revealer), 0);
}

void vkp_type_ahead_setup(GtkSearchBar *bar, GtkEntry *entry)
{
    open_at_once(bar);
    gtk_search_bar_connect_entry(bar, entry);
}

/* The search bar tries keys on its entry, which would open a menu of its own at Shift+F10. */
static gboolean is_function_key(const GdkEventKey *event)
{
    return event->keyval >= GDK_KEY_F1 && event->keyval <= GDK_KEY_F35;
}

static gboolean is_letter(const GdkEventKey *event)
{
    return !(event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK)) &&
           g_unichar_isgraph(gdk_keyval_to_unicode(event->keyval));
}

gboolean vkp_type_ahead_handle(GtkSearchBar *bar, GtkEntry *entry, GdkEventKey *event)
{
    if (is_function_key(event))
        return GDK_EVENT_PROPAGATE;
    if (!gtk_search_bar_get_search_mode(bar))
        return gtk_search_bar_handle_event(bar, (GdkEvent *)event);
    /* An open bar takes no keys; its entry gets this one by the focus. */
    if (is_letter(event)) {
        gtk_entry_grab_focus_without_selecting(entry);
        gtk_editable_set_position(GTK_EDITABLE(entry), -1);
    }
    return GDK_EVENT_PROPAGATE;
}
