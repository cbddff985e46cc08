"""The selected channel in figures: its histogram, its mean, and what the image is taken for."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from viz_app.gui.theme import Theme, set_role
from viz_app.labs.activations.jobs import Guessed
from viz_app.labs.activations.mosaic_shown import ChannelShown

WIDTH_PX = 168
HISTOGRAM_PX = 64
LINE_PX = 19


class Histogram(QWidget):
    """How often each value occurs, on a root scale: the bar of the zeros would hide the rest."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: ChannelShown | None = None
        self.setAccessibleName("Histogram of the channel")
        self.setToolTip("How many units have each value; heights are square roots of counts.")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(theme.px(140))
        theme.changed.connect(self.updateGeometry)

    def show_channel(self, shown: ChannelShown) -> None:
        """Show a channel's counts."""
        self._shown = shown
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._theme.px(HISTOGRAM_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        painter = QPainter(self)
        font = self._theme.font(10, is_mono=True)
        text_px = QFontMetricsF(font).height()
        counts = self._shown.counts
        most = max(max(counts), 1) ** 0.5
        room, step = self.height() - text_px - 2, self.width() / len(counts)
        for i, count in enumerate(counts):
            height = room * count**0.5 / most
            bar = QRectF(i * step, room - height, max(step - 1, 1), height)
            painter.fillRect(bar, self._theme.colour("output"))
        painter.setPen(self._theme.colour("line"))
        painter.drawLine(0, int(room), self.width(), int(room))
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted"))
        low, high = self._shown.edges
        ends = QRectF(0, room + 2, self.width(), text_px)
        painter.drawText(ends, Qt.AlignmentFlag.AlignLeft, f"{low:.3g}")
        painter.drawText(ends, Qt.AlignmentFlag.AlignRight, f"{high:.3g}")


class Classes(QWidget):
    """The five most probable classes with their bars."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._classes: tuple[Guessed, ...] = ()
        self.setAccessibleName("What the network takes the image for")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_classes(self, classes: tuple[Guessed, ...]) -> None:
        """Show classes, the most probable first."""
        self._classes = classes
        lines = "\n".join(f"{c.probability:.1%} {c.label}" for c in classes)
        self.setToolTip(lines or "The network names the image …")
        self.setAccessibleDescription(lines)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, self._theme.px(LINE_PX) * 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        font, height = self._theme.font(11), self._theme.px(LINE_PX)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        share_px = metrics.horizontalAdvance("100 %") + 6
        align = Qt.AlignmentFlag
        for i, guess in enumerate(self._classes):
            top = i * height
            bar = QRectF(0, top + 1, self.width() * guess.probability, height - 3)
            painter.fillRect(bar, self._theme.colour("output_soft"))
            painter.setPen(self._theme.colour("text"))
            name = metrics.elidedText(
                guess.label, Qt.TextElideMode.ElideRight, self.width() - share_px - 4
            )
            painter.drawText(QRectF(4, top, self.width(), height), align.AlignVCenter, name)
            painter.setPen(self._theme.colour("muted"))
            share = QRectF(0, top, self.width(), height)
            painter.drawText(
                share, align.AlignRight | align.AlignVCenter, f"{guess.probability:.0%}"
            )


class ChannelFigures(QWidget):
    """Title, figures, histogram; below, the classes of a classifier."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.title = QLabel()
        set_role(self.title, "group")
        self.histogram = Histogram(theme)
        self._classes_title = QLabel("Taken for")
        set_role(self._classes_title, "group")
        self.classes = Classes(theme)
        self._figures = QGridLayout()
        self._figures.setHorizontalSpacing(8)
        self._figures.setVerticalSpacing(2)
        self._labels: list[tuple[QLabel, QLabel]] = []
        for i in range(4):
            name, value = QLabel(), QLabel()
            set_role(name, "muted")
            self._figures.addWidget(name, i, 0)
            self._figures.addWidget(value, i, 1, Qt.AlignmentFlag.AlignRight)
            self._labels.append((name, value))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addLayout(self._figures)
        column.addWidget(self.histogram, 1)
        column.addWidget(self._classes_title)
        column.addWidget(self.classes)
        column.addStretch(0)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_channel(self, shown: ChannelShown) -> None:
        """Show a channel's figures."""
        self.title.setText(f"Channel {shown.channel} of {shown.layer}")
        for (name, value), (word, figure) in zip(self._labels, shown.figures, strict=True):
            name.setText(word)
            value.setText(figure)
        self.histogram.show_channel(shown)

    def show_classes(self, classes: tuple[Guessed, ...] | None) -> None:
        """Show the classes; None: the network is no classifier."""
        self._classes_title.setVisible(classes is not None)
        self.classes.setVisible(classes is not None)
        if classes is not None:
            self.classes.show_classes(classes)

    def _on_theme_changed(self) -> None:
        self.setFixedWidth(self._theme.px(WIDTH_PX))
        for name, value in self._labels:
            name.setFont(self._theme.font(11))
            value.setFont(self._theme.font(11, is_mono=True))
