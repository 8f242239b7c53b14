#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Pictures of the applet with the made-up board, for the README and for looking at.

screenshots.py APPLET FOLDER [NAME...]

Light, dark, twice as large, with large text and right to left (RTL_MODULE=path of the built module);
the tray's menu is opened by a real click on a real panel.
"""
import os
import sys
import time

from desktop import Desktop, click, find, require_tools, wait_for

APPLET, FOLDER = sys.argv[1], sys.argv[2]
CHOSEN = sys.argv[3:]
DARK = {'GTK_THEME': 'Adwaita:dark'}


def save(desktop, name):
    time.sleep(0.7)  # for the last frame: nothing tells when it is on the screen
    desktop.screenshot(os.path.join(FOLDER, name + '.png'))


def open_desktop(**options):
    options.setdefault('tray', 'xfce')
    desktop = Desktop(APPLET, **options)
    desktop.__enter__()
    desktop.wait_window('Vibe Kanban')
    desktop.run('xdotool', 'mousemove', '3', '700')
    desktop.app = desktop.accessible()
    wait_for('the list', lambda: find(desktop.app, 'table cell', 'Beta Docs'))
    time.sleep(8)  # some activity to look at
    return desktop


def take_tree(name, **options):
    desktop = open_desktop(**options)
    desktop.key('Down', 'Down')
    save(desktop, name)
    desktop.__exit__(None, None, None)


def take_details(name, **options):
    desktop = open_desktop(**options)
    desktop.key('Down', 'Down', 'Down', 'Down', 'Down', 'F9')
    wait_for('the details', lambda: find(desktop.app, 'label', 'It is the process'))
    save(desktop, name)
    desktop.__exit__(None, None, None)


def take_question_and_result(question, result, **options):
    desktop = open_desktop(**options)
    desktop.tray_click('Kill All…')
    verb = wait_for('the question', lambda: find(desktop.app, 'push button', 'Kill 10'))
    save(desktop, question)
    click(verb)
    wait_for('the wait', lambda: find(desktop.app, 'label', 'Waiting for 1'))
    save(desktop, result + '-waiting')
    wait_for('the result', lambda: find(desktop.app, 'label', '1 of 10'))
    save(desktop, result)
    desktop.__exit__(None, None, None)


def take_tray(name, **options):
    desktop = open_desktop(applet_arguments=[], **options)
    width = int(options.get('size', '1280x800').split('x')[0])
    desktop.run('xdotool', 'mousemove', str(width - 85), '16', 'click', '1')
    save(desktop, name)
    desktop.__exit__(None, None, None)


def take_preferences(name, **options):
    desktop = open_desktop(**options)
    desktop.key('ctrl+comma')
    wait_for('the preferences', lambda: find(desktop.app, 'dialog', ''))
    save(desktop, name)
    desktop.__exit__(None, None, None)


def take_shortcuts(name, **options):
    desktop = open_desktop(**options)
    desktop.key('ctrl+question')
    desktop.key('ctrl+F1')
    save(desktop, name)
    desktop.__exit__(None, None, None)


def take_state(name, service):
    desktop = Desktop(APPLET, tray='mock', service=service)
    desktop.__enter__()
    desktop.wait_window('Vibe Kanban')
    desktop.run('xdotool', 'mousemove', '3', '700')
    time.sleep(1.5)
    save(desktop, name)
    desktop.__exit__(None, None, None)


PICTURES = {
    'tree': lambda: take_tree('tree'),
    'tree-dark': lambda: take_tree('tree-dark', environment=DARK),
    'tree-double': lambda: take_tree('tree-double', environment={'GDK_SCALE': '2'},
                                     size='2560x1600', tray='mock'),
    'tree-large-text': lambda: take_tree('tree-large-text', environment={'GDK_DPI_SCALE': '1.5'},
                                         size='1600x1000'),
    'tree-rtl': lambda: take_tree('tree-rtl', environment={
        'GTK_MODULES': os.environ.get('RTL_MODULE', '')}),
    'details': lambda: take_details('details'),
    'details-dark': lambda: take_details('details-dark', environment=DARK),
    'confirm': lambda: take_question_and_result('confirm', 'result'),
    'confirm-dark': lambda: take_question_and_result('confirm-dark', 'result-dark',
                                                     environment=DARK),
    'tray': lambda: take_tray('tray'),
    'tray-dark': lambda: take_tray('tray-dark', environment=DARK),
    'preferences': lambda: take_preferences('preferences'),
    'shortcuts': lambda: take_shortcuts('shortcuts'),
    'empty': lambda: take_state('empty', ['--empty']),
    'unreachable': lambda: take_state('unreachable', None),
    'database': lambda: take_state('database', ['--empty', '--state', 'needs_recovery']),
}

require_tools()
os.makedirs(FOLDER, exist_ok=True)
for picture, take in PICTURES.items():
    if not CHOSEN or picture in CHOSEN:
        pid = os.fork()  # the accessibility library knows one bus only
        if pid == 0:
            take()
            os._exit(0)
        if os.waitpid(pid, 0)[1]:
            sys.exit('no picture of ' + picture)
