#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Counts what a run of `meson test` gave, each test of a TAP program on its own.

Usage: summary.py TESTLOG.JSON

Prints the whole output of every failed program and why tests were skipped; the last line is
"N passed, N failed, N skipped". Exits with 1 if anything failed or nothing ran: what
is skipped has not run.
"""

import json
import re
import sys

# "ok 3 /store/locate/a-tie # SKIP no such kernel"; indented lines are of subtests.
TAP_LINE = re.compile(r"^(not )?ok\b\s*\d*\s*(?:- )?(.*?)(?:\s+#\s*(SKIP|TODO)\b\s*(.*))?$", re.I)
PROGRAM_PASSED = {"OK", "EXPECTEDFAIL"}


class Counts:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.skips = []

    def skip(self, name, reason):
        self.skipped += 1
        self.skips.append(f"{name}: {reason}" if reason else name)


def count_tap(counts, program):
    """Counts the program's own test points; returns how many there were and how many failed."""
    points = failed = 0
    for line in (program.get("stdout") or "").splitlines():
        match = TAP_LINE.match(line)
        if not match:
            continue
        points += 1
        not_ok, name, directive, reason = match.groups()
        if directive and directive.upper() == "SKIP":
            counts.skip(name, reason)
        elif not_ok and not directive:
            failed += 1
        else:
            counts.passed += 1
    counts.failed += failed
    return points, failed


def count_program(counts, program):
    """Counts one program; returns whether it failed."""
    points, failed = count_tap(counts, program)
    result = program["result"]
    if result == "SKIP":
        if not points:
            counts.skip(program["name"], (program.get("stderr") or "").strip().split("\n")[-1])
    elif result in PROGRAM_PASSED:
        counts.passed += not points
    elif not failed:
        # Crashed, timed out or left points out: one failure more than it admits.
        counts.failed += 1
    return result not in PROGRAM_PASSED and result != "SKIP"


def print_output(program):
    print(f"\n==== {program['name']}: {program['result']}, exit code {program['returncode']}")
    for stream in ("stdout", "stderr"):
        text = (program.get(stream) or "").rstrip()
        if text:
            print(f"---- {stream}\n{text}")


def main(path):
    counts = Counts()
    try:
        with open(path, encoding="utf-8", errors="replace") as log:
            programs = [json.loads(line) for line in log]
    except FileNotFoundError:
        sys.exit("meson did not get as far as the tests")
    for program in programs:
        if count_program(counts, program):
            print_output(program)
    for skip in counts.skips:
        print(f"skipped: {skip}")
    print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")
    return 1 if counts.failed or not counts.passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
