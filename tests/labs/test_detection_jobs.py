from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from viz_app.core.errors import ImageError, SceneError
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection import jobs, suppression
from viz_app.labs.detection.formats import Labelled
from viz_app.labs.detection.found import Request
from viz_app.labs.detection.scene import DetectionScene, DrawnBox


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Three images and a broken one; one box is found in each image."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(folder / name)
    (folder / "broken.png").write_bytes(b"no image")
    found = DrawnBox(1, 2, 11, 12, "dog")
    monkeypatch.setattr(
        jobs, "_found_in", lambda picture, *_: Labelled(picture.name, (30, 20), (found,), (0.9,))
    )
    return folder


def ended(job):
    """All steps of a job and its answer."""
    steps, generator = [], job(None)
    while True:
        try:
            steps.append(next(generator))
        except StopIteration as end:
            return steps, end.value


def test_a_folder_is_done_a_picture_a_step_and_a_broken_one_is_told(folder, tmp_path):
    out = tmp_path / "out.json"
    steps, batch = ended(jobs.detect_folder(None, folder, out, DetectionScene()))
    assert [s.progress.done for s in steps] == [1, 2, 3, 4]
    assert (batch.boxes, len(batch.sentences), batch.saved) == (3, 1, "out.json")
    record = json.loads(out.read_text())
    assert [i["file_name"] for i in record["images"]] == ["a.png", "b.png", "c.png"]
    assert record["annotations"][2]["score"] == 0.9


def test_a_table_and_yolo_files_are_written(folder, tmp_path):
    ended(jobs.detect_folder(None, folder, tmp_path / "out.csv", DetectionScene()))
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "a.png,dog,0.9,1,2,11,12"
    ended(jobs.detect_folder(None, folder, tmp_path / "yolo.txt", DetectionScene()))
    assert sorted(p.name for p in (tmp_path / "yolo").iterdir()) == [
        "a.txt", "b.txt", "c.txt", "classes.txt"
    ]  # fmt: skip


def test_an_interrupted_folder_writes_nothing(folder, tmp_path):
    out = tmp_path / "out.json"
    generator = jobs.detect_folder(None, folder, out, DetectionScene())(None)
    next(generator)
    generator.close()
    assert not out.exists()


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(ImageError):
        ended(jobs.detect_folder(None, tmp_path, tmp_path / "out.json", DetectionScene()))


def test_class_names_beside_a_yolo_file_are_used(tmp_path):
    (tmp_path / "classes.txt").write_text("nought\none\n")
    (tmp_path / "a.txt").write_text("1 .5 .5 1 1")
    assert jobs.read_box_file(tmp_path / "a.txt", "a.png", (10, 10))[0].label == "one"


@pytest.mark.parametrize("name", ["gone.json", "binary.json"])
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path, name):
    (tmp_path / "binary.json").write_bytes(bytes(range(128, 256)))
    with pytest.raises(SceneError):
        jobs.read_box_file(tmp_path / name, "a.png", (10, 10))


class Turn:
    """What a job asks of the engine, on this thread."""

    device = "cpu"

    def check(self):
        """It is wanted."""

    def keep(self, key, make):
        return make()


@pytest.mark.weights
def test_the_published_network_finds_the_motorcycle():
    store = WeightsStore()
    if not store.is_present(jobs.NETWORK):
        pytest.skip("YOLOv4-tiny is not on this machine: `viz-app weights fetch yolov4_tiny`")
    picture = sample("motorcycle")
    found = jobs.find_boxes(store, picture, Request(picture.ref, 416))(Turn())
    assert len(found.boxes) == 2535
    shown = suppression.look(found, DetectionScene())
    assert found.name(shown.kept[0]) == "motorbike"
    assert found.scores[shown.kept[0]] == pytest.approx(0.92, abs=0.03)
    assert found.origin(shown.kept[0]).startswith("Row ")
