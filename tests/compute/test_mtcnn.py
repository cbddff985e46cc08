from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute import mtcnn
from viz_app.compute.detectors import MAKERS
from viz_app.core import mtcnn as arithmetic
from viz_app.core.architectures.mtcnn import mtcnn_onet, mtcnn_pnet, mtcnn_rnet
from viz_app.core.errors import ShapeError, WeightsError
from viz_app.files.samples import sample
from viz_app.files.weights import WeightsStore
from viz_app.nets.build import build


@pytest.fixture(scope="module")
def nets():
    """The three tables with random weights that find many faces."""
    torch.manual_seed(0)
    made = [build(make()).eval() for make in (mtcnn_pnet, mtcnn_rnet, mtcnn_onet)]
    for net in made:
        with torch.no_grad():
            net.get_parameter("face.bias")[1] += 0.3
            for name in ("box", "landmarks"):
                if hasattr(net, name):
                    net.get_parameter(f"{name}.weight").mul_(0.1)
    return mtcnn.Mtcnn(*made)


PIXELS = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)


def test_what_the_networks_say_is_kept_for_every_proposal(nets):
    found = mtcnn.cascade(nets, PIXELS)
    count = len(found.proposals)
    assert count > 5
    assert found.levels[0].size == (int(90 * 0.6 + 1), int(60 * 0.6 + 1))
    assert found.points.shape == (count, 5, 2)
    asked = found.refined > arithmetic.LOWEST
    assert asked.any()
    assert ((found.outputs >= 0) == asked).all()
    assert (found.proposals.scores > arithmetic.LOWEST).all()
    assert not torch.is_inference_mode_enabled()


def test_each_square_is_judged_by_itself(nets):
    found = mtcnn.cascade(nets, PIXELS)
    picture = torch.tensor(PIXELS).permute(2, 0, 1)[None].float()
    one = 3
    crop = (mtcnn._crop(picture, found.squares[one], 24) - 127.5) / 128
    with torch.inference_mode():
        score = nets.rnet(crop)["face_softmax"][0, 1].item()
    assert score == pytest.approx(found.refined[one], abs=1e-5)


def test_a_square_over_the_border_shows_what_lies_on_the_picture():
    picture = (torch.arange(20.0)[:, None] * 100 + torch.arange(30.0)).expand(1, 3, 20, 30)
    whole = mtcnn._crop(picture, np.array([-9.0, -9, 100, 100]), 10)
    assert whole[0, 0, 0].tolist() == pytest.approx([50 + 1 + 3 * i for i in range(10)])
    inside = mtcnn._crop(picture, np.array([5.9, 3.9, 8.9, 6.9]), 4)  # pixels 5 to 8, 3 to 6
    assert inside[0, 0].tolist() == picture[0, 0, 2:6, 4:8].tolist()
    outside = mtcnn._crop(picture, np.array([40.0, 5, 60, 25]), 10)
    assert (outside == 127.5).all()


def test_it_can_be_cancelled_and_a_picture_smaller_than_a_face_has_none(nets):
    def check():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        mtcnn.cascade(nets, PIXELS, check=check)
    found = mtcnn.cascade(nets, PIXELS[:10, :10])
    assert (found.levels, len(found.proposals)) == ((), 0)
    assert len(mtcnn.raw_boxes(found)) == 0
    with pytest.raises(ShapeError, match="12 or more"):
        mtcnn.cascade(nets, PIXELS, 11)


def test_a_raw_box_tells_of_the_window_it_was(nets):
    found = mtcnn.cascade(nets, PIXELS)
    raw = mtcnn.raw_boxes(found, 0.5, 0.5)
    assert (raw.names, raw.layout) == (("face",), "pyramid")
    assert len(raw) == len(arithmetic.stages(found, 0.5, 0.5, 0).refined)
    sides = [12 / level.scale for level in found.levels]
    assert all(min(abs(side - a) for side in sides) < 1e-3 for a in raw.anchors[:, 0].tolist())


@pytest.mark.weights
def test_mtcnn_finds_the_astronauts_face_and_none_on_the_cat():
    store = WeightsStore()
    try:
        detector = MAKERS["mtcnn"](store.read, "cpu")
    except WeightsError as error:
        pytest.skip(f"needs a published network: {error}")
    found = mtcnn.cascade(detector.nets, sample("astronaut").pixels)
    (face,) = arithmetic.stages(found, 0.6, 0.7, 0.7).faces
    assert found.outputs[face] == pytest.approx(1, abs=1e-3)
    # the authors' program as facenet-pytorch 2.6.0 has it, run on the same file
    assert found.boxes[face] == pytest.approx([180.85, 62.11, 267.75, 172.24], abs=0.1)
    expected = [(204.9, 101.8), (246.7, 103.7), (224.6, 129.0), (201.6, 139.4), (245.2, 142.0)]
    assert found.points[face] == pytest.approx(np.array(expected), abs=0.1)
    cat = mtcnn.cascade(detector.nets, sample("chelsea").pixels)
    assert len(arithmetic.stages(cat, 0.6, 0.7, 0.7).faces) == 0
