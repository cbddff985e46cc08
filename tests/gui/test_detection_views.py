from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QPushButton

from viz_app.core.raw_boxes import RawBoxes
from viz_app.gui.panels.detection.arrangement import Beside
from viz_app.gui.panels.detection.panel import DetectionPanel
from viz_app.gui.panels.detection.targets_page import _small
from viz_app.labs.detection import jobs
from viz_app.labs.detection.found import tabulated
from viz_app.labs.detection.grid import AnchorShown
from viz_app.labs.detection.presenter import DetectionPresenter

LABS = ((DetectionPresenter, DetectionPanel),)


@pytest.fixture
def lab(start_house, qtbot, monkeypatch):
    monkeypatch.delenv("VIZ_APP_WEIGHTS", raising=False)
    program = start_house(LABS)
    qtbot.waitUntil(lambda: program.keeper.shelf.current() is not None)
    return program.window.rooms["detection"]


def on_screen(canvas, x, y):
    return canvas.to_widget().map(QPointF(x, y)).toPoint()


def test_the_toys_map_is_equal_both_ways_and_a_click_moves_the_window(lab, qtbot):
    lab.presenter.edited("toy_size", 28)
    lab.presenter.edited("view", "sliding")
    page = lab.panel.sliding
    qtbot.waitUntil(lambda: "equal: max" in page.verdict.text(), timeout=30_000)
    assert "8×8×4" in page.shapes.text()
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=on_screen(page.canvas, 7, 21))
    assert "row 7, column 0" in page.at.text()
    qtbot.keyClick(page.canvas, Qt.Key.Key_Up)
    assert "row 6, column 0" in page.at.text()


def test_a_box_drawn_on_the_targets_is_the_label_at_once_and_one_step_of_undo(lab, qtbot):
    lab.presenter.edited("view", "targets")
    page, button = lab.panel.targets, Qt.MouseButton.LeftButton
    qtbot.waitUntil(page.isVisible)
    before = lab.presenter.scene
    width, height = page.canvas.picture_size
    start, end = (
        on_screen(page.canvas, x * width, y * height) for x, y in ((0.7, 0.05), (0.9, 0.2))
    )
    qtbot.mousePress(page.canvas, button, pos=start)
    qtbot.mouseMove(page.canvas, (start + end) / 2)
    qtbot.mouseMove(page.canvas, end)
    assert len(page._shown.boxes) == 3  # while it is dragged
    qtbot.mouseRelease(page.canvas, button, pos=end)
    assert (lab.presenter.scene.target_row, lab.presenter.scene.target_column) == (0, 2)
    assert page._side.title.text() == "Label of row 0, column 2"
    qtbot.keyClicks(page.label, "car")
    qtbot.keyClick(page.label, Qt.Key.Key_Return)
    assert lab.presenter.editor.boxes[-1].label == "car"
    lab.presenter.house.document.undo()
    lab.presenter.house.document.undo()
    assert lab.presenter.scene == before


def test_each_t_of_a_cell_stands_beside_the_b_that_it_becomes(lab):
    anchor = AnchorShown(0, (10, 20), (1.0, 2.0, 3.0, 4.0), 0.9, (11.0, 22.0, 44.0, 33.0),
                         "dog", 0.8, (("dog", 0.9),))  # fmt: skip
    rows = lab.panel.grid._described(anchor).split("<tr>")
    for axis, t, b in (("x", 1, 11), ("y", 2, 22), ("w", 3, 33), ("h", 4, 44)):
        row = next(row for row in rows if f"t<sub>{axis}</sub>" in row)
        assert f"b<sub>{axis}</sub>" in row
        assert f"{t}.00" in row
        assert f"{b}.0" in row


def test_a_click_on_the_targets_chooses_a_cell_and_moves_no_box(lab, qtbot):
    lab.presenter.edited("view", "targets")
    page = lab.panel.targets
    qtbot.waitUntil(page.isVisible)
    width, height = page.canvas.picture_size
    at = on_screen(page.canvas, 0.5 * width, 0.5 * height)  # inside a box
    qtbot.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(page.canvas, at + QPoint(1, 1))
    qtbot.mouseRelease(page.canvas, Qt.MouseButton.LeftButton, pos=at + QPoint(1, 1))
    assert (lab.presenter.scene.target_row, lab.presenter.scene.target_column) == (1, 1)
    assert lab.presenter.scene.sheets == ()
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
    assert lab.presenter.scene.target_column == 2


def test_dragging_a_landmark_changes_the_loss_and_is_one_step_of_undo(lab, qtbot):
    lab.presenter.change(
        view="targets", target_kind="landmarks", landmarks=1,
        face_points=(0.5, 0.5), face_hat=(0.5, 0.5), p_hat=1.0,
    )  # fmt: skip
    page = lab.panel.landmarks
    qtbot.waitUntil(page.isVisible)
    assert page.loss.text() == "loss = 0.00000"
    width, height = page.canvas.picture_size
    start = on_screen(page.canvas, width / 2, height / 2)
    end = on_screen(page.canvas, 0.75 * width, height / 2)
    button = Qt.MouseButton.LeftButton
    qtbot.mousePress(page.canvas, button, pos=start)
    qtbot.mouseMove(page.canvas, (start + end) / 2)
    qtbot.mouseMove(page.canvas, end)
    qtbot.mouseRelease(page.canvas, button, pos=end)
    assert float(page.loss.text().removeprefix("loss = ")) == pytest.approx(0.0625, abs=0.003)
    document = lab.presenter.house.document
    document.undo()
    assert document.scene("detection").face_hat == (0.5, 0.5)


def test_the_chosen_anchor_is_drawn_and_changed_by_keys(lab, qtbot):
    lab.presenter.edited("view", "targets")
    page = lab.panel.targets
    qtbot.waitUntil(page.isVisible)
    before = lab.presenter.scene.anchors[0]
    page.pad.setFocus()
    qtbot.keyClick(page.pad, Qt.Key.Key_Right)
    qtbot.keyClick(page.pad, Qt.Key.Key_Down)
    after = lab.presenter.scene.anchors[0]
    assert (after.h, after.w) == pytest.approx((before.h - 0.01, before.w + 0.01))
    lab.presenter.targets.anchor_added()
    assert len(lab.presenter.scene.anchors) == 3
    lab.presenter.targets.anchor_removed()
    lab.presenter.targets.anchor_removed()
    lab.presenter.targets.anchor_removed()
    assert len(lab.presenter.scene.anchors) == 1


def test_a_folder_is_evaluated_and_its_images_can_be_looked_at(lab, qtbot, tmp_path):
    record = {
        "images": [{"id": i, "file_name": f"{c}.png"} for i, c in enumerate("ab")],
        "categories": [{"id": 1, "name": "cat"}],
        "annotations": [
            {"image_id": 0, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.9},
            {"image_id": 1, "category_id": 1, "bbox": [10, 10, 20, 20], "score": 0.8},
        ],
    }
    for name in "ab":
        Image.new("RGB", (64, 48)).save(tmp_path / f"{name}.png")
    truth, results = tmp_path / "truth.json", tmp_path / "found.json"
    truth.write_text(json.dumps(record))
    record["annotations"][1]["bbox"] = [40, 10, 5, 5]
    results.write_text(json.dumps(record))
    page = lab.panel.folder
    lab.presenter.folder.folder_chosen(tmp_path, truth, results)
    qtbot.waitUntil(lambda: page.images.isVisible() and page.canvas.picture_size == (64, 48))
    assert "1 true" in page.counts.text()
    assert [page.images.item(row, 0).text() for row in (0, 1)] == ["b.png", "a.png"]
    at = page.images.visualItemRect(page.images.item(1, 0)).center()
    qtbot.mouseClick(page.images.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert lab.presenter.folder.numbers()["pictures"].tolist()[0].endswith("b.png")
    assert lab.presenter.scene.eval_picture == 0
    header = page.images.horizontalHeader()
    x = header.sectionViewportPosition(1) + header.sectionSize(1) // 2
    at = QPoint(x, header.height() // 2)
    lab.presenter.folder.picture_chosen(1)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)  # the most ✓ first
    assert lab.presenter.scene.eval_picture == 0
    assert [page.images.item(row, 0).text() for row in (0, 1)] == ["a.png", "b.png"]
    at = page.images.visualItemRect(page.images.item(1, 0)).center()
    qtbot.mouseClick(page.images.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert lab.presenter.scene.eval_picture == 1


def test_regions_without_the_classifier_offer_it(lab, qtbot, monkeypatch):
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: False)
    lab.presenter.edited("view", "regions")
    page = lab.panel.regions
    qtbot.waitUntil(page.fetch.isVisible)
    assert "MobileNetV2" in page.how.text()


def test_a_click_chooses_a_region_and_the_segments_the_way(lab, qtbot, monkeypatch):
    from viz_app.engine.engine import Progress
    from viz_app.labs.detection import regions, regions_jobs

    corners = np.array([[10, 10, 90, 90], [100, 100, 140, 130]], float)
    named = regions.Labelled(
        np.array([0, 1]), np.array([0.9, 0.8]), 1, 10**9, 0.5, np.zeros((2, 7, 7))
    )

    def job(store, picture, request, known):
        return lambda turn: regions.Regions(
            request,
            ("cat", "dog"),
            Progress(2, 2, "regions"),
            grouped=regions.Proposals(corners, 1.5, 40),
            labelled={"fast_align": named, "rcnn": replace(named, passes=2)},
            strength=np.ones((4, 8)),
            scale=(0.04, 0.04),
            is_whole=True,
        )

    monkeypatch.setattr(regions_jobs, "regions", job)
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: True)
    lab.presenter.edited("view", "regions")
    page = lab.panel.regions
    qtbot.waitUntil(page.map.isVisible)
    at = on_screen(page.canvas, 120, 115)
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=at)
    assert lab.presenter.scene.region == 1
    way = page.ways.findChildren(QPushButton)[0]
    qtbot.mouseClick(way, Qt.MouseButton.LeftButton)
    assert lab.presenter.scene.region_way == "rcnn"


def test_a_click_chooses_a_cell_of_the_grid_and_the_arrows_its_neighbour(lab, qtbot, monkeypatch):
    cells = np.array([(c, r) for r in range(3) for c in range(3)], np.int32)
    p_c = np.linspace(0.1, 0.9, 9, dtype=np.float32)
    boxes = np.tile(np.float32([20, 20, 60, 60]), (9, 1))

    def find_boxes(store, picture, request):
        raw = RawBoxes(
            boxes, p_c, np.ones((9, 1), np.float32), p_c, np.zeros(9, np.int32), cells,
            np.full(9, 32, np.int32), np.full((9, 2), 40, np.float32),
            np.zeros((9, 4), np.float32), ("cat",), 96,
        )  # fmt: skip
        return lambda turn: tabulated(
            replace(request, input_size=96), raw.boxes, raw.scores, raw.classes, raw.names, raw=raw
        )

    monkeypatch.setattr(jobs, "find_boxes", find_boxes)
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: True)
    lab.presenter.edited("view", "grid")
    page = lab.panel.grid
    qtbot.waitUntil(page.isVisible)
    width, height = page.canvas.picture_size
    middle = on_screen(page.canvas, width / 2, height / 2)
    qtbot.mouseClick(page.canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert (lab.presenter.scene.cell_row, lab.presenter.scene.cell_column) == (1, 1)
    qtbot.keyClick(page.canvas, Qt.Key.Key_Right)
    assert "row 1, column 2" in page._side.title.text()
    qtbot.mouseClick(page.stages.buttons.findChildren(QPushButton)[4], Qt.MouseButton.LeftButton)
    assert lab.presenter.scene.stage == "kept"


@pytest.mark.parametrize("view", ["iou", "targets", "sliding", "live", "evaluation"])
def test_in_the_small_window_with_large_text_no_page_scrolls_sideways(lab, qtbot, view):
    window = lab.panel.window()
    lab.panel.theme.set_scale(1.5)
    window.resize(1024, 700)
    lab.presenter.change(view=view, eval_of="folder")
    qtbot.waitUntil(lambda: lab.panel._pages.currentWidget().isVisible())
    room = lab.panel.parentWidget().width()
    assert lab.panel.minimumSizeHint().width() <= room


def test_what_stands_beside_a_picture_goes_below_it_where_there_is_no_room(lab, qtbot):
    lab.presenter.edited("view", "iou")
    beside = lab.panel.overlap.findChild(Beside)
    canvas, boxes = lab.panel.overlap.canvas, lab.panel.overlap.list
    left = [w.mapTo(beside, w.rect().topLeft()) for w in (canvas, boxes)]
    assert left[1].x() > left[0].x() + canvas.width() - 1
    lab.panel.theme.set_scale(1.5)
    lab.panel.window().resize(1024, 700)
    qtbot.waitUntil(lambda: beside.is_narrow)
    qtbot.waitUntil(
        lambda: boxes.mapTo(beside, boxes.rect().topLeft()).y() >= canvas.geometry().bottom()
    )


@pytest.mark.parametrize(
    ("value", "words"), [(0.0, "0"), (4e-4, "4e-4"), (2.4e-6, "2e-6"), (0.04, "0.04"), (1.0, "1")]
)
def test_a_small_difference_fits_its_column(value, words):
    assert _small(value) == words
