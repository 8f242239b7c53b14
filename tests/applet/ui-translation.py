#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A language in which every sentence stands in brackets: what shows without them was missed."""
import os
import re
import subprocess

from desktop import HERE, Desktop, applet_program, click, find, is_showing, run, wait_for, walk

ROOT = os.path.join(HERE, '..', '..')
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
            '--keyword=ngettext:1,2', '--keyword=g_dngettext:2,3', '--files-from=po/POTFILES']

# What the made-up board says, and what GTK says by itself in its own words.
DATA = re.compile(r'^(Alpha Shop|Beta Docs|Add login page|vk/|claude|npm|node|rg|/home/|CLAUDE_CODE'
                  r'|CODEX|http://|\w{3} \w{3} +\d|Minimize|Maximize|Close|Restore|[\d.: ]+$'
                  r'|[0-9a-f]{8}-|[\d.]+\sk?[MG]?B)')
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


def test_no_sentence_is_missed():
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        with Desktop(applet_program(), environment=make_language(folder)) as desktop:
            desktop.wait_window('Vibe Kanban')
            app = desktop.accessible()
            desktop.run('xdotool', 'mousemove', '5', '790')
            wait_for('the language', lambda: find(app, 'label', '[[12 processes'))
            assert not missed(app), missed(app)
            desktop.key('Down', 'Down', 'Down', 'Down', 'F9')
            wait_for('the details', lambda: find(app, 'label', '[[Command'))
            assert not missed(app), missed(app)
            desktop.key('ctrl+comma')
            wait_for('the preferences', lambda: find(app, 'dialog', '[[Preferences'))
            assert not missed(app), missed(app)
            desktop.key('Escape')
            desktop.tray_click('[[Kill All…')
            wait_for('the question', lambda: find(app, 'push button', '[[Kill 10'))
            assert not missed(app), missed(app)
            click(find(app, 'push button', '[[Kill 10'))
            wait_for('the wait', lambda: find(app, 'label', '[[Waiting for'))
            wait_for('the truth', lambda: find(app, 'label', '[[1 of 10 survived'))
            assert not missed(app), missed(app)
            for _number, label, _enabled in desktop.tray_entries():
                assert label is None or label.startswith('[['), label


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
