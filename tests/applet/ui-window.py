#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The window and its list, as a person and a screen reader find it."""
import json
import os
import subprocess

from desktop import Desktop, applet_program, click, find, names, run, wait_for, walk
from window import Window


def test_tree_shows_projects_tasks_attempts_and_processes():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop (10)')
        cells = desktop.cells()
        for name in ('Add login page (5)', 'vk/a1b2-add-login (5)  CLAUDE_CODE', 'claude', 'rg',
                     'Leftovers (3)', 'Beta Docs (2)', '4242', '3000 24678', 'agent exited',
                     'registered', '210.0\N{NO-BREAK SPACE}MB'):
            assert any(cell.startswith(name) for cell in cells), (name, cells)
        desktop.wait_label('12 processes, 3 agents, 3 leftovers')


def test_births_and_deaths_keep_the_selection():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('codex')
        desktop.mock('Exit', '(s)', '4221:422100')
        desktop.wait_cell('rg', False)
        desktop.mock('Add', '(s)', json.dumps({
            'name': 'aaa-first', 'command': ['aaa-first'],
            'project_id': '00000001-0000-4000-8000-000000000001', 'project_name': 'Alpha Shop'}))
        desktop.wait_cell('aaa-first')
        assert desktop.selected().startswith('codex'), desktop.selected()


def test_a_row_that_moves_stays_selected_and_one_that_dies_selects_nobody():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('codex')
        desktop.mock('Update', '(ss)', '4242:424200', json.dumps(
            {'is_leftover': True, 'leftover_reason': 'executor_exited', 'is_executor': False}))
        desktop.wait_cell('Leftovers (4)')
        wait_for('the selection to follow', lambda: (desktop.selected() or '').startswith('codex'))
        desktop.mock('Exit', '(s)', '4242:424200')
        desktop.wait_cell('Leftovers (3)')
        assert desktop.selected() is None, 'the neighbour must not be the next victim'


def test_collapsed_rows_stay_collapsed_through_search():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('Add login page')
        desktop.key('Left')
        desktop.wait_cell('npm run dev', False)
        desktop.type('vite')
        desktop.wait_cell('node')
        desktop.wait_cell('Beta Docs', False)
        desktop.key('Escape')
        desktop.wait_cell('Beta Docs')
        desktop.wait_cell('npm run dev', False)
        desktop.select('Add login page')
        desktop.key('Right')
        desktop.wait_cell('npm run dev')


def test_a_row_that_a_search_hides_is_selected_again():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('codex')
        desktop.type('vite')
        desktop.wait_cell('codex', False)
        assert desktop.selected() is None, 'what is not seen is not killed'
        desktop.key('Escape')
        desktop.wait_cell('codex')
        wait_for('the selection', lambda: (desktop.selected() or '').startswith('codex'))


class Hidden(Window):
    """No window is open at first."""

    def start(self):
        Desktop.start(self)


def assert_in_order(desktop):
    """The names of the made-up board, as its header says."""
    cells = [cell.strip() for cell in names(desktop.tree(), 'table cell')]
    places = [min(place for place, cell in enumerate(cells) if cell.startswith(name))
              for name in ('Alpha Shop', 'Add login page', 'npm exec', 'npm run dev',
                           'Fix rounding', 'bash', 'codex', 'Leftovers', 'Beta Docs')]
    assert places == sorted(places), cells


def test_rows_that_a_search_hid_come_back_in_order_under_the_pointer():
    with Window() as desktop:
        desktop.wait_cell('Beta Docs')
        assert_in_order(desktop)
        desktop.run('xdotool', 'mousemove', '640', '640', 'mousemove_relative', '3', '2')
        desktop.key('ctrl+f')
        desktop.type('node')
        desktop.wait_cell('codex', False)
        desktop.key('Escape')
        desktop.wait_cell('codex')
        desktop.wait_cell('Beta Docs')
        assert_in_order(desktop)


def test_a_window_that_fills_behind_a_question_is_in_order():
    with Hidden(applet_arguments=['--hidden']) as desktop:
        desktop.tray_click('Kill Leftovers')
        desktop.wait_window('Vibe Kanban')
        desktop.tray_click('Show Processes')
        desktop.app = desktop.accessible()
        desktop.wait_for('dialog', '')
        desktop.wait_cell('Beta Docs')
        assert_in_order(desktop)


def test_typing_in_the_list_loses_no_letter():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('Home')
        desktop.type('vite')
        desktop.wait_search('vite')
        desktop.key('Return')
        wait_for('the keyboard in the list',
                 lambda: desktop.focus().get_role_name() in ('tree table', 'table cell'))
        desktop.type('xy')
        desktop.wait_search('vitexy')


def test_the_field_of_the_search_says_what_it_finds():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('ctrl+f')
        field = desktop.wait_for('text', 'Search processes')
        assert ':port' in field.get_description(), 'its tooltip says so'


def test_no_match_says_so_and_offers_all():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.type('zzzz')
        desktop.wait_label('No process matches')
        desktop.wait_label('Try another search or filter. A search finds names, commands')
        click(find(desktop.app, 'push button', 'Show All'))
        desktop.wait_cell('Alpha Shop')


def test_pause_holds_the_list():
    with Window() as desktop:
        desktop.wait_cell('rg')
        desktop.key('ctrl+p')
        desktop.wait_label('Paused: 12 processes')
        desktop.mock('Exit', '(s)', '4221:422100')
        wait_for('the tray to know', lambda: any(
            label and label.startswith('11 processes') for _n, label, _e in desktop.tray_entries()))
        desktop.wait_cell('rg')
        desktop.key('ctrl+p')
        desktop.wait_cell('rg', False)


def test_a_pause_holds_neither_a_refresh_nor_a_service_that_is_away():
    with Window() as desktop:
        desktop.wait_cell('rg')
        desktop.key('ctrl+p')
        desktop.wait_label('Paused: 12 processes')
        desktop.mock('Exit', '(s)', '4221:422100')
        wait_for('the tray to know', lambda: any(
            label and label.startswith('11 processes') for _n, label, _e in desktop.tray_entries()))
        desktop.key('F5')
        desktop.wait_label('Paused: 11 processes')
        desktop.service.kill()
        desktop.service.wait(20)
        desktop.wait_label('The service cannot be reached')
        desktop.start_service()
        desktop.wait_label('Paused: 12 processes')


def assert_nothing_selected(desktop):
    wait_for('the keyboard in the list',
             lambda: desktop.focus().get_role_name() in ('tree table', 'table cell'))
    assert desktop.selected() is None, 'the next Delete would hit ' + desktop.selected()


def test_the_keyboard_alone_selects_nothing_and_starts_at_the_top():
    with Window() as desktop:
        desktop.wait_cell('Beta Docs')
        desktop.key('ctrl+f')
        desktop.wait_for('text', 'Search processes')
        desktop.key('Escape')
        desktop.wait_gone('text', 'Search processes')
        assert_nothing_selected(desktop)
        desktop.key('F10')
        click(desktop.wait_for('push button', 'About'))
        desktop.wait_for('dialog', 'About')
        desktop.key('Escape')
        desktop.wait_gone('dialog', 'About')
        assert_nothing_selected(desktop)
        desktop.service.kill()
        desktop.service.wait(20)
        desktop.wait_label('The service cannot be reached')
        desktop.start_service()
        desktop.wait_cell('Beta Docs')
        assert_nothing_selected(desktop)
        desktop.key('Down')
        wait_for('the first row', lambda: (desktop.selected() or '').startswith('Alpha Shop'))
        desktop.key('Down')
        wait_for('the second', lambda: (desktop.selected() or '').startswith('Add login'))


def test_details_follow_the_selection():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('npm run dev')
        desktop.key('Return')
        desktop.wait_label('/home/ada/worktrees/a1b2-add-login')
        desktop.wait_label('It is the process that vibe-kanban started for this attempt.')
        charts = [node for _depth, node in walk(desktop.app) if node.get_role_name() == 'chart']
        assert sorted(chart.get_name() for chart in charts) == [
            'CPU over the last minute', 'Memory over the last minute']


def test_return_shows_the_details_of_each_row_and_closes_them_on_the_same():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('npm run dev')
        desktop.key('Return')
        desktop.wait_label('It is the process that vibe-kanban started')
        desktop.key('Down')
        wait_for('the next row', lambda: (desktop.selected() or '').startswith('node'))
        desktop.key('Return', 'Return')
        desktop.wait_gone('label', 'Started')
        desktop.key('Return', 'Up', 'Return')
        desktop.wait_label('It is the process that vibe-kanban started')


def test_a_double_click_on_another_row_shows_its_details():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('rg')
        desktop.key('F9')
        desktop.wait_for('label', 'Started')
        desktop.click_on(desktop.wait_for('table cell', 'codex'), '--repeat', '2', '1')
        wait_for('the selection', lambda: (desktop.selected() or '').startswith('codex'))
        desktop.wait_label('codex exec --json')


def top_of(label):
    """Where its first letter is: the label itself may be higher than its text."""
    from gi.repository import Atspi
    return Atspi.Text.get_character_extents(label, 0, Atspi.CoordType.SCREEN).y


def test_a_long_title_is_whole_in_the_details():
    title = 'Rework the authentication of the whole storefront and its mails, ' * 3 + 'at last'
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.mock('Update', '(ss)', '4242:424200', json.dumps({'task_title': title}))
        desktop.select('Rework the')
        desktop.key('Return')
        label = desktop.wait_for('label', title)
        from gi.repository import Atspi
        end = Atspi.Text.get_character_extents(label, len(title) - 1, Atspi.CoordType.SCREEN)
        area = Atspi.Component.get_extents(label, Atspi.CoordType.SCREEN)
        assert end.y > top_of(label), 'the title wraps'
        assert end.x + end.width <= area.x + area.width, (end.x, area.x, area.width)


def test_a_fact_stands_beside_its_name_where_its_neighbour_wraps():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('npm run dev')
        desktop.key('Return')
        desktop.mock('Update', '(ss)', '4228:422800',
                     json.dumps({'task_title': 'Long title ' * 40}))
        desktop.wait_label('Long title')
        name, text = (find(desktop.app, 'label', start) for start in ('Attempt', 'Add login'))
        wait_for('them to line up', lambda: abs(top_of(name) - top_of(text)) <= 2)


def test_delete_asks_and_shift_delete_asks_for_force():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('rg')
        desktop.key('Delete')
        wait_for('the question', lambda: find(desktop.app, 'push button', 'Kill 1 Process'))
        desktop.key('Escape')
        wait_for('the question to go', lambda: not find(desktop.app, 'dialog', ''))
        desktop.key('shift+Delete')
        wait_for('the sharper question',
                 lambda: find(desktop.app, 'push button', 'Force Kill 1 Process'))
        assert not desktop.kills()


def test_empty_and_database_states_have_their_words():
    for state, words in (('ok', 'Nothing is running'), ('missing', 'No vibe-kanban database'),
                         ('locked', 'The vibe-kanban database is locked'),
                         ('needs_recovery', 'The vibe-kanban database needs recovery'),
                         ('unreadable', 'The vibe-kanban database cannot be read'),
                         ('unsupported', 'This is not a vibe-kanban database'),
                         ('corrupt', 'The vibe-kanban database is damaged')):
        if state == 'ok':
            desktop = Window(service=['--empty'])
            desktop.__enter__()
        else:
            desktop.mock('SetState', '(s)', state)
        desktop.wait_label(words)
        if state == 'missing':
            desktop.wait_label('It is expected at /home/ada/.local/share/vibe-kanban/db.v2.sqlite')
    desktop.__exit__(None, None, None)


def test_an_empty_board_offers_no_kills():
    with Window(service=['--empty']) as desktop:
        from gi.repository import Atspi

        def can(start):
            entry = find(desktop.app, 'push button', start) or find(desktop.app, 'menu item', start)
            return entry and entry.get_state_set().contains(Atspi.StateType.SENSITIVE)
        desktop.wait_label('Nothing is running')
        desktop.key('F10')
        wait_for('the menu', lambda: can('Preferences'))
        assert not [start for start in ('Kill Leftovers', 'Kill All') if can(start)]
        desktop.key('Escape')
        desktop.mock('Add', '(s)', '{"name": "node", "command": ["node"]}')
        desktop.wait_cell('node')
        desktop.key('F10')
        wait_for('something to kill', lambda: can('Kill All'))
        assert not can('Kill Leftovers')


def test_database_trouble_is_told_above_the_list_too():
    with Window(service=['--state', 'locked']) as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.wait_label('The vibe-kanban database is locked.')


def test_a_second_start_shows_the_window_of_the_first():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_for('the icon', desktop.tray_item)
        hidden = desktop.run(applet_program(), '--hidden')
        assert hidden.returncode == 0 and not desktop.windows('Vibe Kanban'), hidden
        shown = desktop.run(applet_program(), '--show')
        assert shown.returncode == 0, shown
        desktop.wait_window('Vibe Kanban')


def test_activation_over_the_bus_shows_the_window():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_for('the icon', desktop.tray_item)
        name = 'org.vibekanban.Processes.Applet'
        desktop.call(name, '/' + name.replace('.', '/'), 'org.freedesktop.Application',
                     'Activate', '(a{sv})', {})
        desktop.wait_window('Vibe Kanban')


def test_its_entry_in_the_desktops_menu_is_known_by_the_windows_class():
    with Window() as desktop:
        found = desktop.run('xdotool', 'search', '--onlyvisible', '--classname',
                            r'^org\.vibekanban\.Processes\.Applet$')
        assert found.stdout.split() == desktop.windows('Vibe Kanban'), found


def test_version_and_help_need_neither_display_nor_bus():
    bare = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8'}
    version = subprocess.run([applet_program(), '--version'], env=bare, capture_output=True,
                             text=True, check=True, timeout=30)
    assert version.stdout.startswith('vibekanban-processes-applet '), version
    usage = subprocess.run([applet_program(), '--help'], env=bare, capture_output=True, text=True,
                           check=True, timeout=30)
    assert '--hidden' in usage.stdout and '--show' in usage.stdout, usage


def test_without_a_session_bus_it_says_so():
    with Desktop(None, tray=None, service=None) as desktop:
        environment = dict(desktop.environment, DBUS_SESSION_BUS_ADDRESS='unix:path=/nonexistent')
        result = subprocess.run([applet_program()], env=environment, capture_output=True,
                                text=True, timeout=30, check=False)
        assert result.returncode == 1, result
        assert 'There is no session bus' in result.stderr, result


def test_without_a_tray_the_window_says_how_to_get_one():
    with Window(applet_arguments=['--hidden'], tray=None) as desktop:
        desktop.wait_label('This desktop shows no tray icons')
        desktop.key('ctrl+w')
        assert desktop.applet.wait(20) == 0, 'nobody could find it again'


def test_works_without_its_schema():
    with Window(environment={'GSETTINGS_SCHEMA_DIR': '/nonexistent'}) as desktop:
        desktop.wait_cell('Alpha Shop')


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
