"""What the tests of one manner share: walking through the views, and what is on the screen."""

from __future__ import annotations

import dataclasses

from PySide6.QtWidgets import QHeaderView, QScrollBar, QWidget

from viz_app.gui.widgets.view_switch import ViewSwitch


def views_of(room):
    """The views of a lab, or one that has no name."""
    header = room.panel.header
    is_switch = isinstance(header, ViewSwitch)
    return [option.value for option in header.buttons.control.options] if is_switch else [None]


def show_view(program, room, view):
    """Go to a view and let the window draw it."""
    if view is not None:
        scene = program.keeper.document.scene(room.lab.name)
        document = program.keeper.document
        document.change_scene(room.lab.name, dataclasses.replace(scene, view=view))
    for _ in range(3):
        program.app.processEvents()


def on_screen(program, kind):
    """The visible widgets of a kind, but for the parts that Qt makes for itself."""
    for widget in program.window.findChildren(QWidget):
        is_own = not widget.objectName().startswith("qt_")
        is_own &= not isinstance(widget, (QScrollBar, QHeaderView))
        if isinstance(widget, kind) and widget.isVisible() and is_own:
            yield widget


def words(widget):
    """How a test names a widget that breaks a rule."""
    text = widget.text() if hasattr(widget, "text") else ""
    return f"{type(widget).__name__} {widget.accessibleName() or text or widget.objectName()!r}"
