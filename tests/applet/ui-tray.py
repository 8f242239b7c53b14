#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The icon in the tray and its menu, as a panel sees them."""
import json
import os
import signal

from desktop import Desktop, WATCHER, applet_program, run, wait_for


def labels(desktop):
    return [label for _number, label, _enabled in desktop.tray_entries() if label]


def wait_label(desktop, label):
    wait_for('the entry ' + label, lambda: label in labels(desktop))


def test_menu_has_counts_and_every_scope():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_label(desktop, '12 processes, 3 agents, 3 leftovers')
        entries = desktop.tray_entries()
        assert entries[0][1] == 'Show Processes', entries
        assert entries[1][2] is False, 'the line with the counts cannot be clicked'
        assert len(entries) <= 12, entries
        found = labels(desktop)
        for label in ('Kill Leftovers (3)…', 'Kill All Except Agents…', 'Kill All…', 'Preferences',
                      'Quit', 'Kill “Add login page” (5 processes)…'):
            assert label in found, (label, found)
        assert not desktop.windows('Vibe Kanban'), '--hidden shows no window'


def test_entries_change_in_place():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_label(desktop, 'Kill Leftovers (3)…')
        before = [number for number, _properties, _children in desktop.tray_layout()]
        for process in ('4256:425600', '4263:426300', '4270:427000'):
            desktop.mock('Exit', '(s)', process)
        wait_label(desktop, '9 processes, 3 agents')
        after = [number for number, _properties, _children in desktop.tray_layout()]
        assert before == after, 'entries are changed, not made anew'
        leftovers = [entry for entry in desktop.tray_entries() if entry[1] == 'Kill Leftovers…']
        assert leftovers and leftovers[0][2] is False, 'nothing is left to kill'


def test_no_entry_moves_when_a_task_ends():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_label(desktop, 'Kill “Fix rounding in the cart” (1 process)…')
        before = [number for number, _label, _enabled in desktop.tray_entries()]
        for process in ('4242:424200', '4249:424900'):
            desktop.mock('Exit', '(s)', process)

        def ended():
            return [entry for entry in desktop.tray_entries()
                    if entry[1] and entry[1].startswith('Kill “Fix') and not entry[2]]
        wait_for('the entry to be greyed out', ended)
        assert before == [number for number, _label, _enabled in desktop.tray_entries()]
        wait_for('the entry to go', lambda: not any(
            label.startswith('Kill “Fix') for label in labels(desktop)))
        assert labels(desktop)[2].startswith('Kill Leftovers'), 'what is always there comes first'


def test_a_long_title_is_cut():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_label(desktop, 'Kill “Add login page” (5 processes)…')
        for process in ('4207', '4214', '4221', '4228', '4235'):
            desktop.mock('Update', '(ss)', '%s:%s00' % (process, process),
                         json.dumps({'task_title': 'Über_titel ' * 40}))
        wait_label(desktop, 'Kill “Über_titel Über_titel Über_titel Über_t…” (5 processes)…')


def test_icon_tells_leftovers_from_work_from_nothing():
    with Desktop(applet_program(), applet_arguments=['--hidden'], service=['--empty']) as desktop:
        wait_label(desktop, '0 processes')
        wait_for('the idle icon',
                 lambda: desktop.tray_property('IconName').endswith('processes-idle'))
        assert desktop.tray_property('Status') == 'Active'
        desktop.mock('Add', '(s)', '{"name": "node", "command": ["node"]}')
        wait_for('the active icon',
                 lambda: desktop.tray_property('IconName').endswith('processes-active'))
        desktop.mock('Add', '(s)', '{"name": "vite", "command": ["vite"], "is_leftover": true,'
                                   ' "leftover_reason": "executor_exited"}')
        wait_for('attention', lambda: desktop.tray_property('Status') == 'NeedsAttention')
        assert desktop.tray_property('AttentionIconName').endswith('processes-attention')
        wait_for('the count in the title', lambda: '2 processes, 1 leftover' in
                 desktop.tray_property('Title'))


def test_the_icon_and_its_title_say_the_same():
    """Xfce's panel shows both in the tooltip, unless they are equal."""
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        for process, counts in ((None, '12 processes, 3 agents, 3 leftovers'),
                                ('4235:423500', '11 processes, 3 agents, 3 leftovers')):
            if process:
                desktop.mock('Exit', '(s)', process)
            wait_for('the title', lambda: desktop.tray_property('Title') ==
                     'Vibe Kanban Processes: ' + counts)
            for name in ('IconAccessibleDesc', 'AttentionAccessibleDesc'):
                assert desktop.tray_property(name) == desktop.tray_property('Title'), name


def test_show_and_middle_click_open_the_window():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        desktop.tray_click('Show Processes')
        desktop.wait_window('Vibe Kanban')
        desktop.key('ctrl+w')
        wait_for('the window to go', lambda: not desktop.windows('Vibe Kanban'))
        bus_name, path = desktop.tray_item()
        desktop.call(bus_name, '/' + path, 'org.kde.StatusNotifierItem', 'SecondaryActivate',
                     '(ii)', 0, 0)
        desktop.wait_window('Vibe Kanban')


def test_kill_entry_asks_before_it_kills():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        desktop.tray_click('Kill “Add login page”')
        dry = wait_for('the dry run', lambda: desktop.calls('Kill'))[0]
        assert dry[0] == 'task' and dry[2]['dry_run'] is True, dry
        wait_for('the question', lambda: desktop.run(
            'xdotool', 'search', '--onlyvisible', '--class', 'ibekanban').stdout.split())
        assert not desktop.kills()


def test_an_open_question_comes_before_the_preferences():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        desktop.tray_click('Kill Leftovers')
        desktop.wait_window('Vibe Kanban')
        desktop.tray_click('Preferences')
        desktop.key('Escape')
        wait_for('the question to be answered', lambda: not desktop.windows('Vibe Kanban'))
        assert not desktop.windows('Preferences'), 'it would take no click'
        desktop.tray_click('Preferences')
        desktop.wait_window('Preferences')


class FrozenTray(Desktop):
    """A watcher that answers nobody until it is thawed."""

    def start_tray(self):
        super().start_tray()
        os.kill(self.watcher.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.watcher.pid, signal.SIGCONT)


def test_a_window_closed_before_the_tray_is_there_leaves_the_icon():
    with FrozenTray(applet_program()) as desktop:
        desktop.wait_window('Vibe Kanban')
        desktop.key('ctrl+w')
        wait_for('the window to go', lambda: not desktop.windows('Vibe Kanban'))
        desktop.thaw()
        wait_for('the icon', desktop.tray_item)
        desktop.tray_click('Show Processes')
        desktop.wait_window('Vibe Kanban')


def test_a_watcher_that_comes_late_gets_the_icon():
    with Desktop(applet_program(), applet_arguments=['--hidden'], tray=None) as desktop:
        desktop.wait_window('Vibe Kanban')  # no tray: after a while the window opens by itself
        desktop.tray = 'mock'
        desktop.start_tray()
        wait_for('the icon', desktop.tray_item)
        wait_label(desktop, 'Show Processes')


def test_a_watcher_that_restarts_gets_the_icon_again():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        wait_for('the icon', desktop.tray_item)
        desktop.watcher.terminate()
        wait_for('the watcher to go', lambda: not desktop.has_owner(WATCHER))
        desktop.start_tray()
        wait_for('the icon again', desktop.tray_item)


PANEL_ROWS = 32
ORANGE = (224, 85, 0)  # of the icon for leftovers, see data/icons


def panel_menu(desktop):
    """Where the menu is that the panel shows, as (x, y, width, height), or None. Menus of another
    program are not on the accessibility bus, but they are the panel's only high windows."""
    found = desktop.run('xdotool', 'search', '--onlyvisible', '--class', 'panel|wrapper')
    for window in found.stdout.split():
        shape = dict(line.split('=') for line in desktop.run(
            'xdotool', 'getwindowgeometry', '--shell', window).stdout.split())
        x, y, width, height = (int(shape.get(key, 0)) for key in ('X', 'Y', 'WIDTH', 'HEIGHT'))
        if height > 4 * PANEL_ROWS:
            return x, y, width, height
    return None


def test_a_real_panel_shows_the_icon_and_takes_clicks():
    with Desktop(applet_program(), applet_arguments=['--hidden'], tray='xfce') as desktop:
        icon = wait_for('the icon on the panel',
                        lambda: desktop.find_color(ORANGE, rows=PANEL_ROWS))
        desktop.click(icon)
        x, y, width, _height = wait_for('the menu', lambda: panel_menu(desktop))
        desktop.click((x + width // 2, y + 16))  # the first entry
        desktop.wait_window('Vibe Kanban')
        desktop.key('ctrl+w')
        wait_for('the window to go', lambda: not desktop.windows('Vibe Kanban'))
        desktop.click(icon, 2)
        desktop.wait_window('Vibe Kanban')
        for process in ('4256:425600', '4263:426300', '4270:427000'):
            desktop.mock('Exit', '(s)', process)
        wait_for('the icon to calm down',
                 lambda: not desktop.find_color(ORANGE, rows=PANEL_ROWS))


def test_quit_ends_the_program():
    with Desktop(applet_program(), applet_arguments=['--hidden']) as desktop:
        desktop.tray_click('Quit')
        assert desktop.applet.wait(20) == 0


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')],
        tools=['xfce4-panel'])
