#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The applet without a mouse and without eyes: every key, every control in reach, every name."""
from desktop import applet_program, click, find, is_showing, run, wait_for, walk
from window import Window

MENU_ITEMS = ('menu item', 'check menu item', 'radio menu item', 'push button', 'radio button',
              'check box')


def name_of(node):
    """Its own name, or that of its label, without the mark of a mnemonic; empty: none."""
    from gi.repository import Atspi
    name = node.get_name()
    for relation in node.get_relation_set():
        if not name and relation.get_relation_type() == Atspi.RelationType.LABELLED_BY:
            name = relation.get_target(0).get_name()
    return (name or '').replace('_', '')


def unnamed(app):
    """What shows and takes the keyboard, but has neither a name nor a label of its own. The cells of
    lists are read as text, and a list is read by its rows."""
    from gi.repository import Atspi
    found = []
    for _depth, node in walk(app):
        try:
            states = node.get_state_set()
            if (not states.contains(Atspi.StateType.FOCUSABLE) or not is_showing(node)
                    or node.get_role_name() in ('table cell', 'scroll bar', 'frame', 'window')):
                continue
            if not name_of(node):
                found.append((node.get_role_name(), node.get_parent().get_role_name()))
        except Exception:  # it went away meanwhile
            continue
    return found


def menu_item(desktop, start):
    def look():
        for role in MENU_ITEMS:
            item = find(desktop.app, role, start)
            if item:
                return item
        return None
    return wait_for('the entry ' + start, look)


def close_menu(desktop):
    """Its window tells: entries of a menu that was closed still count as showing."""
    desktop.key('Escape')
    wait_for('the menu to close', lambda: len(desktop.run(
        'xdotool', 'search', '--onlyvisible', '--class', 'ibekanban').stdout.split()) == 1)


def assert_named(desktop, what):
    assert not unnamed(desktop.app), (what, unnamed(desktop.app))


def tab_through(desktop, n):
    """The names of what gets the keyboard in so many steps."""
    found = set()
    for _step in range(n):
        before = desktop.focus()
        desktop.key('Tab')
        after = wait_for('the focus to move', lambda: desktop.focus() not in (None, before)
                         and desktop.focus())
        found.add(name_of(after))
    return found


def test_every_control_of_the_window_has_a_name():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        assert_named(desktop, 'window')
        desktop.select('npm run dev')
        desktop.key('F9')
        desktop.wait_label('It is the process')
        assert_named(desktop, 'details')
        desktop.key('ctrl+f')
        desktop.wait_for('text', 'Search processes')
        assert_named(desktop, 'search')
        desktop.key('Escape')
        desktop.key('shift+F10')
        menu_item(desktop, 'Kill Process')
        assert_named(desktop, 'menu of a row')
        close_menu(desktop)
        desktop.key('F10')
        menu_item(desktop, 'Kill Leftovers')
        assert_named(desktop, 'main menu')
        desktop.key('Escape')
        desktop.type('zzzz')
        desktop.wait_for('push button', 'Show All')
        assert_named(desktop, 'no match')


def test_every_control_of_the_dialogs_has_a_name():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('ctrl+comma')
        desktop.wait_for('dialog', 'Preferences')
        assert_named(desktop, 'preferences')
        desktop.key('Escape')
        desktop.wait_gone('dialog', 'Preferences')
        desktop.key('ctrl+question')
        desktop.wait_for('label', 'Kill what is selected')
        assert_named(desktop, 'shortcuts')
        desktop.key('Escape')
        desktop.wait_gone('label', 'Kill what is selected')
        desktop.key('Home', 'Delete')
        verb = desktop.wait_for('push button', 'Kill 9 Processes')
        assert find(desktop.app, 'dialog', 'Kill 9 processes of the project “Alpha Shop”?')
        assert_named(desktop, 'question')
        click(verb)
        desktop.wait_for('push button', 'Force Kill')
        assert_named(desktop, 'waiting')
        desktop.wait_label('1 of 9 survived')
        assert_named(desktop, 'result')


def test_every_control_is_named_without_a_service():
    with Window(service=None) as desktop:
        desktop.wait_for('push button', 'Retry')
        assert_named(desktop, 'unreachable')


def test_tab_reaches_everything_in_the_window():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('Home', 'F9')
        found = tab_through(desktop, 16)
        for name in ('Search', 'Filter: All Processes', 'Pause', 'Main menu', 'Details', 'Kill…'):
            assert name in found, (name, found)
        wait_for('the keyboard to come back to the list', lambda: desktop.key('Tab') or
                 desktop.focus().get_role_name() in ('tree table', 'table cell'))


def test_tab_reaches_everything_in_the_preferences():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.key('ctrl+comma')
        desktop.wait_for('dialog', 'Preferences')
        wait_for('the keyboard', desktop.focus)
        found = tab_through(desktop, 9)
        for start in ('Update the list', 'Always ask', 'Time to exit', 'Force what',
                      'Notify of new', 'Notify of kills', 'Tray icon', 'Start with', 'Close'):
            assert any(name.startswith(start) for name in found), (start, found)


def test_every_key_does_what_the_shortcuts_say():
    with Window() as desktop:
        desktop.wait_cell('Alpha Shop')
        desktop.select('npm run dev')
        for key in ('Menu', 'shift+F10'):
            desktop.key(key)
            menu_item(desktop, 'Copy Process ID')
            close_menu(desktop)
        desktop.key('Left', 'Left')
        wait_for('the attempt', lambda: (desktop.selected() or '').startswith('vk/a1b2'))
        desktop.key('Right')
        wait_for('its first process', lambda: (desktop.selected() or '').startswith('npm exec'))
        desktop.key('Return')
        desktop.wait_label('It is the process')
        desktop.key('F9')
        desktop.wait_gone('label', 'It is the process')
        asked = len(desktop.calls('List'))
        desktop.key('F5')
        wait_for('the list to be asked for', lambda: len(desktop.calls('List')) > asked)
        desktop.key('ctrl+p')
        desktop.wait_label('Paused: 12 processes')
        desktop.key('ctrl+p')
        desktop.key('F10')
        menu_item(desktop, 'Kill All Except')
        desktop.key('Escape')
        desktop.key('ctrl+f')
        desktop.wait_for('text', 'Search processes')
        desktop.key('Escape')
        desktop.wait_gone('text', 'Search processes')
        desktop.key('ctrl+question')
        desktop.wait_for('label', 'Kill what is selected')
        desktop.key('Escape')
        desktop.wait_gone('label', 'Kill what is selected')
        desktop.key('ctrl+w')
        wait_for('the window to go', lambda: not desktop.windows('Vibe Kanban'))
        desktop.run(applet_program(), '--show')
        desktop.wait_window('Vibe Kanban')
        desktop.key('ctrl+q')
        assert desktop.applet.wait(20) == 0


def press_first(key, row):
    """Presses that key in a fresh list, where it selects that row."""
    with Window() as desktop:
        desktop.wait_cell('Beta Docs')
        desktop.key(key)
        wait_for('the row ' + row, lambda: (desktop.selected() or '').startswith(row))


def test_end_finds_the_last_row_though_nothing_was_selected():
    press_first('End', 'vibe-kanban')


def test_control_end_begins_at_the_top_where_nothing_was_selected():
    press_first('ctrl+End', 'Alpha Shop')


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
