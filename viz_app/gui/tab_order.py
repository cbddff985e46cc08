"""The order in which Tab goes over a window: as one reads it, whenever its parts were made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cmp_to_key

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget


def stops_in(widget: QWidget) -> Iterator[QWidget]:
    """Whatever Tab stops at in a widget, itself included: from top to bottom, left to right.

    Of buttons of which one is always chosen, that one: the arrow keys go over the others.
    """
    if _takes_tab(widget):
        yield widget
    inside = [w for w in widget.children() if isinstance(w, QWidget) and w.isVisible()]
    for child in sorted((w for w in inside if not w.isWindow()), key=cmp_to_key(_reads_before)):
        yield from stops_in(child)


def after(now: QWidget | None, stops: list[QWidget], is_forward: bool) -> QWidget | None:
    """The next stop, or the one before; what is no stop itself counts as the window's beginning."""
    if not stops:
        return None
    if now not in stops:
        return stops[0 if is_forward else -1]
    return stops[(stops.index(now) + (1 if is_forward else -1)) % len(stops)]


def _takes_tab(widget: QWidget) -> bool:
    if not widget.isEnabled() or widget.focusProxy() is not None:
        return False
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    chosen = group.checkedButton() if group is not None and group.exclusive() else None
    if chosen is not None and chosen.isVisible() and chosen.isEnabled():
        return widget is chosen
    # of a group Qt takes the policy from all but the one that had the focus last
    return group is not None or bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _reads_before(a: QWidget, b: QWidget) -> int:
    """Below zero where ``a`` is read first: side by side counts from the left, or else the top."""
    one, other = a.geometry(), b.geometry()
    if _share_a_line(one, other):
        return one.left() - other.left()
    return one.top() - other.top()


def _share_a_line(one: QRect, other: QRect) -> bool:
    overlap = min(one.bottom(), other.bottom()) - max(one.top(), other.top()) + 1
    return 2 * overlap > min(one.height(), other.height())
