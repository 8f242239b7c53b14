/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* A pid namespace of its own for a test program, with a /proc that shows nobody else. Whatever is
 * under test there may be told to kill everything: it can't see the developer's own agents, nor the
 * processes of tests that run at the same time. All end when the test ends.
 *
 * To be called first in main(). Runs the program anew inside and exits with its status, so it
 * returns inside only. Where the kernel won't have it, the program ends as a skipped TAP test. */
void vkp_isolation_enter(char **argv);
