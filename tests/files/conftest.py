"""A web server on this computer that behaves badly on request, and a registry that points to it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from viz_app.files.indexes import IndexSettings
from viz_app.files.registry import Archive, Member, Network, Registry, WeightsFile

PAYLOAD = bytes(range(256)) * 4000  # 1,024,000 bytes: several pieces, and any order shows


class Origin:
    """The server: `files` by path, `manners` by path, and the requests it has seen."""

    def __init__(self):
        self.files: dict[str, bytes] = {}
        self.manners: dict[str, str] = {}
        self.types: dict[str, str] = {}
        self.seen: list[tuple[str, str | None]] = []
        self.let_go = threading.Event()  # ends all stalls
        origin = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                origin.answer(self)

            def log_message(self, *args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self):
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, handler):
        path, wanted = handler.path, handler.headers.get("Range")
        self.seen.append((path, wanted))
        manner, data = self.manners.get(path, ""), self.files.get(path)
        if manner.isdecimal() or data is None:
            handler.send_error(int(manner or 404))
            return
        if manner.startswith("redirect "):
            handler.send_response(302)
            handler.send_header("Location", manner.split()[1])
            handler.end_headers()
            return
        start = int(wanted[6:-1]) if wanted and manner != "no range" else 0
        if start >= len(data):
            handler.send_error(416)
            return
        body = data[start:]
        length = len(body) + (10 if manner == "wrong length" else 0)
        if manner == "truncate":  # each answer brings a bit more, then breaks off
            body = body[:300_000]
        if manner == "no length":
            body += b"more than there should be"
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Type", self.types.get(path, "application/octet-stream"))
        if start:
            first = start + 1 if manner == "other piece" else start
            handler.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        if manner != "no length":
            handler.send_header("Content-Length", str(length))
        handler.end_headers()
        if manner == "stall":
            handler.wfile.write(body[:1000])
            self.let_go.wait(10)
            return
        if manner == "slow":
            for at in range(0, len(body), 50_000):
                handler.wfile.write(body[at : at + 50_000])
                time.sleep(0.002)
            return
        with contextlib.suppress(OSError):  # the client has had enough
            handler.wfile.write(body)

    def offer_archive(self, distribution: str, name: str, data: bytes, *, as_json: bool = False):
        """Put an archive on a simple index (PEP 503, or PEP 691 as JSON); its record."""
        self.files[f"/files/{name}"] = data
        digest = hashlib.sha256(data).hexdigest()
        page = f"/simple/{distribution}/"
        if as_json:
            entry = {"filename": name, "url": f"/files/{name}", "hashes": {"sha256": digest}}
            document = {"meta": {"api-version": "1.0"}, "name": distribution, "files": [entry]}
            self.types[page] = "application/vnd.pypi.simple.v1+json"
            self.files[page] = json.dumps(document).encode()
        else:
            self.types[page] = "text/html"
            link = f'<a href="../../files/{name}#sha256={digest}">{name}</a>'
            self.files[page] = f"<!DOCTYPE html><html><body>{link}</body></html>".encode()
        return Archive(distribution, "1.0", name, len(data), digest)

    @property
    def settings(self):
        return IndexSettings((f"{self.url}/simple/",))


@pytest.fixture
def origin():
    server = Origin()
    yield server
    server.close()


@pytest.fixture
def payload():
    return PAYLOAD


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def sdist(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


@pytest.fixture
def make_registry():
    """A registry of one network, ``tiny``, with one file from the given sources."""

    def make(data=PAYLOAD, urls=(), member: Member | None = None, digits=64, rounding=0):
        digest = sha256(data)[:digits]
        file = WeightsFile("tiny.weights", len(data), digest, tuple(urls), member, rounding)
        network = Network("tiny", "Tiny net", "tests", ("style",), "MIT", (file,))
        return Registry((network,), {"all": ("tiny",)})

    return make


@pytest.fixture
def archives():
    """Makers of a wheel and a source archive from a dict of members."""
    return {"wheel": wheel, "sdist": sdist}
