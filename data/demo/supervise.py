#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the demo's play so that nothing it starts can outlive it.

Usage: supervise.py COMMAND...

The play becomes a subreaper: whatever detaches itself below it stays below it. Where the kernel allows
it also gets a pid namespace of its own, in which it sees nobody else's processes and takes its own
along when it ends. Its environment then has DEMO_ISOLATED=yes.
"""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36


def isolation():
    """The words that run a command in a pid namespace of its own; none if that is not allowed."""
    words = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.getuid() != 0:
        words += ["--user", "--map-current-user"]
    probe = subprocess.run(words + ["true"], stdin=subprocess.DEVNULL, capture_output=True)
    return words if probe.returncode == 0 else []


def become_subreaper():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def forward(number, child, is_isolated):
    """Ends the play when we are to end: unshare itself takes no notice of signals."""
    targets = [str(child.pid)]
    if is_isolated:
        targets = pathlib.Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text().split()
    for target in targets:
        os.kill(int(target), number)


def main(command):
    words = isolation()
    environment = dict(os.environ, DEMO_ISOLATED="yes" if words else "no")
    # The terminal sends Ctrl-C to the play as well, which knows what to do.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        words + command,
        env=environment,
        preexec_fn=lambda: (signal.signal(signal.SIGINT, signal.SIG_DFL), become_subreaper()),
    )
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: forward(number, child, bool(words)))
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
