/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The command line: paths made absolute, and defaults from the environment filled in. All owned. */
typedef struct {
    char *config_path;   /* NULL: the usual place */
    char *bus_address;   /* NULL: the session bus */
    char *database_path; /* NULL: the configuration's, or to be located */
    char *registry_path; /* never NULL */
    char *runtime_path;  /* $XDG_RUNTIME_DIR; NULL: there is none */
    char *proc_root;     /* never NULL */
    gboolean wants_version;
} VkpOptions;

/* Parses, and removes what it knows from argv. --help prints and exits. FALSE and error for
 * anything unknown. */
gboolean vkp_options_parse(VkpOptions *options, int *argc, char ***argv, GError **error);
void vkp_options_clear(VkpOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpOptions, vkp_options_clear)
