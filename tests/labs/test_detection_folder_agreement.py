from __future__ import annotations

import contextlib
import io
import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from viz_app.labs.detection import folder, folder_jobs
from viz_app.labs.detection.folder import FolderRequest
from viz_app.labs.detection.scene import DetectionScene

NAMES = ("cat", "dog", "cow")


@pytest.fixture
def files(tmp_path):
    """Five images, their ground truth with a crowd, and results that are near it or nowhere."""
    rng = np.random.default_rng(3)
    images, truths, results = [], [], []
    for i in range(5):
        Image.new("RGB", (200, 120)).save(tmp_path / f"{i}.png")
        images.append({"id": i + 1, "file_name": f"{i}.png", "width": 200, "height": 120})
        for k in range(6):
            box = [*rng.uniform(0, 90, 2), *rng.uniform(8, 30, 2)]
            label = int(rng.integers(1, 4))
            one = {"id": len(truths) + 1, "image_id": i + 1, "category_id": label, "bbox": box}
            truths.append(one | {"area": box[2] * box[3], "iscrowd": int(k == 5)})
            for _ in range(int(rng.integers(0, 4))):
                near = (np.array(box) + rng.normal(0, 2.5, 4)).clip(1).tolist()
                results.append({"image_id": i + 1, "category_id": label, "bbox": near,
                                "score": float(rng.uniform(0.05, 1))})  # fmt: skip
    categories = [{"id": i + 1, "name": name} for i, name in enumerate(NAMES)]
    record = {"images": images, "annotations": truths, "categories": categories}
    (tmp_path / "truth.json").write_text(json.dumps(record))
    (tmp_path / "found.json").write_text(json.dumps(results))
    return tmp_path


def judged(files):
    request = FolderRequest(str(files), str(files / "truth.json"), str(files / "found.json"))
    steps = folder_jobs.evaluate_folder(None, request, DetectionScene())(
        SimpleNamespace(check=lambda: None)
    )
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            found = stop.value
            break
    return folder.look(found, folder.match(found, 0.5), DetectionScene(p_c=0.01), ()).judged


def by_pycocotools(files):
    coco = pytest.importorskip("pycocotools.coco", reason="pycocotools is a test dependency")
    cocoeval = pytest.importorskip("pycocotools.cocoeval")
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO(str(files / "truth.json"))
        run = cocoeval.COCOeval(truth, truth.loadRes(str(files / "found.json")), "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats, run.eval["precision"][0, :, :, 0, 2].mean(axis=0)


def test_a_folders_files_are_judged_as_pycocotools_judges_them(files):
    ours, (stats, of_class) = judged(files), by_pycocotools(files)
    assert 0.05 < stats[0] < 0.95
    assert ours.coco == pytest.approx(stats[0], abs=1e-6)
    assert dict(ours.ap)["101-point"] == pytest.approx(stats[1], abs=1e-6)
    by_name = {row.name: row.ap for row in ours.rows}
    assert [by_name[name] for name in NAMES] == pytest.approx(of_class, abs=1e-6)
