"""VGG-19 from its file to a painted picture: random numbers, and stages an eighth as wide."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import numpy as np
import pytest

from viz_app.cli import main
from viz_app.core.architectures import published
from viz_app.files import weights
from viz_app.files.images import open_image, text_of
from viz_app.files.registry import Registry, load_registry
from viz_app.files.samples import sample
from viz_app.labs.style import jobs


def narrow():
    network = published.vgg19()
    layers = tuple(
        layer if layer.kind not in ("conv", "linear") else replace(layer, channels=narrowed(layer))
        for layer in network.layers
    )
    return replace(network, layers=layers)


def narrowed(layer):
    return layer.channels // 8 if layer.kind == "conv" else 10


@pytest.fixture
def placed(tmp_path, monkeypatch):
    """A checkpoint with torchvision's keys where the published one would lie."""
    torch = pytest.importorskip("torch")
    from viz_app.nets.build import Net

    monkeypatch.setitem(published.TABLES, "vgg19", narrow)
    torch.manual_seed(0)
    state = Net(narrow()).state_dict()
    for key, tensor in state.items():
        if tensor.ndim == 4:  # as wide as keeps the activations alive through sixteen layers
            tensor.normal_(0, (2 / tensor[0].numel()) ** 0.5)
        assert key.startswith(("features.", "classifier.", "input_")), key
    keys = [key for key in state if not key.startswith("input_")]
    buffer = io.BytesIO()
    torch.save({key: state[key] for key in keys}, buffer)
    data = buffer.getvalue()
    known = load_registry().network("vgg19")
    file = replace(known.files[0], size=len(data), sha256=hashlib.sha256(data).hexdigest())
    registry = Registry((replace(known, files=(file,)),), {})
    monkeypatch.setattr(weights, "load_registry", lambda: registry)
    monkeypatch.setenv("VIZ_APP_WEIGHTS", str(tmp_path))
    (tmp_path / file.name).write_bytes(data)
    return tmp_path


def test_a_run_with_layers_that_only_vgg_19_has(placed, capsys):
    out = placed / "out.png"
    options = "--network vgg19 --content-layer conv4_4 --lambda conv3_4=2 --lambda conv5_4=1"
    common = ["style", "sample:coffee", "sample:night", "-o", str(out), "--size", "128"]
    assert main([*common, "--steps", "12", *options.split()]) == 0
    assert '"content_layer": "conv4_4"' in text_of(out)["convolab"]
    told = capsys.readouterr()
    first, last = (float(words.partition("J ")[2].split(",")[0].split()[0])
                   for words in (told.err, told.out))  # fmt: skip
    assert last < 0.8 * first
    content = jobs.resized(sample("coffee").pixels, open_image(out).pixels.shape[:2])
    assert np.abs(open_image(out).pixels.astype(int) - content).mean() > 3


def test_without_its_file_it_is_named_and_how_to_get_it(placed, capsys):
    (placed / "vgg19-dcbb9e9d.pth").unlink()
    out = ["-o", str(placed / "out.png"), "--network", "vgg19"]
    assert main(["style", "sample:coffee", "sample:night", *out]) == 1
    assert "VGG-19" in capsys.readouterr().err
