#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Preferences, what they change, and notifications as a desktop receives them."""
import json
import os

from desktop import PYTHON, Desktop, applet_program, click, find, find_all, run, wait_for, walk
from window import Window

HERE = os.path.dirname(os.path.abspath(__file__))
STORED = {'GSETTINGS_BACKEND': 'keyfile', 'G_DEBUG': 'fatal-criticals'}
NOTIFICATIONS = 'org.freedesktop.Notifications'


class Choosing(Window):
    """A window with its preferences open, which are stored in a file."""

    def __init__(self, **options):
        super().__init__(environment=STORED, **options)

    def start(self):
        super().start()
        self.wait_cell('Alpha Shop')
        self.open()

    def open(self):
        self.key('ctrl+comma')
        self.wait_for('dialog', 'Preferences')

    def close(self):
        self.key('Escape')
        self.wait_gone('dialog', 'Preferences')

    def control(self, start):
        """The switch or the number with that label."""
        from gi.repository import Atspi
        dialog = self.wait_for('dialog', 'Preferences')
        for _depth, node in walk(dialog):
            for relation in node.get_relation_set():
                if (relation.get_relation_type() == Atspi.RelationType.LABELLED_BY
                        and relation.get_target(0).get_name().replace('_', '').startswith(start)):
                    return node
        raise AssertionError('no control is called ' + start)

    def put(self, start, number):
        """Types it over what stands there."""
        from gi.repository import Atspi
        field = self.control(start)
        Atspi.Component.grab_focus(field)
        wait_for('the keyboard', lambda: field.get_state_set().contains(Atspi.StateType.FOCUSED))
        self.key('ctrl+a')
        self.type(str(number))
        self.key('Tab')

    def is_on(self, start):
        from gi.repository import Atspi
        return self.control(start).get_state_set().contains(Atspi.StateType.CHECKED)

    def stored(self, key):
        file = os.path.join(self.environment['XDG_CONFIG_HOME'], 'glib-2.0', 'settings', 'keyfile')
        if not os.path.exists(file):
            return None
        with open(file, encoding='utf-8') as lines:
            found = [line.strip() for line in lines if line.startswith(key + '=')]
        return found[0].split('=', 1)[1] if found else None

    def wait_stored(self, key, value):
        wait_for('%s to be %s' % (key, value), lambda: self.stored(key) == value)


def test_what_is_chosen_is_stored():
    with Choosing() as desktop:
        for start, key, value in (('Force what', 'escalate', 'true'),
                                  ('Notify of new', 'notify-leftovers', 'false'),
                                  ('Notify of kills', 'notify-failures', 'false'),
                                  ('Tray icon', 'symbolic-icon', 'true'),
                                  ('Always ask', 'confirm', "'groups-and-agents'")):
            click(desktop.control(start))
            desktop.wait_stored(key, value)
        desktop.put('Time to exit', 9)
        desktop.wait_stored('grace', '9')
        desktop.put('Update the list', 3)
        desktop.wait_stored('update-interval', '3')
        wait_for('the symbolic icon', lambda: desktop.tray_property(
            'AttentionIconName').endswith('attention-symbolic'))


def test_grace_escalation_and_confirmation_count():
    with Choosing() as desktop:
        click(desktop.control('Force what'))
        click(desktop.control('Always ask'))
        desktop.put('Time to exit', 2)
        desktop.wait_stored('grace', '2')
        desktop.close()
        desktop.select('npm run dev')
        desktop.key('Delete')
        kill = wait_for('a kill without a question', desktop.kills)[0]
        assert kill[0] == 'single' and kill[2]['expected_ids'] == ['4228:422800'], kill
        assert kill[2]['timeout_ms'] == 2000 and kill[2]['escalate'] is True, kill
        desktop.select('codex')
        desktop.key('Delete')
        desktop.wait_for('push button', 'Kill 1 Process')
        assert len(desktop.kills()) == 1, 'an agent is asked for in any case'
        desktop.wait_label('It is asked to exit and may save its work first. What still runs after '
                           '2 seconds is forced to exit.')


def test_a_weak_one_is_asked_for_in_any_case():
    with Choosing() as desktop:
        click(desktop.control('Always ask'))
        desktop.wait_stored('confirm', "'groups-and-agents'")
        desktop.close()
        desktop.select('bash')
        desktop.key('Delete')
        desktop.wait_for('push button', 'Kill 1 Process')
        assert not desktop.kills(), desktop.kills()


def test_autostart_is_a_file_that_starts_it_hidden():
    with Choosing() as desktop:
        file = os.path.join(desktop.environment['XDG_CONFIG_HOME'], 'autostart',
                            'org.vibekanban.Processes.Applet.desktop')

        def has(line):
            if not os.path.exists(file):
                return False
            with open(file, encoding='utf-8') as lines:
                return line in lines.read().splitlines()
        assert not desktop.is_on('Start with the session')
        click(desktop.control('Start with the session'))
        wait_for('the file', lambda: has('Hidden=false'))
        with open(file, encoding='utf-8') as lines:
            command = [line for line in lines if line.startswith('Exec=')]
        assert command[0].strip().endswith(' --hidden'), command
        desktop.close()
        desktop.open()
        assert desktop.is_on('Start with the session')
        click(desktop.control('Start with the session'))
        wait_for('the file to say no', lambda: has('Hidden=true'))


def test_autostart_that_cannot_be_stored_says_so():
    with Choosing() as desktop:
        folder = os.path.join(desktop.environment['XDG_CONFIG_HOME'], 'autostart')
        with open(folder, 'w', encoding='utf-8'):
            pass  # a file where the folder should be
        click(desktop.control('Start with the session'))
        desktop.wait_label('This could not be stored: cannot make ')
        wait_for('the switch to go back', lambda: not desktop.is_on('Start with the session'))
        os.remove(folder)
        click(desktop.control('Start with the session'))
        desktop.wait_gone('label', 'This could not be stored')
        assert desktop.is_on('Start with the session')


class Notified(Desktop):
    """A desktop that keeps the notifications it gets."""

    def __init__(self):
        super().__init__(applet_program(), applet_arguments=['--hidden'], service=['--impatient'],
                         environment={'G_DEBUG': 'fatal-criticals'})

    def start_tray(self):
        self.spawn(PYTHON, os.path.join(HERE, 'mock-notifications.py'))
        wait_for('the notifications', lambda: self.has_owner(NOTIFICATIONS))
        super().start_tray()

    def start(self):
        super().start()
        wait_for('the list', lambda: any(label and label.startswith('12 processes')
                                         for _n, label, _e in self.tray_entries()))

    def kill_leftovers(self, n):
        """Kills so many and waits until it is told what survived."""
        n_told = len(self.told())
        wait_for('the leftovers', lambda: any(label and ', %d leftover' % n in label
                                              for _n, label, _e in self.tray_entries()))
        self.tray_click('Kill Leftovers')
        app = self.accessible()
        click(wait_for('the question', lambda: find(app, 'push button', 'Kill %d ' % n)))
        wait_for('the news', lambda: len(self.told()) > n_told)

    def told(self):
        return self.call(NOTIFICATIONS, '/org/freedesktop/Notifications',
                         'org.vibekanban.Mock', 'Told')[0]


def test_new_leftovers_are_told_once_and_old_ones_not():
    with Notified() as desktop:
        assert not desktop.told(), 'what was left over before is no news'
        for process in ('4242:424200', '4284:428400'):
            desktop.mock('Update', '(ss)', process,
                         '{"is_leftover": true, "leftover_reason": "executor_exited"}')
        told = wait_for('the news', desktop.told)
        assert told == ['2 new leftover processes\n'
                        'They run on although their task needs them no more.'], told


def test_a_failed_kill_is_told_and_a_good_one_not():
    with Notified() as desktop:
        desktop.tray_click('Kill “Fix rounding')
        app = desktop.accessible()
        click(wait_for('the question', lambda: find(app, 'push button', 'Kill 1 Process')))
        wait_for('its end', lambda: not any(label and 'Fix rounding' in label and '(2' in label
                                            for _n, label, _e in desktop.tray_entries()))
        desktop.tray_click('Kill Leftovers')
        click(wait_for('the question', lambda: find(app, 'push button', 'Kill 3 Processes')))
        told = wait_for('the news', desktop.told)
        assert told == ['Not everything was killed\n'
                        '1 of 3 survived: chrome (4263), still running.'], told


CHROME = 'Not everything was killed\n1 of %d survived: chrome (4263), still running.'
OTHER = 'Not everything was killed\n1 of 1 survived: ld (4300), still running.'


def add_stubborn_leftover(desktop):
    desktop.mock('Add', '(s)', json.dumps(
        {'name': 'ld', 'command': ['ld'], 'pid': 4300, 'stubborn': True, 'is_leftover': True,
         'leftover_reason': 'executor_exited', 'evidence': 'environment', 'confidence': 90}))


def test_a_survivor_that_exits_later_is_not_told_again():
    with Notified() as desktop:
        desktop.kill_leftovers(3)
        desktop.mock('Exit', '(s)', '4263:426300')
        desktop.tray_click('Show Processes')
        app = desktop.accessible()
        wait_for('the bar to follow', lambda: find(
            app, 'label', '1 of 3 survived: chrome (4263), no longer listed.'))
        assert not find(app, 'push button', 'Force Kill'), 'there is nothing left to force'
        # What comes next is told after it, so nothing else was.
        add_stubborn_leftover(desktop)
        desktop.kill_leftovers(1)
        assert desktop.told() == [CHROME % 3, OTHER], desktop.told()


def test_a_closed_bar_tells_nothing_more():
    with Notified() as desktop:
        desktop.tray_click('Show Processes')
        desktop.wait_window('Vibe Kanban')
        app = desktop.accessible()
        for n in (3, 1):
            desktop.kill_leftovers(n)
            wait_for('the bar', lambda: find(app, 'label', '1 of'))
            click(find_all(app, 'push button', 'Close')[-1])  # the first is the window's
            wait_for('the bar to go', lambda: not find(app, 'label', '1 of'))
        desktop.mock('Exit', '(s)', '4263:426300')
        # Else the one leftover that is waited for could be this one still.
        wait_for('the last leftover to go', lambda: not any(
            label and ', 1 leftover' in label for _n, label, _e in desktop.tray_entries()))
        add_stubborn_leftover(desktop)
        desktop.kill_leftovers(1)
        assert desktop.told() == [CHROME % 3, CHROME % 1, OTHER], desktop.told()


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
