"""The IoU view: boxes drawn on the photo, the formula with their numbers, the verdict."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QWidget,
)
from superqt import QFlowLayout

from viz_app.gui.panel import ActionButton, Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column
from viz_app.gui.panels.detection.box_canvas import BoxCanvas, token_of
from viz_app.gui.panels.detection.label_edit import LabelEdit
from viz_app.gui.panels.detection.live_formula import Fraction, LiveFormula, Piece
from viz_app.gui.panels.detection.suppression_page import PLAIN_LIST, square
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.formula import Formula
from viz_app.gui.widgets.value_slider import ValueSlider
from viz_app.labs.detection.box_editor import BoxEditor
from viz_app.labs.detection.controls import VERDICT
from viz_app.labs.detection.overlap import OverlapShown, amount, letter
from viz_app.labs.detection.presenter import DEFAULTS, DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene, DrawnBox

FORMULA_WORDS = "IoU is the intersection over the union"


class OverlapPage(QWidget):
    """Shows drawn boxes and the overlap of two of them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.canvas = BoxCanvas(theme)
        self.list = BoxList(theme)
        self.label = LabelEdit()
        self.symbols = Formula(theme, 16)
        self.symbols.show_latex(formula_of("A", "B"), FORMULA_WORDS)
        self.numbers = LiveFormula(theme, 14)
        self.verdict = ValueSlider(VERDICT, DEFAULTS.verdict, theme)
        self.judgement = QLabel()
        self.others = QLabel()
        set_role(self.others, "mono")
        self.others.setToolTip(
            "GIoU also tells how far apart boxes are that do not meet; DIoU adds the distance of "
            "the midpoints, CIoU the difference of the proportions."
        )
        self._buttons = QHBoxLayout()
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        editor: BoxEditor = presenter.editor
        self.canvas.attach(editor)
        self.list.box_chosen.connect(editor.chosen)
        self.label.attach(editor)
        self.verdict.moved.connect(lambda value: presenter.edited("verdict", value))
        actions = {action.text: action for action in presenter.actions}
        for text in ("Duplicate box", "Delete box"):
            button = ActionButton(actions[text], self._theme)
            button.setText(text.partition(" ")[0])
            self._buttons.addWidget(button, 1)

    def show_scene(self, scene: DetectionScene) -> None:
        """Show the threshold."""
        self.verdict.show_value(scene.verdict)

    def show_overlap(self, shown: OverlapShown, pixels: np.ndarray | None) -> None:
        """Show boxes and numbers."""
        self.canvas.placeholder = "Reading the image …"
        self.canvas.show_pixels(pixels)
        self.canvas.show_overlap(shown)
        self.list.show_boxes(shown)
        selected = shown.boxes[shown.selected] if 0 <= shown.selected < len(shown.boxes) else None
        self.label.show_label(selected.label if selected else None)
        self._show_formula(shown)

    def _show_formula(self, shown: OverlapShown) -> None:
        steps = shown.steps
        if steps is None or shown.pair is None:
            self.numbers.show_pieces((("draw two boxes", "muted"),), "Draw two boxes")
            self.judgement.setText("")
            self.others.setText("")
            return
        letters = [letter(index) for index in shown.pair]
        self.symbols.show_latex(formula_of(*letters), FORMULA_WORDS)
        a, b, inside = amount(steps.area_a), amount(steps.area_b), amount(steps.intersection)
        pieces: list[Piece] = [
            Fraction(
                ((inside, "output"),),
                (
                    (a, "input"),
                    (" + ", "text"),
                    (b, "kernel"),
                    (" − ", "text"),
                    (inside, "output"),
                ),
            ),
            (" = ", "text"),
            Fraction(((inside, "output"),), ((amount(steps.union), "text"),)),
            (f" = {steps.iou:.3f}", "output"),
        ]
        words = f"IoU = {inside} / ({a} + {b} − {inside}) = {steps.iou:.4f}"
        self.numbers.show_pieces(pieces, words)
        sign = "≥" if shown.is_correct else "<"
        word = "✓ correct" if shown.is_correct else "✗ not correct"
        colour = self._theme.colour("output" if shown.is_correct else "warning").name()
        text = f"{word}: {steps.iou:.3f} {sign} {shown.threshold:.2f}".replace("<", "&lt;")
        self.judgement.setText(f'<span style="color: {colour}; font-weight: 600">{text}</span>')
        self.others.setText(" · ".join(f"{name} {value:.3f}" for name, value in shown.others))

    def _build(self) -> None:
        photo = Card()
        photo.column.setContentsMargins(4, 4, 4, 4)
        photo.column.addWidget(self.canvas, 1)
        self._side = Card("Boxes")
        self._side.column.addWidget(self.list, 1)
        self._side.column.addWidget(self.label)
        self._buttons.setSpacing(8)
        self._side.column.addLayout(self._buttons)
        lower = Card()
        formula = QHBoxLayout()
        formula.setSpacing(8)
        formula.addWidget(self.symbols)
        formula.addWidget(self.numbers, 1)
        lower.column.addLayout(formula)
        lower.column.addWidget(self.verdict)
        verdict = QWidget()
        row = QFlowLayout(verdict)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(18)
        row.setVerticalSpacing(2)
        row.addWidget(self.judgement)
        row.addWidget(self.others)
        lower.column.addWidget(verdict)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        self.verdict.on_theme_changed()


class BoxList(QListWidget):
    """The drawn boxes: letter, corners, label, and the IoU with the selected one."""

    box_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Drawn boxes")
        self.setToolTip("Left, top, right and bottom of each box; the IoU is with the chosen box.")
        self.setWordWrap(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet(PLAIN_LIST)
        self.currentRowChanged.connect(self._on_row_changed)

    def show_boxes(self, shown: OverlapShown) -> None:
        """Show the boxes, quietly."""
        self.blockSignals(True)
        font = self._theme.font(12, is_mono=True)
        self.setIconSize(QSize(self._theme.px(10), self._theme.px(10)))
        while self.count() > len(shown.boxes):
            self.takeItem(self.count() - 1)
        for index, box in enumerate(shown.boxes):
            if index == self.count():
                self.addItem(QListWidgetItem())
            item = self.item(index)
            item.setFont(font)
            item.setText(_described(box, index, shown))
            colour = self._theme.colour(token_of(index, shown))
            item.setIcon(square(colour, is_filled=index == shown.selected))
        self.setCurrentRow(shown.selected)
        self.blockSignals(False)

    def _on_row_changed(self, row: int) -> None:
        if row >= 0:
            self.box_chosen.emit(row)


def _described(box: DrawnBox, index: int, shown: OverlapShown) -> str:
    corners = " ".join(f"{c:.0f}" for c in box.corners)
    below = box.label
    if 0 <= shown.selected < len(shown.boxes) and index != shown.selected:
        below = f"IoU {shown.matrix[index, shown.selected]:.2f}  {box.label}".rstrip()
    return f"{letter(index)} {corners}" + (f"\n  {below}" if below else "")


def formula_of(a: str, b: str) -> str:
    """The definition, with the letters of the two boxes, in LaTeX."""
    common = rf"\color{{output}}{{|{a} \cap {b}|}}"
    return (
        rf"\mathrm{{IoU}} = \frac{{{common}}}"
        rf"{{\color{{input}}{{|{a}|}} + \color{{kernel}}{{|{b}|}} - {common}}} ="
    )
