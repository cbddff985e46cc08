"""Every colour, font and size of the window, in one place.

Widgets never name a colour: they carry a *role* (a dynamic property that ``style_sheet`` reads) or,
if they paint themselves, ask the theme for a token. The tokens are those of the design's table.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from viz_app.files.resources import resource
from viz_app.gui.style_sheet import MONO_FONT, UI_FONT, style_sheet

Mode = Literal["light", "dark", "system"]

TOKENS: dict[str, dict[str, str]] = {
    "light": {
        "window": "#FAFAF8",
        "rail": "#F1F1EE",
        "card": "#FFFFFF",
        "line": "#E2E1DC",
        "edge": "#8E8D88",  # the outline of what can be moved: 3:1 on the card
        "text": "#1D1D1B",
        "muted": "#66655F",
        "accent": "#0B63C5",
        "on_accent": "#FFFFFF",
        "accent_soft": "#E8F0FA",
        "input": "#0072B2",
        "input_soft": "#DCECF7",
        "kernel": "#8F5C00",
        "kernel_line": "#B97700",
        "kernel_soft": "#FBEBCB",
        "output": "#00805C",
        "output_soft": "#D8F0E6",
        "warning": "#C2410C",
        "warning_soft": "#FCE9DF",
        "pink": "#B0497F",
    },
    "dark": {
        "window": "#17181A",
        "rail": "#1E2023",
        "card": "#232528",
        "line": "#34373B",
        "edge": "#7E8288",
        "text": "#ECECEA",
        "muted": "#A4A7AC",
        "accent": "#6FB1FF",
        "on_accent": "#0E1216",
        "accent_soft": "#24364B",
        "input": "#56B4E9",
        "input_soft": "#17384C",
        "kernel": "#F0B73E",
        "kernel_line": "#F0B73E",
        "kernel_soft": "#4A3A12",
        "output": "#3CCB9A",
        "output_soft": "#123E30",
        "warning": "#FF9A6B",
        "warning_soft": "#4A2A1C",
        "pink": "#E58FBC",
    },
}

# Boxes and classes: the Okabe-Ito palette without its black.
CATEGORIES = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442")

BASE_PX = 13


def load_fonts() -> None:
    """Make the bundled fonts known, so that text has the same measures on every system."""
    for path in sorted(resource("fonts").iterdir()):
        if path.suffix in (".otf", ".ttf"):
            QFontDatabase.addApplicationFont(str(path))


class Theme(QObject):
    """The colours and sizes in force; tells when they change."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._mode: Mode = "system"
        self.scale = 1.0
        load_fonts()
        app.setStyle("Fusion")  # the same metrics everywhere; the sheet below paints it
        app.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._apply()

    @property
    def mode(self) -> Mode:
        return self._mode

    @property
    def scheme(self) -> str:
        """``light`` or ``dark``: the mode, or what the system says."""
        if self._mode != "system":
            return self._mode
        is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return "dark" if is_dark else "light"

    def set_mode(self, mode: Mode) -> None:
        """Choose light, dark or the system's."""
        if mode != self._mode:
            self._mode = mode
            self._apply()

    def set_scale(self, scale: float) -> None:
        """Make all text larger, for a projector (1.0 to 2.0)."""
        scale = min(max(scale, 0.8), 2.0)
        if scale != self.scale:
            self.scale = scale
            self._apply()

    def colour(self, token: str) -> QColor:
        """Return a token's colour in the present scheme."""
        return QColor(TOKENS[self.scheme][token])

    def px(self, size: float) -> int:
        """Return a length of the design at the present text scale."""
        return round(size * self.scale)

    def font(
        self, size_px: float = BASE_PX, *, is_bold: bool = False, is_mono: bool = False
    ) -> QFont:
        """Return the interface font, or the one for numbers, at a size of the design."""
        font = QFont(MONO_FONT if is_mono else UI_FONT)
        font.setPixelSize(max(self.px(size_px), 6))
        if is_bold:
            font.setWeight(QFont.Weight.Bold if is_mono else QFont.Weight.DemiBold)
        return font

    def icon(self, name: str, token: str = "text") -> QIcon:
        """Return an icon of the outline set in a token's colour."""
        import qtawesome  # reads its fonts: not before the first icon is wanted

        return qtawesome.icon(f"ph.{name}", color=self.colour(token).name())

    def _on_scheme_changed(self) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        self._app.setFont(self.font())
        self._app.setPalette(self._palette())
        # A window takes it: on the application it costs five times as long, for the same widgets.
        self.sheet = style_sheet(TOKENS[self.scheme], self.px)
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for key, token in (
            (role.Window, "window"),
            (role.Base, "card"),
            (role.AlternateBase, "rail"),
            (role.Button, "card"),
            (role.WindowText, "text"),
            (role.Text, "text"),
            (role.ButtonText, "text"),
            (role.PlaceholderText, "muted"),
            (role.ToolTipBase, "card"),
            (role.ToolTipText, "text"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Link, "accent"),
        ):
            palette.setColor(key, self.colour(token))
        for key in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, key, self.colour("edge"))
        return palette


def set_role(widget: QWidget, role: str, **flags: bool) -> None:
    """Give a widget its role in the style sheet, with flags such as ``selected=True``."""
    widget.setProperty("role", role)
    for name, value in flags.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
