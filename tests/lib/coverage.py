#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the branch coverage of each room from gcovr's JSON summary; fails when a parser has less
than it must have.

Usage: coverage.py SUMMARY.json
"""

import collections
import json
import sys

# What reads a stranger's bytes, and the percentage of its branches that these tests must take. Where
# it is less than 95, what is missing are failures of the system around it (a socket, a file, sd-bus
# without memory); those are for tests/faults, which runs without this instrumentation.
PARSERS = {
    "common/base/text.c": 95,
    "common/base/uuid.c": 95,
    "common/kill/frozen.c": 75,
    "common/kill/scope.c": 85,
    "common/proc/image.c": 95,
    "common/proc/listeners.c": 75,
    "common/proc/parse.c": 95,
    "common/proc/process.c": 95,
    "common/store/rows.c": 90,
    "common/store/value.c": 95,
    "service/decode.c": 80,
    "service/dictionary.c": 75,
}


def percent(covered, total):
    return 100.0 * covered / total if total else 100.0


def main():
    with open(sys.argv[1], encoding="utf-8") as summary:
        files = {entry["filename"]: entry for entry in json.load(summary)["files"]}
    rooms = collections.defaultdict(lambda: [0, 0, 0, 0])
    for name, entry in files.items():
        room = rooms[name.rsplit("/", 1)[0]]
        for i, key in enumerate(
            ("branch_covered", "branch_total", "line_covered", "line_total")
        ):
            room[i] += entry[key]
    print(f"{'room':24} {'branches':>16} {'lines':>9}")
    for name, room in sorted(rooms.items()):
        print(
            f"{name:24} {percent(*room[:2]):6.1f} % of {room[1]:4} {percent(*room[2:]):7.1f} %"
        )
    print()
    failed = 0
    for name, must_have in PARSERS.items():
        entry = files.get(name)
        covered = percent(entry["branch_covered"], entry["branch_total"]) if entry else 0.0
        failed += covered < must_have
        mark = "" if covered >= must_have else f"  below {must_have} %"
        print(f"{name:28} {covered:6.1f} % of branches{mark}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
