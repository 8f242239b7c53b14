#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every sentence of the sources is in every translation, and every source with sentences is known.

translations.py SOURCE_ROOT
"""
import gettext
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.abspath(sys.argv[1])
PO = os.path.join(ROOT, 'po')
XGETTEXT = ['xgettext', '--from-code=UTF-8', '--keyword=_', '--keyword=N_', '--keyword=C_:1c,2',
            '--keyword=ngettext:1,2', '--keyword=g_dngettext:2,3', '--add-comments=Translators']


def read_list(name):
    with open(os.path.join(PO, name), encoding='utf-8') as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and not line.startswith('#')]


def sources_with_sentences():
    for folder in ('applet', os.path.join('common', 'view')):
        for place, _folders, names in os.walk(os.path.join(ROOT, folder)):
            for name in names:
                path = os.path.join(place, name)
                with open(path, encoding='utf-8') as file:
                    text = file.read()
                if (name.endswith('.c') and re.search(r'(?<!\w)(_|N_|C_|ngettext|g_dngettext)\(', text)
                        or name.endswith('.ui') and 'translatable' in text):
                    yield os.path.relpath(path, ROOT)


def check(name, problems):
    for problem in problems:
        print('# ' + problem)
    print('%s %s' % ('not ok' if problems else 'ok', name), flush=True)
    return not problems


def bare(text):
    """Without mnemonics and ellipsis."""
    return re.sub(r'\(_.\)|[_…. ]', '', text)


def confusions(po, folder):
    """Labels that kill and, in that language, say the same as the one that quits."""
    compiled = os.path.join(folder, 'one.mo')
    subprocess.run(['msgfmt', '-o', compiled, po], check=True)
    with open(compiled, 'rb') as file:
        language = gettext.GNUTranslations(file)
    said = bare(language.gettext('_Quit')).lower()
    for label in ('_Kill…', '_Force Kill', 'Kill _All…', '_Kill Process…', '_Kill Task…'):
        text = bare(language.gettext(label)).lower()
        if text == said:
            yield '%s and _Quit are both %s' % (label, text)


def bracketed(po):
    """Words with their plural in brackets: a person reads one or the other."""
    with open(po, encoding='utf-8') as file:
        for line in file:
            if line.startswith('msgstr') and re.search(r'[a-zß]\((e|n|en|r|s|es)\)', line):
                yield line.strip()


def main():
    if not shutil.which('xgettext') or not shutil.which('msgcmp'):
        sys.exit(1 if os.environ.get('CI') else 77)
    languages = read_list('LINGUAS')
    print('1..%d' % (1 + 3 * len(languages)))
    listed = read_list('POTFILES')
    good = check('every-source-is-listed',
                 sorted(set(sources_with_sentences()) - set(listed)))
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, 'all.pot')
        subprocess.run(XGETTEXT + ['--output=' + template] + listed, cwd=ROOT, check=True,
                       stderr=subprocess.DEVNULL)
        for language in languages:
            po = os.path.join(PO, language + '.po')
            compared = subprocess.run(['msgcmp', po, template], capture_output=True, text=True,
                                      check=False)
            checked = subprocess.run(['msgfmt', '-c', '-o', '/dev/null', po], capture_output=True,
                                     text=True, check=False)
            problems = checked.stderr.splitlines() if checked.returncode else []
            problems += compared.stderr.splitlines() if compared.returncode else []
            good &= check('no-sentence-is-missed-in-' + language, problems)
            good &= check('killing-is-not-quitting-in-' + language, list(confusions(po, folder)))
            good &= check('plurals-are-spelled-out-in-' + language, list(bracketed(po)))
    sys.exit(0 if good else 1)


main()
