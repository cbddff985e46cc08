"""The Step view: the figure, the player under it, and three cards that explain."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.convolution.crop_view import CropView
from viz_app.gui.panels.convolution.grid_figure import GridFigure
from viz_app.gui.panels.convolution.sum_view import StoryView, scrolled
from viz_app.gui.panels.convolution.transport import Transport
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.formula import Formula
from viz_app.gui.widgets.words import Words
from viz_app.labs.convolution.formulas import CostCard, SizeCard
from viz_app.labs.convolution.pointing import Story
from viz_app.labs.convolution.presenter import ConvolutionPresenter
from viz_app.labs.convolution.scene import ConvolutionScene

LEAST_CARDS_PX, MOST_CARDS_PX, CARDS_SHARE = 142, 216, 0.25  # of the page's height
NARROW_PX, WIDE_SHARES, NARROW_SHARES = 480, (10, 8, 8), (9, 7, 10)  # of the cards' widths
CROP_PX, CROP_SHARE = 240, 0.24
HINT = (
    "Point at any cell; click pins it; double-click, or type on a pinned cell, changes an input or "
    "kernel cell.\nArrow keys move, I, K and O go to input, kernel and output; the wheel zooms, "
    "Ctrl and drag moves."
)


class StepPage(QWidget):
    """Shows one state of the steps; intents go to the presenter."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.figure = GridFigure(theme, "Input, kernel and output, cell by cell")
        self.figure.setToolTip(HINT)
        self.crop = CropView(theme)
        self.crop.hide()
        self.caption = Words()
        self.caption.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.transport = Transport(theme)
        self.story = StoryView(theme)
        self._story_card = Card("Output cell")
        self._size_card = Card("Output size")
        self._cost_card = Card("Cost")
        self._general = Formula(theme, 15)
        self._formulas: list[Formula] = []
        self._size_note = Words()
        set_role(self._size_note, "muted")
        self._costs = Words()
        self._costs.setTextFormat(Qt.TextFormat.RichText)
        self._build()
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def attach(self, presenter: ConvolutionPresenter) -> None:
        """Connect the intents."""
        stepping, figure = presenter.stepping, self.figure
        figure.hovered.connect(stepping.hovered)
        figure.clicked.connect(stepping.clicked)
        figure.typed.connect(stepping.typed)
        figure.moved.connect(stepping.moved)
        figure.pin_asked.connect(stepping.pin_asked)
        figure.gone_to.connect(
            lambda end: stepping.step_chosen(1 if end == "first" else stepping.total)
        )
        self.transport.attach({action.text: action for action in presenter.actions})
        self.transport.step_chosen.connect(stepping.step_chosen)
        self.transport.speed_chosen.connect(lambda speed: presenter.edited("speed", speed))
        self.transport.ticked.connect(stepping.ticked)
        self.crop.moved.connect(presenter.crop_moved)

    def show_scene(self, scene: ConvolutionScene) -> None:
        """Show what concerns the widgets themselves."""
        self.figure.has_motion = scene.has_motion
        self.transport.show_speed(scene.speed)

    def show_story(self, story: Story) -> None:
        """Show the story's card."""
        self._story_card.title.setText(story.title)
        self.story.show_story(story)

    def show_size(self, card: SizeCard) -> None:
        """Show the size formula."""
        self._general.show_latex(card.general, "the output's size")
        for formula, (latex, words) in zip(self._formulas, card.lines, strict=False):
            formula.show_latex(latex, words)
            formula.setToolTip(words)
        for i, formula in enumerate(self._formulas):
            formula.setVisible(i < len(card.lines))
        self._general.setVisible(len(card.lines) == 1)
        self._size_note.setText(card.note)
        self._size_note.setVisible(bool(card.note))
        self._size_card.setToolTip(card.note)

    def show_cost(self, card: CostCard) -> None:
        """Show the counts."""
        lines = "".join(f"<p style='margin:0 0 5px 0'>{line}</p>" for line in card.lines)
        self._costs.setText(lines)
        self._cost_card.setToolTip(card.tip)

    def show_caption(self, sentence: str, *, is_warning: bool) -> None:
        """Say what the example shows."""
        set_role(self.caption, "warning" if is_warning else "muted")
        self.caption.setText(sentence)
        self.caption.setVisible(bool(sentence))

    def _build(self) -> None:
        stage = Card()
        stage.column.setContentsMargins(4, 4, 4, 8)
        side_by_side = QHBoxLayout()
        side_by_side.setSpacing(0)
        side_by_side.addWidget(self.crop)
        side_by_side.addWidget(self.figure, 1)
        stage.column.addLayout(side_by_side, 1)
        stage.column.addWidget(self.caption)
        self._story_card.column.addWidget(self.story, 1)
        self._size_card.column.addWidget(self._general)
        for _ in range(3):
            self._formulas.append(Formula(self._theme, 15))
            self._size_card.column.addWidget(self._formulas[-1])
        self._size_card.column.addWidget(self._size_note)
        self._size_card.column.addStretch(1)
        self._costs.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._cost_card.column.addWidget(scrolled(self._costs), 1)
        self._cost_card.column.setContentsMargins(16, 12, 6, 12)
        cards = self._cards = QHBoxLayout()
        cards.setSpacing(12)
        for card in (self._story_card, self._size_card, self._cost_card):
            card.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            cards.addWidget(card)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(stage, 1)
        column.addWidget(self.transport)
        column.addLayout(cards)

    def _on_theme_changed(self) -> None:
        px = self._theme.px
        height = min(max(round(CARDS_SHARE * self.height()), px(LEAST_CARDS_PX)), px(MOST_CARDS_PX))
        for card in (self._story_card, self._size_card, self._cost_card):
            card.setFixedHeight(height)
        shares = WIDE_SHARES if self.width() >= px(NARROW_PX) else NARROW_SHARES
        for i, share in enumerate(shares):
            self._cards.setStretch(i, share)
        self.crop.setFixedWidth(min(px(CROP_PX), round(CROP_SHARE * self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._on_theme_changed()
