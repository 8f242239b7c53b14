/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/plan.h"

#include "common/base/error.h"
#include "common/proc/ended.h"

void vkp_kill_options_clear(VkpKillOptions *options)
{
    g_clear_pointer(&options->expected, g_hash_table_unref);
}

VkpResult *vkp_result_new(VkpIdentity identity, const char *name, VkpOutcome outcome,
                          const char *detail)
{
    VkpResult *result = g_new0(VkpResult, 1);
    result->identity = identity;
    result->name = g_strdup(name);
    result->outcome = outcome;
    result->detail = g_strdup(detail);
    return result;
}

void vkp_result_free(VkpResult *result)
{
    if (!result)
        return;
    g_free(result->name);
    g_free(result->detail);
    g_free(result);
}

static void free_result(gpointer data)
{
    vkp_result_free((VkpResult *)data);
}

static void unref_member(gpointer data)
{
    vkp_member_unref((VkpMember *)data);
}

static VkpPlan *plan_new(void)
{
    VkpPlan *plan = g_new0(VkpPlan, 1);
    plan->targets = g_ptr_array_new_with_free_func(unref_member);
    plan->results = g_ptr_array_new_with_free_func(free_result);
    return plan;
}

void vkp_plan_free(VkpPlan *plan)
{
    if (!plan)
        return;
    g_ptr_array_unref(plan->targets);
    g_ptr_array_unref(plan->results);
    g_clear_pointer(&plan->roster, vkp_roster_unref);
    g_free(plan);
}

/* Who names one process means it, however weak its tie; a group scope names a kind. */
static gboolean is_spared(const VkpScope *scope, const VkpKillOptions *options,
                          const VkpMember *member)
{
    if (scope->kind == VKP_SCOPE_SINGLE || options->include_weak)
        return FALSE;
    return vkp_member_is_weak(member) || member->tie.is_shared_daemon;
}

gboolean vkp_plan_hits(const VkpScope *scope, const VkpKillOptions *options,
                       const VkpMember *member)
{
    return vkp_scope_covers(scope, member) && !member->tie.is_protected &&
           !vkp_process_is_dead(member->process) && !is_spared(scope, options, member);
}

static gboolean is_expected(const VkpKillOptions *options, VkpIdentity identity)
{
    char text[VKP_IDENTITY_TEXT_SIZE];
    return !options->expected ||
           g_hash_table_contains(options->expected, vkp_identity_to_text(identity, text));
}

static void decide(VkpPlan *plan, const VkpMember *member, VkpOutcome outcome, const char *detail)
{
    const VkpProcess *process = member->process;
    g_ptr_array_add(plan->results,
                    vkp_result_new(process->identity, process->name, outcome, detail));
}

/* A dry run tells who would be signalled, so the dead are not in it. */
static void consider(VkpPlan *plan, const VkpScope *scope, const VkpKillOptions *options,
                     VkpMember *member)
{
    if (!vkp_scope_covers(scope, member) || !is_expected(options, member->process->identity))
        return;
    gboolean is_dead = vkp_process_is_dead(member->process);
    if (member->tie.is_protected)
        decide(plan, member, VKP_OUTCOME_PROTECTED, NULL);
    else if (vkp_plan_hits(scope, options, member))
        g_ptr_array_add(plan->targets, vkp_member_ref(member));
    else if (is_dead && !options->dry_run)
        decide(plan, member, VKP_OUTCOME_GONE, NULL);
}

/* An expected process that is neither target nor decided: it ended, or the scope has let it go. */
static void miss(VkpPlan *plan, const VkpScope *scope, const VkpRoster *roster,
                 VkpIdentity identity)
{
    const VkpMember *member = vkp_roster_lookup(roster, identity);
    if (!member)
        g_ptr_array_add(plan->results, vkp_result_new(identity, NULL, VKP_OUTCOME_GONE, NULL));
    else if (vkp_scope_covers(scope, member))
        decide(plan, member, VKP_OUTCOME_SURVIVED,
               "It was not signalled: its tie is too weak for this scope by now");
    else
        decide(plan, member, VKP_OUTCOME_SURVIVED,
               "It was not signalled: it does not belong to this scope any more");
}

static GHashTable *collect_texts(const VkpPlan *plan)
{
    GHashTable *texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    char text[VKP_IDENTITY_TEXT_SIZE];
    for (guint i = 0; i < plan->targets->len; i++) {
        const VkpMember *member = g_ptr_array_index(plan->targets, i);
        g_hash_table_add(texts, g_strdup(vkp_identity_to_text(member->process->identity, text)));
    }
    for (guint i = 0; i < plan->results->len; i++) {
        const VkpResult *result = g_ptr_array_index(plan->results, i);
        g_hash_table_add(texts, g_strdup(vkp_identity_to_text(result->identity, text)));
    }
    return texts;
}

static gint compare_identities(gconstpointer a, gconstpointer b)
{
    return vkp_identity_compare_start(*(const VkpIdentity *)a, *(const VkpIdentity *)b);
}

/* Of whom is gone nobody knows what scope it was in. */
static gboolean may_be_meant(const VkpScope *scope, VkpIdentity identity)
{
    return scope->kind != VKP_SCOPE_SINGLE || scope->identity.pid == identity.pid;
}

static void account_for_missing(VkpPlan *plan, const VkpScope *scope, GHashTable *expected,
                                const VkpRoster *roster)
{
    g_autoptr(GHashTable) known = collect_texts(plan);
    g_autoptr(GArray) missing = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    GHashTableIter iter;
    gpointer text;
    g_hash_table_iter_init(&iter, expected);
    while (g_hash_table_iter_next(&iter, &text, NULL)) {
        VkpIdentity identity;
        if (!g_hash_table_contains(known, text) &&
            vkp_identity_parse((const char *)text, &identity) && may_be_meant(scope, identity))
            g_array_append_val(missing, identity);
    }
    g_array_sort(missing, compare_identities); /* a hash table has no order to rely on */
    for (guint i = 0; i < missing->len; i++)
        miss(plan, scope, roster, g_array_index(missing, VkpIdentity, i));
}

static gboolean check_single(VkpIdentity wanted, const VkpRoster *roster, GError **error)
{
    const VkpMember *member = vkp_roster_lookup_pid(roster, wanted.pid);
    if (!member) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_MANAGED,
                    "Process %d does not belong to any task", wanted.pid);
        return FALSE;
    }
    if (wanted.start_ticks != 0 && wanted.start_ticks != member->process->identity.start_ticks) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_IDENTITY_CHANGED,
                    "Process %d is not the one that was meant: its number has been reused",
                    wanted.pid);
        return FALSE;
    }
    return TRUE;
}

static void turn_into_results(VkpPlan *plan)
{
    for (guint i = 0; i < plan->targets->len; i++)
        decide(plan, g_ptr_array_index(plan->targets, i), VKP_OUTCOME_WOULD_KILL, NULL);
    g_ptr_array_set_size(plan->targets, 0);
}

VkpPlan *vkp_plan_build(const VkpScope *scope, const VkpKillOptions *options, VkpRoster *roster,
                        GError **error)
{
    if (scope->kind == VKP_SCOPE_SINGLE && !check_single(scope->identity, roster, error))
        return NULL;
    g_autoptr(VkpPlan) plan = plan_new();
    plan->roster = vkp_roster_ref(roster);
    for (guint i = 0; i < vkp_roster_size(roster); i++)
        consider(plan, scope, options, vkp_roster_at(roster, i));
    vkp_plan_sort(plan->targets);
    if (options->expected && !options->dry_run)
        account_for_missing(plan, scope, options->expected, roster);
    if (options->dry_run)
        turn_into_results(plan);
    return g_steal_pointer(&plan);
}

static void verify_gone(VkpResult *result, VkpReader *reader)
{
    g_autoptr(GError) error = NULL;
    if (vkp_has_ended(reader, result->identity, &error))
        return;
    result->outcome = VKP_OUTCOME_SURVIVED;
    g_free(result->detail);
    result->detail =
        error ? g_strdup_printf("It was not signalled: %s", error->message)
              : g_strdup("It was not signalled: it does not belong to any task any more");
}

void vkp_results_verify(GPtrArray *results, VkpReader *reader)
{
    for (guint i = 0; i < results->len; i++) {
        VkpResult *result = g_ptr_array_index(results, i);
        if (result->outcome == VKP_OUTCOME_GONE)
            verify_gone(result, reader);
    }
}

GError *vkp_plan_explain_refusal(GError *refusal, const VkpScope *scope, VkpReader *reader)
{
    if (scope->kind != VKP_SCOPE_SINGLE ||
        !g_error_matches(refusal, VKP_ERROR, VKP_ERROR_NOT_MANAGED))
        return refusal;
    VkpStat stat;
    g_autoptr(GError) error = NULL;
    VkpIdentity asked = scope->identity;
    gboolean is_there = vkp_reader_read_stat(reader, asked.pid, &stat, &error);
    if (!is_there && !g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND))
        return refusal;
    if (is_there && (asked.start_ticks == 0 || asked.start_ticks == stat.start_ticks))
        return refusal;
    g_error_free(refusal);
    if (!is_there)
        return g_error_new(VKP_ERROR, VKP_ERROR_NOT_FOUND, "There is no process %d", asked.pid);
    return g_error_new(VKP_ERROR, VKP_ERROR_IDENTITY_CHANGED,
                       "Process %d is another one by now: it started at tick %" G_GUINT64_FORMAT
                       ", not %" G_GUINT64_FORMAT,
                       asked.pid, stat.start_ticks, asked.start_ticks);
}

void vkp_results_count(const GPtrArray *results, guint *killed, guint *failed)
{
    *killed = 0;
    *failed = 0;
    for (guint i = 0; i < results->len; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        switch (result->outcome) {
        case VKP_OUTCOME_EXITED:
        case VKP_OUTCOME_KILLED:
        case VKP_OUTCOME_GONE:
            (*killed)++;
            break;
        case VKP_OUTCOME_NONE:
        case VKP_OUTCOME_WOULD_KILL:
            break;
        case VKP_OUTCOME_SURVIVED:
        case VKP_OUTCOME_DENIED:
        case VKP_OUTCOME_PROTECTED:
        case VKP_OUTCOME_IDENTITY_CHANGED:
            (*failed)++;
            break;
        }
    }
}
