"""Shows one widget alone: ``python -m viz_app.gui.widgets.value_slider``."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QWidget

from viz_app.gui.theme import Theme


def show_alone(build: Callable[[Theme], QWidget]) -> int:
    """Build a widget with a theme, show it, and run until it is closed."""
    app = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(app, QApplication)
    theme = Theme(app)
    widget = build(theme)
    widget.setStyleSheet(theme.sheet)
    widget.show()
    return app.exec()
