"""Saving a run as a film: an animated GIF, which every program shows."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from viz_app.core.errors import SaveError
from viz_app.files.atomic import write_atomic


def save_gif(path: Path, frames: Sequence[np.ndarray], frame_ms: int, last_ms: int) -> None:
    """Save frames (uint8 [H, W, 3]) as a GIF that begins again; the last one stays longer.

    Frames of other sizes are brought to the size of the last one. Every frame has a palette of
    its own. Raises SaveError if there is no frame, the ending is another one or the file cannot
    be written.
    """
    if not frames:
        raise SaveError("There is no picture to make a film of: start a run first.")
    if path.suffix.lower() != ".gif":
        raise SaveError(f"“{path.name}” needs the ending .gif.")
    size = (frames[-1].shape[1], frames[-1].shape[0])
    pictures = [
        Image.fromarray(frame).resize(size, Image.Resampling.BICUBIC).quantize(256)
        for frame in frames
    ]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=[*[frame_ms] * (len(pictures) - 1), last_ms],
        loop=0,
        optimize=False,
    )
    write_atomic(path, buffer.getvalue())
