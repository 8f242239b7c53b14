#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the branch coverage of each room from gcovr's JSON summary; fails when a parser has less
than it must have.

Usage: coverage.py SUMMARY.json
"""

import collections
import json
import sys

# The percentage of its branches that these tests must take of what reads a stranger's bytes. What a
# healthy system never does (a socket, a file, sd-bus without memory) is made to happen, too.
MUST_HAVE = 95
PARSERS = (
    "common/base/identity.c",
    "common/base/number.c",
    "common/base/text.c",
    "common/base/uuid.c",
    "common/kill/frozen.c",
    "common/kill/scope.c",
    "common/proc/image.c",
    "common/proc/listeners.c",
    "common/proc/parse.c",
    "common/store/row-taker.c",
    "common/store/value.c",
    "service/decode.c",
    "service/dictionary.c",
)


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
    for name in PARSERS:
        entry = files.get(name)
        covered = percent(entry["branch_covered"], entry["branch_total"]) if entry else 0.0
        failed += covered < MUST_HAVE
        mark = "" if covered >= MUST_HAVE else f"  below {MUST_HAVE} %"
        print(f"{name:28} {covered:6.1f} % of branches{mark}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
