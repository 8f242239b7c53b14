/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/database-info.h"

/* Texts for the state of the board's database. */

/* Why the application cannot show the list. Static. */
const char *vkp_sentence_database_title(VkpDatabaseState state);

/* What is wrong with the database and what to do, its path included. */
char *vkp_sentence_dup_database(const VkpDatabaseInfo *database);
