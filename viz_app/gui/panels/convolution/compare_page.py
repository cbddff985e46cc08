"""The Compare view: the flip above, associativity beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.convolution.grid_figure import GridFigure
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.words import Words
from viz_app.labs.convolution.compare import Verdict
from viz_app.labs.convolution.figure import Figure
from viz_app.labs.convolution.pointing import Mark
from viz_app.labs.convolution.presenter import ConvolutionPresenter

LEAST_PX = 200  # of a figure's width


class ComparePage(QWidget):
    """Shows both comparisons; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.flip = GridFigure(theme, "Cross-correlation above, convolution below")
        self.flip.setToolTip("Point at an output cell: both windows show what is multiplied.")
        self.three = GridFigure(theme, "A, B and C, and both ways to combine them")
        self.three.setToolTip("Double-click a number of A, B or C to type another.")
        for figure in (self.flip, self.three):
            figure.has_motion = False
            figure.setMinimumWidth(LEAST_PX)
        self._flip_verdict = Words()
        self._verdicts = (Words(), Words())
        for label in (self._flip_verdict, *self._verdicts):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for title, figure, labels in (
            ("The flip: one input, one kernel", self.flip, (self._flip_verdict,)),
            ("Associativity: full padding, your A, B and C", self.three, self._verdicts),
        ):
            card = Card(title)
            card.column.setContentsMargins(8, 12, 8, 12)
            card.title.setContentsMargins(8, 0, 0, 0)
            card.column.addWidget(figure, 1)
            words = QVBoxLayout()
            words.setSpacing(4)
            for label in labels:
                words.addWidget(label)
            card.column.addLayout(words)
            row.addWidget(card, 1)

    def attach(self, presenter: ConvolutionPresenter) -> None:
        """Connect the intents."""
        self.flip.hovered.connect(presenter.compare.hovered)
        self.three.typed.connect(presenter.compare.typed)
        self.three.clicked.connect(self._on_clicked)

    def show_flip(self, figure: Figure, marks: tuple[Mark, ...], verdict: Verdict) -> None:
        """Show the flip."""
        key = tuple(p.values.shape for b in figure.blocks for p in b.planes)
        self.flip.show_figure(figure, key)
        self.flip.show_marks(marks, None, True)
        _say(self._flip_verdict, verdict)

    def show_associativity(
        self, figure: Figure, marks: tuple[Mark, ...], verdicts: tuple[Verdict, Verdict]
    ) -> None:
        """Show both ways round."""
        key = tuple(p.values.shape for b in figure.blocks for p in b.planes)
        self.three.show_figure(figure, key)
        self.three.show_marks(marks, None, True)
        for label, verdict in zip(self._verdicts, verdicts, strict=True):
            _say(label, verdict)

    def _on_clicked(self, target: object) -> None:
        self.three.pinned = target if getattr(target, "block", "") in "abc" else None  # type: ignore[assignment]


def _say(label: QLabel, verdict: Verdict) -> None:
    sign = "✓" if verdict.is_equal else "≠"
    label.setText(f"{sign}  {verdict.sentence}")
    set_role(label, "good" if verdict.is_equal else "warning")
