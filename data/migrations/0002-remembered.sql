-- SPDX-License-Identifier: Apache-2.0
-- Processes that were seen with a strong tie, which they may have lost since (a new folder, a parent
-- that ended). The execution may be unknown.
CREATE TABLE remembered (
    boot_id BLOB NOT NULL CHECK (length(boot_id) = 16),
    pid INTEGER NOT NULL CHECK (pid > 0),
    start_ticks INTEGER NOT NULL,
    attempt_id BLOB NOT NULL CHECK (length(attempt_id) = 16),
    execution_id BLOB CHECK (length(execution_id) = 16),
    PRIMARY KEY (boot_id, pid, start_ticks)
) WITHOUT ROWID;
