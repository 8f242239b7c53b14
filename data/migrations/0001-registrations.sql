-- SPDX-License-Identifier: Apache-2.0
-- Which process was registered for which execution of vibe-kanban. A process is its boot, its pid
-- and the moment it started: a pid alone is used again.
CREATE TABLE registrations (
    boot_id BLOB NOT NULL CHECK (length(boot_id) = 16),
    pid INTEGER NOT NULL CHECK (pid > 0),
    start_ticks INTEGER NOT NULL,
    execution_id BLOB NOT NULL CHECK (length(execution_id) = 16),
    PRIMARY KEY (boot_id, pid, start_ticks)
) WITHOUT ROWID;
