from __future__ import annotations

import json

import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt

from viz_app.gui.panels.detection.panel import DetectionPanel
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
    lab.presenter.anchor_added()
    assert len(lab.presenter.scene.anchors) == 3
    lab.presenter.anchor_removed()
    lab.presenter.anchor_removed()
    lab.presenter.anchor_removed()
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


def test_regions_without_the_classifier_offer_it(lab, qtbot, monkeypatch):
    monkeypatch.setattr("viz_app.files.weights.WeightsStore.is_present", lambda *_: False)
    lab.presenter.edited("view", "regions")
    page = lab.panel.regions
    qtbot.waitUntil(page.fetch.isVisible)
    assert "MobileNetV2" in page.summary.text()
