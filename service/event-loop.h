/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-event.h>

#include "common/kill/loop.h"

/* Wraps an sd-event loop as a VkpLoop. `event` is borrowed and outlives all its sources. */
VkpLoop vkp_event_loop(sd_event *event);
