from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import viz_app
from viz_app.core.errors import SaveError
from viz_app.files import atomic
from viz_app.files.atomic import set_aside, write_atomic

SAVES_FOR_EVER = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from viz_app.files.atomic import write_atomic
path, number = Path(sys.argv[2]), 0
while True:
    number += 1
    write_atomic(path, (str(number) * 20000 + "end").encode())
    if number == 1:
        print(flush=True)
"""


def kill_while_saving(folder: Path, kills: int, at_once: int = 4) -> None:
    root, chance = str(Path(viz_app.__file__).parents[1]), random.Random(1)
    command = [sys.executable, "-I", "-S", "-c", SAVES_FOR_EVER, root]
    for first in range(0, kills, at_once):
        children = [
            subprocess.Popen([*command, str(folder / f"{n}.json")], stdout=subprocess.PIPE)
            for n in range(first, min(first + at_once, kills))
        ]
        for child in children:
            assert child.stdout is not None
            child.stdout.readline()  # it has saved once and goes on
            for _ in range(chance.randrange(20_000)):  # die at any moment of a save
                pass
            child.kill()
            child.stdout.close()
            child.wait()
    for n in range(kills):
        text = (folder / f"{n}.json").read_text()
        number, end = text[: (len(text) - 3) // 20000], text[-3:]
        assert (text, end) == (number * 20000 + "end", "end")


def test_killed_while_saving_leaves_a_whole_file(tmp_path: Path) -> None:
    kill_while_saving(tmp_path, 30)


@pytest.mark.slow
def test_two_hundred_kills_leave_two_hundred_whole_files(tmp_path: Path) -> None:
    kill_while_saving(tmp_path, 200)


def test_content_is_replaced_and_nothing_else_left(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "a.json"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = tmp_path / "a.json"
    write_atomic(path, b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match=r"no room left for “a\.json”: free some space"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
def test_a_forbidden_place_says_to_choose_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def forbidden(*_: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(Path, "replace", forbidden)
    with pytest.raises(SaveError, match=r"may not be written .* choose another folder"):
        write_atomic(tmp_path / "a", b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "a/b", "x" * 300, "nul\0"])
def test_an_impossible_name_is_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").write_bytes(b"a file, not a folder")
    with pytest.raises(SaveError, match="choose another"):
        write_atomic(tmp_path / name, b"")


def test_a_link_and_permissions_survive(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_atomic(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_left_overs_of_killed_saves_are_swept_once_old(tmp_path: Path) -> None:
    old, young = tmp_path / ".convolab-1-1.tmp", tmp_path / ".convolab-2-2.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    write_atomic(tmp_path / "a", b"whole")
    assert not old.exists()
    assert young.exists()


def test_setting_aside_never_overwrites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic.time, "strftime", lambda _: "20260102-030405")
    kept = []
    for content in (b"1", b"2", b"3"):
        (tmp_path / "s.json").write_bytes(content)
        kept.append(set_aside(tmp_path / "s.json"))
    assert kept[0].name == "s.json.broken-20260102-030405"
    assert [path.read_bytes() for path in kept] == [b"1", b"2", b"3"]
    assert not (tmp_path / "s.json").exists()


def test_what_cannot_be_set_aside_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SaveError, match="move it out"):
        set_aside(tmp_path / "not-there")
