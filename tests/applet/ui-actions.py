#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What can be done with a row, with the columns and with the filters; and that it is remembered."""
import json
import os

from desktop import applet_program, click, find, find_all, run, wait_for
from window import Window

STRICT = {'G_DEBUG': 'fatal-criticals'}
STORED = {'GSETTINGS_BACKEND': 'keyfile', 'G_DEBUG': 'fatal-criticals'}
OPENER = '''[Desktop Entry]
Type=Application
Name=Opener
Exec=sh -c 'echo "$1" >> %s' opener %%u
MimeType=x-scheme-handler/http;inode/directory;
'''


class Rows(Window):
    """A window on whose rows things are done; what it opens goes to a file."""

    def start(self):
        folder = os.path.join(self.environment['XDG_DATA_HOME'], 'applications')
        os.makedirs(folder)
        self.opened_file = os.path.join(self.folder, 'opened')
        with open(os.path.join(folder, 'opener.desktop'), 'w', encoding='utf-8') as file:
            file.write(OPENER % self.opened_file)
        with open(os.path.join(folder, 'mimeapps.list'), 'w', encoding='utf-8') as file:
            file.write('[Default Applications]\nx-scheme-handler/http=opener.desktop\n'
                       'inode/directory=opener.desktop\n')
        super().start()
        self.wait_cell('Alpha Shop')

    def opened(self):
        if not os.path.exists(self.opened_file):
            return []
        with open(self.opened_file, encoding='utf-8') as file:
            return file.read().split()

    def choose(self, start):
        """Clicks an entry of the menu of the selected row."""
        self.key('shift+F10')
        click(self.wait_for('menu item', start))

    def pasted(self):
        """What is on the clipboard, as the search field gets it."""
        self.key('ctrl+f')
        field = self.wait_for('text', 'Search processes')
        self.key('ctrl+a', 'ctrl+v')
        from gi.repository import Atspi
        text = wait_for('a text', lambda: Atspi.Text.get_text(field, 0, -1))
        self.key('Escape')
        self.wait_gone('text', 'Search processes')
        return text


def test_pid_command_and_address_are_copied():
    with Rows(environment=STRICT) as desktop:
        desktop.select('node')
        desktop.choose('Copy Process ID')
        assert desktop.pasted() == '4235'
        desktop.select('node')
        desktop.choose('Copy Command')
        assert desktop.pasted() == ("'node' '/home/ada/worktrees/a1b2-add-login/node_modules/.bin/"
                                    "vite' '--port' '3000'")
        desktop.select('node')
        desktop.choose('Copy Address')
        assert desktop.pasted() == 'http://localhost:3000'


def test_ports_open_in_the_browser_and_folders_in_the_file_manager():
    with Rows(environment=STRICT) as desktop:
        desktop.select('node')
        desktop.choose('Open http://localhost:24678')
        wait_for('the browser', lambda: desktop.opened() == ['http://localhost:24678'])
        folder = os.path.join(desktop.folder, 'home')
        desktop.mock('Update', '(ss)', '4235:423500', '{"working_directory": "%s"}' % folder)
        desktop.key('F9')
        desktop.wait_label(folder)
        desktop.choose('Open Folder')
        wait_for('the file manager', lambda: len(desktop.opened()) == 2)
        assert desktop.opened()[1].rstrip('/').endswith(folder), desktop.opened()


def test_what_cannot_be_opened_is_told_until_something_can():
    with Rows(environment=STRICT) as desktop:
        desktop.select('node')
        for _time in range(2):
            desktop.choose('Open Folder')
            desktop.wait_label('/home/ada/worktrees/a1b2-add-login could not be opened: ')
            click(find_all(desktop.app, 'push button', 'Close')[-1])  # the first is the window's
            desktop.wait_gone('label', '/home/ada/worktrees/a1b2-add-login could')
        desktop.choose('Open Folder')
        desktop.wait_label('/home/ada/worktrees/a1b2-add-login could not be opened: ')
        desktop.choose('Open http://localhost:24678')
        wait_for('the browser', lambda: desktop.opened() == ['http://localhost:24678'])
        desktop.wait_gone('label', '/home/ada/worktrees/a1b2-add-login could')


def test_an_address_without_a_browser_says_so():
    from gi.repository import Gio
    if Gio.AppInfo.get_default_for_uri_scheme('http'):
        return  # this machine has one
    with Window(environment=STRICT) as desktop:
        desktop.select('node')
        desktop.key('shift+F10')
        click(desktop.wait_for('menu item', 'Open http://localhost:24678'))
        desktop.wait_label('http://localhost:24678 could not be opened: no program is set up for it')


def test_the_menu_of_a_row_names_its_scope():
    with Rows(environment=STRICT) as desktop:
        for row, entry in (('Alpha Shop', 'Kill Project'), ('Add login', 'Kill Task'),
                           ('vk/a1b2', 'Kill Attempt'), ('claude', 'Kill Process'),
                           ('Leftovers', 'Kill Leftovers')):
            desktop.select(row)
            desktop.choose(entry)
            desktop.wait_for('push button', 'Kill ')
            desktop.key('Escape')
            desktop.wait_gone('dialog', '')
        scopes = [call[0] for call in desktop.calls('Kill')]
        assert scopes == ['project', 'task', 'attempt', 'single', 'leftovers'], scopes
        assert not desktop.kills()


def test_a_protected_process_is_offered_no_kill():
    from gi.repository import Atspi
    with Rows(environment=STRICT) as desktop:
        desktop.select('vibe-kanban')
        desktop.key('Delete', 'shift+Delete', 'shift+F10')
        entry = desktop.wait_for('menu item', 'Kill Process')
        assert not entry.get_state_set().contains(Atspi.StateType.SENSITIVE)
        assert not desktop.calls('Kill')


def rows_in_order(desktop):
    return [cell.split('  ')[0] for cell in desktop.cells()]


def click_header(desktop, title):
    click(desktop.wait_for('table column header', title))


def choose_filter(desktop, entry):
    click(desktop.wait_for('toggle button', 'Filter'))
    click(desktop.wait_for('radio button', entry))
    desktop.key('Escape')  # it stays open, for another choice
    desktop.wait_gone('radio button', entry)


def test_filters_narrow_and_widen_the_list():
    with Rows(environment=STRICT) as desktop:
        def choose(entry):
            choose_filter(desktop, entry)
        choose('Agents')
        desktop.wait_cell('npm run dev', False)
        desktop.wait_cell('codex')
        choose('Leftovers')
        desktop.wait_cell('codex', False)
        desktop.wait_cell('chrome')
        choose('Dev Servers')
        desktop.wait_cell('chrome', False)
        desktop.wait_cell('npm run dev')
        choose('All Processes')
        desktop.wait_cell('Beta Docs')
        choose('Beta Docs')
        desktop.wait_cell('Alpha Shop', False)
        desktop.wait_cell('vibe-kanban')
        desktop.wait_for('toggle button', 'Filter: All Processes of Beta Docs')


def test_a_chosen_project_stays_on_offer_when_its_processes_are_gone():
    with Rows(environment=STRICT) as desktop:
        choose_filter(desktop, 'Beta Docs')
        desktop.wait_for('toggle button', 'Filter: All Processes of Beta Docs')
        for process in ('4277:427700', '4284:428400'):
            desktop.mock('Exit', '(s)', process)
        desktop.wait_label('No process matches')
        choose_filter(desktop, 'Agents')
        desktop.wait_for('toggle button', 'Filter: Agents of Beta Docs')
        click(desktop.wait_for('toggle button', 'Filter'))
        desktop.wait_for('radio button', 'Beta Docs')
        click(desktop.wait_for('radio button', 'All Projects'))
        desktop.wait_gone('radio button', 'Beta Docs')
        desktop.key('Escape')
        desktop.wait_for('toggle button', 'Filter: Agents')
        desktop.wait_cell('codex')


def test_more_projects_than_fit_scroll_in_the_filter():
    from gi.repository import Atspi

    def is_on_screen(node):
        return 0 < Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN).y < 580

    with Rows(environment=STRICT, size='1024x600') as desktop:
        for number in range(60):
            desktop.mock('Add', '(s)', json.dumps({'name': 'node', 'command': ['node'],
                                                   'project_name': 'Project %02d' % number}))
        desktop.wait_label('72 processes')
        click(desktop.wait_for('toggle button', 'Filter'))
        first = desktop.wait_for('radio button', 'All Processes')
        wait_for('the first entry in sight', lambda: is_on_screen(first))
        desktop.click_on(first)

        def scroll():
            desktop.run('xdotool', 'click', '--repeat', '5', '5')
            last = find(desktop.app, 'radio button', 'Project 59')
            return last and is_on_screen(last) and last
        desktop.click_on(wait_for('the last entry in sight', scroll))
        desktop.wait_for('toggle button', 'Filter: All Processes of Project 59')


def test_a_header_offers_the_columns():
    with Rows(environment=STRICT) as desktop:
        for header, column in (('Name', 'Threads'), ('Activity', 'State')):
            desktop.click_on(desktop.wait_for('table column header', header), '3')
            click(desktop.wait_for('check menu item', column))
            desktop.wait_for('table column header', column)
        desktop.click_on(desktop.wait_for('table column header', 'Threads'), '3')
        click(desktop.wait_for('check menu item', 'Threads'))
        desktop.wait_gone('table column header', 'Threads')
        desktop.wait_cell('Alpha Shop')


def test_columns_and_their_order_are_remembered():
    with Rows(environment=STORED) as desktop:
        before = rows_in_order(desktop)
        click_header(desktop, 'Memory')
        wait_for('another order', lambda: rows_in_order(desktop) != before)
        by_memory = [name for name in rows_in_order(desktop) if name in ('chrome', 'node')]
        assert by_memory.index('node') < by_memory.index('chrome'), 'the greatest comes first'
        desktop.key('F10')
        click(desktop.wait_for('push button', 'Columns'))
        click(desktop.wait_for('check box', 'Threads'))
        desktop.wait_for('table column header', 'Threads')
        desktop.key('Escape', 'Escape')
        desktop.key('ctrl+q')
        assert desktop.applet.wait(20) == 0
        desktop.start_applet()
        desktop.wait_window('Vibe Kanban')
        desktop.app = desktop.accessible()
        desktop.wait_for('table column header', 'Threads')
        by_memory = wait_for('the rows', lambda: [name for name in rows_in_order(desktop)
                                                  if name in ('chrome', 'node')])
        assert by_memory.index('node') < by_memory.index('chrome'), 'as it was left'


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
