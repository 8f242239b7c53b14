#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The question before a kill: only its verb kills."""
import json
import time

from desktop import NAME, Desktop, applet_program, click, find, names, run, wait_for
from window import Window

LEFTOVERS = ['4256:425600', '4263:426300', '4270:427000']
STRICT = {'G_DEBUG': 'fatal-criticals'}


class Asking(Desktop):
    """A desktop where the question for the entry that starts so is open."""

    def __init__(self, entry, environment=STRICT, **options):
        super().__init__(applet_program(), applet_arguments=['--hidden'], environment=environment,
                         **options)
        self.entry = entry

    def start(self):
        super().start()
        self.tray_click(self.entry)
        self.dialog = self.wait_dialog()

    def own_windows(self):
        found = self.run('xdotool', 'search', '--onlyvisible', '--pid', str(self.applet.pid))
        return set(found.stdout.split())

    def point(self, node):
        """Moves the pointer over it, as a person does: a jump alone opens no tooltip."""
        from gi.repository import Atspi
        area = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)
        x, y = area.x + area.width // 2, area.y + area.height // 2
        self.run('xdotool', 'mousemove', str(x), str(y))
        self.run('xdotool', 'mousemove_relative', '2', '1')

    def dialogs(self):
        return find(self.accessible(), 'dialog', '')

    def wait_dialog(self):
        dialog = wait_for('the question', self.dialogs)
        self.wait_focus('Cancel')
        return dialog

    def focus(self):
        from gi.repository import Atspi
        from desktop import walk
        for _depth, node in walk(self.accessible()):
            try:
                if node.get_state_set().contains(Atspi.StateType.FOCUSED):
                    return node
            except Exception:
                continue
        return None

    def wait_focus(self, start):
        def focused():
            node = self.focus()
            return node and (node.get_name() or '').replace('_', '').startswith(start)
        wait_for('the focus on ' + start, focused)

    def verb(self):
        return wait_for('the verb', lambda: find(self.dialog, 'push button', 'Kill'))

    def expect_cancelled(self):
        wait_for('the question to go', lambda: not self.dialogs())
        # A kill would be sent at once; the next dry run proves that this one was not followed.
        self.tray_click('Kill All Except')
        wait_for('the next question', lambda: len(self.calls('Kill')) == 2)
        assert not self.kills(), self.kills()

    def expect_killed(self, identities):
        kill = wait_for('the kill', self.kills)[0]
        assert sorted(kill[2]['expected_ids']) == sorted(identities), kill
        return kill


def expect_question_alone(desktop):
    wait_for('the question', lambda: find(desktop.accessible(), 'dialog', ''))
    assert len(desktop.calls('Kill')) == 1, desktop.calls('Kill')
    assert not desktop.kills(), desktop.kills()


def test_the_command_line_asks_at_the_start():
    with Desktop(applet_program(), applet_arguments=['--kill-leftovers'],
                 environment=STRICT) as desktop:
        expect_question_alone(desktop)


def test_the_command_line_asks_an_instance_that_runs():
    with Desktop(applet_program(), applet_arguments=['--hidden'], environment=STRICT) as desktop:
        wait_for('the applet', lambda: desktop.has_owner('org.vibekanban.Processes.Applet'))
        desktop.spawn(applet_program(), '--kill-leftovers')
        expect_question_alone(desktop)


def test_return_cancels():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('Return')
        desktop.expect_cancelled()


def test_escape_cancels():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('Escape')
        desktop.expect_cancelled()


def test_return_cancels_from_the_list_and_the_expander():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('Tab', 'Tab')
        wait_for('the focus to leave the buttons',
                 lambda: desktop.focus().get_role_name() not in ('push button', None))
        desktop.key('Return')
        desktop.expect_cancelled()


def test_closing_cancels():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('alt+F4')
        desktop.expect_cancelled()


def test_the_verb_kills_by_keyboard():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('Tab')
        desktop.wait_focus('Kill 3 Processes')
        desktop.key('Return')
        kill = desktop.expect_killed(LEFTOVERS)
        assert kill[0] == 'leftovers' and not kill[2].get('force'), kill


def test_the_verb_kills_by_its_mnemonic():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('alt+k')
        desktop.expect_killed(LEFTOVERS)


def test_the_verb_kills_by_accessibility():
    with Asking('Kill Leftovers') as desktop:
        verb = desktop.verb()
        assert verb.get_name().replace('_', '') == 'Kill 3 Processes', verb.get_name()
        click(verb)
        desktop.expect_killed(LEFTOVERS)


def test_victims_are_named_and_agents_called_out():
    with Asking('Kill “Add login page”') as desktop:
        cells = names(desktop.dialog, 'table cell')
        for name in ('claude  --output-format stream-json --verbose', 'npm run dev',
                     "rg  --json 'session token' src"):
            assert name in cells, (name, cells)
        sentences = ' '.join(names(desktop.dialog, 'label'))
        assert 'Kill 5 processes of the task “Add login page”?' in sentences, sentences
        assert '1 coding agent is among them' in sentences, sentences


def test_leftovers_say_why_they_are():
    with Asking('Kill Leftovers') as desktop:
        cells = names(desktop.dialog, 'table cell')
        assert cells.count('Left over: agent exited') == 3, cells
        assert cells.count('Dark mode') == 3, cells


def test_a_single_process_is_named_with_its_task():
    with Window() as desktop:
        desktop.select('claude  -p')
        desktop.key('Delete')
        dialog = desktop.wait_for('dialog', 'Kill “claude” (4284) of the task “Translate the '
                                            'manual”?')
        cells = names(dialog, 'table cell')
        assert 'claude  -p' in cells and 'Translate the manual' in cells, cells


def test_victims_that_the_filter_hides_are_told():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('ctrl+f')
        desktop.wait_for('text', 'Search')
        desktop.type('vite')
        desktop.wait_cell('claude', is_there=False)
        desktop.key('Return')
        desktop.select('Add login page')
        desktop.key('Delete')
        dialog = desktop.wait_for('dialog', 'Kill 5 processes of the task')
        sentences = names(dialog, 'label')
        assert '3 of them are not shown in the list.' in sentences, sentences


def test_a_victim_has_a_tooltip():
    with Asking('Kill Leftovers') as desktop:
        cell = wait_for('a victim', lambda: find(desktop.dialog, 'table cell', 'chrome'))
        before = desktop.own_windows()  # screen readers are not told of tooltips

        def has_tooltip():
            desktop.point(cell)  # once more if the window was not in its place yet
            deadline = time.monotonic() + 2
            while not desktop.own_windows() - before and time.monotonic() < deadline:
                pass
            return desktop.own_windows() - before
        wait_for('the tooltip', has_tooltip)


def test_a_single_agent_is_not_said_to_be_among_others():
    with Asking('Kill “Fix rounding') as desktop:
        sentences = names(desktop.dialog, 'label')
        assert 'This is a coding agent. What it was doing is interrupted.' in sentences, sentences


def test_the_question_counts_what_is_killed_and_names_agents_only_if_there_are():
    with Asking('Kill All…') as desktop:
        sentences = names(desktop.dialog, 'label')
        assert 'Kill 10 processes, agents included?' in sentences, sentences
        for agent in ('4207:420700', '4214:421400', '4242:424200', '4284:428400'):
            desktop.mock('Exit', '(s)', agent)
        wait_for('the agents to go', lambda: find(desktop.dialog, 'label', 'Kill 6 processes?'))


def extents(node):
    """Left and right edge on the screen."""
    from gi.repository import Atspi
    area = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)
    return area.x, area.x + area.width


def test_no_column_is_cut_off_with_large_text():
    with Asking('Kill All…', environment={'GDK_DPI_SCALE': '1.5', **STRICT}) as desktop:
        left, right = extents(desktop.dialog)
        remark = wait_for('the remarks', lambda: find(desktop.dialog, 'table column header', 'Rem'))
        start, end = extents(remark)
        assert left < start < end < right, (left, start, end, right)


def test_weak_ones_are_spared_unless_ticked_and_protected_ones_always():
    with Asking('Kill All…') as desktop:
        sentences = ' '.join(names(desktop.dialog, 'label'))
        assert '1 process may have nothing to do with it' in sentences, sentences
        assert 'vibe-kanban (4277) is protected and is spared.' in sentences, sentences
        click(desktop.verb())
        kill = wait_for('the kill', desktop.kills)[0]
        assert '4249:424900' not in kill[2]['expected_ids'], 'the shell that only stands there'
        assert '4277:427700' not in kill[2]['expected_ids'], 'the board itself'
        assert 'include_weak' not in kill[2], kill


def test_a_tick_takes_a_process_in_or_out():
    with Asking('Kill Leftovers') as desktop:
        desktop.key('Tab', 'Tab', 'Tab')
        wait_for('the focus on the list',
                 lambda: desktop.focus().get_role_name() in ('table', 'tree table', 'table cell'))
        desktop.key('Home')
        desktop.key('space')
        verb = wait_for('the count to follow',
                        lambda: find(desktop.dialog, 'push button', 'Kill 2'))
        click(verb)
        desktop.expect_killed(LEFTOVERS[1:])


def test_exits_meanwhile_are_told_and_not_sent():
    with Asking('Kill Leftovers') as desktop:
        desktop.mock('Exit', '(s)', LEFTOVERS[0])
        wait_for('the exit to be told', lambda: '1 is no longer listed.' in names(
            desktop.dialog, 'label'))
        assert 'No longer listed' in names(desktop.dialog, 'table cell')
        verb = wait_for('the count to follow',
                        lambda: find(desktop.dialog, 'push button', 'Kill 2'))
        click(verb)
        desktop.expect_killed(LEFTOVERS[1:])


def test_one_that_is_listed_again_is_killed_after_all():
    with Asking('Kill Leftovers') as desktop:
        desktop.mock('Exit', '(s)', LEFTOVERS[0])
        wait_for('the count to follow', lambda: find(desktop.dialog, 'push button', 'Kill 2'))
        desktop.mock('Add', '(s)', json.dumps(
            {'name': 'node', 'command': ['node', 'server.js'], 'pid': 4256, 'is_leftover': True,
             'confidence': 90}))
        verb = wait_for('the count to follow',
                        lambda: find(desktop.dialog, 'push button', 'Kill 3'))
        assert 'No longer listed' not in names(desktop.dialog, 'table cell')
        click(verb)
        desktop.expect_killed(LEFTOVERS)


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
    with Asking('Kill Leftovers') as desktop:
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
        click(desktop.verb())
        wait_for('the end', lambda: any(label and label.startswith('11 processes') for _n, label, _e
                                        in desktop.tray_entries()))
        seen = time.monotonic() + 12
        wait_for('longer than a bar stays', lambda: time.monotonic() > seen)
        desktop.tray_click('Show Processes')
        app = desktop.accessible()
        wait_for('the success', lambda: find(app, 'label', 'Killed 1 process.'))
        wait_for('its end', lambda: not find(app, 'label', 'Killed 1 process.'))


def test_a_bar_names_what_was_killed_and_gives_way_to_the_next_try():
    with Window() as desktop:
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


def test_a_service_that_comes_back_tells_who_is_gone():
    with Interrupted() as desktop:
        desktop.start_service('--empty')
        desktop.wait_words('All of them have exited since.')


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
