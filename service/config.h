/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The user's configuration file, see vibekanban-processesd.conf(5). All owned. */
typedef struct {
    char *database_path;  /* absolute; NULL: to be located */
    guint64 tick_usec;    /* between two ticks while no client is subscribed */
    guint64 watched_usec; /* ... and while one is */
    GStrv worktree_roots; /* absolute; NULL: none */
    GStrv shared_daemons; /* names besides the built-in ones; NULL: none */
    guint grace_ms;       /* the grace period of a Kill that gives none */
} VkpConfig;

/* Sets the defaults, as for an empty file. */
void vkp_config_init(VkpConfig *config);
void vkp_config_clear(VkpConfig *config);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpConfig, vkp_config_clear)

/* Reads the text of a file. Pure but for `home` (may be NULL), which a leading "~/" stands for.
 * FALSE and error for the first thing that is wrong: "PATH:LINE: what, and what would be right".
 * *config is only set on success. */
gboolean vkp_config_parse(VkpConfig *config, const char *text, gsize length, const char *path,
                          const char *home, GError **error);

/* The same from the disk. `is_optional`: a missing file counts as an empty one. */
gboolean vkp_config_load(VkpConfig *config, const char *path, gboolean is_optional,
                         const char *home, GError **error);

/* Where the file is looked for; the caller frees it. */
char *vkp_config_dup_default_path(void);
