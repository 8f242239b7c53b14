#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a test program on a display of its own: with-display.py PROGRAM [ARGUMENT...]"""
import subprocess
import sys

from desktop import Desktop, require_tools

require_tools()
ENVIRONMENT = {'NO_AT_BRIDGE': '1', 'GDK_GL': 'disable', 'G_DEBUG': 'fatal-criticals'}
with Desktop(None, tray=None, service=None, environment=ENVIRONMENT) as desktop:
    sys.exit(subprocess.run(sys.argv[1:], env=desktop.environment, check=False,
                            timeout=300).returncode)
