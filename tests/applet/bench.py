#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the applet on a display of its own: bench.py BENCH-APPLET-ROWS [APPLET]

The first program tells what an update of 2,000 rows costs; of the applet itself the memory is told,
with its window open on 200 rows, a minute after nothing new came to be allocated for."""
import sys

from desktop import Desktop, require_tools, wait_for

ENVIRONMENT = {'NO_AT_BRIDGE': '1', 'GDK_GL': 'disable'}
ROWS = 200
SAMPLES = 12  # one a second: the plots and lines of activity fill


def resident_mib(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        facts = dict(line.split(':', 1) for line in status)
    return int(facts['VmRSS'].split()[0]) / 1024


def time_rows(program):
    with Desktop(None, tray=None, service=None, environment=ENVIRONMENT) as desktop:
        result = desktop.run(program)
        print(result.stdout, end='')
        return result.returncode


def measure_memory(applet):
    with Desktop(applet, service=('--rows', str(ROWS)), applet_arguments=['--show'],
                 environment=ENVIRONMENT) as desktop:
        desktop.wait_window('Vibe Kanban')
        figures = []

        def is_settled():
            figures.append(resident_mib(desktop.applet.pid))
            return len(figures) >= SAMPLES and figures[-1] - figures[-SAMPLES] < 0.5

        wait_for('the memory to settle', is_settled, seconds=60)
        print(f'{ROWS} rows in a window: {figures[-1]:.1f} MiB resident')


require_tools()
CODE = time_rows(sys.argv[1])
if len(sys.argv) > 2:
    measure_memory(sys.argv[2])
sys.exit(CODE)
