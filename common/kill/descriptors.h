/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The lowest descriptor that a job must leave to everybody else in this program. */
int vkp_descriptors_first_spare(void);
