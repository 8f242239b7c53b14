#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stands in for the vibe-kanban server on the demo's board.

Usage: server.py FOLDER

Does what the real one does as far as processes can tell: it holds the database open, writes an
execution's row before it starts it, and starts it as the leader of a process group with the
workspace's marks in its environment. When all stand, FOLDER/ready appears, and from then on it
writes nothing any more, so that whatever changes the database was somebody else.
"""

import datetime
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time
import uuid

DEADLINE_SECONDS = 30

# One execution each: its session, the reason, the folder below the worktree, what is run, and the
# parts that the actors play, see actor.c. An agent that "leaves" ends by itself.
EXECUTIONS = [
    {
        "session": "5e550000-0000-4000-8000-000000000001",
        "reason": "codingagent",
        "repository": "alpha-shop",
        "program": "npx",
        "arguments": ["npm exec @anthropic-ai/claude-code@2.1.3 -p --verbose"],
        "parts": {
            "npx": "title npm exec @anthr\nmemory 12\nrun claude -p --verbose; exit $?\nwait",
            "claude": "memory 96\nbusy 4\nrun exec vibe-kanban-mcp\n"
            "run cd src && exec node ./vitest.mjs --watch",
            "vibe-kanban-mcp": "memory 6",
            "node": "memory 48\nbusy 2",
        },
    },
    {
        "session": "5e550000-0000-4000-8000-000000000011",
        "reason": "devserver",
        "repository": "alpha-shop",
        "program": "bash",
        "arguments": ["bash", "-c", "npm run dev"],
        "parts": {
            "npm": "title npm run dev\nmemory 10\nrun node ./vite.mjs --host; exit $?\nwait",
            "node": "memory 40\nlisten {folder}/ports/login",
        },
    },
    {
        "session": "5e550000-0000-4000-8000-000000000002",
        "reason": "codingagent",
        "repository": "alpha-shop",
        "program": "npx",
        "arguments": ["npm exec @anthropic-ai/claude-code@2.1.3 -p --verbose"],
        "leaves": True,
        "parts": {
            "npx": "title npm exec @anthr\nrun claude -p --verbose; exit $?\nwait",
            "claude": "run exec node ./server.mjs --dev\nrun exec esbuild --watch --outdir=dist\n"
            "await {folder}/ports/search\nleave",
            "node": "memory 72\nlisten {folder}/ports/search",
            "esbuild": "memory 24\nbusy 1",
        },
    },
    {
        "session": "5e550000-0000-4000-8000-000000000003",
        "reason": "codingagent",
        "repository": "beta-notes",
        "program": "npx",
        "arguments": ["npm exec @openai/codex@0.98.0 exec --json"],
        "parts": {
            "npx": "title npm exec @opena\nmemory 12\nrun codex exec --json; exit $?\nwait",
            "codex": "memory 56\nbusy 3\nrun exec tail -f README.md",
        },
    },
    {
        "session": "5e550000-0000-4000-8000-000000000004",
        "reason": "devserver",
        "repository": "beta-notes",
        "program": "bash",
        "arguments": ["bash", "-c", "npm run dev"],
        "parts": {
            "npm": "title npm run dev\nmemory 10\nrun node ./vite.mjs --host; exit $?\nwait",
            "node": "memory 40\nlisten {folder}/ports/notes",
        },
    },
]


def now():
    """A time as vibe-kanban writes it."""
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


class Server:
    def __init__(self, folder):
        self.folder = folder
        self.database = sqlite3.connect(folder / "board.sqlite", isolation_level=None)

    def environment(self, execution, workspace, branch):
        """The server's own, as a child inherits it, with the marks of its workspace."""
        environment = dict(os.environ)
        environment["PATH"] = f"{self.folder}/programs:" + os.environ["PATH"]
        environment["VK_WORKSPACE_ID"] = str(uuid.UUID(bytes=workspace))
        environment["VK_WORKSPACE_BRANCH"] = branch
        for name, part in execution["parts"].items():
            variable = "DEMO_" + name.upper().replace("-", "_")
            environment[variable] = part.format(folder=self.folder)
        return environment

    def start(self, execution):
        session = uuid.UUID(execution["session"]).bytes
        workspace, branch, container = self.database.execute(
            "SELECT workspaces.id, branch, container_ref FROM sessions"
            " JOIN workspaces ON workspaces.id = sessions.workspace_id WHERE sessions.id = ?",
            (session,),
        ).fetchone()
        row = uuid.uuid4().bytes
        self.database.execute(
            "INSERT INTO execution_processes (id, session_id, run_reason, started_at)"
            " VALUES (?, ?, ?, ?)",
            (row, session, execution["reason"], now()),
        )
        environment = self.environment(execution, workspace, branch)
        process = subprocess.Popen(
            execution["arguments"],
            executable=self.find(execution["program"], environment["PATH"]),
            cwd=f"{container}/{execution['repository']}",
            env=environment,
            stdin=subprocess.DEVNULL,
            preexec_fn=os.setpgrp,
        )
        return row, process

    @staticmethod
    def find(program, path):
        """The full path, so that the program sees by which name it was run."""
        return next(p for p in (f"{d}/{program}" for d in path.split(":")) if os.access(p, os.X_OK))

    def finish(self, row, process):
        code = process.wait(DEADLINE_SECONDS)
        self.database.execute(
            "UPDATE execution_processes SET status = ?, exit_code = ?, completed_at = ?"
            " WHERE id = ?",
            ("failed" if code else "completed", code, now(), row),
        )

    def start_all(self):
        for execution in EXECUTIONS:
            row, process = self.start(execution)
            if execution.get("leaves"):
                self.finish(row, process)


def await_files(files):
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not all(file.exists() for file in files):
        if time.monotonic() > deadline:
            sys.exit("the demo's dev servers did not start")
        time.sleep(0.02)


def main(folder):
    pathlib.Path("/proc/self/comm").write_text("vibe-kanban")
    server = Server(folder)
    server.start_all()
    await_files([folder / "ports" / name for name in ("login", "search", "notes")])
    (folder / "ready").touch()
    # Executions that end from now on are only reaped.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        signal.pause()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
