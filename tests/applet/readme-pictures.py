#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The pictures of the README, from the demo's board with real processes and the real service.

In the checkout, for a build in build/:

  tests/applet/readme-pictures.py build data/screenshots [NAME...]
"""
import os
import subprocess
import sys
import time

from desktop import HERE, NAME, Desktop, click, find, require_tools, wait_for

ROOT = os.path.abspath(os.path.join(HERE, '..', '..'))
BUILD, FOLDER = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
APPLET = os.path.join(BUILD, 'applet', 'vibekanban-processes-applet')
CHOSEN = sys.argv[3:]
SIZE = (1100, 760)
PANEL_HEIGHT = 32
SECONDS_OF_ACTIVITY = 40


class Demo(Desktop):
    """The desktop with a panel, and on its bus what data/demo.sh shows."""

    def __init__(self, **options):
        super().__init__(APPLET, tray='xfce', size='%dx%d' % SIZE, **options)

    def spawn_service(self, *_arguments):
        stage = os.path.join(HERE, 'demo-stage.sh')
        environment = dict(self.environment, PATH=os.environ['PATH'])
        self.spawn('bash', stage, ROOT, BUILD, environment=environment)
        wait_for('the service', lambda: self.has_owner(NAME))

    def start(self):
        super().start()
        self.wait_window('Vibe Kanban')
        self.run('xdotool', 'mousemove', '3', str(SIZE[1] - 3))
        self.app = self.accessible()
        wait_for('the list', lambda: find(self.app, 'table cell', 'Beta Notes'))

    def select(self, steps):
        self.key('Home', *['Down'] * steps)

    def save(self, name, area=None):
        """The window, or an area of the screen as (width, height, x, y), in few colors."""
        time.sleep(1)  # for the last frame: nothing tells when it is on the screen
        file = os.path.join(FOLDER, name + '.png')
        if not area:
            window = self.windows('Vibe Kanban')[0]
            shape = dict(line.split('=') for line in self.run(
                'xdotool', 'getwindowgeometry', '--shell', window).stdout.split())
            area = tuple(int(shape[key]) for key in ('WIDTH', 'HEIGHT', 'X', 'Y'))
        self.run('import', '-window', 'root', '-crop', '%dx%d+%d+%d' % area, '+repage', '-strip',
                 '+dither', '-colors', '128', 'PNG8:' + file)


def take_window():
    with Demo() as desktop:
        time.sleep(SECONDS_OF_ACTIVITY)
        desktop.save('window')


def take_dark():
    with Demo(environment={'GTK_THEME': 'Adwaita:dark'}) as desktop:
        time.sleep(SECONDS_OF_ACTIVITY)
        desktop.select(5)
        desktop.save('dark')


def take_details():
    with Demo() as desktop:
        desktop.select(6)
        desktop.key('F9')
        time.sleep(SECONDS_OF_ACTIVITY)
        desktop.save('details')


def take_tray():
    with Demo() as desktop:
        desktop.key('ctrl+w')
        time.sleep(6)  # a menu that changes while it is open keeps the panel's first size
        desktop.click((SIZE[0] - 85, PANEL_HEIGHT // 2))
        desktop.run('xdotool', 'mousemove', str(SIZE[0] - 200), str(PANEL_HEIGHT + 16))
        desktop.save('tray', (420, 300, SIZE[0] - 420, 0))


def take_confirmation():
    with Demo() as desktop:
        desktop.select(1)
        desktop.key('Delete')
        wait_for('the question', lambda: find(desktop.app, 'push button', 'Kill '))
        desktop.save('confirmation')


def take_result():
    with Demo() as desktop:
        desktop.tray_click('Kill Leftovers')
        click(wait_for('the question', lambda: find(desktop.app, 'push button', 'Kill 2')))
        wait_for('the result', lambda: find(desktop.app, 'label', 'Killed 2 processes.'))
        desktop.save('result')


PICTURES = {'window': take_window, 'tray': take_tray, 'confirmation': take_confirmation,
            'result': take_result, 'details': take_details, 'dark': take_dark}


def take_isolated(name):
    """Takes it where nobody else's processes are seen and none outlives it, below a shell that takes
    care of orphans as the first process has to."""
    supervisor = os.path.join(ROOT, 'data', 'demo', 'supervise.py')
    environment = dict(os.environ, GSETTINGS_SCHEMA_DIR=os.path.join(BUILD, 'data', 'applet'))
    return subprocess.run([sys.executable, supervisor, 'bash', '-c', '"$@"; exit $?', 'bash',
                           sys.executable, os.path.abspath(__file__), BUILD, FOLDER, name],
                          env=environment, check=False).returncode == 0


def main():
    require_tools(['xfce4-panel', 'sqlite3', 'git'])
    os.makedirs(FOLDER, exist_ok=True)
    if 'DEMO_ISOLATED' in os.environ:
        PICTURES[CHOSEN[0]]()
        return
    for name in CHOSEN or PICTURES:
        if not take_isolated(name):
            sys.exit('no picture of ' + name)


if __name__ == '__main__':
    main()
