"""The sliding windows view: scores over the picture, both maps, and what each way costs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget

from viz_app.gui.panel import Card
from viz_app.gui.panels.detection.arrangement import Beside, page_column, picture_card
from viz_app.gui.panels.detection.grid_page import GridCanvas
from viz_app.gui.panels.detection.side_card import SideCard
from viz_app.gui.theme import Theme, set_role
from viz_app.gui.widgets.choices import ChoiceButtons
from viz_app.labs.controls import Choice, Option
from viz_app.labs.detection.found import Floats, short
from viz_app.labs.detection.presenter import DetectionPresenter
from viz_app.labs.detection.scene import DetectionScene
from viz_app.labs.detection.sliding import EQUAL, SlidingShown

CLASS = Choice("slid_class", "Class", (), "Whose scores the maps show.", style="chips")
BEST = Option("", "Best", "The best class of each window.")
MOST_ALPHA = 0.72
FACT_CELL = '<td align="{align}" style="padding-left: {left}px; color: {colour}">{text}</td>'


class SlidingPage(QWidget):
    """Shows one window and the map of all."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: SlidingShown | None = None
        self.canvas = GridCanvas(theme, "Picture with the windows' scores")
        self.canvas.setToolTip("Click a place, or walk with the arrow keys, to move the window.")
        self.canvas.add_overlay(self._paint)
        self.shapes, self.at = QLabel(), QLabel()
        self.shapes.setToolTip("The shapes from layer to layer in the one pass.")
        set_role(self.shapes, "mono")
        set_role(self.at, "muted")
        self.facts, self.verdict, self.why = QLabel(), QLabel(), QLabel()
        self.facts.setMinimumWidth(1)  # the card is as wide as it is
        self.facts.setAccessibleName("Cost of the crops and of the one pass")
        self.facts.setToolTip(
            "Products are multiplications of the layers; the times were measured just now."
        )
        self.verdict.setToolTip("The largest difference over all windows and classes.")
        for label in (self.shapes, self.at, self.verdict, self.why):
            label.setWordWrap(True)
        set_role(self.why, "muted")
        self.classes = ChoiceButtons(CLASS)
        self.maps = MapStrip(theme)
        self.fetch = QPushButton("Get the network…")
        self.fetch.setToolTip("Choose where it comes from; size and licence are shown before.")
        set_role(self.fetch, "primary")
        self._build()
        theme.changed.connect(self._on_theme_changed)

    def attach(self, presenter: DetectionPresenter) -> None:
        """Connect the intents."""
        part = presenter.sliding
        self.canvas.clicked.connect(part.cell_clicked)
        self.canvas.cell_moved.connect(part.cell_moved)
        self.classes.moved.connect(part.class_chosen)
        self.fetch.clicked.connect(part.offer_accepted)

    def show_scene(self, scene: DetectionScene) -> None:
        """All values come with what is shown."""

    def show_sliding(self, shown: SlidingShown) -> None:
        """Show scores and costs; before there are any, the picture and what it waits for."""
        self._shown = shown
        self.canvas.placeholder = shown.words
        self.canvas.show_pixels(shown.pixels)
        self.canvas.update()
        is_ready = shown.windows is not None
        for widget in (self.maps, self.classes, self.facts, self.verdict, self.shapes):
            widget.setVisible(is_ready)
        self.fetch.setVisible(bool(shown.missing))
        self.why.setText(shown.why if is_ready else shown.words)
        self.at.setText(shown.at)
        if not is_ready:
            return
        self.shapes.setText(shown.shapes)
        self.maps.show_maps(shown)
        options = tuple(
            Option(name, f"{name.split(',')[0]} {short(score)}", f"{name}: {score:.4f} at best.")
            for name, score in shown.classes
        )
        if len(options) > 1:
            self.classes.set_options((BEST, *options))
            self.classes.show_value(shown.chosen)
        self.classes.setVisible(len(options) > 1)
        self._show_facts(shown)

    def _show_facts(self, shown: SlidingShown) -> None:
        colour = self._theme.colour
        rows = ""
        for name, crops, dense in shown.facts:
            cells = (("left", "muted", name), ("right", "input", crops), ("right", "output", dense))
            rows += "<tr>" + "".join(
                FACT_CELL.format(
                    align=align,
                    left=0 if align == "left" else 8,
                    colour=colour(token).name(),
                    text=text,
                )
                for align, token, text in cells
            )
            rows += "</tr>"
        self.facts.setFont(self._theme.font(12))
        self.facts.setText(f"<table cellspacing=2>{rows}</table>")
        assert shown.windows is not None
        gap = shown.windows.gap
        if gap != gap:
            self.verdict.setText("max |Δ| = …")
            return
        is_equal = gap <= EQUAL
        words = "equal" if is_equal else "not equal"
        token = "output" if is_equal else "warning"
        self.verdict.setText(
            f'<span style="color: {colour(token).name()}; font-weight: 600">'
            f"{'✓' if is_equal else '✗'} {words}: max |Δ| = {gap:.2g}</span>"
        )

    def _paint(self, painter: QPainter, transform: QTransform) -> None:
        shown = self._shown
        if shown is None or shown.dense is None or shown.crops is None:
            return
        scores = np.where(np.isnan(shown.crops), 0.0, shown.crops)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        ink = self._theme.colour("output")
        for row, column in np.argwhere(scores > 0.05).tolist():
            ink.setAlphaF(MOST_ALPHA * min(float(scores[row, column]), 1.0))
            painter.fillRect(transform.mapRect(QRectF(*shown.cell_rect(row, column))), ink)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = transform.mapRect(QRectF(*shown.rect))
        halo = self._theme.colour("window")
        halo.setAlphaF(0.6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((halo, 7), (self._theme.colour("kernel_line"), 3)):
            painter.setPen(QPen(colour, width))
            painter.drawRect(rect)

    def _build(self) -> None:
        photo = picture_card(self.canvas, self.shapes, self.at)
        self._side = SideCard("Crops or one pass?")
        for widget in (self.facts, self.verdict, self.why, self.fetch, self.classes):
            self._side.inside.addWidget(widget)
        self._side.inside.addStretch(1)
        lower = Card()
        lower.column.addWidget(self.maps)
        page_column(self, Beside(photo, self._side, self._theme), lower)

    def _on_theme_changed(self) -> None:
        if self._shown is not None and self._shown.windows is not None:
            self._show_facts(self._shown)


class MapStrip(QWidget):
    """The crops' scores, the one pass' scores, and their difference, a cell a window."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: SlidingShown | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "A cell for each window. The difference is drawn between 0 and its largest value, "
            "or 1e-5 if that is more."
        )
        theme.changed.connect(self.updateGeometry)

    def show_maps(self, shown: SlidingShown) -> None:
        """Show the three maps."""
        self._shown = shown
        assert shown.windows is not None
        rows, columns = shown.windows.dense.shape[:2]
        self.setAccessibleName(
            f"Maps of {rows} by {columns} windows; largest difference {shown.windows.gap:.2g}"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, self._theme.px(22) + 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self._shown
        if shown is None or shown.crops is None or shown.dense is None or shown.gaps is None:
            return
        painter = QPainter(self)
        font = self._theme.font(12)
        painter.setFont(font)
        line = QFontMetricsF(font).height() + 4
        gap = float(np.nanmax(shown.gaps)) if not np.isnan(shown.gaps).all() else 0.0
        maps = (
            ("Crops", shown.crops, "input", 1.0),
            ("One pass", shown.dense, "output", 1.0),
            (f"|Δ| to {max(gap, EQUAL):.1g}", shown.gaps, "warning", max(gap, EQUAL)),
        )
        width = self.width() / len(maps)
        for i, (title, values, token, most) in enumerate(maps):
            area = QRectF(i * width, 0, width - 12, self.height())
            painter.setPen(self._theme.colour(token))
            painter.drawText(area, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, title)
            room = area.adjusted(0, line, 0, -2)
            rows, columns = values.shape
            scale = min(room.width() / columns, room.height() / rows)
            place = QRectF(0, 0, columns * scale, rows * scale)
            place.moveCenter(room.center())
            painter.drawImage(place, self._image(values / most, token))
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place)
            row, column = shown.cell
            painter.setPen(QPen(self._theme.colour("kernel_line"), 2))
            spot = QRectF(place.left() + column * scale, place.top() + row * scale, scale, scale)
            painter.drawRect(spot.adjusted(-1, -1, 1, 1))

    def _image(self, values: Floats, token: str) -> QImage:
        """A pixel for each value: from the card's colour to the token's; grey where unknown."""
        low, high = self._rgb("card"), self._rgb(token)
        shares = np.clip(np.nan_to_num(values, nan=0.0), 0, 1)[..., None]
        pixels = low + (high - low) * shares
        pixels[np.isnan(values)] = self._rgb("line")
        pixels = np.ascontiguousarray(pixels.round().astype(np.uint8))
        rows, columns = values.shape
        return QImage(pixels.data, columns, rows, 3 * columns, QImage.Format.Format_RGB888).copy()

    def _rgb(self, token: str) -> Floats:
        colour = QColor(self._theme.colour(token))
        return np.array([colour.red(), colour.green(), colour.blue()], np.float64)
