#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The question before a kill: only its verb kills."""
import json
import time

from asking import LEFTOVERS, STRICT, Asking
from desktop import Desktop, applet_program, click, find, names, run, wait_for
from window import Window


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


def test_a_weak_one_alone_is_said_to_be_weak_and_why():
    with Window() as desktop:
        desktop.select('bash')
        desktop.key('Delete')
        dialog = desktop.wait_for('dialog', 'Kill “bash” (4249)')
        assert ('It may have nothing to do with vibe-kanban. It runs inside the folder of this '
                'attempt, which may be a coincidence.') in names(dialog, 'label')
        assert 'Only runs there' in names(dialog, 'table cell')
        click(desktop.wait_for('push button', 'Kill 1 '))
        kill = wait_for('the kill', desktop.kills)[0]
        assert kill[2]['expected_ids'] == ['4249:424900'], kill


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


def tick(desktop, name):
    """Goes down the list of the question to it and ticks it, or takes it out."""
    from gi.repository import Atspi
    victims = wait_for('the list', lambda: find(desktop.dialog, 'table', 'Processes to be killed'))
    Atspi.Component.grab_focus(victims)
    wait_for('the focus on the list',
             lambda: desktop.focus().get_role_name() in ('table', 'table cell'))
    desktop.key('Home')

    def step():
        cell = find(victims, 'table cell', name)
        if cell.get_state_set().contains(Atspi.StateType.SELECTED):
            return True
        desktop.key('Down')
        return False
    wait_for('the selection of ' + name, step)
    desktop.key('space')


def test_a_weak_one_that_is_ticked_is_not_said_to_be_spared():
    with Asking('Kill All…') as desktop:
        tick(desktop, 'bash')
        wait_for('the words to follow', lambda: find(
            desktop.dialog, 'label', '1 ticked process may have nothing to do with it.'))
        sentences = ' '.join(names(desktop.dialog, 'label'))
        assert 'unless you tick it' not in sentences, sentences


def test_where_only_weak_ones_are_the_question_is_which():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.mock('Exit', '(s)', '4242:424200')
        desktop.wait_cell('codex', False)
        desktop.select('Fix rounding')
        desktop.key('Delete')
        desktop.dialog = desktop.wait_for(
            'dialog', 'Fix rounding in the cart: tick what is to be killed')
        assert [name for name in names(desktop.dialog, 'push button')
                if name.startswith('Kill')] == ['Kill'], 'nothing is counted'
        tick(desktop, 'bash')
        desktop.wait_for('dialog', 'Kill 1 process of the task “Fix rounding in the cart”?')
        desktop.wait_for('push button', 'Kill 1 Process')


def test_what_belongs_to_no_project_is_said_to_have_none():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        for number, is_leftover in enumerate((False, False, True)):
            desktop.mock('Add', '(s)', json.dumps(
                {'name': 'stray', 'command': ['stray', str(number)], 'is_leftover': is_leftover}))
        desktop.wait_cell('No project')
        desktop.key('End')
        for row, question, title in (
                ('Leftovers', 'Kill 1 leftover process without', 'Leftovers without a project'),
                ('No project', 'Kill 2 processes without a project?', 'No project')):
            wait_for('the row', lambda: desktop.key('Up') or desktop.selected().startswith(row))
            desktop.key('Delete')
            desktop.wait_for('dialog', question)
            click(desktop.wait_for('push button', 'Kill '))
            desktop.wait_label(title)
        desktop.wait_gone('table cell', 'No project')


def expect_nothing_to_kill(desktop):
    wait_for('a way out', lambda: find(desktop.dialog, 'push button', 'Close'))
    buttons = [name for name in names(desktop.dialog, 'push button') if name]
    assert buttons == ['Close'], buttons


def test_a_single_victim_that_exits_leaves_nothing_to_ask():
    with Window() as desktop:
        desktop.select('codex')
        desktop.key('Delete')
        desktop.dialog = desktop.wait_for('dialog', 'Kill “codex” (4242)')
        desktop.mock('Exit', '(s)', '4242:424200')
        desktop.wait_for('dialog', '“codex” (4242) is no longer listed.')
        expect_nothing_to_kill(desktop)
        desktop.key('Return')
        desktop.wait_gone('dialog', '')
        assert not desktop.kills(), desktop.kills()


def test_without_victims_there_is_nothing_to_cancel():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        for process in LEFTOVERS:
            desktop.mock('Exit', '(s)', process)
        desktop.wait_cell('Leftovers', False)
        desktop.spawn(applet_program(), '--kill-leftovers')
        desktop.dialog = desktop.wait_for('dialog', 'There is nothing to kill.')
        expect_nothing_to_kill(desktop)


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


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
