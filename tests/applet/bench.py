#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs bench-applet-rows on a display of its own: bench.py PROGRAM"""
import sys

from desktop import Desktop, require_tools

require_tools()
ENVIRONMENT = {'NO_AT_BRIDGE': '1', 'GDK_GL': 'disable'}
with Desktop(None, tray=None, service=None, environment=ENVIRONMENT) as desktop:
    result = desktop.run(sys.argv[1])
    print(result.stdout, end='')
    sys.exit(result.returncode)
