-- SPDX-License-Identifier: Apache-2.0
--
-- A small board in the layout of vibe-kanban's releases since February 2026: two projects with two
-- tasks each. `:folder` is where the demo keeps its repositories and worktrees. The executions are
-- written by server.py, which starts them.

CREATE TABLE projects (
    id          BLOB PRIMARY KEY,
    name        TEXT NOT NULL,
    created_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    updated_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
CREATE TABLE tasks (
    id          BLOB PRIMARY KEY,
    project_id  BLOB NOT NULL REFERENCES projects(id),
    title       TEXT NOT NULL,
    status      TEXT NOT NULL DEFAULT 'todo'
        CHECK (status IN ('todo', 'inprogress', 'inreview', 'done', 'cancelled')),
    created_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    updated_at  TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
CREATE TABLE repos (
    id            BLOB PRIMARY KEY,
    path          TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    display_name  TEXT NOT NULL
);
CREATE TABLE workspaces (
    id                BLOB PRIMARY KEY,
    task_id           BLOB REFERENCES tasks(id),
    container_ref     TEXT,
    branch            TEXT NOT NULL,
    name              TEXT,
    archived          INTEGER NOT NULL DEFAULT 0,
    pinned            INTEGER NOT NULL DEFAULT 0,
    worktree_deleted  INTEGER NOT NULL DEFAULT 0,
    created_at        TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
    updated_at        TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
CREATE TABLE workspace_repos (
    workspace_id   BLOB NOT NULL REFERENCES workspaces(id),
    repo_id        BLOB NOT NULL REFERENCES repos(id),
    target_branch  TEXT NOT NULL
);
CREATE TABLE sessions (
    id                 BLOB PRIMARY KEY,
    workspace_id       BLOB NOT NULL REFERENCES workspaces(id),
    executor           TEXT,
    agent_working_dir  TEXT,
    created_at         TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
CREATE TABLE execution_processes (
    id               BLOB PRIMARY KEY,
    session_id       BLOB NOT NULL REFERENCES sessions(id),
    run_reason       TEXT NOT NULL,
    executor_action  TEXT NOT NULL DEFAULT '{}',
    status           TEXT NOT NULL DEFAULT 'running'
        CHECK (status IN ('running', 'completed', 'failed', 'killed')),
    exit_code        INTEGER,
    dropped          INTEGER NOT NULL DEFAULT 0,
    started_at       TEXT NOT NULL,
    completed_at     TEXT
);

INSERT INTO projects (id, name) VALUES
    (X'a1fa0000000040008000000000000001', 'Alpha Shop'),
    (X'be7a0000000040008000000000000002', 'Beta Notes');

INSERT INTO tasks (id, project_id, title, status) VALUES
    (X'7a5c0000000040008000000000000001', X'a1fa0000000040008000000000000001',
        'Add login page', 'inprogress'),
    (X'7a5c0000000040008000000000000002', X'a1fa0000000040008000000000000001',
        'Faster product search', 'inreview'),
    (X'7a5c0000000040008000000000000003', X'be7a0000000040008000000000000002',
        'Sync notes offline', 'inprogress'),
    (X'7a5c0000000040008000000000000004', X'be7a0000000040008000000000000002',
        'Dark mode', 'inreview');

INSERT INTO repos (id, path, name, display_name) VALUES
    (X'4e900000000040008000000000000001', :folder || '/repositories/alpha-shop',
        'alpha-shop', 'alpha-shop'),
    (X'4e900000000040008000000000000002', :folder || '/repositories/beta-notes',
        'beta-notes', 'beta-notes');

INSERT INTO workspaces (id, task_id, container_ref, branch, name) VALUES
    (X'30c50000000040008000000000000001', X'7a5c0000000040008000000000000001',
        :folder || '/worktrees/a1b2-add-login-page', 'vk/a1b2-add-login-page', NULL),
    (X'30c50000000040008000000000000002', X'7a5c0000000040008000000000000002',
        :folder || '/worktrees/c3d4-faster-product-search', 'vk/c3d4-faster-product-search', NULL),
    (X'30c50000000040008000000000000003', X'7a5c0000000040008000000000000003',
        :folder || '/worktrees/e5f6-sync-notes-offline', 'vk/e5f6-sync-notes-offline', NULL),
    (X'30c50000000040008000000000000004', X'7a5c0000000040008000000000000004',
        :folder || '/worktrees/a7b8-dark-mode', 'vk/a7b8-dark-mode', 'Dark mode, second try');

INSERT INTO workspace_repos (workspace_id, repo_id, target_branch)
    SELECT workspaces.id, repos.id, 'main'
    FROM workspaces JOIN tasks ON tasks.id = workspaces.task_id
        JOIN projects ON projects.id = tasks.project_id
        JOIN repos ON repos.name = lower(replace(projects.name, ' ', '-'));

INSERT INTO sessions (id, workspace_id, executor, agent_working_dir) VALUES
    (X'5e550000000040008000000000000001', X'30c50000000040008000000000000001', 'CLAUDE_CODE',
        'alpha-shop'),
    (X'5e550000000040008000000000000011', X'30c50000000040008000000000000001', 'dev-server', NULL),
    (X'5e550000000040008000000000000002', X'30c50000000040008000000000000002', 'CLAUDE_CODE',
        'alpha-shop'),
    (X'5e550000000040008000000000000003', X'30c50000000040008000000000000003', 'CODEX',
        'beta-notes'),
    (X'5e550000000040008000000000000004', X'30c50000000040008000000000000004', 'dev-server', NULL);
