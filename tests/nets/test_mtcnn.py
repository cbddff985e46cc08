from __future__ import annotations

import torch

from viz_app.core.architectures.mtcnn import mtcnn_pnet, mtcnn_rnet
from viz_app.nets.mtcnn import renamed


def test_the_published_names_become_the_tables():
    found = renamed(mtcnn_pnet(), {"conv4_1.bias": torch.zeros(2), "conv1.bias": torch.ones(10)})
    assert list(found) == ["face.bias", "conv1.bias"]


def test_columns_trained_width_height_channel_are_put_channel_height_width():
    published = torch.arange(2 * 576.0).reshape(2, 576)
    found = renamed(mtcnn_rnet(), {"dense4.weight": published})["dense4.weight"]
    maps = torch.rand(64, 3, 3)
    theirs = published @ maps.permute(2, 1, 0).flatten()
    assert torch.allclose(found @ maps.flatten(), theirs, rtol=1e-4)
