/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "applet/bus/kill-reply.h"
#include "applet/bus/kill-request.h"
#include "applet/bus/proxy.h"

/* Sends the request and returns `task`, which it takes, with a VkpKillReply or an error. */
void vkp_kill_call_send(VkpBusProcesses *proxy, const VkpKillRequest *request, GTask *task);
