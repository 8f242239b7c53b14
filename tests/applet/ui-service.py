#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A service that is missing, slow, hung or restarting leaves the applet alive and honest."""
import os

from desktop import Desktop, applet_program, click, find, names, run, wait_for


class Watching(Desktop):
    def __init__(self, **options):
        super().__init__(applet_program(), environment={'G_DEBUG': 'fatal-criticals'}, **options)

    def start(self):
        super().start()
        self.wait_window('Vibe Kanban')
        self.app = self.accessible()

    def wait_label(self, start, seconds=40):
        wait_for('the words ' + start, lambda: [
            label for label in names(self.app, 'label') if label.startswith(start)], seconds)

    def wait_answering(self):
        """The main loop answers: it opens and closes the search bar."""
        self.key('ctrl+f')
        wait_for('the search field', lambda: find(self.app, 'text', 'Search processes')
                 or find(self.app, 'entry', 'Search processes'), 10)
        self.key('Escape')


def test_a_missing_service_is_told_and_picked_up_when_it_comes():
    with Watching(service=None) as desktop:
        desktop.wait_label('The service cannot be reached')
        desktop.wait_label('The service is not running')
        desktop.wait_answering()
        desktop.start_service()
        desktop.wait_label('12 processes')


def test_a_kill_of_leftovers_without_a_service_shows_the_window():
    with Watching(service=None, applet_arguments=['--kill-leftovers']) as desktop:
        desktop.wait_label('The service cannot be reached')
        desktop.key('ctrl+w')
        wait_for('the window to go', lambda: not desktop.windows('Vibe Kanban'))
        assert desktop.run(applet_program(), '--kill-leftovers').returncode == 0
        desktop.wait_window('Vibe Kanban')
        desktop.start_service()
        desktop.wait_label('12 processes')
        assert not desktop.calls('Kill'), 'what was asked for then is not meant now'


def test_retry_asks_again():
    with Watching(service=None) as desktop:
        desktop.wait_label('The service cannot be reached')
        click(wait_for('the way out', lambda: find(desktop.app, 'push button', 'Retry')))
        desktop.wait_label('The service cannot be reached')


def test_retry_has_the_keyboard():
    with Watching(service=None) as desktop:
        from gi.repository import Atspi

        def has_keyboard():
            button = find(desktop.app, 'push button', 'Retry')
            return button and button.get_state_set().contains(Atspi.StateType.FOCUSED)
        wait_for('the keyboard', has_keyboard)


def test_a_service_that_is_away_leaves_nothing_to_kill_in_the_tray():
    with Watching() as desktop:
        def offered():
            return [label for _number, label, is_enabled in desktop.tray_entries()
                    if is_enabled and label and label.startswith('Kill')]
        wait_for('attention', lambda: desktop.tray_property('Status') == 'NeedsAttention')
        wait_for('the kills', lambda: len(offered()) == 6)
        desktop.service.kill()
        desktop.service.wait(20)
        desktop.wait_label('The service cannot be reached')
        wait_for('the kills to go', lambda: not offered())
        wait_for('calm', lambda: desktop.tray_property('Status') == 'Active')
        assert desktop.tray_property('IconName').endswith('processes-idle')
        desktop.start_service()
        wait_for('the kills to come back', lambda: len(offered()) == 6)


def test_a_restart_shows_the_new_list():
    with Watching() as desktop:
        desktop.wait_label('12 processes')
        desktop.mock('Quit')
        desktop.service.wait(20)
        desktop.start_service('--rows', '100')
        desktop.wait_label('100 processes')


def test_a_killed_service_is_survived():
    with Watching() as desktop:
        desktop.wait_label('12 processes')
        desktop.service.kill()
        desktop.service.wait(20)
        desktop.wait_label('The service cannot be reached')
        desktop.start_service()
        desktop.wait_label('12 processes')


def test_a_slow_service_shows_that_it_loads():
    with Watching(service=['--slow', '4']) as desktop:
        desktop.wait_label('Loading…', 4)
        desktop.wait_label('12 processes')


def test_a_hung_service_leaves_the_window_alive():
    with Watching(service=['--hang']) as desktop:
        desktop.wait_label('Loading…')
        desktop.wait_answering()
        desktop.wait_label('The service does not answer.')
        desktop.wait_answering()


def test_a_service_that_hangs_later_is_noticed():
    with Watching() as desktop:
        desktop.wait_label('12 processes')
        os.kill(desktop.service.pid, 19)  # SIGSTOP: it keeps its name and says nothing
        try:
            desktop.wait_answering()
            desktop.wait_label('The service does not answer.', 60)
        finally:
            os.kill(desktop.service.pid, 18)
        click(wait_for('the way out', lambda: find(desktop.app, 'push button', 'Retry')))
        desktop.wait_label('12 processes')


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
