"""Saving frames as a moving picture: GIF by Pillow, MP4 and WebM where FFmpeg is installed."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from viz_app.core.errors import SaveError
from viz_app.files.atomic import write_atomic

CODECS = {".mp4": ("libx264", "-pix_fmt", "yuv420p"), ".webm": ("libvpx-vp9", "-crf", "30")}
COLOURS = 128
LONGEST_S = 300


def animation_suffixes() -> tuple[str, ...]:
    """The endings that can be saved on this machine, ``.gif`` first."""
    return (".gif", *CODECS) if shutil.which("ffmpeg") else (".gif",)


def save_animation(
    path: Path,
    frames: Sequence[np.ndarray],
    frame_ms: int,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Save frames, uint8 [h, w, 3] of one size, that play for ever.

    Raises SaveError for another ending, without a codec, or if the file cannot be written.
    """
    suffix = path.suffix.lower()
    if not frames:
        raise SaveError("There is nothing to save: let the steps begin first.")
    if suffix == ".gif":
        data = _gif(frames, frame_ms, check)
    elif suffix in CODECS:
        data = _video(frames, frame_ms, suffix, check)
    else:
        raise SaveError(
            f"“{path.name}” needs an ending that says how to save it: "
            f"{' or '.join(animation_suffixes())}."
        )
    write_atomic(path, data)


def _gif(frames: Sequence[np.ndarray], frame_ms: int, check: Callable[[], None]) -> bytes:
    """One palette serves all frames, so that nothing flickers."""
    middle = Image.fromarray(frames[len(frames) // 2])
    palette = middle.quantize(COLOURS, dither=Image.Dither.NONE)
    pages = []
    for frame in frames:
        check()
        pages.append(Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE))
    buffer = io.BytesIO()
    pages[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=pages[1:],
        duration=max(frame_ms, 20),  # browsers slow down what is faster
        loop=0,
        disposal=1,
    )
    return buffer.getvalue()


def _video(
    frames: Sequence[np.ndarray], frame_ms: int, suffix: str, check: Callable[[], None]
) -> bytes:
    program = shutil.which("ffmpeg")
    if program is None:
        raise SaveError("There is no FFmpeg on this computer: save as .gif, or install it.")
    height, width = (n // 2 * 2 for n in frames[0].shape[:2])  # the codecs want even sizes
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"steps{suffix}"
        command = [
            program, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24",
            "-s", f"{width}x{height}", "-r", f"{1000 / frame_ms:.3f}", "-i", "-",
            "-c:v", *CODECS[suffix], str(target),
        ]  # fmt: skip
        data = b"".join(np.ascontiguousarray(f[:height, :width]).tobytes() for f in frames)
        check()
        try:
            subprocess.run(command, input=data, check=True, capture_output=True, timeout=LONGEST_S)
            return target.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise SaveError("FFmpeg could not make the film: save as .gif instead.") from error
