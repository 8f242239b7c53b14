/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Gives a test program its own pid namespace, with a /proc that shows no other processes. What is
 * tested there may be told to kill everything: it can't see the developer's own agents, nor the
 * processes of tests that run at the same time. When the test ends, the kernel ends all processes
 * in it.
 *
 * To be called first in main(). Runs the program again inside and exits with its status, so it
 * returns only inside. Where the kernel refuses, the program ends as a skipped TAP test; in a
 * chroot it does, unless the program is started by vkp-test-real-root, as tests/run.sh does. */
void vkp_isolation_enter(char **argv);
