# SPDX-License-Identifier: Apache-2.0
"""A desktop where a kill is asked for in the tray and the question is open."""
from desktop import Desktop, applet_program, find, wait_for, walk

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
