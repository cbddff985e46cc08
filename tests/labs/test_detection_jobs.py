from __future__ import annotations

import pytest

from viz_app.core.errors import SceneError
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.labs.detection import jobs, suppression
from viz_app.labs.detection.found import Request
from viz_app.labs.detection.scene import DetectionScene


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


@pytest.mark.weights
@pytest.mark.parametrize(("name", "count"), [("yolov2_tiny", 845), ("mtcnn", 12)])
def test_every_detector_answers_through_the_same_door(name, count):
    store = WeightsStore()
    if not store.is_present(name):
        pytest.skip(f"{name} is not on this machine: `viz-app weights fetch {name}`")
    picture = sample("astronaut")
    scene = DetectionScene(detector=name)
    found = jobs.find_boxes(store, picture, jobs.request_of(scene, picture))(Turn())
    assert len(found.boxes) == count
    best = int(found.scores.argmax())
    assert found.name(best) == {"yolov2_tiny": "person", "mtcnn": "face"}[name]
    words = {"yolov2_tiny": "of 13×13, anchor", "mtcnn": "P-Net's window"}
    assert words[name] in found.origin(best)
