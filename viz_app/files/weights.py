"""The store of published networks on this computer: read, fetch, verify, remove.

A file is looked for in the place that ``VIZ_APP_WEIGHTS`` names, then in the store's folder.
Its sha256 is checked on the very bytes that are handed out, each time they are read, so a file
that was damaged or exchanged on the disk never reaches a network.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from viz_app.core.errors import SaveError, WeightsError, WeightsMissing
from viz_app.files.archives import take_member
from viz_app.files.registry import Member, Network, Registry, WeightsFile, load_registry
from viz_app.files.settings import Places

if TYPE_CHECKING:
    from viz_app.files.download import Downloader

LOCAL = "VIZ_APP_WEIGHTS"
_WAIT_S = 0.05


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How far a fetch is: the bytes of the present step, and in words what it does."""

    done_bytes: int
    total_bytes: int
    doing: str


class WeightsStore:
    """Published networks by name, in a folder of this user.

    Parameters
    ----------
    folder
        where fetched files are kept; by default among the program's own data
    local
        a folder, or one file, to look at first and never to write to; by default what
        ``VIZ_APP_WEIGHTS`` names
    registry
        the networks there are; by default ``resources/weights.toml``
    connect
        opens the way to the network when a fetch needs it
    """

    def __init__(
        self,
        folder: Path | None = None,
        local: Path | None = None,
        registry: Registry | None = None,
        connect: Callable[[], Downloader] | None = None,
    ) -> None:
        named = os.environ.get(LOCAL)
        self.folder = folder or Places.of_user().data / "weights"
        self.local = local or (Path(named).expanduser() if named else None)
        self.registry = registry or load_registry()
        self._connect = connect or _connect
        self.agreed: set[str] = set()  # own networks whose code may be run, till the program ends
        self._partial = self.folder / ".partial"

    def networks(self) -> tuple[Network, ...]:
        """All networks that can be had by name."""
        return self.registry.networks

    def is_present(self, name: str) -> bool:
        """Whether all files are here with the right size; quick, the bytes are not read."""
        return all(self._candidates(file) for file in self.registry.network(name).files)

    def read(self, name: str, file: str | None = None) -> bytes:
        """The bytes of a network's main file, or of the named one, their sha256 checked.

        Raises WeightsMissing if it is not here, WeightsError if it is but is the wrong one.
        """
        network = self.registry.network(name)
        wanted = network.file(file)
        wrong = self._wrong_size(network, wanted)
        for path in self._candidates(wanted):
            try:
                data = path.read_bytes()
            except OSError as error:
                wrong = f"{path} cannot be read ({error.strerror}): see to its permissions."
                continue
            if wanted.pin.is_of(hashlib.sha256(data).hexdigest()):
                return data
            wrong = _wrong(path, network)
        raise WeightsError(wrong) if wrong else self._missing(network)

    def verify(self, name: str) -> None:
        """Read every byte of a network and check it; raises as `read` does."""
        for file in self.registry.network(name).files:
            self.read(name, file.name)

    def remove(self, name: str) -> int:
        """Delete a network's files from the store, unfinished ones too; returns the bytes freed.

        What ``VIZ_APP_WEIGHTS`` names is the user's own and stays.
        """
        freed = 0
        for file in self.registry.network(name).files:
            parts = [self._part(file)]
            if file.member:
                parts.append(self._part(file.member))
            for path in (self.folder / file.name, *parts):
                try:
                    if path.exists():
                        freed += path.stat().st_size
                        path.unlink()
                except OSError as error:
                    raise SaveError(
                        f"{path} could not be removed ({error.strerror}): close the programs "
                        "that use it and try again."
                    ) from error
        return freed

    def fetch(self, name: str, check: Callable[[], None] = lambda: None) -> Iterator[FetchProgress]:
        """Bring a network here from the first source that has it; a generator of progress.

        Close it at any point to cancel, or let `check`, which is called at each step, raise:
        the unfinished part stays, and the next fetch goes on from there. Raises WeightsError
        when every source failed, SaveError when the disk is full or may not be written.
        """
        network = self.registry.network(name)
        try:
            with closing(self._fetch(network)) as steps:
                for step in steps:
                    check()
                    yield step
        except OSError as error:
            raise SaveError(self._disk_sentence(network, error)) from error

    def _fetch(self, network: Network) -> Generator[FetchProgress, None, None]:
        self._partial.mkdir(parents=True, exist_ok=True)
        # A generator may be closed on another thread than it ran on.
        lock = FileLock(self._partial / "lock", thread_local=False)
        while not _take(lock):
            yield FetchProgress(0, network.size, "Waiting for another fetch to end")
            time.sleep(_WAIT_S)
        try:
            yield FetchProgress(0, network.size, "Looking at what is here")
            missing = [file for file in network.files if not self._is_right(network, file)]
            if missing:
                self._demand_room(network, missing)
                yield from self._fetch_files(network, missing)
            yield FetchProgress(network.size, network.size, "Ready")
        finally:
            lock.release()

    def _fetch_files(self, network: Network, files: list[WeightsFile]) -> Iterator[FetchProgress]:
        with self._connect() as downloader:
            for file in files:
                failures: list[str] = []
                for source in file.sources:
                    try:
                        yield from self._fetch_from(source, file, downloader)
                    except WeightsError as error:
                        failures.append(str(error))
                    else:
                        break
                else:
                    raise WeightsError(_failed(network, file, failures))
        for file in files:
            if file.member:
                self._part(file.member).unlink(missing_ok=True)

    def _fetch_from(
        self, source: str | Member, file: WeightsFile, downloader: Downloader
    ) -> Iterator[FetchProgress]:
        part = self._part(file)
        if isinstance(source, Member):
            archive = self._part(source)
            doing = f"Downloading {source.archive.file}"
            yield FetchProgress(0, source.archive.size, f"Looking for {source.archive.file}")
            for done in downloader.from_index(source.archive, archive):
                yield FetchProgress(done, source.archive.size, doing)
            doing = f"Taking out {file.name}"
            for done in take_member(archive, source.path, part, file.size, file.sha256):
                yield FetchProgress(done, file.size, doing)
        else:
            doing = f"Downloading {file.name} from {urlsplit(source).hostname}"
            yield FetchProgress(0, file.size, doing)
            for done in downloader.from_url(source, part, file.pin):
                yield FetchProgress(done, file.size, doing)
        with part.open("rb+") as whole:
            os.fsync(whole.fileno())
        part.replace(self.folder / file.name)

    def _part(self, pinned: WeightsFile | Member) -> Path:
        """Where the unfinished file lies: a name from its sha256, whatever its source."""
        if isinstance(pinned, Member):
            return self._partial / f"{pinned.archive.sha256[:16]}-{pinned.archive.file}"
        return self._partial / f"{pinned.sha256[:16]}-{pinned.name}"

    def _places(self, file: WeightsFile) -> list[Path]:
        places = [self.folder / file.name]
        if self.local is not None:
            named = self.local if self.local.is_file() else self.local / file.name
            places.insert(0, named)
        return places

    def _candidates(self, file: WeightsFile) -> list[Path]:
        """The paths, best first, that hold something of the right size."""
        return [path for path in self._places(file) if file.pin.fits(_size(path))]

    def _is_right(self, network: Network, file: WeightsFile) -> bool:
        try:
            self.read(network.name, file.name)
        except WeightsError:
            return False
        return True

    def _demand_room(self, network: Network, files: list[WeightsFile]) -> None:
        archives = {file.member.archive for file in files if file.member}
        need = sum(file.size for file in files) + sum(archive.size for archive in archives)
        free = shutil.disk_usage(self.folder).free
        if need > free:
            raise SaveError(
                f"{network.title} needs {_megabytes(need)} of room in {self.folder} and only "
                f"{_megabytes(free)} are free: make room and try again."
            )

    def _wrong_size(self, network: Network, file: WeightsFile) -> str | None:
        """A sentence for a file of the right name that cannot be the published one."""
        for path in self._places(file):
            if path.name == file.name and path.is_file() and not file.pin.fits(_size(path)):
                return _wrong(path, network)
        return None

    def _missing(self, network: Network) -> WeightsMissing:
        sentence = (
            f"{network.title} ({_megabytes(network.size)}, licence {network.licence}) is not on "
            f"this computer yet: fetch it with `viz-app weights fetch {network.name}`."
        )
        if self.local is not None and not self.local.exists():
            sentence += f" {LOCAL} names {self.local}, which does not exist."
        return WeightsMissing(network.name, sentence)

    def _disk_sentence(self, network: Network, error: OSError) -> str:
        if error.errno == errno.ENOSPC:
            return (
                f"The disk became full while {network.title} was fetched into {self.folder}: "
                "make room and fetch again; it goes on where it stopped."
            )
        return (
            f"{network.title} cannot be kept in {self.folder} ({error.strerror or error}): "
            "see that the folder may be written to, then fetch again."
        )


def _connect() -> Downloader:
    from viz_app.files.download import Downloader  # requests costs the start-up a quarter second

    return Downloader()


def _take(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    return True


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB"


def _wrong(path: Path, network: Network) -> str:
    return (
        f"{path} is not the published file of {network.title} (its size or sha256 differs): "
        f"remove it, then fetch the right one with `viz-app weights fetch {network.name}`."
    )


def _failed(network: Network, file: WeightsFile, failures: list[str]) -> str:
    return (
        f"{network.title} could not be fetched: {'; '.join(failures)}. "
        "Try again when the network is there (what has arrived is kept), or bring the file "
        f"{file.name} from another computer and set {LOCAL} to the folder it is in."
    )
