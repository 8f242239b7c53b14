/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* What is logged goes to the journal or to standard error as ever, but never waits for whoever
 * reads that: a line that there is no room for is lost. Standard streams that are closed lead
 * nowhere from here on. To be called once, before anything is opened or logged. */
void vkp_log_set_up(void);
