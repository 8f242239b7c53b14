#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of a kill, from its dry run to the truth."""
import json
import time

from asking import LEFTOVERS, Asking
from desktop import NAME, Desktop, applet_program, click, find, find_all, names, run, wait_for
from window import Window


def test_result_waits_offers_force_and_tells_the_truth():
    with Asking('Kill Leftovers') as desktop:
        click(desktop.verb())
        desktop.tray_click('Show Processes')
        desktop.wait_window('Vibe Kanban')
        app = desktop.accessible()

        def bar(start):
            return lambda: [name for name in names(app, 'label') if name.startswith(start)]
        wait_for('the wait', bar('Waiting for 1 of 3'))
        wait_for('the truth', bar('1 of 3 survived: chrome (4263), still running.'))
        click(wait_for('the way out', lambda: find(app, 'push button', 'Force Kill')))
        forced = wait_for('force', lambda: [kill for kill in desktop.kills()
                                            if kill[2].get('force')])[0]
        assert forced[2]['expected_ids'] == [LEFTOVERS[1]], forced
        wait_for('success', bar('Killed 3 processes.'))


def test_a_hung_service_never_kills_by_itself():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_for('the list', lambda: any(label and label.startswith('12 processes') for _n, label, _e
                                         in desktop.tray_entries()))
        desktop.mock('Hang', '(b)', True)
        desktop.tray_click('Kill Leftovers')
        desktop.tray_click('Show Processes')
        desktop.wait_window('Vibe Kanban')
        app = desktop.accessible()
        wait_for('the truth', lambda: [
            name for name in names(app, 'label')
            if name == 'Nothing was killed. The service does not answer.'])
        assert desktop.calls('Kill') and not desktop.kills(), desktop.calls('Kill')


def test_a_failure_shows_the_hidden_window():
    with Asking('Kill Leftovers', service=['--impatient']) as desktop:
        click(desktop.verb())
        wait_for('the failure', lambda: find(desktop.accessible(), 'label', '1 of 3 survived'))


def test_a_dry_run_that_fails_shows_the_hidden_window():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_for('the list', lambda: any(label and label.startswith('12 processes') for _n, label, _e
                                         in desktop.tray_entries()))
        desktop.mock('Hang', '(b)', True)
        desktop.tray_click('Kill Leftovers')
        wait_for('the failure', lambda: find(desktop.accessible(), 'label', 'Nothing was killed.'))


def test_a_success_waits_for_the_window_to_be_seen():
    with Asking('Kill “Fix rounding') as desktop:
        desktop.run('xdotool', 'mousemove', '5', '790')
        click(desktop.verb())
        wait_for('the end', lambda: any(label and label.startswith('11 processes') for _n, label, _e
                                        in desktop.tray_entries()))
        seen = time.monotonic() + 12
        wait_for('longer than a bar stays', lambda: time.monotonic() > seen)
        desktop.tray_click('Show Processes')
        app = desktop.accessible()
        wait_for('the success', lambda: find(app, 'label', 'Killed 1 process.'))
        wait_for('its end', lambda: not find(app, 'label', 'Killed 1 process.'))


def place(node):
    from gi.repository import Atspi
    area = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)
    return area.x + 20, area.y + area.height // 2


def kill_named(desktop, name):
    desktop.select(name)
    desktop.key('Delete')
    click(desktop.wait_for('push button', 'Kill 1 '))
    desktop.wait_label('Killed 1 process.')


def test_a_success_leaves_what_is_pointed_at_in_its_place():
    with Window() as desktop:
        kill_named(desktop, 'esbuild')
        row = desktop.wait_for('table cell', 'codex')
        pointed = place(row)
        desktop.run('xdotool', 'mousemove', str(pointed[0]), str(pointed[1]))
        seen = time.monotonic() + 13
        wait_for('longer than a bar stays', lambda: time.monotonic() > seen)
        assert find(desktop.app, 'label', 'Killed 1 process.') and place(row) == pointed
        desktop.run('xdotool', 'mousemove', '5', '790')
        desktop.wait_gone('label', 'Killed 1 process.')


def test_a_success_gives_its_place_to_the_next():
    with Window() as desktop:
        kill_named(desktop, 'esbuild')
        assert 'esbuild (4270)' in desktop.labels(), desktop.labels()
        kill_named(desktop, 'node  server.js')
        desktop.wait_label('node (4256)')
        assert 'esbuild (4270)' not in desktop.labels(), desktop.labels()


def test_a_bar_names_what_was_killed_and_gives_way_to_the_next_try():
    with Window(service=['--impatient']) as desktop:
        desktop.wait_cell('Alpha Shop')

        def kill_leftovers(n):
            desktop.tray_click('Kill Leftovers')
            click(desktop.wait_for('push button', 'Kill %d ' % n))
            desktop.wait_label('1 of %d survived: chrome' % n)
        kill_leftovers(3)
        assert 'Leftovers' in desktop.labels(), desktop.labels()
        kill_leftovers(1)
        desktop.wait_gone('label', '1 of 3 survived')
        desktop.select('codex')
        desktop.key('Delete')
        click(desktop.wait_for('push button', 'Kill 1 '))
        desktop.wait_label('Killed 1 process.')
        assert 'codex (4242)' in desktop.labels(), desktop.labels()
        assert find(desktop.app, 'label', '1 of 1 survived'), 'that one is about another process'


def geometry(desktop):
    window = desktop.windows('Vibe Kanban')[0]
    return desktop.run('xdotool', 'getwindowgeometry', window).stdout.splitlines()[1:]


def kill_stubborn(desktop, number):
    name = 'aaa%d' % number
    desktop.mock('Add', '(s)', json.dumps(
        {'name': name, 'command': [name], 'pid': 4300 + number, 'stubborn': True,
         'confidence': 90, 'project_name': 'AAA'}))
    desktop.select(name)
    desktop.key('Delete')
    click(desktop.wait_for('push button', 'Kill 1 '))
    desktop.wait_gone('dialog', 'Kill')


def test_failures_are_folded_before_they_need_more_room():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('F9')
        before = geometry(desktop)
        for number in range(5):
            kill_stubborn(desktop, number)
        wait_for('the last failures', lambda: desktop.labels().count(
            'Not killed: still running.') == 3)
        assert geometry(desktop) == before, (before, geometry(desktop))
        labels = desktop.labels()
        assert [label for label in labels if label.startswith('aaa') and '(' in label] == [
            'aaa4 (4304)', 'aaa3 (4303)', 'aaa2 (4302)'], labels
        assert '2 older results are not shown.' in labels, labels
        bars = find_all(desktop.app, 'push button', 'Close')
        click(bars[-2])  # of the oldest that is shown
        desktop.wait_label('1 older result is not shown.')
        assert 'aaa1 (4301)' in desktop.labels(), 'it takes the place that is free'
        click(bars[-1])  # of what stands for the rest
        desktop.wait_gone('label', '1 older result is not shown.')
        assert 'aaa0 (4300)' not in desktop.labels(), desktop.labels()


LOOKING = 'Looking up what would be killed…'


def test_a_slow_dry_run_is_told_and_can_be_cancelled():
    with Window() as desktop:
        desktop.select('codex')
        desktop.mock('Hang', '(b)', True)
        desktop.key('Delete')
        desktop.wait_label(LOOKING)
        click(desktop.wait_for('push button', 'Cancel'))
        desktop.wait_gone('label', LOOKING)
        desktop.mock('Hang', '(b)', False)
        desktop.key('Delete')
        desktop.wait_for('dialog', 'Kill “codex”')
        assert not find(desktop.app, 'label', LOOKING), 'the question has taken its place'
        desktop.key('Escape')
        desktop.wait_gone('dialog', 'Kill')
        assert len(desktop.calls('Kill')) == 2 and not desktop.kills(), desktop.calls('Kill')


def test_what_is_asked_for_next_replaces_a_dry_run_that_hangs():
    with Window() as desktop:
        desktop.select('codex')
        desktop.mock('Hang', '(b)', True)
        desktop.key('Delete')
        desktop.key('Delete')  # the same once more is not asked twice
        desktop.wait_label(LOOKING)
        assert len(desktop.calls('Kill')) == 1, desktop.calls('Kill')
        desktop.mock('Hang', '(b)', False)
        desktop.select('npm run dev')
        desktop.key('Delete')
        desktop.wait_for('dialog', 'Kill “npm run dev”')
        assert not find(desktop.app, 'label', LOOKING)
        desktop.key('Escape')


def test_a_dry_run_that_hangs_goes_on_in_the_same_bar():
    with Window() as desktop:
        desktop.select('codex')
        desktop.mock('Hang', '(b)', True)
        desktop.key('Delete')
        desktop.wait_label(LOOKING)
        desktop.wait_label('Nothing was killed. The service does not answer.')
        assert not find(desktop.app, 'label', LOOKING)


def end_service(desktop):
    desktop.service.kill()
    wait_for('the end of the service', lambda: not desktop.has_owner(NAME))


def test_without_a_service_nothing_was_killed():
    with Asking('Kill Leftovers') as desktop:
        end_service(desktop)
        click(desktop.verb())
        desktop.tray_click('Show Processes')
        wait_for('the truth', lambda: find(
            desktop.accessible(), 'label', 'Nothing was killed. The service is not running and '
            'could not be found to start it.'))


class Interrupted(Asking):
    """A desktop where the service ended in the middle of a kill."""

    def __init__(self):
        super().__init__('Kill Leftovers')

    def start(self):
        super().start()
        verb = self.verb()
        self.mock('Hang', '(b)', True)
        click(verb)
        wait_for('the kill', self.kills)
        end_service(self)
        self.tray_click('Show Processes')
        self.wait_words('It is not known what became of the processes.')

    def wait_words(self, words):
        wait_for(words, lambda: find(self.accessible(), 'label', words))


def test_a_service_that_comes_back_tells_who_still_runs():
    with Interrupted() as desktop:
        desktop.start_service()
        desktop.wait_words('3 of 3 survived: node (4256), still running;')
        assert find(desktop.accessible(), 'push button', 'Force Kill')


def test_a_service_that_comes_back_tells_who_is_listed_no_more():
    with Interrupted() as desktop:
        desktop.start_service('--empty')
        desktop.wait_words('3 are no longer listed.')


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
