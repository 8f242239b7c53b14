# SPDX-License-Identifier: Apache-2.0
"""What a screen reader finds: an accessible tree, searched by roles and names."""


def walk(node, depth=0):
    """All of an accessible tree, parents first, as (depth, node)."""
    yield depth, node
    try:
        count = node.get_child_count()
    except Exception:  # it went away meanwhile
        return
    for index in range(min(count, 3000)):
        try:
            child = node.get_child_at_index(index)
        except Exception:
            continue
        if child:
            yield from walk(child, depth + 1)


def is_showing(node):
    from gi.repository import Atspi
    return node.get_state_set().contains(Atspi.StateType.SHOWING)


def find(node, role, name, showing=True):
    """The first with that role whose name starts so; None if there is none."""
    for _depth, child in walk(node):
        try:
            if (child.get_role_name() == role and (child.get_name() or '').startswith(name)
                    and (not showing or is_showing(child))):
                return child
        except Exception:
            continue
    return None


def find_all(node, role, name):
    """All that show with that role and name, in their order."""
    found = []
    for _depth, child in walk(node):
        try:
            if child.get_role_name() == role and child.get_name() == name and is_showing(child):
                found.append(child)
        except Exception:
            continue
    return found


def names(node, role):
    """The names of all that show with that role."""
    found = []
    for _depth, child in walk(node):
        try:
            if child.get_role_name() == role and is_showing(child):
                found.append(child.get_name())
        except Exception:
            continue
    return found


def click(node):
    from gi.repository import Atspi
    Atspi.Action.do_action(node, 0)
