"""Where the program's own files lie: inside the installed package, or beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

from viz_app.core.errors import VizError

_PACKAGE = Path(__file__).resolve().parent.parent
_HOMES = (_PACKAGE / "resources", _PACKAGE.parent / "resources")


def resource(*parts: str) -> Path:
    """The file or folder `parts` below the resources, ``resource("images", "coffee.jpg")``."""
    for home in _HOMES:
        path = home.joinpath(*parts)
        if path.exists():
            return path
    raise VizError(f"A part of the program is missing ({'/'.join(parts)}): install Convolab again.")
