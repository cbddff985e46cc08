"""The inspector: a lab's controls, built from the records in its ``Lab`` and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from viz_app.gui.image_strip import ImageStrip
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import Chip, Chips, ChoiceButtons, ChoiceList
from viz_app.gui.widgets.value_slider import ValueSlider
from viz_app.labs.controls import Control, Group, Slider, Toggle
from viz_app.labs.lab import Lab

WIDTH_PX = 300
Edited = Callable[[str, Any], None]


class ControlList(QWidget):
    """All controls of one lab, bound to the fields of its scene."""

    def __init__(self, lab: Lab[Any], edited: Edited, theme: Theme) -> None:
        super().__init__()
        self._edited = edited
        self._theme = theme
        self._first = lab.resolve(lab.scene_type())
        self.widgets: dict[str, Any] = {}  # by field
        self._sections: list[tuple[Group, QWidget]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for group in lab.groups:
            self._add_group(group, layout)
        theme.changed.connect(self._on_theme_changed)

    def show_scene(self, scene: Any) -> None:
        """Show a scene's values, and which controls it has and can use."""
        for group, section in self._sections:
            is_usable = any(control.is_usable(scene) for control in group.controls)
            section.setVisible(is_usable and group.is_shown(scene))
        for field, widget in self.widgets.items():
            control = widget.control
            widget.setEnabled(control.is_usable(scene))
            if isinstance(control, Slider) and control.limits is not None:
                widget.set_limits(*control.limits(scene))
            widget.show_value(getattr(scene, field))

    def _add_group(self, group: Group, outer: QVBoxLayout) -> None:
        section = QWidget()
        layout = QVBoxLayout(section)
        layout.setContentsMargins(0, 10 if self._sections else 0, 0, 0)
        layout.setSpacing(6)
        self._sections.append((group, section))
        outer.addWidget(section)
        heading = QLabel(group.title)
        set_role(heading, "group")
        layout.addWidget(heading)
        toggles = [c for c in group.controls if isinstance(c, Toggle)]
        for control in group.controls:
            if not isinstance(control, Toggle):
                layout.addWidget(self._bind(control))
        if toggles:
            layout.addWidget(Chips([self._bind(c) for c in toggles]))

    def _bind(self, control: Control) -> Any:
        widget: Any
        if isinstance(control, Slider):
            widget = ValueSlider(control, getattr(self._first, control.field), self._theme)
        elif isinstance(control, Toggle):
            widget = Chip(control)
        elif control.style == "list":
            widget = ChoiceList(control)
        else:
            widget = ChoiceButtons(control)
        widget.setObjectName(control.field)
        kind = type(getattr(self._first, control.field))
        is_whole = isinstance(control, Slider) and kind is int

        def on_moved(value: Any) -> None:
            self._edited(control.field, int(value) if is_whole else value)

        widget.moved.connect(on_moved)
        self.widgets[control.field] = widget
        return widget

    def _on_theme_changed(self) -> None:
        for widget in self.widgets.values():
            if isinstance(widget, ValueSlider):
                widget.on_theme_changed()


class Inspector(QFrame):
    """The column on the right: the image strip, then the controls of the lab that is shown."""

    def __init__(self, strip: ImageStrip, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.strip = strip
        set_role(self, "inspector")
        self._inside = QWidget()
        set_role(self._inside, "inspector")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(12)
        self._column.addWidget(strip)
        self._column.addStretch(1)
        self._lists: dict[str, QWidget] = {}
        area = QScrollArea()
        set_role(area, "inspector")
        area.setWidget(self._inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def add(self, name: str, controls: QWidget) -> None:
        """Take in a lab's controls."""
        self._lists[name] = controls
        controls.hide()
        self._column.insertWidget(self._column.count() - 1, controls)

    def show_lab(self, name: str) -> None:
        """Show one lab's controls and hide the others."""
        for key, controls in self._lists.items():
            controls.setVisible(key == name)

    def _on_theme_changed(self) -> None:
        self.setFixedWidth(self._theme.px(WIDTH_PX))
