/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/lib/fake-board.h"

/* The CREATE TABLE statements of a layout, as one script; and those of the tables that a migration
 * to it makes beside the old ones, named `..._new`. The caller frees them. */
char *fake_layout_dup_tables(FakeLayout layout);
char *fake_layout_dup_new_tables(FakeLayout layout);

/* Where the layout keeps an attempt's agent: executor, base_coding_agent or profile. Static. */
const char *fake_layout_agent_column(FakeLayout layout);

/* Whether its program ran SQLite in WAL mode. */
gboolean fake_layout_is_wal(FakeLayout layout);
