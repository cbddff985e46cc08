from __future__ import annotations

import pytest

from viz_app.core.errors import VizError
from viz_app.files.resources import resource


def test_a_bundled_file_is_found() -> None:
    assert resource("images", "chelsea.jpg").is_file()


def test_what_is_missing_is_named_with_what_to_do() -> None:
    with pytest.raises(VizError, match=r"images/no-such\.jpg.*install Convolab again"):
        resource("images", "no-such.jpg")
