/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/details.h"

#include <glib/gi18n.h>

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

/* A fact is a name and a text; those without a text are left out. */
typedef struct {
    GPtrArray *names; /* static */
    GPtrArray *texts; /* owned */
} Facts;

static void add_fact(Facts *facts, const char *name, char *text)
{
    if (!text || !*text) {
        g_free(text);
        return;
    }
    g_ptr_array_add(facts->names, (gpointer)name);
    g_ptr_array_add(facts->texts, text);
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

/* The marks that say where it belongs. */
static void add_tie(Facts *facts, const VkpTie *tie)
{
    add_fact(facts, _("Project"), dup_shown(tie->project_name));
    add_fact(facts, _("Task"), dup_shown(tie->task_title));
    add_fact(facts, _("Attempt"), dup_shown(tie->attempt_name));
    add_fact(facts, _("Branch"), dup_shown(tie->branch));
    add_fact(facts, _("Agent"), dup_shown(tie->agent));
}

static void add_process(Facts *facts, const VkpMember *member)
{
    const VkpProcess *process = member->process;
    add_fact(facts, _("Command"), vkp_format_dup_command(process->image, COMMAND_CHARACTERS));
    add_fact(facts, _("Folder"), dup_shown(process->folder ? process->folder->path : NULL));
    add_fact(facts, _("Ports"), vkp_format_dup_ports(member->ports, G_MAXUINT));
    add_fact(facts, _("Why"), vkp_format_dup_reason(member));
    add_fact(facts, _("Started"), dup_start(process->start_time_usec));
    add_fact(facts, _("Kind"), g_strdup(vkp_format_kind(member->tie.kind)));
    add_fact(facts, _("State"), g_strdup(vkp_format_state(process->state)));
    add_fact(facts, _("Process ID"),
             /* Translators: a process's number and that of its parent */
             g_strdup_printf(_("%d, started by %d"), (int)process->identity.pid,
                             (int)process->parent_pid));
    add_fact(facts, _("Threads"), g_strdup_printf("%u", process->threads));
    add_tie(facts, &member->tie);
}

static void add_group(Facts *facts, const VkpRow *row)
{
    const VkpTotals *totals = &row->totals;
    add_fact(facts, _("Contents"),
             vkp_format_dup_counts(totals->n_processes, totals->n_agents, totals->n_leftovers));
    add_fact(facts, _("Ports"), vkp_format_dup_ports(totals->ports, G_MAXUINT));
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
    gtk_widget_set_valign(label, GTK_ALIGN_START);
    gtk_style_context_add_class(gtk_widget_get_style_context(label), GTK_STYLE_CLASS_DIM_LABEL);
    gtk_widget_show(label);
    return label;
}

static GtkWidget *fact_text_new(const char *text, GtkWidget *name)
{
    GtkWidget *label = gtk_label_new(text);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
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

/* Built anew only when a text differs, so that a selection in them survives the ticks. */
static void show_facts(VkpDetails *self, const Facts *facts)
{
    g_autoptr(GString) all = g_string_new(NULL);
    for (guint i = 0; i < facts->texts->len; i++)
        g_string_append_printf(all, "%s\n%s\n", (char *)g_ptr_array_index(facts->names, i),
                               (char *)g_ptr_array_index(facts->texts, i));
    if (g_strcmp0(all->str, self->shown) == 0)
        return;
    g_free(self->shown);
    self->shown = g_strdup(all->str);
    gtk_container_foreach(GTK_CONTAINER(self->facts),
                          (GtkCallback)(void (*)(void))gtk_widget_destroy, NULL);
    for (guint i = 0; i < facts->texts->len; i++) {
        GtkWidget *name = fact_name_new(g_ptr_array_index(facts->names, i));
        GtkWidget *text = fact_text_new(g_ptr_array_index(facts->texts, i), name);
        gtk_grid_attach(self->facts, name, 0, (gint)i, 1, 1);
        gtk_grid_attach(self->facts, text, 1, (gint)i, 1, 1);
    }
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
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    Facts facts = {names, texts};
    if (row->member)
        add_process(&facts, row->member);
    else
        add_group(&facts, row);
    gtk_label_set_text(self->title, row->label);
    show_facts(self, &facts);
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
