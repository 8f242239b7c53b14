/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A title as it may stand in a menu: cut with an ellipsis where it would make the menu wider than a
 * screen, and its underscores doubled, since in menus one marks the next letter. `title` is valid
 * UTF-8. The caller frees it. */
char *vkp_menu_label_dup(const char *title);
