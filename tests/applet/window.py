# SPDX-License-Identifier: Apache-2.0
"""The window and its list on a desktop, as a person and a screen reader find it."""
from desktop import Desktop, applet_program, comes, find, is_showing, names, wait_for, walk


class Window(Desktop):
    """A desktop with the window open and the list on it."""

    def __init__(self, **options):
        options.setdefault('environment', {'G_DEBUG': 'fatal-criticals'})
        super().__init__(applet_program(), **options)

    def start(self):
        super().start()
        self.wait_window('Vibe Kanban')
        self.app = self.accessible()
        self.run('xdotool', 'mousemove', '5', '790')

    def labels(self):
        return names(self.app, 'label')

    def wait_label(self, start):
        wait_for('the words ' + start,
                 lambda: [label for label in self.labels() if label.startswith(start)])

    def tree(self):
        return wait_for('the list', lambda: find(self.app, 'tree table', 'Processes'))

    def cells(self):
        return [cell.strip() for cell in names(self.app, 'table cell') if cell.strip()]

    def wait_for(self, role, start):
        """What shows with that role and a name that starts so."""
        return wait_for('%s %s' % (role, start), lambda: find(self.app, role, start))

    def wait_gone(self, role, start):
        wait_for('%s %s to go' % (role, start), lambda: not find(self.app, role, start))

    def wait_search(self, text):
        """What is in the field of the search."""
        from gi.repository import Atspi

        def read():
            field = find(self.app, 'text', 'Search processes')
            return field and Atspi.Text.get_text(field, 0, -1)
        wait_for('the search for ' + text, lambda: read() == text)

    def focus(self):
        """What has the keyboard, or None."""
        from gi.repository import Atspi
        for _depth, node in walk(self.app):
            try:
                if node.get_state_set().contains(Atspi.StateType.FOCUSED):
                    return node
            except Exception:  # it went away meanwhile
                continue
        return None

    def wait_cell(self, start, is_there=True):
        def check():
            return is_there == any(cell.startswith(start) for cell in self.cells())
        wait_for('the row ' + start, check)

    def selected_row(self):
        """Its number among the rows that are unfolded, or None."""
        from gi.repository import Atspi
        rows = Atspi.Table.get_selected_rows(self.tree())
        return rows[0] if rows else None

    def click_on(self, node, *options):
        """With the pointer, as xdotool's click with those options."""
        from gi.repository import Atspi
        area = Atspi.Component.get_extents(node, Atspi.CoordType.SCREEN)
        self.run('xdotool', 'mousemove', str(area.x + min(area.width // 2, 60)),
                 str(area.y + area.height // 2), 'click', *(options or ('1',)))

    def selected(self):
        """The name of the selected row, or None."""
        from gi.repository import Atspi
        tree, row = self.tree(), self.selected_row()
        if row is None:
            return None
        for column in range(Atspi.Table.get_n_columns(tree)):
            for _depth, node in walk(Atspi.Table.get_accessible_at(tree, row, column)):
                try:
                    if is_showing(node) and node.get_name().strip():
                        return node.get_name().strip()
                except Exception:  # it went away meanwhile
                    continue
        return None

    def select(self, start):
        """Moves down from the top until that row is selected."""
        self.key('Home')
        comes(lambda: self.selected_row() == 0, 2)

        def step():
            if (self.selected() or '').startswith(start):
                return True
            row = self.selected_row()
            self.key('Down')
            comes(lambda: self.selected_row() != row, 2)
            return False
        wait_for('the selection of ' + start, step)
