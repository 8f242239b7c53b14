/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* What the user's configuration file says; man page vibekanban-processesd.conf(5). All owned. */
typedef struct {
    char *database_path;  /* absolute; NULL: to be located */
    guint64 tick_usec;    /* between two looks while nobody watches */
    guint64 watched_usec; /* ... and while somebody does */
    GStrv worktree_roots; /* absolute; NULL: none */
    GStrv shared_daemons; /* names besides the built-in ones; NULL: none */
    guint grace_ms;       /* of a Kill that names none */
} VkpConfig;

/* The defaults: what an empty file says. */
void vkp_config_init(VkpConfig *config);
void vkp_config_clear(VkpConfig *config);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpConfig, vkp_config_clear)

/* Reads the text of a file. Pure but for `home` (may be NULL), which a leading "~/" stands for.
 * FALSE and error for the first thing that is wrong: "PATH:LINE: what, and what would be right".
 * *config is only set on success. */
gboolean vkp_config_parse(VkpConfig *config, const char *text, gsize length, const char *path,
                          const char *home, GError **error);

/* The same from the disk. `is_optional`: a file that is not there is an empty one. */
gboolean vkp_config_load(VkpConfig *config, const char *path, gboolean is_optional,
                         const char *home, GError **error);

/* Where the file is looked for; the caller frees it. */
char *vkp_config_dup_default_path(void);
