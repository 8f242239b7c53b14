/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/details.h"

#include <glib/gi18n.h>

#include "applet/view/figures.h"
#include "applet/view/plot.h"
#include "common/base/text.h"
#include "common/view/format.h"

#define COMMAND_CHARACTERS 4096

struct _VkpDetails {
    GtkBox parent;
    GtkLabel *title;
    GtkWidget *hint;
    GtkWidget *content;
    GtkGrid *facts;
    GtkLabel *cpu;
    GtkLabel *memory;
    VkpPlot *cpu_plot;
    VkpPlot *memory_plot;
    char *shown; /* the facts on display, to see whether they changed */
};

G_DEFINE_FINAL_TYPE(VkpDetails, vkp_details, GTK_TYPE_BOX)

typedef struct {
    const char *name; /* static */
    char *text;
    gboolean is_wide; /* takes a line of its own; of the others two share one */
} Fact;

static void clear_fact(gpointer fact)
{
    g_free(((Fact *)fact)->text);
}

/* Takes the text; one that is missing or empty is left out. */
static void add(GArray *facts, const char *name, char *text, gboolean is_wide)
{
    Fact fact = {name, text, is_wide};
    if (text && *text)
        g_array_append_val(facts, fact);
    else
        g_free(text);
}

static void add_fact(GArray *facts, const char *name, char *text)
{
    add(facts, name, text, FALSE);
}

static void add_wide_fact(GArray *facts, const char *name, char *text)
{
    add(facts, name, text, TRUE);
}

static char *dup_shown(const char *text)
{
    return text ? vkp_text_dup_display(text) : NULL;
}

static char *dup_start(guint64 start_usec)
{
    if (start_usec == 0)
        return NULL;
    g_autoptr(GDateTime) start =
        g_date_time_new_from_unix_local((gint64)(start_usec / G_USEC_PER_SEC));
    return start ? g_date_time_format(start, "%c") : NULL;
}

static char *dup_ports(const GArray *ports)
{
    g_autofree char *figures = vkp_format_dup_ports(ports, G_MAXUINT);
    return vkp_figures_dup(figures, gtk_widget_get_default_direction());
}

/* The marks that say where it belongs. */
static void add_tie(GArray *facts, const VkpTie *tie)
{
    add_fact(facts, _("Project"), dup_shown(tie->project_name));
    add_fact(facts, _("Task"), dup_shown(tie->task_title));
    add_fact(facts, _("Attempt"), dup_shown(tie->attempt_name));
    add_fact(facts, _("Branch"), dup_shown(tie->branch));
    add_fact(facts, _("Agent"), dup_shown(tie->agent));
}

static void add_process(GArray *facts, const VkpMember *member)
{
    const VkpProcess *process = member->process;
    add_wide_fact(facts, _("Command"), vkp_format_dup_command(process->image, COMMAND_CHARACTERS));
    add_wide_fact(facts, _("Folder"), dup_shown(process->folder ? process->folder->path : NULL));
    add_wide_fact(facts, _("Why"), vkp_format_dup_reason(member));
    add_fact(facts, _("Started"), dup_start(process->start_time_usec));
    add_fact(facts, _("Ports"), dup_ports(member->ports));
    add_fact(facts, _("Kind"), g_strdup(vkp_format_kind(member->tie.kind)));
    add_fact(facts, _("State"), g_strdup(vkp_format_state(process->state)));
    add_fact(facts, _("Process ID"),
             /* Translators: a process's number and that of its parent */
             g_strdup_printf(_("%d, started by %d"), (int)process->identity.pid,
                             (int)process->parent_pid));
    add_fact(facts, _("Threads"), g_strdup_printf("%u", process->threads));
    add_tie(facts, &member->tie);
}

static void add_group(GArray *facts, const VkpRow *row)
{
    const VkpTotals *totals = &row->totals;
    add_fact(facts, _("Contents"),
             vkp_format_dup_counts(totals->n_processes, totals->n_agents, totals->n_leftovers));
    add_fact(facts, _("Ports"), dup_ports(totals->ports));
    add_fact(facts, _("Oldest"), dup_start(totals->start_time_usec));
    add_fact(facts, row->kind == VKP_ROW_ATTEMPT ? _("Agent") : _("Remark"), g_strdup(row->detail));
    char id[VKP_UUID_TEXT_SIZE];
    if (!vkp_uuid_is_nil(&row->id))
        add_fact(facts, _("ID"), g_strdup(vkp_uuid_to_text(&row->id, id)));
}

static GtkWidget *fact_name_new(const char *name)
{
    GtkWidget *label = gtk_label_new(name);
    gtk_label_set_xalign(GTK_LABEL(label), 1);
    gtk_widget_set_valign(label, GTK_ALIGN_BASELINE);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), "vkp-dim");
    gtk_widget_show(label);
    return label;
}

static GtkWidget *fact_text_new(const char *text, GtkWidget *name)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_set_valign(label, GTK_ALIGN_BASELINE); /* on its name's line, where others wrap */
    gtk_label_set_selectable(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_widget_set_hexpand(label, TRUE);
    AtkObject *accessible = gtk_widget_get_accessible(label);
    (void)atk_object_add_relationship(accessible, ATK_RELATION_LABELLED_BY,
                                      gtk_widget_get_accessible(name));
    gtk_widget_show(label);
    return label;
}

static char *dup_signature(const GArray *facts)
{
    GString *all = g_string_new(NULL);
    for (guint i = 0; i < facts->len; i++) {
        const Fact *fact = &g_array_index(facts, Fact, i);
        g_string_append_printf(all, "%s\n%s\n", fact->name, fact->text);
    }
    return g_string_free(all, FALSE);
}

static void attach_facts(GtkGrid *grid, const GArray *facts)
{
    gint row = -1;
    gboolean is_half = FALSE; /* the row has a free half */
    for (guint i = 0; i < facts->len; i++) {
        const Fact *fact = &g_array_index(facts, Fact, i);
        gboolean joins = is_half && !fact->is_wide;
        row += joins ? 0 : 1;
        GtkWidget *name = fact_name_new(fact->name);
        GtkWidget *text = fact_text_new(fact->text, name);
        gtk_grid_attach(grid, name, joins ? 2 : 0, row, 1, 1);
        gtk_grid_attach(grid, text, joins ? 3 : 1, row, fact->is_wide ? 3 : 1, 1);
        is_half = !joins && !fact->is_wide;
    }
}

/* Built anew only when a text differs, so that a selection in them survives the ticks. */
static void show_facts(VkpDetails *self, const GArray *facts)
{
    g_autofree char *signature = dup_signature(facts);
    if (g_strcmp0(signature, self->shown) == 0)
        return;
    g_free(self->shown);
    self->shown = g_steal_pointer(&signature);
    gtk_container_foreach(GTK_CONTAINER(self->facts),
                          (GtkCallback)(void (*)(void))gtk_widget_destroy, NULL);
    attach_facts(self->facts, facts);
}

static void show_figures(VkpDetails *self, const VkpRow *row, const VkpHistory *history)
{
    g_autofree char *percent = vkp_format_dup_percent(row->totals.cpu_percent);
    g_autofree char *bytes = vkp_format_dup_bytes(row->totals.memory_bytes);
    g_autofree char *cpu = g_strdup_printf(_("CPU: %s"), percent);
    g_autofree char *memory = g_strdup_printf(_("Memory: %s"), bytes);
    gtk_label_set_text(self->cpu, cpu);
    gtk_label_set_text(self->memory, memory);
    vkp_plot_show(self->cpu_plot, history, row->key);
    vkp_plot_show(self->memory_plot, history, row->key);
}

void vkp_details_show(VkpDetails *self, const VkpRow *row, const VkpHistory *history)
{
    gtk_widget_set_visible(self->hint, row == NULL);
    gtk_widget_set_visible(self->content, row != NULL);
    if (!row)
        return;
    g_autoptr(GArray) facts = g_array_new(FALSE, FALSE, sizeof(Fact));
    g_array_set_clear_func(facts, clear_fact);
    if (row->member)
        add_process(facts, row->member);
    else
        add_group(facts, row);
    gtk_label_set_text(self->title, row->label);
    show_facts(self, facts);
    show_figures(self, row, history);
}

static void vkp_details_finalize(GObject *object)
{
    g_free(VKP_DETAILS(object)->shown);
    G_OBJECT_CLASS(vkp_details_parent_class)->finalize(object);
}

static void vkp_details_class_init(VkpDetailsClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = vkp_details_finalize;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/vibekanban/Processes/Applet/details.ui");
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, title);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, hint);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, content);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, facts);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, cpu);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, memory);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, cpu_plot);
    gtk_widget_class_bind_template_child(widget_class, VkpDetails, memory_plot);
}

static void vkp_details_init(VkpDetails *self)
{
    g_type_ensure(VKP_TYPE_PLOT);
    gtk_widget_init_template(GTK_WIDGET(self));
    vkp_plot_set_kind(self->cpu_plot, VKP_PLOT_CPU);
    vkp_plot_set_kind(self->memory_plot, VKP_PLOT_MEMORY);
}
