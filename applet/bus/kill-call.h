/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "applet/bus/kill-arguments.h"
#include "applet/bus/kill-reply.h"
#include "applet/bus/proxy.h"

/* Sends a Kill, and completes `task`, which it takes, with a VkpKillReply or an error. */
void vkp_kill_call_send(VkpBusProcesses *proxy, const VkpKillArguments *arguments, GTask *task);
