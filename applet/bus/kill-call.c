/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/kill-call.h"

void vkp_kill_reply_free(VkpKillReply *reply)
{
    if (!reply)
        return;
    g_ptr_array_unref(reply->results);
    g_free(reply);
}

static void on_killed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GTask) task = user_data;
    g_autoptr(GVariant) results = NULL;
    GError *error = NULL;
    guint n_killed = 0;
    guint n_failed = 0;
    if (!vkp_bus_processes_call_kill_finish(VKP_BUS_PROCESSES(source), &n_killed, &n_failed,
                                            &results, result, &error)) {
        g_task_return_error(task, error);
        return;
    }
    VkpKillReply *reply = g_new0(VkpKillReply, 1);
    reply->n_killed = n_killed;
    reply->n_failed = n_failed;
    reply->results = vkp_decode_kill_results(results);
    g_task_return_pointer(task, reply, (GDestroyNotify)vkp_kill_reply_free);
}

void vkp_kill_call_send(VkpBusProcesses *proxy, const VkpKillArguments *arguments, GTask *task)
{
    vkp_bus_processes_call_kill(proxy, vkp_scope_kind_to_string(arguments->scope),
                                arguments->target, vkp_kill_arguments_options(arguments),
                                G_DBUS_CALL_FLAGS_NONE, vkp_kill_arguments_timeout_ms(arguments),
                                g_task_get_cancellable(task), on_killed, task);
}
