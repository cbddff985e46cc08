from __future__ import annotations

import argparse
import hashlib

import pytest

from viz_app.commands import weights
from viz_app.core.errors import WeightsError
from viz_app.files.registry import Network, Registry, WeightsFile
from viz_app.files.weights import WeightsStore

GOOD, BAD = b"g" * 2_000_000, b"b" * 100


class Wire:
    """Stands for the network: `content` by address, in pieces; other addresses fail."""

    def __init__(self, content):
        self.content = content

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def from_url(self, url, part, pin):
        data = self.content.get(url)
        if isinstance(data, BaseException):
            part.write_bytes(b"g")
            raise data
        if data is None:
            raise WeightsError("example.org answered 404")
        for done in range(0, pin.size + 1, 500_000):
            part.write_bytes(data[:done])
            yield done


def network(name, data):
    file = WeightsFile(f"{name}.bin", len(data), hashlib.sha256(data).hexdigest(), (name,))
    return Network(name, name.title(), f"testing {name}", ("style",), "MIT", (file,))


@pytest.fixture
def content():
    return {"good": GOOD}


@pytest.fixture
def store(tmp_path, monkeypatch, content):
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)
    registry = Registry((network("good", GOOD), network("bad", BAD)), {"both": ("bad", "good")})
    return WeightsStore(tmp_path, registry=registry, connect=lambda: Wire(content))


@pytest.fixture
def call(store, capsys):
    """Run ``viz-app weights ...``: exit status, output, errors."""
    parser = argparse.ArgumentParser()
    weights.add_parser(parser.add_subparsers(dest="command"))

    def call(*words):
        status = weights.run(parser.parse_args(["weights", *words]), store)
        return status, *capsys.readouterr()

    return call


def test_list_tells_size_licence_presence_and_purpose_in_columns(call):
    call("fetch", "good")
    status, out, _ = call("list")
    head, good, bad = out.splitlines()[:3]
    assert status == 0
    assert good.split() == ["good", "2.0", "MB", "yes", "MIT", "testing", "good"]
    assert bad.split()[:4] == ["bad", "0.0", "MB", "-"]
    assert head.index("licence") == good.index("MIT") == bad.index("MIT")
    assert "both = bad good" in out


def test_fetch_says_size_and_licence_before_it_begins(call):
    status, out, _ = call("fetch", "good")
    lines = out.splitlines()
    assert status == 0
    assert lines[0] == "Good: 2.0 MB (download 2.0 MB), licence MIT"
    assert lines[-1] == "good: here"
    assert "Downloading good.bin" in out
    assert len(lines) < 8  # no terminal: a line now and then


def test_one_failure_makes_the_status_1_and_the_others_still_come(call, store):
    status, _, err = call("fetch", "both")
    assert status == 1
    assert "example.org answered 404" in err
    assert store.is_present("good")


def test_fetch_of_what_is_here_says_so_and_a_damaged_file_is_fetched_anew(call, store):
    call("fetch", "good")
    assert call("fetch", "good")[1] == "good: here already\n"
    (store.folder / "good.bin").write_bytes(GOOD[:-1] + b"x")
    assert call("fetch", "good")[1].endswith("good: here\n")
    assert store.read("good") == GOOD


def test_an_interruption_says_that_the_next_fetch_goes_on(call, content, capsys):
    content["good"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        call("fetch", "good")
    assert "`viz-app weights fetch good` goes on from here" in capsys.readouterr().out


def test_an_unknown_name_is_told_before_anything_is_fetched(call, store):
    with pytest.raises(WeightsError, match="weights list"):
        call("fetch", "good", "nothing")
    assert not store.is_present("good")


def test_verify_checks_all_that_is_here_and_fails_for_a_damaged_one(call, store):
    assert call("verify")[:2] == (0, "Nothing is here yet.\n")
    call("fetch", "good")
    assert call("verify")[:2] == (0, "good: right\n")
    (store.folder / "good.bin").write_bytes(GOOD[:-1] + b"x")
    status, _, err = call("verify")
    assert status == 1
    assert "good.bin is not the published file" in err
    assert call("verify", "bad")[0] == 1


def test_remove_deletes_and_says_what_was_freed(call, store):
    call("fetch", "good")
    assert call("remove", "good")[:2] == (0, "good: removed, 2.0 MB freed\n")
    assert not store.is_present("good")
    assert call("remove", "good")[:2] == (0, "good: was not here\n")


def test_on_a_terminal_one_line_is_rewritten_with_percent_speed_and_time(call, monkeypatch):
    monkeypatch.setattr(weights.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(weights, "TTY_EVERY_S", 0.0)
    out = call("fetch", "good")[1]
    assert "\r" in out
    assert "1.5 of 2.0 MB (75 %" in out
    assert "MB/s" in out
    assert "s left" in out
