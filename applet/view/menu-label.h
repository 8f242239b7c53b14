/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A title made fit for a menu: cut with an ellipsis if it is very long, and its underscores
 * doubled, as a single one would mark a mnemonic. `title` is valid UTF-8. The caller frees it. */
char *vkp_menu_label_dup(const char *title);
