from __future__ import annotations

import numpy as np
import pytest
import torch

from viz_app.compute import region_proposals, regions
from viz_app.files.images import open_image
from viz_app.files.resources import resource
from viz_app.nets.published import load_published

RAMP = torch.arange(20.0)[None, None, None].expand(1, 1, 15, 20).contiguous() + 0.5


def test_align_samples_between_cells_where_pooling_rounds():
    roi = torch.tensor([[3.3, 2.0, 10.3, 9.0]])
    aligned = regions.align(RAMP, roi)[0, 0, 0]
    # on a ramp the mean of a bin is its middle, to the last digit
    torch.testing.assert_close(aligned, 3.3 + torch.arange(7) + 0.5)
    pooled = regions.pool(RAMP, roi)[0, 0, 0]
    torch.testing.assert_close(pooled, 3.5 + torch.arange(7.0))  # cells 3 … 9, none cut


def test_pooling_takes_the_largest_of_each_rounded_bin():
    pooled = regions.pool(RAMP, torch.tensor([[0.0, 0.0, 14.0, 14.0]]), bins=2)
    assert pooled[0, 0].tolist() == [[6.5, 13.5], [6.5, 13.5]]


@pytest.mark.parametrize(
    ("roi", "cells"),
    [
        ([3.3, 2.6, 11.9, 9.2], (3, 3, 12, 9)),
        ([5.1, 5.1, 5.2, 5.2], (5, 5, 6, 6)),  # never empty
        ([19.9, 14.9, 20.0, 15.0], (19, 14, 20, 15)),
        ([-0.4, 0.0, 20.0, 15.0], (0, 0, 20, 15)),
    ],
)
def test_a_rounded_region_is_on_the_map_and_never_empty(roi, cells):
    assert regions.rounded(roi, (20, 15)) == cells


def test_a_photo_gives_many_proposals_inside_it_each_once():
    pixels = np.array(open_image(resource("images", "motorcycle.jpg")).pixels[::3, ::3])
    *_, proposed = region_proposals.propose(pixels, most=2000)
    height, width = pixels.shape[:2]
    boxes = proposed.boxes
    assert proposed.stage == region_proposals.STAGES
    assert len(boxes) > 300
    assert (boxes[:, :2] >= 0).all()
    assert (boxes[:, 2:] <= (width + 1e-6, height + 1e-6)).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= region_proposals.LEAST_SIDE).all()
    assert len(np.unique(boxes, axis=0)) == len(boxes)


def test_the_three_ways_count_their_passes_and_agree_on_the_cat(published):
    net = load_published("mobilenet_v2", published)
    pixels = open_image(resource("images", "chelsea.jpg")).pixels
    height, width = pixels.shape[:2]
    boxes = np.array([[0.0, 0.0, width, height], [40.0, 10.0, width - 40.0, height]])
    *_, warped = regions.label_warped(net, pixels, boxes)
    where = regions.feature_map(net, pixels)
    aligned = regions.label_pooled(net, where, boxes, "align")
    pooled = regions.label_pooled(net, where, boxes, "pool")
    assert (warped.passes, aligned.passes, pooled.passes) == (2, 1, 1)
    assert aligned.bins.shape == (2, 7, 7)
    cats = range(281, 288)
    assert all(int(c) in cats for c in (*warped.classes, *aligned.classes))


def test_no_regions_give_no_labels(published):
    net = load_published("mobilenet_v2", published)
    where = regions.feature_map(net, np.zeros((64, 64, 3), np.uint8))
    found = regions.label_pooled(net, where, np.zeros((0, 4)), "pool")
    assert len(found.scores) == 0
    assert found.bins.shape == (0, 7, 7)
