import sys

from PySide6.QtWidgets import QLabel


def test_calls_that_return_none_keep_its_references(qtbot):
    """PySide6 6.12.0 on Python 3.11 drops one a call, and a busy window dies within seconds."""
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)
    for i in range(2000):
        label.setText(str(i))
    assert abs(sys.getrefcount(None) - before) < 50
