"""A small network with random weights, and folders of random pictures."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from viz_app.compute import patches_run
from viz_app.core.layers import Layer, Network
from viz_app.core.patches import Task
from viz_app.files.patch_images import Fingerprints, folder_set, read_image
from viz_app.nets.build import Net, build_frozen

LAYERS = ("conv1", "add", "pool", "conv2")


def small_net(seed=0, side=224):
    table = Network(
        "small",
        "Small",
        (3, side, side),
        (
            Layer("conv1", "conv", channels=5, kernel=3, stride=4, padding=1),
            Layer("relu1", "relu"),
            Layer("side", "conv", channels=5, kernel=1, inputs=("relu1",)),
            Layer("add", "add", inputs=("relu1", "side")),
            Layer("relu2", "relu"),
            Layer("pool", "max_pool", kernel=2, stride=2),
            Layer("conv2", "conv", channels=12, kernel=3),
        ),
    )
    torch.manual_seed(seed)
    return build_frozen(table, Net(table).state_dict())


def folder_of(path, count=23, broken=(), twins=()):
    """Random pictures of several sizes; ``twins`` have the content of the one before."""
    path.mkdir(exist_ok=True)
    rng = np.random.default_rng(7)
    before = np.zeros((50, 50, 3), np.uint8)
    for i in range(count):
        size = (int(rng.integers(40, 90)), int(rng.integers(40, 90)), 3)
        pixels = rng.integers(0, 256, size, dtype=np.uint8)
        if i in twins:
            pixels = before
        file = path / f"p{i:02d}.png"
        Image.fromarray(pixels).save(file)
        if i in broken:
            file.write_bytes(file.read_bytes()[:60])
        before = pixels
    return path


def task_of(path, layers=LAYERS):
    images = folder_set(path)
    return Task("small", "00", tuple(layers), images, Fingerprints(None).of(images))


def find_patches(net, task, *more, **options):
    """The search, with the images of the task's folder."""
    return patches_run.find_patches(
        net, task, lambda number: read_image(task.images, number), *more, **options
    )


def run_to_end(steps):
    """The steps of a generator, and what it returns."""
    taken = []
    while True:
        try:
            taken.append(next(steps))
        except StopIteration as end:
            return taken, end.value
