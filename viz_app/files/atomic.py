"""Writing so that a reader finds the old file or the new one, never half of either.

A file is written beside its target under a passing name, pushed to the disk, then renamed over
the target in one step. A process killed in between leaves at most the passing file, which a
later save into the same folder sweeps away.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from pathlib import Path

from viz_app.core.errors import SaveError

_STALE_S = 3600  # a passing file this old belongs to no living save


def write_atomic(path: Path, data: bytes) -> None:
    """Make `data` the content of `path`, whole or not at all; missing folders are made.

    A link is followed, and the permissions of a file already there are kept.
    Raises SaveError, with the former content untouched, if it cannot be written.
    """
    try:
        target = Path(os.path.realpath(path))
        passing = target.parent / f".convolab-{os.getpid()}-{time.monotonic_ns()}.tmp"
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target.parent)
        try:
            with passing.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileNotFoundError):
                passing.chmod(target.stat().st_mode & 0o7777)
            passing.replace(target)
        finally:
            passing.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        raise SaveError(_sentence(path, error)) from error


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be read to ``NAME.broken-YYYYMMDD-HHMMSS``; nothing is lost.

    Returns the new path, which never was another file's. Raises SaveError if that fails.
    """
    kept = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
    first, count = kept.name, 1
    try:
        while os.path.lexists(kept):
            count += 1
            kept = path.with_name(f"{first}-{count}")
        return path.rename(kept)
    except OSError as error:
        raise SaveError(
            f"“{path.name}” cannot be read and could not be set aside "
            f"({error.strerror}): move it out of {path.parent} yourself."
        ) from error


def _sweep(folder: Path) -> None:
    """Remove what killed processes left behind."""
    for left in folder.glob(".convolab-*.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > _STALE_S:
                left.unlink()


def _sentence(path: Path, error: OSError | ValueError) -> str:
    code = error.errno if isinstance(error, OSError) else None
    if code in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return f"There is no room left for “{path.name}”: free some space, or save it elsewhere."
    if code in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"“{path.name}” may not be written in {path.parent}: choose another folder."
    if code == errno.EISDIR:
        return f"“{path.name}” is a folder: choose another name."
    reason = error.strerror if isinstance(error, OSError) else "the name is not allowed"
    return f"“{path.name}” could not be saved ({reason}): choose another name or folder."
