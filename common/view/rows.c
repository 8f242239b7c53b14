/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/rows.h"

#include <glib/gi18n-lib.h>

#include "common/view/labels.h"
#include "common/view/search.h"

/* Deeper process trees are flattened at this level: forged chains of thousands of parents would
 * indent a row out of sight. */
#define MAX_NESTING 12

struct VkpRows {
    VkpRow *root;
    GHashTable *by_key;    /* VkpRow, borrowed, by its own key */
    GHashTable *by_member; /* VkpRow of a process, borrowed, by its VkpMember */
};

typedef struct {
    const VkpRowsInput *input;
    VkpRows *rows;
    VkpSearch *search;      /* NULL: none */
    GHashTable *by_pid;     /* VkpRow of a process, by its pid */
    GHashTable *containers; /* VkpRow of the innermost group, by the VkpTie of a member */
} Build;

gboolean vkp_row_is_agent(const VkpMember *member)
{
    return member->tie.is_executor && member->tie.kind == VKP_KIND_CODING_AGENT;
}

static void row_free(gpointer data)
{
    VkpRow *row = data;
    g_ptr_array_unref(row->children);
    vkp_totals_clear(&row->totals);
    if (row->member)
        vkp_member_unref(row->member);
    g_ref_string_release(row->key);
    g_ref_string_release(row->label);
    g_clear_pointer(&row->detail, g_ref_string_release);
    g_free(row);
}

/* A row without parent, taking key and label, which are GRefString. */
static VkpRow *row_new(VkpRowKind kind, char *key, char *label)
{
    VkpRow *row = g_new0(VkpRow, 1);
    row->kind = kind;
    row->key = key;
    row->label = label;
    row->children = g_ptr_array_new_with_free_func(row_free);
    return row;
}

static void append_child(VkpRow *parent, VkpRow *child)
{
    child->parent = parent;
    g_ptr_array_add(parent->children, child);
}

/* The row of that key, made below `parent` if there is none; takes the key. */
static VkpRow *get_group(Build *build, VkpRow *parent, VkpRowKind kind, char *key, const char *text,
                         const char *fallback)
{
    g_autofree char *wanted = key;
    VkpRow *row = g_hash_table_lookup(build->rows->by_key, wanted);
    if (row)
        return row;
    row = row_new(kind, g_ref_string_new(wanted), vkp_label_new(text, fallback));
    g_hash_table_insert(build->rows->by_key, row->key, row);
    append_child(parent, row);
    return row;
}

/* Projects without an id (a workspace's repositories stand in for them) are told apart by name. */
static VkpRow *get_project(Build *build, const VkpTie *tie)
{
    char id[VKP_UUID_TEXT_SIZE];
    char *key;
    if (!vkp_uuid_is_nil(&tie->project_id))
        key = g_strconcat("project:", vkp_uuid_to_text(&tie->project_id, id), NULL);
    else if (tie->project_name)
        key = g_strconcat("project:name:", tie->project_name, NULL);
    else
        key = g_strdup(VKP_ROW_KEY_NO_PROJECT);
    VkpRow *row = get_group(build, build->rows->root, VKP_ROW_PROJECT, key, tie->project_name,
                            _("No project"));
    row->id = tie->project_id;
    return row;
}

static char *dup_task_key(const VkpRow *project, const VkpTie *tie)
{
    char id[VKP_UUID_TEXT_SIZE];
    return g_strconcat(project->key, "/task:", vkp_uuid_to_text(&tie->task_id, id), NULL);
}

static VkpRow *get_task(Build *build, VkpRow *project, const VkpTie *tie)
{
    VkpRow *row = get_group(build, project, VKP_ROW_TASK, dup_task_key(project, tie),
                            tie->task_title, _("Task without a title"));
    row->id = tie->task_id;
    return row;
}

static char *dup_attempt_key(const VkpRow *parent, const VkpTie *tie)
{
    char id[VKP_UUID_TEXT_SIZE];
    return g_strconcat(parent->key, "/attempt:", vkp_uuid_to_text(&tie->attempt_id, id), NULL);
}

static VkpRow *get_attempt(Build *build, VkpRow *parent, const VkpTie *tie)
{
    /* Below its task, which has the title, an attempt is best known by its branch. */
    gboolean has_task = parent->kind == VKP_ROW_TASK;
    const char *first = has_task ? tie->branch : tie->attempt_name;
    const char *second = has_task ? tie->attempt_name : tie->branch;
    VkpRow *row = get_group(build, parent, VKP_ROW_ATTEMPT, dup_attempt_key(parent, tie),
                            first ? first : second, _("Attempt without a name"));
    row->id = tie->attempt_id;
    if (!row->detail && tie->agent)
        row->detail = vkp_label_new(tie->agent, "?");
    return row;
}

static VkpRow *get_leftovers(Build *build, VkpRow *project)
{
    char *key = g_strconcat(project->key, "/leftovers", NULL);
    VkpRow *row = get_group(build, project, VKP_ROW_LEFTOVERS, key, NULL, _("Leftovers"));
    row->id = project->id;
    return row;
}

static VkpRow *find_container(Build *build, const VkpTie *tie)
{
    VkpRow *project = get_project(build, tie);
    if (tie->leftover_reason != VKP_LEFTOVER_NONE)
        return get_leftovers(build, project);
    VkpRow *parent = vkp_uuid_is_nil(&tie->task_id) ? project : get_task(build, project, tie);
    return vkp_uuid_is_nil(&tie->attempt_id) ? parent : get_attempt(build, parent, tie);
}

static guint hash_place(gconstpointer key)
{
    const VkpTie *tie = key;
    return vkp_uuid_hash(&tie->attempt_id) ^ vkp_uuid_hash(&tie->task_id) ^
           (tie->leftover_reason ? 1 : 0);
}

/* Two that stand in the same group, by all that find_container() looks at. */
static gboolean equal_places(gconstpointer a, gconstpointer b)
{
    const VkpTie *left = a;
    const VkpTie *right = b;
    return vkp_uuid_equal(&left->attempt_id, &right->attempt_id) &&
           vkp_uuid_equal(&left->task_id, &right->task_id) &&
           vkp_uuid_equal(&left->project_id, &right->project_id) &&
           !left->leftover_reason == !right->leftover_reason &&
           g_strcmp0(left->project_name, right->project_name) == 0;
}

/* Members of one attempt are many: their group is looked for once. */
static VkpRow *get_container(Build *build, const VkpTie *tie)
{
    VkpRow *row = g_hash_table_lookup(build->containers, tie);
    if (row)
        return row;
    row = find_container(build, tie);
    g_hash_table_insert(build->containers, (gpointer)tie, row);
    return row;
}

/* Launchers carry the flag too, so that group scopes spare the whole chain: its head counts. */
static gboolean is_agent_head(const Build *build, const VkpMember *member)
{
    if (!vkp_row_is_agent(member))
        return FALSE;
    const VkpRow *parent =
        g_hash_table_lookup(build->by_pid, GINT_TO_POINTER(member->process->parent_pid));
    return !parent || !vkp_row_is_agent(parent->member) ||
           !vkp_uuid_equal(&parent->member->tie.execution_id, &member->tie.execution_id);
}

/* A row with its texts: those of the build before if that had the same member, which is immutable.
 */
static VkpRow *texted_row_new(const Build *build, VkpMember *member)
{
    const VkpRows *before = build->input->before;
    const VkpRow *old = before ? g_hash_table_lookup(before->by_member, member) : NULL;
    if (old) {
        VkpRow *row = row_new(VKP_ROW_PROCESS, g_ref_string_acquire(old->key),
                              g_ref_string_acquire(old->label));
        row->detail = old->detail ? g_ref_string_acquire(old->detail) : NULL;
        return row;
    }
    char id[VKP_IDENTITY_TEXT_SIZE];
    g_autofree char *key =
        g_strconcat("process:", vkp_identity_to_text(member->process->identity, id), NULL);
    VkpRow *row =
        row_new(VKP_ROW_PROCESS, g_ref_string_new(key), vkp_label_new_process(member->process));
    row->detail = vkp_label_new_process_detail(row->label, member);
    return row;
}

static VkpRow *process_row_new(const Build *build, VkpMember *member)
{
    const VkpProcess *process = member->process;
    VkpRow *row = texted_row_new(build, member);
    row->member = vkp_member_ref(member);
    VkpTotals *totals = &row->totals;
    totals->n_processes = 1;
    totals->n_executors = member->tie.is_executor ? 1 : 0;
    totals->n_agents = is_agent_head(build, member) ? 1 : 0;
    totals->n_leftovers = member->tie.leftover_reason ? 1 : 0;
    totals->n_targets = !member->tie.is_protected && !vkp_member_is_weak(member) ? 1 : 0;
    totals->cpu_percent = process->cpu_percent;
    totals->memory_bytes = process->memory_bytes;
    if (build->input->usage)
        (void)vkp_usage_lookup(build->input->usage, process->identity, &totals->cpu_percent,
                               &totals->memory_bytes);
    totals->ports = member->ports ? g_array_ref(member->ports) : NULL;
    totals->start_time_usec = process->start_time_usec;
    return row;
}

static VkpRow *group_of(VkpRow *row)
{
    while (row->kind == VKP_ROW_PROCESS)
        row = row->parent;
    return row;
}

static guint nesting_of(const VkpRow *row)
{
    guint nesting = 0;
    for (; row->kind == VKP_ROW_PROCESS; row = row->parent)
        nesting++;
    return nesting;
}

/* The row of the parent process if that stands in the same group, else the group itself. Rosters
 * are ordered by start, so a parent has its row already; one that has not is no true parent. */
static VkpRow *place_for(const Build *build, VkpRow *group, const VkpProcess *process)
{
    VkpRow *parent = g_hash_table_lookup(build->by_pid, GINT_TO_POINTER(process->parent_pid));
    if (!parent || group_of(parent) != group)
        return group;
    while (nesting_of(parent) >= MAX_NESTING)
        parent = parent->parent;
    return parent;
}

static gboolean passes_show(const VkpMember *member, VkpShow show)
{
    const VkpTie *tie = &member->tie;
    switch (show) {
    case VKP_SHOW_AGENTS:
        return vkp_row_is_agent(member);
    case VKP_SHOW_DEV_SERVERS:
        return tie->kind == VKP_KIND_DEV_SERVER;
    case VKP_SHOW_LEFTOVERS:
        return tie->leftover_reason != VKP_LEFTOVER_NONE;
    case VKP_SHOW_ALL:
        break;
    }
    return TRUE;
}

static const VkpRow *project_of(const VkpRow *row)
{
    while (row->kind != VKP_ROW_PROJECT)
        row = row->parent;
    return row;
}

static gboolean passes_filter(const Build *build, const VkpRow *row)
{
    const VkpRowFilter *filter = build->input->filter;
    if (!filter)
        return TRUE;
    if (!passes_show(row->member, filter->show))
        return FALSE;
    if (filter->project_key && !g_str_equal(project_of(row)->key, filter->project_key))
        return FALSE;
    return !build->search || vkp_search_matches(build->search, row->label, row->member);
}

static void add_member(Build *build, VkpMember *member)
{
    VkpRow *group = get_container(build, &member->tie);
    VkpRow *row = process_row_new(build, member);
    append_child(place_for(build, group, member->process), row);
    g_hash_table_insert(build->rows->by_key, row->key, row);
    g_hash_table_insert(build->rows->by_member, member, row);
    g_hash_table_insert(build->by_pid, GINT_TO_POINTER(member->process->identity.pid), row);
    for (VkpRow *above = group; above; above = above->parent)
        vkp_totals_add(&above->totals, &row->totals);
    if (!passes_filter(build, row))
        return;
    for (VkpRow *seen = row; seen && !seen->is_visible; seen = seen->parent)
        seen->is_visible = TRUE;
}

/* Leftovers stand apart from their task and attempt, but a kill of those takes them in. */
static void count_leftover(const VkpRows *rows, const VkpMember *member)
{
    const VkpTie *tie = &member->tie;
    VkpRow *row = g_hash_table_lookup(rows->by_member, member);
    if (!tie->leftover_reason || row->totals.n_targets == 0)
        return;
    const VkpRow *project = project_of(row);
    g_autofree char *task_key = dup_task_key(project, tie);
    VkpRow *task = g_hash_table_lookup(rows->by_key, task_key);
    g_autofree char *attempt_key = dup_attempt_key(task ? task : project, tie);
    VkpRow *attempt = g_hash_table_lookup(rows->by_key, attempt_key);
    if (task)
        task->totals.n_targets++;
    if (attempt)
        attempt->totals.n_targets++;
}

VkpRows *vkp_rows_build(const VkpRowsInput *input)
{
    VkpRows *rows = g_atomic_rc_box_new0(VkpRows);
    rows->root = row_new(VKP_ROW_ALL, g_ref_string_new("all"), g_ref_string_new("all"));
    rows->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    rows->by_member = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) by_pid = g_hash_table_new(NULL, NULL);
    g_autoptr(GHashTable) containers = g_hash_table_new(hash_place, equal_places);
    g_autoptr(VkpSearch) search = vkp_search_parse(input->filter ? input->filter->search : NULL);
    Build build = {
        .input = input, .rows = rows, .search = search, .by_pid = by_pid, .containers = containers};
    for (guint i = 0; i < vkp_roster_size(input->roster); i++)
        add_member(&build, vkp_roster_at(input->roster, i));
    for (guint i = 0; i < vkp_roster_size(input->roster); i++)
        count_leftover(rows, vkp_roster_at(input->roster, i));
    return rows;
}

VkpRows *vkp_rows_ref(VkpRows *rows)
{
    return g_atomic_rc_box_acquire(rows);
}

static void clear_rows(gpointer data)
{
    VkpRows *rows = data;
    g_hash_table_unref(rows->by_key);
    g_hash_table_unref(rows->by_member);
    row_free(rows->root);
}

void vkp_rows_unref(VkpRows *rows)
{
    if (rows)
        g_atomic_rc_box_release_full(rows, clear_rows);
}

const VkpRow *vkp_rows_root(const VkpRows *rows)
{
    return rows->root;
}

const VkpRow *vkp_rows_lookup(const VkpRows *rows, const char *key)
{
    return g_hash_table_lookup(rows->by_key, key);
}

static void visit_children(const VkpRow *row, VkpRowVisitor visit, gpointer user_data)
{
    for (guint i = 0; i < row->children->len; i++) {
        const VkpRow *child = g_ptr_array_index(row->children, i);
        visit(child, user_data);
        visit_children(child, visit, user_data);
    }
}

void vkp_rows_foreach(const VkpRows *rows, VkpRowVisitor visit, gpointer user_data)
{
    visit_children(rows->root, visit, user_data);
}

gboolean vkp_row_differs(const VkpRow *a, const VkpRow *b)
{
    /* A member is immutable: the same one says the same. */
    if (a->member != b->member &&
        (!a->member || !b->member || vkp_member_differs(a->member, b->member)))
        return TRUE;
    return vkp_totals_differ(&a->totals, &b->totals) || !g_str_equal(a->label, b->label) ||
           g_strcmp0(a->detail, b->detail) != 0;
}
