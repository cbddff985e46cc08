"""The controls of one lab, built from the records in its ``Lab`` and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import Chip, Chips, ChoiceButtons, ChoiceList
from viz_app.gui.widgets.value_slider import ValueSlider
from viz_app.labs.controls import Choice, Control, Group, Slider, Toggle
from viz_app.labs.lab import Lab

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
            elif isinstance(control, Choice):
                widget.show_usable(scene)
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
