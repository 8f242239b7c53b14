# SPDX-License-Identifier: Apache-2.0
"""A desktop without a screen: Xvfb, a session bus of its own, a window manager, the accessibility
bus, a tray, the made-up service and the applet; and the hands and eyes to use it with.

Everything waits with deadlines and ends what it started, by pid.
"""
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from accessible import click, find, find_all, is_showing, names, walk  # noqa: F401 (for the tests)
from cases import end_with_us, require_tools, run  # noqa: F401 (likewise)

HERE = os.path.dirname(os.path.abspath(__file__))
NAME = 'org.vibekanban.Processes'
PATH = '/org/vibekanban/Processes'
WATCHER = 'org.kde.StatusNotifierWatcher'
PYTHON = '/usr/bin/python3'
DEADLINE = 40

BUS_CONFIGURATION = '''<busconfig><type>session</type><listen>unix:path=%(folder)s/bus</listen>
<servicedir>%(folder)s/services</servicedir><policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>'''


def comes(condition, seconds):
    """The first true value of condition(), or a false one when the time is over."""
    begin = time.monotonic()
    while True:
        value = condition()
        waited = time.monotonic() - begin
        if value or waited > seconds:
            return value
        time.sleep(min(max(waited / 10, 0.005), 0.2))


def wait_for(what, condition, seconds=DEADLINE):
    """The first true value of condition(), or an error that says what was waited for."""
    value = comes(condition, seconds)
    if not value:
        raise AssertionError('timed out waiting for ' + what)
    return value


class Desktop:
    def __init__(self, applet, tray='mock', service=(), applet_arguments=(), environment=None,
                 size='1280x800', window_manager=True):
        self.applet_program = applet
        self.applet_arguments = list(applet_arguments)
        self.service_arguments = service
        self.tray = tray
        self.size = size
        self.has_window_manager = window_manager
        self.folder = tempfile.mkdtemp(prefix='vkp-desktop-')
        self.log = open(os.path.join(self.folder, 'log'), 'wb')
        self.children = []
        self.environment = self.make_environment(environment or {})
        self.connection = None

    def make_environment(self, extra):
        environment = {key: value for key, value in os.environ.items()
                       if key not in ('WAYLAND_DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'DISPLAY',
                                      'SESSION_MANAGER', 'XDG_CURRENT_DESKTOP', 'GTK_THEME')}
        for key, name in (('HOME', 'home'), ('XDG_RUNTIME_DIR', 'run'),
                          ('XDG_CONFIG_HOME', 'config'), ('XDG_DATA_HOME', 'data'),
                          ('XDG_CACHE_HOME', 'cache')):
            environment[key] = os.path.join(self.folder, name)
            os.makedirs(environment[key], mode=0o700)
        environment.update(LANG='C.UTF-8', LC_ALL='C.UTF-8', GSETTINGS_BACKEND='memory',
                           GDK_BACKEND='x11', NO_AT_BRIDGE='0', GIO_USE_VFS='local',
                           GTK_THEME='Adwaita')
        environment.update(extra)
        return environment

    # --- its life

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.show_log()
            self.stop()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            self.show_log()
        self.stop()

    def spawn(self, *command, environment=None, **options):
        child = subprocess.Popen(command, env=environment or self.environment, stdout=self.log,
                                 stderr=self.log, start_new_session=True, preexec_fn=end_with_us,
                                 **options)
        self.children.append(child)
        return child

    def start(self):
        self.start_display()
        self.start_bus()
        if self.has_window_manager:
            self.spawn('openbox')
        if self.service_arguments is not None:
            self.spawn_service(*self.service_arguments)
        self.start_tray()
        if self.service_arguments is not None:
            self.wait_service()
        if self.applet_program:
            self.start_applet()

    def start_display(self):
        """Concurrent starts of Xvfb race for numbers, so they are made one by one."""
        with open(os.path.join(tempfile.gettempdir(), '.vkp-xvfb.lock'), 'w') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            read, write = os.pipe()
            self.spawn('Xvfb', '-displayfd', str(write), '-screen', '0', self.size + 'x24',
                       '-nolisten', 'tcp', pass_fds=[write])
            os.close(write)
            number = b''
            while not number.endswith(b'\n'):
                piece = os.read(read, 16)
                if not piece:
                    raise AssertionError('Xvfb did not start')
                number += piece
            os.close(read)
        self.environment['DISPLAY'] = ':' + number.decode().strip()

    def start_bus(self):
        services = os.path.join(self.folder, 'services')
        os.mkdir(services)
        for name in ('org.a11y.Bus', 'org.xfce.Xfconf'):
            file = '/usr/share/dbus-1/services/%s.service' % name
            if os.path.exists(file):
                shutil.copy(file, services)
        configuration = os.path.join(self.folder, 'bus.conf')
        with open(configuration, 'w', encoding='utf-8') as file:
            file.write(BUS_CONFIGURATION % {'folder': self.folder})
        address = 'unix:path=%s/bus' % self.folder
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = address
        # This process uses the same bus, and the accessibility bus behind it.
        os.environ.update({key: self.environment[key] for key in
                           ('DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'XDG_RUNTIME_DIR', 'HOME')})
        self.spawn('dbus-daemon', '--config-file=' + configuration, '--nofork', '--nopidfile')
        from gi.repository import Gio, GLib

        def connect():
            try:
                return Gio.DBusConnection.new_for_address_sync(
                    address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                    Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
            except GLib.Error:  # its socket is not there, or nobody listens to it yet
                return None
        self.connection = wait_for('the bus', connect)

    def start_tray(self):
        if self.tray == 'mock':
            self.watcher = self.spawn(PYTHON, os.path.join(HERE, 'mock-watcher.py'))
        elif self.tray == 'xfce':
            folder = os.path.join(self.environment['XDG_CONFIG_HOME'], 'xfce4', 'xfconf',
                                  'xfce-perchannel-xml')
            os.makedirs(folder)
            shutil.copy(os.path.join(HERE, 'xfce4-panel.xml'), folder)
            self.spawn('xfce4-panel', '--disable-wm-check')
        if self.tray:
            wait_for('the tray', lambda: self.has_owner(WATCHER))

    def spawn_service(self, *arguments):
        self.service = self.spawn(PYTHON, os.path.join(HERE, 'mock-service.py'), *arguments)

    def wait_service(self):
        wait_for('the service', lambda: self.has_owner(NAME))

    def start_service(self, *arguments):
        self.spawn_service(*arguments)
        self.wait_service()

    def start_applet(self, *arguments):
        self.applet = self.spawn(self.applet_program, *(arguments or self.applet_arguments))
        return self.applet

    def stop(self):
        try:
            self.stop_accessibility()
        except Exception:  # it may never have started
            pass
        for child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        for child in reversed(self.children):
            try:
                child.wait(5)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop_accessibility(self):
        """The launcher of the accessibility bus was started by the bus, not by us."""
        for name in ('org.a11y.Bus', 'org.xfce.Xfconf'):
            if self.has_owner(name):
                pid = self.call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus',
                                'GetConnectionUnixProcessID', '(s)', name)[0]
                os.kill(pid, signal.SIGTERM)

    def show_log(self):
        self.log.flush()
        with open(os.path.join(self.folder, 'log'), 'rb') as file:
            for line in file.read().decode(errors='replace').splitlines()[-60:]:
                print('# ' + line)

    # --- the bus

    def call(self, name, path, interface, method, signature=None, *arguments, timeout=10000):
        from gi.repository import Gio, GLib
        parameters = GLib.Variant(signature, arguments) if signature else None
        return self.connection.call_sync(name, path, interface, method, parameters, None,
                                         Gio.DBusCallFlags.NO_AUTO_START, timeout, None).unpack()

    def has_owner(self, name):
        return self.call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'NameHasOwner',
                         '(s)', name)[0]

    def mock(self, method, signature=None, *arguments):
        return self.call(NAME, '/mock', 'org.vibekanban.Mock', method, signature, *arguments)

    def calls(self, method):
        """What the service was asked for by that method, oldest first."""
        return [call[1] for call in json.loads(self.mock('Calls')[0]) if call[0] == method]

    def kills(self):
        """Kills that were meant."""
        return [call for call in self.calls('Kill') if not call[2].get('dry_run')]

    # --- the tray

    def tray_item(self):
        try:
            items = self.call(WATCHER, '/StatusNotifierWatcher', 'org.freedesktop.DBus.Properties',
                              'Get', '(ss)', WATCHER, 'RegisteredStatusNotifierItems')[0]
        except Exception:
            return None
        items = [item for item in items if 'vibekanban' in item]
        return items[0].split('/', 1) if items else None

    def tray_property(self, name):
        bus_name, path = wait_for('the icon', self.tray_item)
        return self.call(bus_name, '/' + path, 'org.freedesktop.DBus.Properties', 'Get', '(ss)',
                         'org.kde.StatusNotifierItem', name)[0]

    def tray_layout(self):
        """The entries of the menu, which comes on the bus a moment after its icon."""
        from gi.repository import GLib

        def ask():
            bus_name, path = wait_for('the icon', self.tray_item)
            try:
                return self.call(bus_name, '/' + path + '/Menu', 'com.canonical.dbusmenu',
                                 'GetLayout', '(iias)', 0, -1, [])
            except GLib.GError:
                return None
        return wait_for('the menu', ask)[1][2]

    def tray_entries(self):
        """Visible entries as (id, label, enabled); a separator has the label None."""
        entries = []
        for number, properties, _children in self.tray_layout():
            if properties.get('visible', True):
                is_line = properties.get('type') == 'separator'
                label = None if is_line else properties.get('label', '').replace('__', '\0')
                label = label and label.replace('_', '').replace('\0', '_')
                entries.append((number, label, properties.get('enabled', True)))
        return entries

    def tray_click(self, start):
        """Clicks the entry whose label starts so."""
        def find():
            return [entry for entry in self.tray_entries()
                    if entry[1] and entry[1].startswith(start) and entry[2]]
        number = wait_for('the entry ' + start, find)[0][0]
        bus_name, path = self.tray_item()
        from gi.repository import GLib
        self.call(bus_name, '/' + path + '/Menu', 'com.canonical.dbusmenu', 'Event', '(isvu)',
                  number, 'clicked', GLib.Variant('s', ''), 0)

    # --- the screen

    def run(self, *command):
        return subprocess.run(command, env=self.environment, capture_output=True, text=True,
                              timeout=DEADLINE, check=False)

    def windows(self, title):
        found = self.run('xdotool', 'search', '--onlyvisible', '--name', title)
        return found.stdout.split()

    def wait_window(self, title):
        return wait_for('the window ' + title, lambda: self.windows(title))[0]

    def has_focus(self):
        """Whether a window of the applet has the keyboard; openbox says so when it got it."""
        found = self.run('xdotool', 'getactivewindow', 'getwindowpid')
        return found.stdout.strip() == str(self.applet.pid)

    def key(self, *keys):
        """To the applet: a new window has the keyboard only a moment after it is shown."""
        if self.has_window_manager:
            wait_for('the keyboard', self.has_focus)
        self.run('xdotool', 'key', '--clearmodifiers', *keys)

    def type(self, text):
        self.run('xdotool', 'type', '--clearmodifiers', text)

    def screenshot(self, file):
        self.run('import', '-window', 'root', file)

    def look(self):
        """The screen as a function from a place to its color (red, green, blue), and its size."""
        import gi
        gi.require_version('GdkPixbuf', '2.0')
        from gi.repository import GdkPixbuf
        file = os.path.join(self.folder, 'look.png')
        self.screenshot(file)
        pixbuf = GdkPixbuf.Pixbuf.new_from_file(file)
        pixels, stride, n = pixbuf.get_pixels(), pixbuf.get_rowstride(), pixbuf.get_n_channels()

        def color_at(x, y):
            return tuple(pixels[y * stride + x * n:y * stride + x * n + 3])
        return color_at, pixbuf.get_width(), pixbuf.get_height()

    def find_color(self, color, tolerance=24, rows=None):
        """The middle of where that color is on the screen, or in its first rows, or None."""
        color_at, width, height = self.look()
        found = [(x, y) for y in range(rows or height) for x in range(width)
                 if all(abs(a - b) <= tolerance for a, b in zip(color_at(x, y), color))]
        if not found:
            return None
        return (sum(x for x, _y in found) // len(found), sum(y for _x, y in found) // len(found))

    def click(self, place, button=1):
        self.run('xdotool', 'mousemove', str(place[0]), str(place[1]), 'click', str(button))

    # --- accessibility

    def accessible(self):
        """The applet on the accessibility bus."""
        import gi
        gi.require_version('Atspi', '2.0')
        from gi.repository import Atspi

        def find():
            desktop = Atspi.get_desktop(0)
            for index in range(desktop.get_child_count()):
                child = desktop.get_child_at_index(index)
                if child and child.get_process_id() == self.applet.pid:
                    return child
            return None
        return wait_for('the applet on the accessibility bus', find)


def applet_program():
    return sys.argv[1]
