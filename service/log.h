/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Makes logging to the journal or to standard error nonblocking: a line is lost if the other end
 * does not read. Standard streams that are closed are opened on /dev/null. To be called once,
 * before anything is opened or logged. */
void vkp_log_set_up(void);
