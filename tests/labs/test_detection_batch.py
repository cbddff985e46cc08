from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from viz_app.core.errors import ImageError, SaveError
from viz_app.core.raw_boxes import RawBoxes
from viz_app.engine.engine import Progress
from viz_app.files.images import open_image
from viz_app.labs.detection import batch, jobs
from viz_app.labs.detection.filing import Filing
from viz_app.labs.detection.formats import Labelled
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
        batch, "found_in", lambda picture, *_: Labelled(picture.name, (30, 20), (found,), (0.9,))
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
    steps, done = ended(batch.detect_folder(None, folder, out, DetectionScene()))
    assert [s.progress.done for s in steps] == [1, 2, 3, 4]
    assert (done.boxes, len(done.sentences), done.saved) == (3, 1, "out.json")
    record = json.loads(out.read_text())
    assert [i["file_name"] for i in record["images"]] == ["a.png", "b.png", "c.png"]
    assert record["annotations"][2]["score"] == 0.9


def test_a_table_and_yolo_files_are_written(folder, tmp_path):
    ended(batch.detect_folder(None, folder, tmp_path / "out.csv", DetectionScene()))
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == "a.png,dog,0.9,1,2,11,12"
    ended(batch.detect_folder(None, folder, tmp_path / "yolo.txt", DetectionScene()))
    assert sorted(p.name for p in (tmp_path / "yolo").iterdir()) == [
        "a.txt", "b.txt", "c.txt", "classes.txt"
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "other"), [("a.jpg", "a.png"), ("classes.png", "classes.txt")])
def test_no_two_pictures_share_a_yolo_file(folder, tmp_path, name, other):
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(folder / name)
    with pytest.raises(SaveError, match=f"“{other}”.*.json") as told:
        ended(batch.detect_folder(None, folder, tmp_path / "yolo.txt", DetectionScene()))
    assert name in str(told.value)
    assert not (tmp_path / "yolo").exists()
    _steps, done = ended(batch.detect_folder(None, folder, tmp_path / "o.csv", DetectionScene()))
    assert done.boxes == 4


def test_an_interrupted_folder_writes_nothing(folder, tmp_path):
    out = tmp_path / "out.json"
    generator = batch.detect_folder(None, folder, out, DetectionScene())(None)
    next(generator)
    generator.close()
    assert not out.exists()


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(ImageError):
        ended(batch.detect_folder(None, tmp_path, tmp_path / "out.json", DetectionScene()))


class Detector:
    """Finds two dogs upon each other and, with a low score, a cat."""

    asked = ()

    def raw(self, pixels, size, check=None, fitting="stretch"):
        self.asked = (pixels.shape, size, fitting)
        boxes = np.array([[-5, 0, 20, 10], [0, 0, 20, 10], [0, 0, 9, 9]], np.float32)
        one, zero = np.ones(3, np.float32), np.zeros((3, 2), np.int32)
        scores = np.array([0.9, 0.8, 0.1], np.float32)
        classes = np.array([1, 1, 0], np.int32)
        return RawBoxes(
            boxes, scores, np.ones((3, 2), np.float32), scores, classes, zero, zero[:, 0],
            one[:, None] * [1, 1], np.zeros((3, 4), np.float32), ("cat", "dog"), size,
        )  # fmt: skip


def test_the_scenes_detector_size_and_thresholds_say_what_is_found(tmp_path, monkeypatch):
    detector, asked = Detector(), []
    monkeypatch.setattr(jobs, "detector_for", lambda t, s, name: asked.append(name) or detector)
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(tmp_path / "a.png")
    picture = open_image(tmp_path / "a.png")
    turn = type("Turn", (), {"check": lambda self: None})()
    scene = DetectionScene(detector="yolov2_tiny", input_size=608, fitting="letterbox")
    found = batch.found_in(picture, turn, None, scene)
    assert [(b.corners, b.label) for b in found.boxes] == [((0, 0, 20, 10), "dog")]
    assert found.scores == pytest.approx((0.9,))
    assert (asked, detector.asked) == (["yolov2_tiny"], ((20, 30, 3), 608, "letterbox"))
    batch.found_in(picture, turn, None, DetectionScene(detector="mtcnn", smallest_face=40))
    assert detector.asked[1:] == (40, "stretch")


class Speaker:
    def tell(self, sentence, *, details="", is_good=False):
        self.said = (sentence, details, is_good)


@pytest.mark.parametrize("broken", [0, 1, 3])
def test_broken_images_are_counted_and_named(broken):
    speaker = Speaker()
    house = type("House", (), {"speaker": speaker})()
    sentences = tuple(f"“{i}.png” is damaged." for i in range(broken))
    done = batch.Batch(Progress(50, 50, "images"), 120, sentences, "out.json")
    Filing(house, None, None)._on_folder_done(done)
    sentence, details, is_good = speaker.said
    assert sentence.startswith(f"120 boxes in {50 - broken} images are saved in out.json.")
    assert details.splitlines() == list(sentences)
    assert is_good == (broken == 0)
    if broken == 1:
        assert "0.png" in sentence


def test_boxes_are_saved_on_the_thread_for_files_and_also_while_the_window_closes(tmp_path):
    asked = {}
    errands = SimpleNamespace(run=lambda lane, job, **more: asked.update({lane: (job, more)}))
    picture = SimpleNamespace(name="a.png", width=30, height=20)
    house = SimpleNamespace(files=errands, pictures=SimpleNamespace(current=lambda: picture))
    path = tmp_path / "boxes.json"
    Filing(house, None, None).save_boxes(path, (DrawnBox(1, 2, 11, 12, "dog"),))
    job, more = asked["detection.files"]
    assert more["must_finish"]
    job(None)
    assert jobs.read_box_file(path, "a.png", (30, 20)) == (DrawnBox(1, 2, 11, 12, "dog"),)
