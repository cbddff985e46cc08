from pathlib import Path

import pytest

from viz_app.gui.save_dialog import completed

KINDS = ("Picture (*.png)", "JPEG (*.jpg *.jpeg)", "Numbers (*.npz)")


@pytest.mark.parametrize(
    ("typed", "chosen", "expected"),
    [
        ("mine", KINDS[0], "mine.png"),
        ("my.v2", KINDS[2], "my.v2.npz"),
        ("mine.JPEG", KINDS[0], "mine.JPEG"),
        ("suggested.png", KINDS[2], "suggested.npz"),
        ("suggested.png", KINDS[0], "suggested.png"),
        ("mine.npz", KINDS[0], "mine.npz"),
    ],
)
def test_a_file_gets_the_ending_that_was_typed_or_chosen(typed, chosen, expected):
    assert completed(Path(typed), "suggested.png", chosen, KINDS) == Path(expected)
