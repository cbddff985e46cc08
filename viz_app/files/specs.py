"""Whether a network of the user's own can be asked for: see ``core.traced`` for what a spec is."""

from __future__ import annotations

from pathlib import Path

from viz_app.core.errors import WeightsError
from viz_app.core.traced import parse_spec


def check_spec(text: str) -> None:
    """Raise WeightsError if a spec is none, or names a file that is not there."""
    spec = parse_spec(text)
    is_file = not spec.runs_code or spec.source.endswith(".py")
    if is_file and not Path(spec.source).is_file():
        raise WeightsError(f"There is no file “{spec.source}”; give its path.")
