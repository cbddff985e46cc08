"""Every colour, font and size of the window, in one place.

Widgets never name a colour: they carry a *role* (a dynamic property the style sheet reads) or, if
they paint themselves, ask the theme for a token. The tokens are those of the design's table.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from viz_app.files.resources import resource

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

# Boxes and classes: the Okabe-Ito palette without its black and its pale yellow.
CATEGORIES = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442")

UI_FONT, MONO_FONT = "Inter", "JetBrains Mono"
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


def style_sheet(c: dict[str, str], px: object) -> str:
    """Return the one style sheet, for the tokens of a scheme and a function of sizes."""
    p = px if callable(px) else round
    return f"""
* {{ font-family: "{UI_FONT}"; font-size: {p(13)}px; }}
QMainWindow, QWidget#lab, QDialog {{ background: {c["window"]}; }}
QWidget {{ color: {c["text"]}; }}
QToolTip {{ background: {c["card"]}; color: {c["text"]}; border: 1px solid {c["line"]};
    padding: 6px; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {p(18)}px; font-weight: 600; }}
QLabel[role="brand"] {{ font-size: {p(15)}px; font-weight: 700; }}
QLabel[role="group"] {{ font-size: {p(11)}px; font-weight: 600; color: {c["muted"]}; }}
QLabel[role="muted"] {{ color: {c["muted"]}; }}
QLabel[role="warning"] {{ color: {c["warning"]}; }}
QLabel[role="good"] {{ color: {c["output"]}; }}
QLabel[role="mono"], QPlainTextEdit[role="mono"] {{ font-family: "{MONO_FONT}";
    font-size: {p(12)}px; }}
QLabel[role="input"] {{ color: {c["input"]}; font-size: {p(11)}px; font-weight: 600; }}
QLabel[role="kernel"] {{ color: {c["kernel"]}; font-size: {p(11)}px; font-weight: 600; }}
QLabel[role="output"] {{ color: {c["output"]}; font-size: {p(11)}px; font-weight: 600; }}
QFrame[role="card"] {{ background: {c["card"]}; border: 1px solid {c["line"]};
    border-radius: 10px; }}
QFrame[role="rail"], QFrame[role="inspector"], QFrame[role="top"], QFrame[role="status"],
QScrollArea[role="inspector"], QWidget[role="inspector"] {{ background: {c["rail"]};
    border: 0; }}
QFrame[role="rail"] {{ border-right: 1px solid {c["line"]}; }}
QFrame[role="inspector"] {{ border-left: 1px solid {c["line"]}; }}
QScrollArea[role="inspector"] {{ border: 0; }}
QFrame[role="top"] {{ border-bottom: 1px solid {c["line"]}; }}
QFrame[role="status"] {{ border-top: 1px solid {c["line"]}; }}
QFrame[role="message"] {{ background: {c["warning_soft"]}; border: 1px solid {c["warning"]};
    border-radius: 10px; }}
QFrame[role="message"][good="true"] {{ background: {c["output_soft"]};
    border-color: {c["output"]}; }}
QPushButton {{ background: {c["card"]}; border: 1px solid {c["line"]}; border-radius: 7px;
    padding: 0 {p(12)}px; min-height: {p(28)}px; }}
QPushButton:hover {{ border-color: {c["edge"]}; }}
QPushButton:focus {{ border: 2px solid {c["accent"]}; padding: 0 {p(11)}px; }}
QPushButton:disabled {{ color: {c["edge"]}; }}
QPushButton[role="primary"] {{ background: {c["accent"]}; color: {c["on_accent"]};
    border-color: {c["accent"]}; font-weight: 600; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {c["text"]}; }}
QPushButton[role="primary"]:disabled {{ background: {c["line"]}; color: {c["muted"]};
    border-color: {c["line"]}; }}
QToolButton[role="rail"] {{ background: transparent; border: 2px solid transparent;
    border-radius: 9px; padding: 4px 0; font-size: {p(11)}px; color: {c["muted"]}; }}
QToolButton[role="rail"]:hover {{ background: {c["card"]}; }}
QToolButton[role="rail"]:checked {{ background: {c["accent_soft"]}; color: {c["accent"]};
    font-weight: 600; }}
QToolButton[role="rail"]:focus {{ border-color: {c["accent"]}; }}
QPushButton[role="segment"] {{ border-radius: 0; border-left-width: 0; color: {c["muted"]};
    padding: 0 {p(4)}px; }}
QPushButton[role="segment"][place="first"] {{ border-left-width: 1px;
    border-top-left-radius: 7px; border-bottom-left-radius: 7px; }}
QPushButton[role="segment"][place="last"] {{ border-top-right-radius: 7px;
    border-bottom-right-radius: 7px; }}
QPushButton[role="segment"]:checked {{ background: {c["accent_soft"]}; color: {c["accent"]};
    font-weight: 600; }}
QPushButton[role="segment"]:focus {{ border: 2px solid {c["accent"]}; padding: 0; }}
QPushButton[role="chip"] {{ border-radius: {p(13)}px; min-height: {p(26)}px;
    padding: 0 {p(12)}px; color: {c["muted"]}; }}
QPushButton[role="chip"]:checked {{ background: {c["accent_soft"]}; color: {c["accent"]};
    border-color: {c["accent"]}; font-weight: 600; }}
QPushButton[role="chip"]:focus {{ border: 2px solid {c["accent"]}; padding: 0 {p(11)}px; }}
QPushButton[role="chip"]:disabled, QPushButton[role="segment"]:disabled {{
    color: {c["edge"]}; }}
QPushButton[role="flat"] {{ background: transparent; border: 2px solid transparent;
    padding: 0 {p(6)}px; min-height: {p(24)}px; color: {c["muted"]}; }}
QPushButton[role="flat"]:hover {{ color: {c["text"]}; }}
QPushButton[role="flat"]:focus {{ border-color: {c["accent"]}; }}
QPushButton[role="search"] {{ text-align: left; color: {c["muted"]}; }}
QPushButton[role="thumb"] {{ padding: 0; border: 2px solid transparent; border-radius: 6px;
    background: transparent; min-height: 0; }}
QPushButton[role="thumb"]:checked {{ border-color: {c["accent"]}; }}
QPushButton[role="thumb"]:focus {{ border-color: {c["text"]}; }}
QLineEdit, QPlainTextEdit, QListWidget, QTableWidget {{ background: {c["card"]};
    border: 1px solid {c["line"]}; border-radius: 7px; padding: 4px {p(8)}px;
    selection-background-color: {c["accent"]}; selection-color: {c["on_accent"]}; }}
QLineEdit:focus, QPlainTextEdit:focus, QListWidget:focus, QTableWidget:focus {{
    border: 2px solid {c["accent"]}; }}
QLineEdit[role="value"] {{ background: transparent; border: 1px solid transparent;
    border-radius: 4px; padding: 0 2px; font-family: "{MONO_FONT}"; font-size: {p(12)}px; }}
QLineEdit[role="value"]:hover {{ border-color: {c["line"]}; }}
QLineEdit[role="value"]:focus {{ border-color: {c["accent"]}; background: {c["card"]}; }}
QLineEdit[role="cell"] {{ padding: 0 2px; border: 2px solid {c["accent"]}; border-radius: 5px;
    font-family: "{MONO_FONT}"; }}
QListWidget::item {{ padding: {p(5)}px {p(6)}px; border-radius: 5px; }}
QListWidget::item:selected {{ background: {c["accent_soft"]}; color: {c["accent"]}; }}
QComboBox {{ background: {c["card"]}; border: 1px solid {c["line"]}; border-radius: 7px;
    padding: 0 {p(8)}px; min-height: {p(28)}px; }}
QComboBox:focus {{ border: 2px solid {c["accent"]}; }}
QComboBox::drop-down {{ border: 0; width: {p(22)}px; }}
QComboBox QAbstractItemView {{ background: {c["card"]}; border: 1px solid {c["line"]};
    selection-background-color: {c["accent_soft"]}; selection-color: {c["accent"]}; }}
QSlider::groove:horizontal {{ height: 4px; border: 0; border-radius: 2px; }}
QSlider::add-page:horizontal {{ height: 4px; border-radius: 2px; background: {c["line"]}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {c["accent"]}; }}
QSlider::handle:horizontal {{ width: 10px; height: 10px; margin: -5px 0; border-radius: 7px;
    background: {c["card"]}; border: 2px solid {c["accent"]}; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{
    background: {c["accent"]}; }}
QSlider::sub-page:horizontal:disabled {{ background: {c["line"]}; }}
QSlider::handle:horizontal:disabled {{ border-color: {c["edge"]}; }}
QProgressBar {{ background: {c["line"]}; border: 0; border-radius: 2px; max-height: 4px;
    min-height: 4px; }}
QProgressBar::chunk {{ background: {c["accent"]}; border-radius: 2px; }}
QMenuBar {{ background: transparent; }}
QMenuBar::item {{ padding: {p(4)}px {p(8)}px; border-radius: 5px; color: {c["muted"]};
    background: transparent; }}
QMenuBar::item:selected {{ background: {c["accent_soft"]}; color: {c["accent"]}; }}
QMenu {{ background: {c["card"]}; border: 1px solid {c["line"]}; padding: 4px; }}
QMenu::item {{ padding: {p(5)}px {p(24)}px; border-radius: 5px; }}
QMenu::item:selected {{ background: {c["accent_soft"]}; color: {c["accent"]}; }}
QMenu::item:disabled {{ color: {c["edge"]}; }}
QMenu::separator {{ height: 1px; background: {c["line"]}; margin: 4px 8px; }}
QScrollArea {{ background: transparent; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c["line"]}; border-radius: 4px; min-height: 24px;
    min-width: 24px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {c["edge"]}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QHeaderView::section {{ background: {c["card"]}; color: {c["muted"]}; border: 0;
    border-bottom: 1px solid {c["line"]}; padding: 4px; }}
QTableWidget {{ gridline-color: {c["line"]}; }}
QSplitter::handle {{ background: transparent; }}
"""
