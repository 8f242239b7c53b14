#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A language in which every sentence stands in brackets: what shows without them was missed."""
import os
import re
import subprocess
import tempfile

from desktop import HERE, Desktop, applet_program, click, is_showing, run, wait_for, walk
from window import Window

ROOT = os.path.join(HERE, '..', '..')
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
            '--keyword=ngettext:1,2', '--keyword=g_dngettext:2,3', '--files-from=po/POTFILES']

# What the made-up board says, and what GTK says by itself in its own words.
DATA = re.compile(r'^(Alpha Shop|Beta Docs|Add login page|vk/|claude|npm|node|rg|/home/|CLAUDE_CODE'
                  r'|CODEX|http://|\w{3} \w{3} +\d|Minimize|Maximize|Close|Restore|[\d.: ]+$'
                  r'|[0-9a-f]{8}-|[\d.]+\sk?[MG]?B|(Shortcuts|Ctrl|Shift|Delete|Escape|Menu)$)')
ROLES = ('label', 'push button', 'toggle button', 'check box', 'radio button', 'menu item', 'text',
         'entry', 'table column header', 'check menu item', 'radio menu item', 'chart', 'frame',
         'dialog', 'tree table', 'table', 'spin button', 'menu')


def make_language(folder):
    """Compiles the language and returns the environment that speaks it."""
    messages = os.path.join(folder, 'qps', 'LC_MESSAGES')
    os.makedirs(messages)
    template = os.path.join(folder, 'all.pot')
    english = os.path.join(folder, 'english.po')
    pseudo = os.path.join(folder, 'pseudo.po')
    subprocess.run(XGETTEXT + ['--output=' + template], cwd=ROOT, check=True,
                   stderr=subprocess.DEVNULL)
    with open(template, encoding='utf-8') as file:
        text = file.read().replace('charset=CHARSET', 'charset=UTF-8')
        text = text.replace('nplurals=INTEGER; plural=EXPRESSION', 'nplurals=2; plural=n != 1')
    with open(template, 'w', encoding='utf-8') as file:
        file.write(text)
    subprocess.run(['msgen', '-o', english, template], check=True)
    subprocess.run(['msgfilter', '--keep-header', '-i', english, '-o', pseudo, 'sed', '-e',
                    r'1s/^/[[/;$s/$/]]/'], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(['msgfmt', '-o', os.path.join(messages, 'vibekanban-processes.mo'), pseudo],
                   check=True)
    return {'LANGUAGE': 'qps', 'TEXTDOMAINDIR': folder}


def missed(app):
    """Names and descriptions of what shows and is not in brackets."""
    found = set()
    for _depth, node in walk(app):
        try:
            if node.get_role_name() not in ROLES or not is_showing(node):
                continue
            for text in (node.get_name(), node.get_description()):
                if text and re.search('[A-Za-z]{2}', text) and '[[' not in text:
                    if not DATA.match(text):
                        found.add((node.get_role_name(), text))
        except Exception:
            continue
    return found


class Foreign(Window):
    """A window that speaks the language in brackets."""

    def __init__(self, **options):
        self.language = tempfile.TemporaryDirectory()
        super().__init__(environment=make_language(self.language.name), **options)

    def stop(self):
        super().stop()
        self.language.cleanup()

    def assert_nothing_missed(self):
        assert not missed(self.app), missed(self.app)

    def choose(self, role, start):
        click(self.wait_for(role, start))


def test_no_sentence_of_the_window_is_missed():
    with Foreign() as desktop:
        desktop.wait_label('[[12 processes')
        desktop.assert_nothing_missed()
        desktop.key('Down', 'Down', 'Down', 'Down', 'F9')
        desktop.wait_label('[[Command')
        desktop.assert_nothing_missed()
        desktop.key('Home')
        desktop.wait_label('[[Contents')
        desktop.assert_nothing_missed()
        desktop.key('ctrl+p')
        desktop.wait_label('[[Paused')
        desktop.key('ctrl+f')
        desktop.wait_for('text', '[[Search processes')
        desktop.assert_nothing_missed()


def test_no_sentence_of_the_menus_is_missed():
    with Foreign() as desktop:
        desktop.wait_label('[[12 processes')
        desktop.choose('toggle button', '[[Filter')
        desktop.wait_for('radio button', '[[Dev Servers')
        desktop.assert_nothing_missed()
        desktop.key('Escape')
        desktop.key('F10')
        desktop.choose('push button', '[[Columns')
        desktop.wait_for('check box', '[[Threads')
        desktop.assert_nothing_missed()
        desktop.key('Escape')
        desktop.key('Home')
        for step in range(8):  # groups of every kind, and processes
            desktop.key('shift+F10')
            desktop.wait_for('menu item', '[[Kill')
            desktop.assert_nothing_missed()
            desktop.key('Escape')
            desktop.key('Down')
        for _number, label, _enabled in desktop.tray_entries():
            assert label is None or label.startswith('[['), label
        assert desktop.tray_property('Title').startswith('[['), desktop.tray_property('Title')


def test_no_sentence_of_the_dialogs_is_missed():
    with Foreign() as desktop:
        desktop.wait_label('[[12 processes')
        desktop.key('ctrl+comma')
        desktop.wait_for('dialog', '[[Preferences')
        desktop.assert_nothing_missed()
        desktop.key('Escape')
        desktop.wait_gone('dialog', '[[Preferences')
        desktop.key('ctrl+question')
        desktop.wait_label('[[Kill what is selected')
        desktop.assert_nothing_missed()
        desktop.key('Escape')
        desktop.wait_gone('label', '[[Kill what is selected')
        desktop.tray_click('[[Kill All…')
        verb = desktop.wait_for('push button', '[[Kill 10')
        desktop.assert_nothing_missed()
        desktop.mock('Exit', '(s)', '4256:425600')
        desktop.wait_label('[[1 is no longer listed')
        desktop.assert_nothing_missed()
        click(verb)
        desktop.wait_label('[[Waiting for')
        desktop.assert_nothing_missed()
        desktop.wait_label('[[1 of 9 survived')
        desktop.assert_nothing_missed()


def test_no_sentence_about_states_is_missed():
    with Foreign(service=['--empty'], tray=None) as desktop:
        desktop.wait_label('[[Nothing is running')
        desktop.wait_label('[[This desktop shows no tray icons')
        desktop.assert_nothing_missed()
        for state, words in (('missing', 'No vibe-kanban'), ('locked', 'The vibe-kanban database '
                             'is locked'), ('needs_recovery', 'The vibe-kanban database needs'),
                             ('unreadable', 'The vibe-kanban database cannot'),
                             ('unsupported', 'This is not'), ('corrupt', 'The vibe-kanban database '
                                                              'is damaged')):
            desktop.mock('SetState', '(s)', state)
            desktop.wait_label('[[' + words)
            desktop.assert_nothing_missed()
        desktop.mock('Quit')
        desktop.wait_label('[[The service cannot be reached')
        desktop.assert_nothing_missed()
        desktop.start_service('--state', 'locked')
        desktop.wait_label('[[12 processes')
        desktop.wait_label('[[The vibe-kanban database is locked')
        desktop.assert_nothing_missed()
        desktop.type('zzzz')
        desktop.wait_label('[[No process matches')
        desktop.assert_nothing_missed()


LAUNCHERS = ('data/applet/org.vibekanban.Processes.Applet.desktop',
             'data/applet/autostart/org.vibekanban.Processes.Applet.desktop',
             'data/applet/org.vibekanban.Processes.Applet.metainfo.xml')


def test_launchers_and_the_shop_window_are_translated():
    build = os.path.dirname(os.environ['VKP_LOCALE_DIR'])
    with open(os.path.join(ROOT, 'po', 'LINGUAS'), encoding='utf-8') as file:
        languages = [line.strip() for line in file if line.strip() and not line.startswith('#')]
    assert len(languages) >= 5, languages
    for launcher in LAUNCHERS:
        with open(os.path.join(build, launcher), encoding='utf-8') as file:
            text = file.read()
        for language in languages:
            # Names are left as they are where a language does so; what describes is not.
            marks = (['<summary xml:lang="%s">' % language, '<p xml:lang="%s">' % language,
                      '<li xml:lang="%s">' % language] if launcher.endswith('xml')
                     else ['Comment[%s]=' % language])
            for mark in marks:
                assert mark in text, (launcher, mark)


def test_german_speaks_german():
    if not os.environ.get('VKP_LOCALE_DIR'):
        return
    environment = {'LANGUAGE': 'de', 'TEXTDOMAINDIR': os.environ['VKP_LOCALE_DIR']}
    with Desktop(applet_program(), environment=environment,
                 applet_arguments=['--hidden']) as desktop:
        wait_for('the counts', lambda: any(
            label == '12 Prozesse, 3 Agenten, 3 Überbleibsel'
            for _number, label, _enabled in desktop.tray_entries()))


if __name__ == '__main__':
    run([value for name, value in list(globals().items()) if name.startswith('test_')])
