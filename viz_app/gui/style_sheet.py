"""The one style sheet: what each role and each kind of widget looks like in a scheme's colours.

Qt lets the later of two rules that fit a widget equally win, so the order within a part matters.
"""

from __future__ import annotations

from collections.abc import Callable

UI_FONT, MONO_FONT = "Inter", "JetBrains Mono"

Colours = dict[str, str]
Size = Callable[[float], int]


def style_sheet(c: Colours, p: Size) -> str:
    """Return the sheet for the tokens of a scheme and a function that scales a size."""
    parts = (_texts, _surfaces, _buttons, _choices, _fields, _bars, _menus)
    return "".join(part(c, p) for part in parts)


def _texts(c: Colours, p: Size) -> str:
    """Fonts and the colours of words."""
    return f"""
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
"""


def _surfaces(c: Colours, p: Size) -> str:
    """What the window is made of, and the bar of messages."""
    return f"""
QMainWindow, QWidget#lab, QDialog {{ background: {c["window"]}; }}
QToolTip {{ background: {c["card"]}; color: {c["text"]}; border: 1px solid {c["line"]};
    padding: 6px; }}
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
QScrollArea {{ background: transparent; border: 0; }}
QSplitter::handle {{ background: transparent; }}
"""


def _buttons(c: Colours, p: Size) -> str:
    """Buttons that do something."""
    return f"""
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
"""


def _choices(c: Colours, p: Size) -> str:
    """Buttons that choose, and those without a frame."""
    return f"""
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
"""


def _fields(c: Colours, p: Size) -> str:
    """What is typed into or picked from."""
    return f"""
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
QHeaderView::section {{ background: {c["card"]}; color: {c["muted"]}; border: 0;
    border-bottom: 1px solid {c["line"]}; padding: 4px; }}
QTableWidget {{ gridline-color: {c["line"]}; }}
"""


def _bars(c: Colours, p: Size) -> str:
    """Sliders, progress and scroll bars."""
    return f"""
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
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {c["line"]}; border-radius: 4px; min-height: 24px;
    min-width: 24px; margin: 1px; }}
QScrollBar::handle:hover {{ background: {c["edge"]}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _menus(c: Colours, p: Size) -> str:
    """The menus."""
    return f"""
QMenuBar {{ background: transparent; }}
QMenuBar::item {{ padding: {p(4)}px {p(8)}px; border-radius: 5px; color: {c["muted"]};
    background: transparent; }}
QMenuBar::item:selected {{ background: {c["accent_soft"]}; color: {c["accent"]}; }}
QMenu {{ background: {c["card"]}; border: 1px solid {c["line"]}; padding: 4px; }}
QMenu::item {{ padding: {p(5)}px {p(24)}px; border-radius: 5px; }}
QMenu::item:selected {{ background: {c["accent_soft"]}; color: {c["accent"]}; }}
QMenu::item:disabled {{ color: {c["edge"]}; }}
QMenu::separator {{ height: 1px; background: {c["line"]}; margin: 4px 8px; }}
"""
