"""Saving frames as a moving picture: GIF by Pillow, MP4 and WebM by OpenCV."""

from __future__ import annotations

import io
import itertools
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from viz_app.core.errors import SaveError
from viz_app.files.atomic import write_atomic

CODECS = {".mp4": "mp4v", ".webm": "VP80"}
"""What OpenCV carries itself: MPEG-4 plays in every player, VP8 in every browser."""
ANIMATION_SUFFIXES = (".gif", *CODECS)
COLOURS = 128
SHORTEST_MS = 20  # browsers slow down what is faster
SMALLEST_PX = 16  # that a codec takes


def save_animation(
    path: Path,
    frames: Sequence[np.ndarray],
    frame_ms: int,
    check: Callable[[], None] = lambda: None,
    *,
    last_ms: int | None = None,
    is_photo: bool = False,
) -> None:
    """Save frames, uint8 [H, W, 3], as a film; a GIF plays for ever.

    Parameters
    ----------
    path
        its ending says how: .gif, .mp4 or .webm
    frames
        those of another size are brought to the size of the last
    check
        called between frames; what it raises ends the saving
    last_ms
        how long the last frame stays, if not as long as the others
    is_photo
        each frame of a GIF gets colours of its own; without, one palette serves all and a
        drawing does not flicker

    Raises
    ------
    SaveError
        if there is no frame, for another ending, or if the file cannot be written
    """
    suffix = path.suffix.lower()
    if not frames:
        raise SaveError("There is nothing to save: let the steps begin first.")
    last_ms = frame_ms if last_ms is None else last_ms
    if suffix == ".gif":
        data = _gif(_even(frames, check), len(frames), (frame_ms, last_ms), is_photo)
    elif suffix in CODECS:
        held = max(round(last_ms / frame_ms), 1) - 1
        stay = itertools.repeat(frames[-1], held)
        data = _video(_even((*frames, *stay), check), frame_ms, suffix)
    else:
        raise SaveError(
            f"“{path.name}” needs an ending that says how to save it: "
            f"{', '.join(ANIMATION_SUFFIXES[:-1])} or {ANIMATION_SUFFIXES[-1]}."
        )
    write_atomic(path, data)


def _even(frames: Sequence[np.ndarray], check: Callable[[], None]) -> Iterator[Image.Image]:
    """The frames at the size of the last."""
    size = (frames[-1].shape[1], frames[-1].shape[0])
    for frame in frames:
        check()
        picture = Image.fromarray(frame)
        yield picture if picture.size == size else picture.resize(size, Image.Resampling.BICUBIC)


def _gif(
    frames: Iterator[Image.Image], count: int, times_ms: tuple[int, int], is_photo: bool
) -> bytes:
    frame_ms, last_ms = (max(time, SHORTEST_MS) for time in times_ms)
    if is_photo:
        pages = [frame.quantize(256) for frame in frames]
    else:
        pictures = list(frames)
        palette = pictures[count // 2].quantize(COLOURS, dither=Image.Dither.NONE)
        pages = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    buffer = io.BytesIO()
    pages[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=pages[1:],
        duration=[*[frame_ms] * (count - 1), last_ms],
        loop=0,
        disposal=1,
    )
    return buffer.getvalue()


def _video(frames: Iterator[Image.Image], frame_ms: int, suffix: str) -> bytes:
    import cv2

    writer = cv2.VideoWriter()
    with tempfile.TemporaryDirectory(prefix="convolab-") as folder:
        target = Path(folder) / f"film{suffix}"
        try:
            for frame in frames:
                # the codecs want even sides
                width, height = (max(side // 2 * 2, SMALLEST_PX) for side in frame.size)
                if not writer.isOpened():
                    code = cv2.VideoWriter.fourcc(*CODECS[suffix])
                    rate = 1000 / frame_ms
                    if not writer.open(str(target), cv2.CAP_FFMPEG, code, rate, (width, height)):
                        raise SaveError("This computer cannot make the film: save it as .gif.")
                pixels = np.asarray(_at_least(frame, width, height))[:height, :width]
                writer.write(np.ascontiguousarray(pixels[..., ::-1]))  # OpenCV has blue first
        except cv2.error as error:
            raise SaveError("The film could not be made: save it as .gif.") from error
        finally:
            writer.release()
        return _read(target)


def _at_least(frame: Image.Image, width: int, height: int) -> Image.Image:
    if frame.width >= width and frame.height >= height:
        return frame
    return frame.resize((width, height), Image.Resampling.NEAREST)


def _read(film: Path) -> bytes:
    """What was written; OpenCV does not tell of a full disk."""
    data = film.read_bytes() if film.exists() else b""
    if len(data) < 200:
        raise SaveError("The film could not be made, perhaps for want of room: free some space.")
    return data
