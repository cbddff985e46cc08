"""What the first step of a style run brings along."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="a style run needs it")

STEPS = """
import sys
import numpy as np
from viz_app.core.layers import Layer, Network, Preprocessing
from viz_app.core.style_terms import StyleControls, StyleSettings
from viz_app.compute.style.run import stylise
from viz_app.nets.build import build

layers = (
    Layer("conv1_1", "conv", channels=4, kernel=3, padding=1),
    Layer("relu1_1", "relu"),
    Layer("pool1", "max_pool", kernel=2, stride=2),
    Layer("conv2_1", "conv", channels=4, kernel=3, padding=1),
    Layer("relu2_1", "relu"),
)
scaled = Preprocessing((0.5, 0.5, 0.5), (0.2, 0.2, 0.2))
net = build(Network("small", "Small", (3, 33, 33), layers, scaled)).eval().requires_grad_(False)
picture = np.random.default_rng(0).integers(0, 256, (33, 33, 3), np.uint8)
settings = StyleSettings("conv2_1", ("conv1_1", "conv2_1"), 33, steps=3, precision="float32")
for optimiser in ("adam", "lbfgs"):
    controls = StyleControls(lambdas=(1.0, 1.0), optimiser=optimiser)
    list(stylise(net, picture, picture, settings, lambda: controls, lambda: None))
print(*({"sympy", "torch._dynamo"} & set(sys.modules)))
"""


def test_a_step_brings_no_compiler_along():
    """It would cost the first step a second, and 75 MB for good."""
    command = [sys.executable, "-c", STEPS]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
